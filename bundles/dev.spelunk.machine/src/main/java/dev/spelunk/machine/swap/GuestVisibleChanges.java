// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a guest could notice of another composition of its machine: features, registers and fields that come or go,
 * identification values that change. Not what the architecture leaves to implementations: software does not find
 * that out by itself.
 */
final class GuestVisibleChanges {
    private static final int IMPLEMENTATION_DEFINED_LOW = 11;
    private static final int IMPLEMENTATION_DEFINED_HIGH = 15;

    private final List<String> noticed = new ArrayList<>();
    private final int el;

    private GuestVisibleChanges(int el) {
        this.el = el;
    }

    /**
     * Compares.
     *
     * @param el highest Exception level of the guest: registers of higher ones are not its own
     * @return one phrase for each difference; empty when there is none
     */
    static List<String> of(PeContext before, PeContext after, int el) {
        GuestVisibleChanges notice = new GuestVisibleChanges(el);
        notice.architecture(before.architecture, after.architecture);
        notice.registers(before.registers, after.registers);
        return notice.noticed;
    }

    private void architecture(Architecture before, Architecture after) {
        ProfilingExtension old = before.profiling();
        ProfilingExtension extension = after.profiling();
        change("PMSVer", old == null ? 0 : old.pmsVer(), extension == null ? 0 : extension.pmsVer());
        if (before.version() != after.version()) {
            noticed.add("the architecture version changes");
        }
        Set<String> gone = new TreeSet<>(before.features());
        gone.removeAll(after.features());
        gone.forEach(feature -> noticed.add(feature + " goes"));
        Set<String> come = new TreeSet<>(after.features());
        come.removeAll(before.features());
        // A feature without a FEAT_ name is none of the architecture.
        come.stream()
                .filter(feature -> feature.startsWith("FEAT_"))
                .forEach(feature -> noticed.add(feature + " comes"));
        if (!before.pmuEvents().keySet().equals(after.pmuEvents().keySet())) {
            noticed.add("what the performance monitors can count changes");
        }
        if (old != null && extension != null && old.discardMode() != extension.discardMode()) {
            noticed.add("discard mode " + (extension.discardMode() ? "comes" : "goes"));
        }
    }

    private void change(String what, long before, long after) {
        if (before != after) {
            noticed.add(String.format(
                    before < 10 && before >= 0 && after < 10 && after >= 0
                            ? "%s becomes %d (was %d)"
                            : "%s becomes 0x%x (was 0x%x)",
                    what,
                    after,
                    before));
        }
    }

    private void registers(RegisterFile before, RegisterFile after) {
        for (RegisterDescription old : before.descriptions()) {
            if (visible(old) && after.description(old.encoding()) == null) {
                noticed.add(old.name() + " goes");
            }
        }
        for (RegisterDescription d : after.descriptions()) {
            RegisterDescription old = before.description(d.encoding());
            if (!visible(d)) {
                continue;
            }
            if (old == null) {
                noticed.add(d.name() + " comes");
                continue;
            }
            long ignored = d.encoding() == SystemRegister.PMSEVFR_EL1 || d.encoding() == SystemRegister.PMSNEVFR_EL1
                    ? PMSEVFR_EL1.IMPLEMENTATION_DEFINED
                    : 0;
            if (((old.merge(0, -1) ^ d.merge(0, -1)) & ~ignored) != 0) {
                noticed.add("fields of " + d.name() + " change");
            } else if (d.lowestWriteEl() > el) {
                change(d.name(), old.reset(), d.reset());
            }
        }
    }

    private boolean visible(RegisterDescription d) {
        int crn = Encoding.crn(d.encoding());
        return Math.min(d.lowestReadEl(), d.lowestWriteEl()) <= el
                && d.aliasOf() < 0
                && crn != IMPLEMENTATION_DEFINED_LOW
                && crn != IMPLEMENTATION_DEFINED_HIGH;
    }
}
