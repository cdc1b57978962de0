// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.watch;

import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.SymbolTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code --check} has found at EL2: each rule at each place once, with how often, and what led there first. */
public final class Findings {
    /** Places beyond these are counted only. */
    private static final int MOST = 100;

    /** A rule and the address of the instruction that broke it. */
    private record Place(Rule rule, long pc) {}

    private static final class Found {
        final String first;
        long times = 1;

        Found(String first) {
            this.first = first;
        }
    }

    private final Map<Place, Found> found = new LinkedHashMap<>();
    private final SymbolTables symbols;
    private final boolean stops;
    private long others;

    /**
     * @param symbols of the hypervisor and its guests
     * @param stops whether the first finding ends the run
     */
    public Findings(SymbolTables symbols, boolean stops) {
        this.symbols = symbols;
        this.stops = stops;
    }

    /**
     * A rule is broken.
     *
     * @param detail what was seen
     * @param history the last changes of the registers
     * @throws BrokenInvariantException when that ends the run
     */
    void add(PeContext context, Rule rule, String detail, String history) {
        Place place = new Place(rule, context.pe.pc);
        Found known = found.get(place);
        if (known != null) {
            known.times++;
            return;
        }
        String name = symbols.at(context.pe.el, place.pc());
        String text = String.format(
                Locale.ROOT,
                "PE %d, after %,d instructions, EL%d in %s: %s (%s; %s)%s",
                context.pe.index,
                context.pe.executed,
                context.pe.el,
                name.isEmpty() ? String.format("0x%x", place.pc()) : String.format("%s (0x%x)", name, place.pc()),
                rule.text,
                detail,
                rule.source,
                history);
        if (stops) {
            throw new BrokenInvariantException(rule.name(), text);
        }
        if (found.size() == MOST) {
            others++;
        } else {
            found.put(place, new Found(text));
        }
    }

    /** One text for each place, of several lines. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Found each : found.values()) {
            lines.add(
                    each.times == 1
                            ? each.first
                            : each.first + String.format(Locale.ROOT, "%n  %,d times in all", each.times));
        }
        if (others != 0) {
            lines.add(String.format(Locale.ROOT, "%,d further ones at other places", others));
        }
        return lines;
    }
}
