// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.LogCategory;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.state.TlbState;
import dev.spelunk.api.wiring.PeContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
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
    /** Where the guest is profiled, near the limit. */
    private static final long END = 1_880_000;
    /** The same for the guest with two vCPUs. */
    private static final long END_OF_TWO = 300_000;
    /** All but single instructions. */
    private static final LogCategory[] EVENTS =
            EnumSet.complementOf(EnumSet.of(LogCategory.EXEC)).toArray(LogCategory[]::new);

    private static final Pattern RECORD =
            Pattern.compile(".* spe EL\\d .*record of (\\d+) bytes.* PA 0x([0-9a-f]{12}).*");
    private static final Pattern EVENT = Pattern.compile(
            "(\\d+) clk cpu0 (exception|translation|tlb|sysreg|spe|mmio|interrupt) EL([0-2])( vcpu=0)? vmid=\\d+ contextidr=\\d+: (.+) at "
                    + "0x([0-9a-f]{16})( \\S+)?");
    private static final Pattern ENTERED = Pattern.compile(
            ".*: entered EL1&0 (?:global|ASID \\d+) VMID \\d+ VA 0x([0-9a-f]{16}): IPA 0x[0-9a-f]{12} PA 0x([0-9a-f]{12}), "
                    + "(\\d+) ([KMG])iB, [r-][w-][x-] at .*");

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
                LogCategory.EXCEPTIONS,
                LogCategory.TRANSLATIONS,
                LogCategory.TLB,
                LogCategory.SYSREGS,
                LogCategory.SPE,
                LogCategory.MMIO,
                LogCategory.INTERRUPTS);
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
        long[] entries = new long[1];
        Machines.Run logged = setup(hypervisor)
                .run((machine, swaps) -> machine.log(options(sinks, 0, Long.MAX_VALUE)), (machine, swaps) -> {
                    end.putAll(machine.registers(0));
                    entries[0] = entries(machine);
                });
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
        assertTranslations(lists.get(LogCategory.TRANSLATIONS), lists.get(LogCategory.TLB), entries[0]);
    }

    private static long entries(Machine machine) {
        long valid = 0;
        for (PeContext context : machine.pes()) {
            for (int e = 0; e < context.pe.tlb.entries.length; e += TlbState.WORDS) {
                valid += context.pe.tlb.entries[e] != 0 ? 1 : 0;
            }
        }
        return valid;
    }

    /** What was found was entered, and what was entered is there unless it was replaced or invalidated. */
    private static void assertTranslations(List<String> translations, List<String> tlb, long entries) {
        List<String> found = translations.stream()
                .filter(line -> line.contains(" PA 0x") && !line.contains("AT for"))
                .map(line -> line.replaceFirst(".* of VA 0x([0-9a-f]{16}): .*PA 0x([0-9a-f]{12}), .*", "$1 $2"))
                .toList();
        List<String> entered =
                tlb.stream().filter(line -> line.contains(": entered EL")).toList();
        assertThat(found).hasSameSizeAs(entered).hasSizeGreaterThan(20);
        for (int i = 0; i < found.size(); i++) {
            Matcher matcher = ENTERED.matcher(entered.get(i));
            assertThat(matcher.matches()).as(entered.get(i)).isTrue();
            long va = Long.parseUnsignedLong(matcher.group(1), 16);
            long size = Long.parseLong(matcher.group(3)) << " KMG".indexOf(matcher.group(4)) * 10;
            String[] pair = found.get(i).split(" ");
            assertThat(Long.parseUnsignedLong(pair[0], 16) & -size)
                    .as(entered.get(i))
                    .isEqualTo(va);
            assertThat(pair[1]).isEqualTo(matcher.group(2));
        }
        long gone = tlb.stream()
                .filter(line -> line.contains(": TLBI "))
                .mapToLong(
                        line -> Long.parseLong(line.replaceFirst(".*: TLBI \\w+ 0x[0-9a-f]{16}: (\\d+) entr.*", "$1")))
                .sum();
        long replaced =
                tlb.stream().filter(line -> line.contains(": replaced EL")).count();
        assertThat(entered.size() - gone - replaced).isEqualTo(entries).isPositive();
    }

    /** Goes on, and back, and on, and then to the end; the machine runs on the test's thread. */
    private static void wander(Debugger debugger, long from) {
        try {
            assertThat(debugger.await(60_000)).isNotNull();
            Order[] way = {
                Order.goTo(from + 30_000),
                Order.backStep(0),
                Order.backStep(0),
                Order.step(0),
                Order.goTo(from + 70_000),
                Order.goTo(from + 45_000),
                Order.step(0),
                Order.backStep(0),
                Order.goTo(from + 20_001),
                Order.goTo(from + 69_990),
                Order.step(0),
                Order.goTo(from + 90_000),
                Order.goTo(from - 1_000),
                Order.go()
            };
            for (Order order : way) {
                debugger.go(order);
                assertThat(debugger.await(60_000)).isNotNull();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What a run logs.
     *
     * @param from where the logs begin
     * @param place around which a debugger goes back and forwards; -1 for no debugger
     */
    private static Map<LogCategory, List<String>> logged(
            Machines.Setup setup, long from, long place, LogCategory... categories) {
        Map<LogCategory, List<String>> all = lists(categories);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        setup.run(
                (machine, swaps) -> {
                    machine.log(options(sinks(all), from, Long.MAX_VALUE));
                    if (place >= 0) {
                        Debugger debugger = machine.debugger();
                        debugger.keepHistory(64 << 20);
                        debugger.standAtBegin();
                        Thread driver = new Thread(() -> wander(debugger, place));
                        driver.setUncaughtExceptionHandler((thread, e) -> {
                            failure.set(e);
                            machine.interrupt();
                        });
                        driver.start();
                    }
                },
                (machine, swaps) -> {});
        assertThat(failure.get()).isNull();
        return all;
    }

    private static void assertSame(Map<LogCategory, List<String>> some, Map<LogCategory, List<String>> others) {
        some.forEach((category, lines) -> {
            List<String> other = others.get(category);
            int same = 0;
            while (same < Math.min(lines.size(), other.size())
                    && lines.get(same).equals(other.get(same))) {
                same++;
            }
            assertThat(part(other, same))
                    .as("%s from line %d of %d and %d", category, same, lines.size(), other.size())
                    .isEqualTo(part(lines, same));
        });
    }

    private static List<String> part(List<String> lines, int from) {
        return lines.subList(from, Math.min(from + 10, lines.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "kvm"})
    @DisplayName("a debugger that goes back and through it again logs nothing twice and leaves out nothing")
    void goingBack(String hypervisor) {
        Map<LogCategory, List<String>> plain = logged(setup(hypervisor), 0, -1, EVENTS);
        plain.forEach((category, lines) -> assertThat(lines).as(category.name()).isNotEmpty());
        assertSame(plain, logged(setup(hypervisor), 0, END, EVENTS));
        assertSame(
                logged(setup(hypervisor), END, -1, LogCategory.EXEC),
                logged(setup(hypervisor), END, END, LogCategory.EXEC));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("the same with two vCPUs, on PEs of their own and on one")
    void goingBackWithTwo(int pes) throws IOException, InterruptedException {
        Machines.Setup setup = Machines.setup()
                .guest(Guests.built("LogsTest", "twovcpus.elf"))
                .cpus(2)
                .vm(VmOptions.DEFAULT.withTimeSlice(10_000).withPhysicalPes(pes))
                .limit(END_OF_TWO + 120_000);
        Map<LogCategory, List<String>> plain = logged(setup, 0, -1, EVENTS);
        assertThat(plain.get(LogCategory.TLB)).anyMatch(line -> line.contains("cpu" + (pes - 1) + " tlb"));
        assertSame(plain, logged(setup, 0, END_OF_TWO, EVENTS));
        assertSame(
                logged(setup, END_OF_TWO, -1, LogCategory.EXEC),
                logged(setup, END_OF_TWO, END_OF_TWO, LogCategory.EXEC));
    }

    @Test
    @DisplayName("swaps of every part change no line")
    void swaps() {
        Map<LogCategory, List<String>> plain = logged(setup("kvm"), 0, -1, EVENTS);
        Map<LogCategory, List<String>> swapped = lists(EVENTS);
        setup("kvm")
                .run(
                        (machine, swaps) -> {
                            machine.log(options(sinks(swapped), 0, Long.MAX_VALUE));
                            for (int i = 0; i < Parts.SWAPPABLE.size(); i++) {
                                swaps.swapAt(machine, 300_000 + 100_001L * i, SwapRequest.anew(Parts.SWAPPABLE.get(i)));
                            }
                        },
                        (machine, swaps) ->
                                assertThat(swaps.report(machine).swaps()).isEqualTo(Parts.SWAPPABLE.size()));
        assertSame(plain, swapped);
    }

    @Test
    @DisplayName("a restored machine logs what the whole run logs from there on")
    void restored(@TempDir Path folder) {
        long middle = 1_000_000;
        Path file = folder.resolve("state");
        Map<LogCategory, List<String>> whole = lists(EVENTS);
        Snapshots saves = new Snapshots(new TreeMap<>(Map.of(middle, file)), null);
        setup("kvm")
                .snapshots(saves)
                .run((machine, swaps) -> machine.log(options(sinks(whole), middle, Long.MAX_VALUE)), (m, s) -> {});
        Map<LogCategory, List<String>> rest = lists(EVENTS);
        setup("kvm")
                .snapshots(new Snapshots(new TreeMap<>(), file))
                .run((machine, swaps) -> machine.log(options(sinks(rest), 0, Long.MAX_VALUE)), (m, s) -> {});
        assertThat(whole.get(LogCategory.EXCEPTIONS)).isNotEmpty();
        assertSame(whole, rest);
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
