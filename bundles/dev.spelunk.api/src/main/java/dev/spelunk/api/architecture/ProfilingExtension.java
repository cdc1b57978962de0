// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.architecture;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the Statistical Profiling Extension of a machine implements, as its composed features say it: what
 * identification registers tell, the events, and the PMU events that the SPU counts.
 *
 * @param pmsVer ID_AA64DFR0_EL1.PMSVer, from 1
 * @param pmsidr PMSIDR_EL1
 * @param pmbidr PMBIDR_EL1 without what depends on who reads it
 * @param events events that a record may show, by their bits of the Events packet (DDI 0487, D18.2.6)
 * @param filterableEvents bits of PMSEVFR_EL1 that exist (DDI 0487, D24.7.11)
 * @param discardMode whether discard mode, PMBLIMITR_EL1.FM = 0b10, exists
 * @param reportsExternalAborts whether External aborts on the SPU's data writes are reported to the SPU (before
 *     FEAT_SPEv1p3)
 * @param freezesCycleCounter whether a stopped buffer freezes the cycle counter too, where software asks for it
 *     (FEAT_SPE_DPFZS; DDI 0487, D13.5.2)
 * @param pmuEvents PMU events that SPE brings, by number (DDI 0487, D14.3)
 */
public record ProfilingExtension(
        int pmsVer,
        long pmsidr,
        long pmbidr,
        long events,
        long filterableEvents,
        boolean discardMode,
        boolean reportsExternalAborts,
        boolean freezesCycleCounter,
        SortedMap<Integer, PmuEvent> pmuEvents) {
    public ProfilingExtension {
        pmuEvents = Collections.unmodifiableSortedMap(new TreeMap<>(pmuEvents));
    }

    /** Largest record in bytes: 1 << PMSIDR_EL1.MaxSize. */
    public int maxRecordSize() {
        return 1 << (pmsidr >>> PMSIDR_EL1.MaxSize_SHIFT & 15);
    }

    /** Record alignment in bytes: 1 << PMBIDR_EL1.Align. */
    public int alignment() {
        return 1 << (pmbidr & PMBIDR_EL1.Align);
    }

    /** Largest value of a counter packet: 0xFFF or 0xFFFF by PMSIDR_EL1.CountSize. */
    public int counterMaximum() {
        return (pmsidr >>> PMSIDR_EL1.CountSize_SHIFT & 15) == 3 ? 0xFFFF : 0xFFF;
    }

    /** PMSIDR_EL1.ERnd: the random part of an interval is counted beside the next one. */
    public boolean eRnd() {
        return (pmsidr & PMSIDR_EL1.ERnd) != 0;
    }
}
