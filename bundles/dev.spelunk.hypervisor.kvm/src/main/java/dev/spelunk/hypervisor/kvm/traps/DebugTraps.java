// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.OSLSR_EL1;
import org.osgi.service.component.annotations.Component;

/**
 * Debug registers (MDCR_EL2.TDA, TDOSA, TDRA; op0 = 2). A first access to a breakpoint, a watchpoint or MDSCR_EL1 is
 * served from memory and lends them to the guest; the OS Lock is always the vCPU's own, in memory; everything else
 * reads as zero and ignores writes.
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=debug"})
public final class DebugTraps implements TrapHandler {

    @Override
    public boolean handles(int encoding) {
        return Encoding.op0(encoding) == 2;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        if (encoding == SystemRegister.OSLSR_EL1) {
            return OSLSR_EL1.OSLM | vcpu.memory(SystemRegister.OSLAR_EL1) << 1;
        }
        if (!isLent(vcpu, encoding)) {
            return 0;
        }
        vcpu.debugAccessed();
        return vcpu.memory(encoding);
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        if (encoding == SystemRegister.OSLAR_EL1) {
            vcpu.memory(encoding, value & 1);
            vcpu.osLockWritten();
        } else if (isLent(vcpu, encoding)) {
            vcpu.memory(encoding, vcpu.pe().registers.description(encoding).merge(vcpu.memory(encoding), value));
            vcpu.debugAccessed();
        }
        return true;
    }

    /** MDSCR_EL1, and DBGBVR, DBGBCR, DBGWVR and DBGWCR as far as the machine has them. */
    private static boolean isLent(Vcpu vcpu, int encoding) {
        boolean point = Encoding.op1(encoding) == 0
                && Encoding.crn(encoding) == 0
                && Encoding.op2(encoding) >= 4
                && vcpu.pe().registers.index(encoding) >= 0;
        return point || encoding == SystemRegister.MDSCR_EL1;
    }
}
