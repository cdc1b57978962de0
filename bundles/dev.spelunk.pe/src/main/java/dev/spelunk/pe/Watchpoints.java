// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.registers.fields.DBGWCR_EL1;
import dev.spelunk.api.state.PeState;

/**
 * The watchpoints of one PE (DDI 0487, D2.9). Pages that an enabled watchpoint watches stay out of the software TLB,
 * so that accesses to them, and no others, come here; what was entered before is dropped when the registers change.
 */
final class Watchpoints {
    private static final int READS = 1;
    private static final int WRITES = 2;
    private static final int WNR = 1 << 6;
    private static final int CM = 1 << 8;

    private final PeState pe;
    private final SelfHostedDebug debug;
    private final SoftwareTlb tlb;
    private final SynchronousException exception;

    private int[] values = {};
    private int[] controls = {};
    /** What the registers held when the software TLB was last made to fit them; controls are 0 for a disabled point. */
    private long[] watchedValues = {};

    private long[] watchedControls = {};
    /** Whether any watchpoint is enabled: accesses that miss the software TLB are checked. */
    boolean watching;

    Watchpoints(PeState pe, SelfHostedDebug debug, SoftwareTlb tlb, SynchronousException exception) {
        this.pe = pe;
        this.debug = debug;
        this.tlb = tlb;
        this.exception = exception;
    }

    void resolve(int[] valueIndices, int[] controlIndices) {
        values = valueIndices;
        controls = controlIndices;
        watchedValues = new long[values.length];
        watchedControls = new long[values.length];
        watching = false;
    }

    /** Takes in the registers. @param enabled MDSCR_EL1.MDE */
    void update(boolean enabled) {
        boolean same = true;
        boolean any = false;
        for (int n = 0; n < values.length; n++) {
            long control = enabled && controls[n] >= 0 ? pe.sys[controls[n]] : 0;
            control = (control & 1) == 0 ? 0 : control;
            long value = control == 0 ? 0 : debug.comparable(pe.sys[values[n]]);
            same &= control == watchedControls[n] && value == watchedValues[n];
            watchedControls[n] = control;
            watchedValues[n] = value;
            any |= control != 0;
        }
        watching = any;
        if (!same) {
            tlb.invalidateTranslations();
        }
    }

    /** Whether some watchpoint watches a part of the page of that address. */
    boolean watchesPage(long va) {
        if (!watching) {
            return false;
        }
        long page = debug.comparable(va) & SoftwareTlb.PAGE_MASK;
        for (int n = 0; n < watchedControls.length; n++) {
            if (watchedControls[n] != 0) {
                long from = watchedValues[n] & -(1L << Math.max(mask(watchedControls[n]), 3));
                long to = from + (1L << Math.max(mask(watchedControls[n]), 3)) - 1;
                if ((from & SoftwareTlb.PAGE_MASK) <= page && page <= to) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Throws the exception of a watchpoint that the access meets, after its translation (AArch64.CheckWatchpoint).
     *
     * @param unprivileged the access is made with the privilege of EL0
     */
    void check(long va, int size, boolean reads, boolean writes, boolean unprivileged) {
        check(va, size, reads, writes, unprivileged, 0);
    }

    /** The same for DC IVAC, which counts as a write of its whole cache line. */
    void checkMaintenance(long va, int size) {
        check(va & -size, size, false, true, false, CM);
    }

    private void check(long va, int size, boolean reads, boolean writes, boolean unprivileged, int syndrome) {
        if (!debug.generatesExceptions()) {
            return;
        }
        long address = debug.comparable(va);
        for (int n = 0; n < watchedControls.length; n++) {
            long control = watchedControls[n];
            int kinds = (int) (control >>> DBGWCR_EL1.LSC_SHIFT) & 3 & ((reads ? READS : 0) | (writes ? WRITES : 0));
            if (control == 0 || kinds == 0) {
                continue;
            }
            int privileges = (int) (control >>> DBGWCR_EL1.PAC_SHIFT) & 3;
            boolean linked = (control & DBGWCR_EL1.WT) != 0;
            if (!debug.stateMatches(
                    control,
                    privileges,
                    linked,
                    (int) (control >>> DBGWCR_EL1.LBN_SHIFT) & 15,
                    unprivileged ? 0 : pe.el)) {
                continue;
            }
            for (int i = 0; i < size; i++) {
                if (byteMatches(control, watchedValues[n], address + i)) {
                    int iss = SelfHostedDebug.FSC_DEBUG | syndrome | ((kinds & READS) != 0 ? 0 : WNR);
                    throw exception.of(SynchronousException.WATCHPOINT, iss, debug.target(), va + i);
                }
            }
        }
    }

    /**
     * AArch64.WatchpointByteMatch. A mask goes with all bytes selected; reserved masks count as none, and bytes that
     * are selected with gaps each match.
     */
    private static boolean byteMatches(long control, long value, long address) {
        int mask = mask(control);
        int select = (int) (control >>> DBGWCR_EL1.BAS_SHIFT) & 0xFF;
        if (mask != 0) {
            return (address ^ value) >>> mask == 0;
        }
        // A watchpoint at a word has no bytes beyond it.
        boolean word = (value & 4) != 0;
        int lowest = word ? 2 : 3;
        return (address ^ value) >>> lowest == 0 && (select >>> (address & (1 << lowest) - 1) & 1) != 0;
    }

    private static int mask(long control) {
        int mask = (int) (control >>> DBGWCR_EL1.MASK_SHIFT) & 31;
        return mask < 3 ? 0 : mask;
    }
}
