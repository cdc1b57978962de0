// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.settings;

import dev.spelunk.api.problems.BadInputException;
import java.util.List;
import java.util.Set;

/**
 * How the host of a VM is set up.
 *
 * @param costs what its actions cost in virtual time
 * @param pinLimit bytes of the guest's memory that may be pinned at a time, each page counted once, as
 *     RLIMIT_MEMLOCK; 0 for the size of that memory
 * @param hugePages whether the guest's memory is mapped with transparent huge pages at first
 * @param memslots the memslots, IPA:SIZE each; empty for one that shows all memory
 * @param pressureCycles mean virtual time between two events of memory pressure, 0 for none
 * @param pressureKinds what these events are
 * @param pressureOnBuffers of a hundred events, how many go for a page of a profiling buffer in use
 * @param strictWrites whether the guest's writes to buffer registers while PMBLIMITR_EL1.E is 1 are ignored, clearing E
 *     apart, as DEN0154 allows
 * @param series the version of KVM's SPE series, with what is special to it
 */
public record HostSettings(
        HostCosts costs,
        long pinLimit,
        boolean hugePages,
        List<String> memslots,
        long pressureCycles,
        Set<PressureKind> pressureKinds,
        int pressureOnBuffers,
        boolean strictWrites,
        SeriesSettings series) {
    private static final long MOST_CYCLES = 1L << 42;

    public HostSettings {
        if (pinLimit < 0) {
            throw new BadInputException(
                    "a pin limit of " + pinLimit + " bytes: give 0 for the size of the guest's memory, " + "or more");
        }
        if (pressureCycles < 0 || pressureCycles > MOST_CYCLES) {
            throw new BadInputException("memory pressure every " + pressureCycles
                    + " cycles: give 0 for none, or a number up " + "to " + MOST_CYCLES);
        }
        if (pressureOnBuffers < 0 || pressureOnBuffers > 100) {
            throw new BadInputException(pressureOnBuffers
                    + " of a hundred events of memory pressure on profiling buffers: " + "give a number from 0 to 100");
        }
    }

    /** These settings but for whether writes while E is 1 are ignored. */
    public HostSettings withStrictWrites(boolean value) {
        return new HostSettings(
                costs, pinLimit, hugePages, memslots, pressureCycles, pressureKinds, pressureOnBuffers, value, series);
    }

    /** These settings but for the series. */
    public HostSettings withSeries(SeriesSettings value) {
        return new HostSettings(
                costs,
                pinLimit,
                hugePages,
                memslots,
                pressureCycles,
                pressureKinds,
                pressureOnBuffers,
                strictWrites,
                value);
    }

    /** No pressure, huge pages, no limit below the memory's size. */
    public static HostSettings of(HostCosts costs) {
        return new HostSettings(
                costs, 0, true, List.of(), 0, Set.of(PressureKind.values()), 50, false, SeriesSettings.V6);
    }
}
