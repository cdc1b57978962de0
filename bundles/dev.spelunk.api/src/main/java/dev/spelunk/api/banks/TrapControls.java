// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.banks;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.fields.SCR_EL3;

/** The trap controls that many registers share, as {@link AccessRule}s over the control registers' values. */
public final class TrapControls {

    private TrapControls() {}

    /**
     * EL1 accesses trap to EL2 when masked bits of a control register have the given value.
     *
     * @param control encoding of the EL2 control register
     */
    public static AccessRule trapToEl2(int control, long mask, long value) {
        return (c, read) -> c.pe.el == 1 && c.system.el2Enabled() && (c.register(control) & mask) == value
                ? Access.trap(2)
                : Access.ALLOWED;
    }

    /**
     * A fine-grained trap of FEAT_FGT on EL1 accesses (and EL0 accesses unless {E2H,TGE} is {1,1}).
     *
     * @param readControl encoding of HFGRTR_EL2 or HDFGRTR_EL2, -1 when reads have no bit
     * @param writeControl encoding of the write register, -1 when writes have no bit
     * @param bit in place
     * @param trapsWhen value of the bit that traps: 1, or 0 for the bits whose names begin with n
     */
    public static AccessRule fineGrained(int readControl, int writeControl, long bit, int trapsWhen) {
        return (c, read) -> {
            int control = read ? readControl : writeControl;
            return control >= 0 && ((c.register(control) & bit) != 0) == (trapsWhen != 0) && c.system.fineGrainedTraps()
                    ? Access.trap(2)
                    : Access.ALLOWED;
        };
    }

    /** A fine-grained trap of FEAT_FGT2 whose bit traps when 0; it counts as 0 when SCR_EL3.FGTEn2 is 0. */
    public static AccessRule fineGrained2(int readControl, int writeControl, long bit) {
        return (c, read) -> {
            int control = read ? readControl : writeControl;
            boolean allowed = c.system.enabledByScr(SCR_EL3.FGTEn2) && (c.register(control) & bit) != 0;
            return !allowed && c.system.fineGrainedTraps2() ? Access.trap(2) : Access.ALLOWED;
        };
    }

    /** Accesses below EL3 trap to EL3 when masked bits of a control register have the given value. */
    public static AccessRule trapToEl3(int control, long mask, long value) {
        return (c, read) -> c.pe.el < 3 && c.system.haveEl(3) && (c.register(control) & mask) == value
                ? Access.trap(3)
                : Access.ALLOWED;
    }
}
