// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.machine.Machine;
import jakarta.json.stream.JsonGenerator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The system registers of a PE, those that the hypervisor keeps in memory beside them, and the fields of some. */
final class RegistersAnswer {
    private static final Pattern FIELD = Pattern.compile("\\s+(\\S+)\\s+(0x[0-9a-f]+)");

    private final Desk desk;

    RegistersAnswer(Desk desk) {
        this.desk = desk;
    }

    /** One register. @param memory null where the hypervisor keeps none */
    private record Row(String name, long value, Long memory, String decoded, String decodedMemory) {}

    /**
     * Looks at a machine that stands, for as long as it takes to read the values.
     *
     * @param pe index of the PE
     * @param search part of the names wanted; empty for all
     * @param open names of those whose fields are wanted
     */
    String text(int pe, String search, Set<String> open) {
        List<Row> rows = desk.standing(() -> rows(pe, search.toUpperCase(Locale.ROOT), open));
        return Answers.object(json -> {
            json.write("pes", desk.machine().pes().size());
            json.writeStartArray("registers");
            rows.forEach(row -> row(json, row));
            json.writeEnd();
        });
    }

    private List<Row> rows(int pe, String search, Set<String> open) {
        Machine machine = desk.machine();
        Debugger debugger = machine.debugger();
        List<String> names = debugger.registers(pe);
        Set<String> kept = new HashSet<>();
        for (String name : names) {
            if (name.startsWith(Debugger.IN_MEMORY)) {
                kept.add(name.substring(Debugger.IN_MEMORY.length()));
            }
        }
        List<Row> rows = new ArrayList<>();
        for (String name : names) {
            if (name.startsWith(Debugger.IN_MEMORY)
                    || !name.toUpperCase(Locale.ROOT).contains(search)) {
                continue;
            }
            String memory = kept.contains(name) ? Debugger.IN_MEMORY + name : null;
            boolean fields = open.contains(name);
            rows.add(new Row(
                    name,
                    debugger.register(pe, name),
                    memory == null ? null : debugger.register(pe, memory),
                    fields ? debugger.decoded(pe, name) : null,
                    fields && memory != null ? debugger.decoded(pe, memory) : null));
        }
        return rows;
    }

    private static void row(JsonGenerator json, Row row) {
        json.writeStartObject();
        json.write("name", row.name());
        json.write("value", Answers.hex(row.value()));
        if (row.memory() != null) {
            json.write("memory", Answers.hex(row.memory()));
        }
        if (row.decoded() != null) {
            fields(json, row);
        }
        json.writeEnd();
    }

    private static void fields(JsonGenerator json, Row row) {
        Map<String, String> inMemory = new HashMap<>();
        parsed(row.decodedMemory() == null ? "" : row.decodedMemory()).forEach(each -> inMemory.put(each[0], each[1]));
        json.writeStartArray("fields");
        for (String[] field : parsed(row.decoded())) {
            json.writeStartObject();
            json.write("name", field[0]);
            json.write("value", field[1]);
            if (inMemory.containsKey(field[0])) {
                json.write("memory", inMemory.get(field[0]));
            }
            json.writeEnd();
        }
        json.writeEnd();
    }

    /** Name and value of each field: the lines after the first. */
    private static List<String[]> parsed(String decoded) {
        List<String[]> fields = new ArrayList<>();
        decoded.lines().skip(1).forEach(line -> {
            Matcher field = FIELD.matcher(line);
            if (field.matches()) {
                fields.add(new String[] {field.group(1), field.group(2)});
            }
        });
        return fields;
    }
}
