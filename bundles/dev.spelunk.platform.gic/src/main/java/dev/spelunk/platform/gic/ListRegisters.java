// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ICH_HCR_EL2;
import dev.spelunk.api.registers.fields.ICH_LR_EL2;
import dev.spelunk.api.registers.fields.ICH_MISR_EL2;
import dev.spelunk.api.registers.fields.ICH_VMCR_EL2;
import dev.spelunk.api.wiring.PeContext;

/** The list registers ICH_LR<n>_EL2 and what is computed from them (IHI 0069, 12.4). */
final class ListRegisters {
    static final int COUNT = 4;
    private static final int NONE = -1;

    private ListRegisters() {}

    static long get(PeContext c, int n) {
        return c.register(SystemRegister.ICH_LR0_EL2 + n);
    }

    static void set(PeContext c, int n, long value) {
        c.register(SystemRegister.ICH_LR0_EL2 + n, value);
    }

    static int priority(long lr) {
        return (int) Field.valueIn(lr, ICH_LR_EL2.Priority);
    }

    static int intid(long lr) {
        return (int) (lr & ICH_LR_EL2.vINTID);
    }

    static int physicalIntid(long lr) {
        return (int) Field.valueIn(lr, ICH_LR_EL2.pINTID);
    }

    /**
     * Index of the pending list register of the highest priority among the groups that ICH_VMCR_EL2.{VENG0,VENG1}
     * enable, or -1.
     */
    static int highestPending(PeContext c) {
        long vmcr = c.register(SystemRegister.ICH_VMCR_EL2);
        int best = NONE;
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            long enable = group1(lr) ? ICH_VMCR_EL2.VENG1 : ICH_VMCR_EL2.VENG0;
            if ((lr & (ICH_LR_EL2.State_PENDING | ICH_LR_EL2.State_ACTIVE)) == ICH_LR_EL2.State_PENDING
                    && (vmcr & enable) != 0
                    && (best == NONE || priority(lr) < priority(get(c, best)))) {
                best = n;
            }
        }
        return best;
    }

    /** Whether the interrupt of a list register is in Group 1, else in Group 0. */
    static boolean group1(long lr) {
        return (lr & ICH_LR_EL2.Group) != 0;
    }

    /** Index of the list register with that virtual INTID in an active state, or -1. */
    static int active(PeContext c, int intid) {
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            if ((lr & ICH_LR_EL2.State_ACTIVE) != 0 && intid(lr) == intid) {
                return n;
            }
        }
        return NONE;
    }

    /** ICH_EISR_EL2: invalid list registers that ask for an ICH_LR_EL2.EOI maintenance interrupt. */
    static long eoiStatus(PeContext c) {
        long bits = 0;
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            if ((lr & (ICH_LR_EL2.State_PENDING | ICH_LR_EL2.State_ACTIVE | ICH_LR_EL2.HW)) == 0
                    && (lr & ICH_LR_EL2.EOI) != 0) {
                bits |= 1L << n;
            }
        }
        return bits;
    }

    /** ICH_ELRSR_EL2: list registers that hold no valid interrupt. */
    static long emptyStatus(PeContext c) {
        long bits = 0;
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            if ((lr & (ICH_LR_EL2.State_PENDING | ICH_LR_EL2.State_ACTIVE)) == 0
                    && ((lr & ICH_LR_EL2.HW) != 0 || (lr & ICH_LR_EL2.EOI) == 0)) {
                bits |= 1L << n;
            }
        }
        return bits;
    }

    /** ICH_MISR_EL2: reasons for a maintenance interrupt. */
    static long maintenance(PeContext c) {
        long hcr = c.register(SystemRegister.ICH_HCR_EL2);
        long vmcr = c.register(SystemRegister.ICH_VMCR_EL2);
        int valid = 0;
        boolean pending = false;
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            if ((lr & (ICH_LR_EL2.State_PENDING | ICH_LR_EL2.State_ACTIVE)) != 0) {
                valid++;
            }
            pending |= (lr & (ICH_LR_EL2.State_PENDING | ICH_LR_EL2.State_ACTIVE)) == ICH_LR_EL2.State_PENDING;
        }
        boolean group0 = (vmcr & ICH_VMCR_EL2.VENG0) != 0;
        boolean group1 = (vmcr & ICH_VMCR_EL2.VENG1) != 0;
        long misr = eoiStatus(c) != 0 ? ICH_MISR_EL2.EOI : 0;
        misr |= (hcr & ICH_HCR_EL2.UIE) != 0 && valid <= 1 ? ICH_MISR_EL2.U : 0;
        misr |= (hcr & ICH_HCR_EL2.LRENPIE) != 0 && (hcr & ICH_HCR_EL2.EOIcount) != 0 ? ICH_MISR_EL2.LRENP : 0;
        misr |= (hcr & ICH_HCR_EL2.NPIE) != 0 && !pending ? ICH_MISR_EL2.NP : 0;
        misr |= (hcr & ICH_HCR_EL2.VGrp0EIE) != 0 && group0 ? ICH_MISR_EL2.VGrp0E : 0;
        misr |= (hcr & ICH_HCR_EL2.VGrp0DIE) != 0 && !group0 ? ICH_MISR_EL2.VGrp0D : 0;
        misr |= (hcr & ICH_HCR_EL2.VGrp1EIE) != 0 && group1 ? ICH_MISR_EL2.VGrp1E : 0;
        misr |= (hcr & ICH_HCR_EL2.VGrp1DIE) != 0 && !group1 ? ICH_MISR_EL2.VGrp1D : 0;
        return misr;
    }
}
