// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.settings;

import dev.spelunk.api.problems.BadInputException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What one event of memory pressure is. */
public enum PressureKind {
    RECLAIM,
    MIGRATION,
    COMPACTION,
    MERGING,
    SPLIT,
    COLLAPSE;

    /** The kinds of these names, in any case. */
    public static Set<PressureKind> of(Collection<String> names) {
        Set<PressureKind> kinds = new TreeSet<>();
        for (String name : names) {
            kinds.add(Arrays.stream(values())
                    .filter(k -> k.name().equalsIgnoreCase(name.trim()))
                    .findFirst()
                    .orElseThrow(() ->
                            new BadInputException("memory pressure of kind \"" + name + "\" is unknown: there are "
                                    + Arrays.toString(values()).toLowerCase(Locale.ROOT))));
        }
        if (kinds.isEmpty()) {
            throw new BadInputException("memory pressure of no kind: name one at least");
        }
        return kinds;
    }
}
