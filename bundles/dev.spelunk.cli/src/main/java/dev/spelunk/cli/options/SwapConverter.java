// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.ScheduledSwap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code at=N,part=KIND[,name=WHICH][,with=NAME][,force=yes]}, in any order. */
final class SwapConverter implements ITypeConverter<ScheduledSwap> {
    private static final List<String> KEYS = List.of("at", "part", "name", "with", "force");

    @Override
    public ScheduledSwap convert(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String item : text.split(",", -1)) {
            int equals = item.indexOf('=');
            String key = equals < 0 ? item : item.substring(0, equals);
            if (equals < 0 || !KEYS.contains(key) || equals == item.length() - 1) {
                throw new TypeConversionException("'" + item + "' in '" + text
                        + "' is none of at=N, part=KIND, name=WHICH, with=NAME, force=yes");
            }
            if (values.put(key, item.substring(equals + 1)) != null) {
                throw new TypeConversionException("'" + text + "' says " + key + " twice");
            }
        }
        String part = values.get("part");
        if (!values.containsKey("at") || part == null) {
            throw new TypeConversionException("'" + text + "' lacks " + (part == null ? "part=KIND" : "at=N"));
        }
        if (!Parts.SWAPPABLE.contains(part)) {
            throw new TypeConversionException(
                    "unknown part '" + part + "' in '" + text + "'; parts are " + String.join(", ", Parts.SWAPPABLE));
        }
        String force = values.getOrDefault("force", "no");
        if (!force.equals("yes") && !force.equals("no")) {
            throw new TypeConversionException("force in '" + text + "' is neither yes nor no");
        }
        return new ScheduledSwap(
                new MachineOptions.Count().convert(values.get("at")),
                new SwapRequest(part, values.get("name"), values.get("with"), force.equals("yes")));
    }
}
