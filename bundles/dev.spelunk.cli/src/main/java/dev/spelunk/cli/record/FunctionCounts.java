// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts every instruction that a program executes at EL0, by function and by CONTEXTIDR_EL1, in which Linux keeps
 * the thread's number. A process is the program's from the execution of its entry point on, as the first instruction
 * after the kernel; it is told from others by its translation tables, and from one that begins at the same address, as
 * static programs of one linker do, by the instructions that it executes first.
 */
final class FunctionCounts implements ExecutionObserver {
    private static final String ELSEWHERE = "[outside the program's functions]";
    /** TTBR0_EL1.BADDR. */
    private static final long TABLE = 0xFFFF_FFFF_FFFEL;

    private final Path program;
    private final FunctionTable functions;
    /** Counts of a context by index of the function, the last for what is in none. */
    private final SortedMap<Long, long[]> contexts = new TreeMap<>();

    /** Instructions from the entry point on that are compared with the program's file. */
    private static final int COMPARED = 4096;

    private long table = -1;
    /** How many are still to be compared. */
    private int compared;
    /** Contexts of which something was counted since the entry point. */
    private final Set<Long> since = new HashSet<>();

    private long context = -1;
    private long[] counts;
    private boolean wanted;
    private int last;

    /**
     * Prepares to count.
     *
     * @param program a static program that is linked at fixed addresses
     */
    FunctionCounts(Path program) {
        this.program = program;
        functions = FunctionTable.read(program);
        last = functions.size();
    }

    /** Looks for the program from now on. */
    void start() {
        wanted = true;
    }

    /** Stops. */
    void stop() {
        wanted = false;
    }

    @Override
    public boolean observes(PeContext pe) {
        if (!wanted || pe.pe.el != 0) {
            return false;
        }
        long current = pe.register(SystemRegister.TTBR0_EL1) & TABLE;
        if (pe.pe.pc == functions.entry()) {
            table = current;
            compared = COMPARED;
            since.clear();
            context = -1;
        }
        return current == table;
    }

    @Override
    public void executed(PeContext pe, Operation operation) {
        if (operation.el != 0 || table < 0) {
            return;
        }
        if (compared > 0) {
            compared--;
            if (!functions.has(operation.pc, operation.word)) {
                // Another program.
                contexts.keySet().removeAll(since);
                table = -1;
                context = -1;
                return;
            }
        }
        long now = pe.register(SystemRegister.CONTEXTIDR_EL1);
        if (now != context) {
            context = now;
            if (!contexts.containsKey(now)) {
                since.add(now);
            }
            counts = contexts.computeIfAbsent(now, c -> new long[functions.size() + 1]);
        }
        if (!functions.holds(last, operation.pc)) {
            last = functions.find(operation.pc);
        }
        counts[last]++;
    }

    /**
     * Writes the counts as JSON: for each context the instructions in all, and those of each function that has any,
     * most first.
     */
    void write(Path file) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
                JsonGenerator json = Json.createGeneratorFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                        .createGenerator(writer)) {
            json.writeStartObject();
            json.write("program", program.toString());
            json.writeStartArray("contexts");
            contexts.forEach((id, counted) -> write(json, id, counted));
            json.writeEnd();
            json.writeEnd();
        }
    }

    private void write(JsonGenerator json, long id, long[] counted) {
        TreeMap<Long, SortedMap<String, Long>> byCount = new TreeMap<>();
        long sum = 0;
        for (int i = 0; i < counted.length; i++) {
            sum += counted[i];
            if (counted[i] != 0) {
                String name = i == functions.size() ? ELSEWHERE : functions.name(i);
                byCount.computeIfAbsent(counted[i], c -> new TreeMap<>()).merge(name, counted[i], Long::sum);
            }
        }
        json.writeStartObject();
        json.write("contextidr", id);
        json.write("instructions", sum);
        json.writeStartObject("functions");
        byCount.descendingMap().values().forEach(names -> names.forEach(json::write));
        json.writeEnd();
        json.writeEnd();
    }
}
