// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.LogCategory;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.state.SpuState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs tell what happens, in the form that is documented, and change nothing of a run. */
class LogsTest {
    private static final long LIMIT = 2_000_000;
    private static final Pattern RECORD =
            Pattern.compile(".* spe EL\\d .*record of (\\d+) bytes.* PA 0x([0-9a-f]{12}).*");
    private static final Pattern EVENT = Pattern.compile(
            "(\\d+) clk cpu0 (exception|sysreg|spe|mmio|interrupt) EL([0-2])( vcpu=0)? vmid=\\d+ contextidr=\\d+: (.+) at "
                    + "0x([0-9a-f]{16})( \\S+)?");

    private static Machines.Setup setup(String hypervisor) {
        return Machines.setup().hypervisor(hypervisor).append("interval=512").limit(LIMIT);
    }

    private static LogOptions options(Map<LogCategory, Consumer<CharSequence>> sinks, long from, long to) {
        return new LogOptions(sinks, from, to, 0, -1, LogOptions.ANY);
    }

    private static Map<LogCategory, List<String>> lists(LogCategory... categories) {
        Map<LogCategory, List<String>> lists = new EnumMap<>(LogCategory.class);
        Arrays.asList(categories).forEach(category -> lists.put(category, new ArrayList<>()));
        return lists;
    }

    private static Map<LogCategory, Consumer<CharSequence>> sinks(Map<LogCategory, List<String>> lists) {
        Map<LogCategory, Consumer<CharSequence>> sinks = new EnumMap<>(LogCategory.class);
        lists.forEach((category, lines) -> sinks.put(category, line -> lines.add(line.toString())));
        return sinks;
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "kvm"})
    @DisplayName(
            "with all logs on: the same records, a trace that can be followed to the registers at the end, and events that tell PE, "
                    + "level, context and place")
    void allOfThem(String hypervisor) {
        Machines.Run plain = setup(hypervisor).run();
        TarmacReader trace = new TarmacReader();
        Map<LogCategory, List<String>> lists = lists(
                LogCategory.EXCEPTIONS, LogCategory.SYSREGS, LogCategory.SPE, LogCategory.MMIO, LogCategory.INTERRUPTS);
        Map<LogCategory, Consumer<CharSequence>> sinks = sinks(lists);
        sinks.put(LogCategory.EXEC, line -> trace.line(line.toString()));
        sinks.merge(
                LogCategory.SPE,
                line -> {
                    Matcher matcher = RECORD.matcher(line);
                    if (matcher.matches()) {
                        trace.forget(Long.parseLong(matcher.group(2), 16), Integer.parseInt(matcher.group(1)));
                    }
                },
                Consumer::andThen);
        SortedMap<String, Long> end = new TreeMap<>();
        Machines.Run logged = setup(hypervisor)
                .run(
                        (machine, swaps) -> machine.log(options(sinks, 0, Long.MAX_VALUE)),
                        (machine, swaps) -> end.putAll(machine.registers(0)));
        assertThat(logged.records()).isEqualTo(plain.records()).isNotEmpty();
        assertThat(logged.result().cycles()).isEqualTo(plain.result().cycles());
        assertThat(logged.result().exits()).isEqualTo(plain.result().exits());

        assertThat(trace.instructions).isEqualTo(plain.result().instructions());
        assertThat(trace.exceptions).isPositive();
        assertThat(trace.writes).isPositive();
        assertThat(trace.known).isGreaterThan(1000);
        for (int i = 0; i < 31; i++) {
            assertThat(trace.registers.get("X" + i)).as("X" + i).isEqualTo(String.format("%016x", end.get("X" + i)));
        }
        lists.forEach((category, lines) -> {
            assertThat(lines).as(category.name()).isNotEmpty();
            assertThat(lines).allSatisfy(line -> assertThat(line).matches(EVENT));
        });
        assertThat(lists.get(LogCategory.SPE).stream().filter(line -> line.contains(": record of ")))
                .hasSize(plain.result()
                        .counters()
                        .get(SpuState.COUNTERS[SpuState.RECORDS_WRITTEN])
                        .intValue());
        assertThat(lists.get(LogCategory.SYSREGS)).anyMatch(line -> line.contains(": MSR PMSCR_EL1 0x"));
        assertThat(lists.get(LogCategory.EXCEPTIONS))
                .anyMatch(line -> line.contains("ESR_EL1 0x"))
                .anyMatch(line -> line.contains(": returned from EL1"));
    }

    @Test
    @DisplayName("a part by counts, addresses and level is exactly the part of the whole log")
    void parts() {
        Map<LogCategory, List<String>> whole = lists(LogCategory.EXEC, LogCategory.SYSREGS);
        setup("none")
                .limit(60_000)
                .run((machine, swaps) -> machine.log(options(sinks(whole), 0, Long.MAX_VALUE)), (m, s) -> {});
        List<String> instructions = whole.get(LogCategory.EXEC).stream()
                .filter(line -> line.contains(" IT ") || line.contains(" IS "))
                .toList();
        Map<LogCategory, List<String>> some = lists(LogCategory.EXEC, LogCategory.SYSREGS);
        setup("none")
                .limit(60_000)
                .run((machine, swaps) -> machine.log(options(sinks(some), 31_337, 41_007)), (m, s) -> {});
        assertThat(some.get(LogCategory.EXEC).stream().filter(line -> line.contains(" IT ") || line.contains(" IS ")))
                .isEqualTo(instructions.subList(31_337, 41_007));

        long pc = Long.parseUnsignedLong(instructions.get(31_337).replaceAll(".*\\) ([0-9a-f]{16}):.*", "$1"), 16);
        Map<LogCategory, List<String>> one = lists(LogCategory.EXEC);
        setup("none")
                .limit(60_000)
                .run(
                        (machine, swaps) ->
                                machine.log(new LogOptions(sinks(one), 0, Long.MAX_VALUE, pc, pc, LogOptions.ANY)),
                        (m, s) -> {});
        String place = String.format(") %016x:", pc);
        assertThat(one.get(LogCategory.EXEC).stream().filter(line -> line.contains(" IT ") || line.contains(" IS ")))
                .isEqualTo(instructions.stream()
                        .filter(line -> line.contains(place))
                        .toList())
                .isNotEmpty();
    }

    @Test
    @DisplayName("the launcher writes the files, and the records are those of a run without")
    void launcher(@TempDir Path folder) throws IOException {
        Path trace = folder.resolve("trace/exec.tarmac");
        Path events = folder.resolve("events.log");
        Spelunk.Outcome plain = Spelunk.run(
                "run",
                "--max-instructions",
                "300000",
                "-o",
                folder.resolve("plain").toString());
        Spelunk.Outcome logged = Spelunk.run(
                "run",
                "--max-instructions",
                "300000",
                "--log",
                "exec:" + trace,
                "--log",
                "exceptions,sysregs,spe:" + events,
                "--log-el",
                "1",
                "-o",
                folder.resolve("logged").toString());
        assertThat(logged.code()).as(logged.err()).isEqualTo(plain.code()).isEqualTo(4);
        assertThat(folder.resolve("logged/records.bin")).hasSameBinaryContentAs(folder.resolve("plain/records.bin"));
        assertThat(Files.readAllLines(trace)).isNotEmpty().noneMatch(line -> line.contains(" O EL0t_"));
        assertThat(Files.readAllLines(events)).isNotEmpty().allSatisfy(line -> assertThat(line)
                .matches(EVENT));
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("trace", "events.log", "plain", "logged");
    }
}
