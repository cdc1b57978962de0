// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import org.osgi.service.component.annotations.Component;

/**
 * Debug registers (MDCR_EL2.TDA, TDOSA, TDRA; op0 = 2): MDSCR_EL1 holds its value in memory, OSLSR_EL1 says
 * that there is an OS Lock and that it is open, everything else reads as zero and ignores writes.
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=debug"})
public final class DebugTraps implements TrapHandler {
    private static final int MDSCR_EL1 = Encoding.of(2, 0, 0, 2, 2);
    private static final int OSLSR_EL1 = Encoding.of(2, 0, 1, 1, 4);
    private static final long OSLSR_OSLM = 1L << 3;

    @Override
    public boolean handles(int encoding) {
        return Encoding.op0(encoding) == 2;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return encoding == MDSCR_EL1 ? vcpu.memory(encoding) : encoding == OSLSR_EL1 ? OSLSR_OSLM : 0;
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        if (encoding == MDSCR_EL1) {
            vcpu.memory(encoding, value & 0xFFFF_FFFFL);
        }
        return true;
    }
}
