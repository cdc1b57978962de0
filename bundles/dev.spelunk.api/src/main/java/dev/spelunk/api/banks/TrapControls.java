// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.banks;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.wiring.PeContext;

/** The trap controls that many registers share, as {@link AccessRule}s over the control registers' values. */
public final class TrapControls {

    private TrapControls() {}

    /** Whether EL2 is implemented and enabled in the current Security state. */
    public static boolean el2Enabled(PeContext c) {
        if (!c.architecture.has("FEAT_EL2")) {
            return false;
        }
        return !c.architecture.has("FEAT_EL3")
                || (c.register(SystemRegister.SCR_EL3) & (SCR_EL3.NS | SCR_EL3.EEL2)) != 0;
    }

    /** Effective HCR_EL2.{E2H,TGE} = {1,1} with EL2 enabled. */
    public static boolean hostEl0(PeContext c) {
        long hcr = c.register(SystemRegister.HCR_EL2);
        return el2Enabled(c) && (hcr & (HCR_EL2.E2H | HCR_EL2.TGE)) == (HCR_EL2.E2H | HCR_EL2.TGE);
    }

    /**
     * EL1 accesses trap to EL2 when masked bits of a control register have the given value.
     *
     * @param control encoding of the EL2 control register
     */
    public static AccessRule trapToEl2(int control, long mask, long value) {
        return (c, read) -> c.pe.el == 1 && el2Enabled(c) && (c.register(control) & mask) == value
                ? Access.trap(2)
                : Access.ALLOWED;
    }

    /**
     * A fine-grained trap of FEAT_FGT on EL1 accesses (and EL0 accesses unless {E2H,TGE} is {1,1}).
     *
     * @param readControl encoding of HFGRTR_EL2 or HDFGRTR_EL2, -1 when reads have no bit
     * @param writeControl encoding of the write register, -1 when writes have no bit
     * @param trapsWhen value of the bit that traps: 1, or 0 for the bits whose names begin with n
     */
    public static AccessRule fineGrained(int readControl, int writeControl, int bit, int trapsWhen) {
        return (c, read) -> {
            int control = read ? readControl : writeControl;
            if (control < 0
                    || c.pe.el > 1
                    || !c.architecture.has("FEAT_FGT")
                    || !el2Enabled(c)
                    || c.pe.el == 0 && hostEl0(c)
                    || c.architecture.has("FEAT_EL3") && (c.register(SystemRegister.SCR_EL3) & SCR_EL3.FGTEn) == 0) {
                return Access.ALLOWED;
            }
            return (c.register(control) >>> bit & 1) == trapsWhen ? Access.trap(2) : Access.ALLOWED;
        };
    }

    /** A fine-grained trap of FEAT_FGT2 whose bit traps when 0; it counts as 0 when SCR_EL3.FGTEn2 is 0. */
    public static AccessRule fineGrained2(int readControl, int writeControl, int bit) {
        return (c, read) -> {
            if (c.pe.el > 1 || !c.architecture.has("FEAT_FGT2") || !el2Enabled(c) || c.pe.el == 0 && hostEl0(c)) {
                return Access.ALLOWED;
            }
            boolean enabled =
                    !c.architecture.has("FEAT_EL3") || (c.register(SystemRegister.SCR_EL3) & SCR_EL3.FGTEn2) != 0;
            int control = read ? readControl : writeControl;
            return enabled && (c.register(control) >>> bit & 1) != 0 ? Access.ALLOWED : Access.trap(2);
        };
    }

    /** Accesses below EL3 trap to EL3 when masked bits of a control register have the given value. */
    public static AccessRule trapToEl3(int control, long mask, long value) {
        return (c, read) -> c.pe.el < 3 && c.architecture.has("FEAT_EL3") && (c.register(control) & mask) == value
                ? Access.trap(3)
                : Access.ALLOWED;
    }
}
