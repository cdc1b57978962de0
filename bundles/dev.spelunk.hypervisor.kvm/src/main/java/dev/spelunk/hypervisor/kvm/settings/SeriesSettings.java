// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.settings;

import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Series;
import dev.spelunk.api.problems.BadInputException;
import java.util.Locale;

/**
 * Which version of KVM's SPE series the VM's host has, and what that version lets user space say.
 *
 * @param series the version
 * @param pinLimitMost bytes up to which user space raises the limit of pinned memory when KVM_EXIT_RLIMIT asks for it
 *     (series v6); 0 for never
 * @param perfmonCapable whether the VMM is, as CAP_PERFMON has it: the guest may have physical timestamps
 * @param dirtyLoggingFrom virtual cycles after which user space begins to log dirty pages; 0 for never (series v7)
 * @param dirtyLoggingPass virtual cycles from one pass over the dirty log to the next
 */
public record SeriesSettings(
        Series series, long pinLimitMost, boolean perfmonCapable, long dirtyLoggingFrom, long dirtyLoggingPass) {
    /** Series v6 as it comes. */
    public static final SeriesSettings V6 = new SeriesSettings(Series.V6, 0, false, 0, 1_000_000);
    /** Series v7 as it comes. */
    public static final SeriesSettings V7 = new SeriesSettings(Series.V7, 0, false, 0, 1_000_000);

    private static final long MOST_CYCLES = 1L << 42;

    public SeriesSettings {
        if (pinLimitMost < 0) {
            throw new BadInputException("pinLimitMost is " + pinLimitMost
                    + " bytes: give 0 for a limit that stays as it is, or what user space may raise it to");
        }
        if (dirtyLoggingFrom < 0 || dirtyLoggingFrom > MOST_CYCLES) {
            throw new BadInputException("dirty logging from cycle " + dirtyLoggingFrom
                    + " on: give 0 for none, or a number up to " + MOST_CYCLES);
        }
        if (dirtyLoggingPass < 1 || dirtyLoggingPass > MOST_CYCLES) {
            throw new BadInputException("a pass over the dirty log every " + dirtyLoggingPass
                    + " cycles: give a number from 1 to " + MOST_CYCLES);
        }
        if (dirtyLoggingFrom != 0 && series != Series.V7) {
            throw new BadInputException("dirty logging is modelled for series v7 only: add --host series=v7");
        }
    }

    /** The series of that name. */
    public static Series named(String name) {
        for (Series series : Series.values()) {
            if (series.name().toLowerCase(Locale.ROOT).equals(name.trim())) {
                return series;
            }
        }
        throw new BadInputException("there is no series \"" + name + "\" of KVM's SPE patches: v6 or v7");
    }

    /** Whether all of the guest's memory is resident before the first entry, and nothing of it is pinned later. */
    public boolean resident() {
        return series == Series.V7;
    }
}
