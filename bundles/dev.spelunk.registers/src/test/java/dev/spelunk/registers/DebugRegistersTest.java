// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Breakpoints, watchpoints and the Debug Communications Channel (DDI 0487, D24.3)")
class DebugRegistersTest {
    private static final int MDCCSR_EL0 = Encoding.of(2, 3, 0, 1, 0);
    private static final int DBGDTR_EL0 = Encoding.of(2, 3, 0, 4, 0);
    private static final int DBGDTRRX_EL0 = Encoding.of(2, 3, 0, 5, 0);

    /** What a register holds after ones, or where access to it leads when it is not there. */
    private static long ones(Bench b, int crm, int op2) {
        int encoding = Encoding.of(2, 0, 0, crm, op2);
        if (b.decide(encoding, true) != Access.ALLOWED) {
            assertThat(b.decide(encoding, true)).isEqualTo(Access.UNDEFINED);
            return Access.UNDEFINED - 1L;
        }
        b.write(encoding, -1);
        return b.read(encoding);
    }

    @Test
    @DisplayName("As many as ID_AA64DFR0_EL1 says, the last ones with contexts; BAS of a breakpoint is RES1")
    void comparators() {
        Bench b = new Bench(85, Bench.V85);
        long dfr0 = b.read(SystemRegister.ID_AA64DFR0_EL1);
        long breakpoints = (dfr0 >>> 12 & 15) + 1;
        long watchpoints = (dfr0 >>> 20 & 15) + 1;
        long contexts = (dfr0 >>> 28 & 15) + 1;
        assertThat(breakpoints).isGreaterThanOrEqualTo(2);
        assertThat(watchpoints).isGreaterThanOrEqualTo(2);
        long absent = Access.UNDEFINED - 1L;
        for (int n = 0; n < 16; n++) {
            boolean there = n < breakpoints;
            long value = n < breakpoints - contexts ? ~3L : -1;
            assertThat(ones(b, n, 4)).as("DBGBVR%d_EL1", n).isEqualTo(there ? value : absent);
            assertThat(ones(b, n, 5))
                    .as("DBGBCR%d_EL1: BT, LBN, SSC, HMC, BAS, PMC, E", n)
                    .isEqualTo(there ? 0xFF_E1E7L : absent);
            assertThat(ones(b, n, 6)).as("DBGWVR%d_EL1", n).isEqualTo(n < watchpoints ? ~3L : absent);
            assertThat(ones(b, n, 7))
                    .as("DBGWCR%d_EL1: MASK, WT, LBN, SSC, HMC, BAS, LSC, PAC, E", n)
                    .isEqualTo(n < watchpoints ? 0x1F1F_FFFFL : absent);
        }
        b.write(Encoding.of(2, 0, 0, 0, 5), 0);
        assertThat(b.read(Encoding.of(2, 0, 0, 0, 5))).isEqualTo(0x1E0);
    }

    @Test
    @DisplayName("MDSCR_EL1.TDCC traps EL0 from the channel: to EL1, to EL2 under TGE; EL1 itself has it")
    void tdcc() {
        Bench b = new Bench(85, Bench.V85);
        for (int register : new int[] {MDCCSR_EL0, DBGDTR_EL0, DBGDTRRX_EL0}) {
            b.context.register(SystemRegister.HCR_EL2, 0);
            b.context.register(SystemRegister.MDSCR_EL1, 0);
            assertThat(b.el(0).decide(register, true)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.MDSCR_EL1, 1 << 12);
            assertThat(b.el(0).decide(register, true)).isEqualTo(Access.trap(1));
            assertThat(b.el(1).decide(register, true)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.HCR_EL2, 1L << 27);
            assertThat(b.el(0).decide(register, true)).isEqualTo(Access.trap(2));
        }
    }

    @Test
    @DisplayName("MDCR_EL2 and MDCR_EL3 rule what is below them")
    void onlyBelow() {
        Bench b = new Bench(85, Bench.V85);
        b.context.register(SystemRegister.MDCR_EL2, 0xF00);
        b.context.register(SystemRegister.MDCR_EL3, 0x600);
        for (int register :
                new int[] {SystemRegister.MDSCR_EL1, Encoding.of(2, 0, 1, 1, 4), Encoding.of(2, 0, 1, 0, 0)}) {
            assertThat(b.el(1).decide(register, true)).isEqualTo(Access.trap(2));
            assertThat(b.el(2).decide(register, true)).isEqualTo(Access.trap(3));
            assertThat(b.el(3).decide(register, true)).isEqualTo(Access.ALLOWED);
        }
    }
}
