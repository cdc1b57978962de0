// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ICH_VMCR_EL2;
import dev.spelunk.api.wiring.PeContext;

/** The list registers ICH_LR<n>_EL2 and what is computed from them (IHI 0069, 12.4). */
final class ListRegisters {
    static final int COUNT = 4;
    static final long PENDING = 1L << 62;
    static final long ACTIVE = 1L << 63;
    static final long HARDWARE = 1L << 61;
    static final long GROUP1 = 1L << 60;
    static final long EOI = 1L << 41;
    private static final int NONE = -1;

    private ListRegisters() {}

    static long get(PeContext c, int n) {
        return c.register(SystemRegister.ICH_LR0_EL2 + n);
    }

    static void set(PeContext c, int n, long value) {
        c.register(SystemRegister.ICH_LR0_EL2 + n, value);
    }

    static int priority(long lr) {
        return (int) (lr >>> 48) & 0xF8;
    }

    static int intid(long lr) {
        return (int) lr & 0xFFFF;
    }

    static int physicalIntid(long lr) {
        return (int) (lr >>> 32) & 0x1FFF;
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
            if ((lr & (PENDING | ACTIVE)) == PENDING
                    && (vmcr & enable) != 0
                    && (best == NONE || priority(lr) < priority(get(c, best)))) {
                best = n;
            }
        }
        return best;
    }

    /** Whether the interrupt of a list register is in Group 1, else in Group 0. */
    static boolean group1(long lr) {
        return (lr & GROUP1) != 0;
    }

    /** Index of the list register with that virtual INTID in an active state, or -1. */
    static int active(PeContext c, int intid) {
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            if ((lr & ACTIVE) != 0 && intid(lr) == intid) {
                return n;
            }
        }
        return NONE;
    }

    /** ICH_EISR_EL2: invalid list registers that ask for an EOI maintenance interrupt. */
    static long eoiStatus(PeContext c) {
        long bits = 0;
        for (int n = 0; n < COUNT; n++) {
            long lr = get(c, n);
            if ((lr & (PENDING | ACTIVE | HARDWARE)) == 0 && (lr & EOI) != 0) {
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
            if ((lr & (PENDING | ACTIVE)) == 0 && ((lr & HARDWARE) != 0 || (lr & EOI) == 0)) {
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
            if ((lr & (PENDING | ACTIVE)) != 0) {
                valid++;
            }
            pending |= (lr & (PENDING | ACTIVE)) == PENDING;
        }
        boolean group0 = (vmcr & ICH_VMCR_EL2.VENG0) != 0;
        boolean group1 = (vmcr & ICH_VMCR_EL2.VENG1) != 0;
        long misr = eoiStatus(c) != 0 ? 1 : 0;
        misr |= (hcr & 2) != 0 && valid <= 1 ? 2 : 0;
        misr |= (hcr & 4) != 0 && (hcr >>> 27 & 31) != 0 ? 4 : 0;
        misr |= (hcr & 8) != 0 && !pending ? 8 : 0;
        misr |= (hcr & 16) != 0 && group0 ? 16 : 0;
        misr |= (hcr & 32) != 0 && !group0 ? 32 : 0;
        misr |= (hcr & 64) != 0 && group1 ? 64 : 0;
        misr |= (hcr & 128) != 0 && !group1 ? 128 : 0;
        return misr;
    }
}
