// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.hypervisor.kvm.profiling.MaxBufferSize;
import org.osgi.service.component.annotations.Component;

/**
 * PMSIDR_EL1 without what the VM does not have, and PMBIDR_EL1 with the maximum buffer size that user space
 * has set (HDFGRTR_EL2 bits 30 and 63).
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=spe-id"})
public final class ProfilingIdTraps implements TrapHandler {
    /** PMSIDR_EL1.SME and ALTCLK: no VM has SME. */
    private static final long PMSIDR_HIDDEN = PMSIDR_EL1.SME | PMSIDR_EL1.ALTCLK;

    @Override
    public boolean handles(int encoding) {
        return encoding == SystemRegister.PMSIDR_EL1 || encoding == SystemRegister.PMBIDR_EL1;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        if (encoding == SystemRegister.PMSIDR_EL1) {
            return vcpu.pe().architecture.profiling().pmsidr() & ~PMSIDR_HIDDEN;
        }
        long hardware = vcpu.pe().architecture.profiling().pmbidr() & ~(PMBIDR_EL1.AddrMode | PMBIDR_EL1.P);
        long limit = vcpu.options().profiling().maxBufferSize();
        return limit == 0 ? hardware : hardware & ~PMBIDR_EL1.MaxBuffSize | field(limit) << MaxBufferSize.SHIFT;
    }

    private static long field(long limit) {
        try {
            return MaxBufferSize.encode(limit);
        } catch (MaxBufferSize.NotRepresentableException e) {
            throw new IllegalStateException("a VM was made with a maximum buffer size that cannot be shown", e);
        }
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        return false;
    }
}
