// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.a64.Disassembler;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileData.Branch;
import dev.spelunk.api.records.ProfileData.Call;
import dev.spelunk.api.records.ProfileData.Context;
import dev.spelunk.api.records.ProfileData.Count;
import dev.spelunk.api.records.ProfileData.Function;
import dev.spelunk.api.records.ProfileData.Latency;
import dev.spelunk.api.records.ProfileData.Line;
import dev.spelunk.api.records.ProfileData.Page;
import dev.spelunk.api.records.ProfileData.Sums;
import dev.spelunk.api.records.ProfileData.Time;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.elf.FunctionCode;
import dev.spelunk.records.packet.AddressIndex;
import dev.spelunk.records.packet.CounterIndex;
import dev.spelunk.records.packet.Event;
import dev.spelunk.records.packet.OperationType;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.SampleRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up records by address, context, latency, page and time. Its size depends on how much code and how many contexts
 * were sampled, and not on the number of records.
 */
public final class Accumulator {
    /** Functions whose instructions are told. */
    private static final int LISTED_FUNCTIONS = 60;
    /** Instructions of a function that is told whole. */
    private static final int LISTED_INSTRUCTIONS = 1200;

    private static final int BRANCHES = 200;
    private static final int CONTEXTS = 64;
    /** Calls that have been seen are told apart by both ends. */
    private static final int CALLS = 2000;

    private static final CounterIndex[] LATENCIES = {
        CounterIndex.TOTAL_LATENCY, CounterIndex.ISSUE_LATENCY, CounterIndex.TRANSLATION_LATENCY
    };
    private static final String[] LATENCY_NAMES = {"total", "issue", "translation"};
    private static final int DATA_SOURCES = 1 << 16;

    /** What the sites of one context have, by site. */
    private record ContextKey(long contexts, boolean el1, boolean el2) {
        String label() {
            return !el1 && !el2
                    ? "no context"
                    : (el1 ? "context " + (contexts & 0xffff_ffffL) : "")
                            + (el1 && el2 ? ", " : "")
                            + (el2 ? "EL2 context " + (contexts >>> 32) : "");
        }
    }

    private record CallKey(Site from, long target, int el) {}

    private final ProfileDescription description;
    private final Symbols symbols;
    private final Sites sites = new Sites();
    private final Map<ContextKey, Map<Site, long[]>> contexts = new LinkedHashMap<>();
    private ContextKey lastContext;
    private Map<Site, long[]> lastSites;
    private final Map<CallKey, long[]> calls = new HashMap<>();
    private final long[][] operations = new long[4][256];
    private final long[] events = new long[Long.SIZE];
    private long[] sources = new long[16];
    private final Histogram[][] latencies = new Histogram[LATENCIES.length][MemoryLevel.values().length];
    private final Intervals intervals = new Intervals();
    private final long[][] cpus;
    private final Pages pages = new Pages();
    private long records;

    /** Adds up the records of a guest. */
    public Accumulator(ProfileDescription description) {
        this(description, new GuestSymbols(description));
    }

    /** Adds up the records of a guest whose functions something else names. */
    public Accumulator(ProfileDescription description, Symbols symbols) {
        this.description = description;
        this.symbols = symbols;
        this.cpus = new long[description.cpus()][Intervals.COUNT];
        intervals.onDoubled(() -> {
            for (long[] cpu : cpus) {
                Intervals.halve(cpu);
            }
            pages.halve();
        });
    }

    /**
     * Adds a record of a CPU.
     *
     * @param space the address space in which it was sampled
     * @return what was sampled at its address; null when it has none
     */
    public Site add(SampleRecord record, int cpu, int space) {
        records++;
        MemoryLevel level = MemoryLevel.of(record);
        int interval = intervals.of(record);
        cpus[cpu][interval]++;
        for (int i = 0; i < LATENCIES.length; i++) {
            if (record.has(LATENCIES[i])) {
                Histogram[] histograms = latencies[i];
                if (histograms[level.ordinal()] == null) {
                    histograms[level.ordinal()] = new Histogram();
                }
                histograms[level.ordinal()].add(record.counter(LATENCIES[i].index()));
            }
        }
        for (long rest = record.events; rest != 0; rest &= rest - 1) {
            events[Long.numberOfTrailingZeros(rest)]++;
        }
        if (record.has(PacketType.OPERATION_TYPE)) {
            operations[record.operationClass][record.operation]++;
        }
        if (record.has(PacketType.DATA_SOURCE)) {
            source(record.dataSource & DATA_SOURCES - 1);
        }
        if (!record.has(AddressIndex.PC)) {
            return null;
        }
        Site site = sites.at(record.canonicalPc(), record.el, space);
        site.add(record, level);
        context(record).computeIfAbsent(site, k -> new long[1])[0]++;
        if (record.has(AddressIndex.VA)) {
            pages.add(record.va, interval, site);
        }
        if (record.operationClass == OperationType.CLASS_BRANCH && record.has(AddressIndex.TARGET)) {
            call(record, site);
        }
        return site;
    }

    private void source(int source) {
        if (source >= sources.length) {
            sources = Arrays.copyOf(sources, Math.max(source + 1, sources.length * 2));
        }
        sources[source]++;
    }

    private Map<Site, long[]> context(SampleRecord record) {
        boolean el1 = record.hasContext(1);
        boolean el2 = record.hasContext(2);
        long both = (el2 ? (long) record.contextEl2 << 32 : 0) | (el1 ? record.contextEl1 & 0xffff_ffffL : 0);
        if (lastContext == null || lastContext.contexts != both || lastContext.el1 != el1 || lastContext.el2 != el2) {
            ContextKey key = new ContextKey(both, el1, el2);
            lastSites = contexts.computeIfAbsent(key, k -> new HashMap<>());
            lastContext = key;
        }
        return lastSites;
    }

    /** A branch with link, where the record tells what it is. */
    private void call(SampleRecord record, Site site) {
        if (OperationType.callReturn(record.operation) == 1 && calls.size() < CALLS) {
            calls.computeIfAbsent(new CallKey(site, record.canonicalTarget(), record.targetEl), k -> new long[1])[0]++;
        }
    }

    /** Why functions have no names, or null. */
    public String problem() {
        return symbols.problem();
    }

    /** Samples by function, as {@code EL1  name}. */
    public Map<String, long[]> functionCounts() {
        Map<String, long[]> counts = new TreeMap<>();
        for (Site site : sites.all()) {
            counts.computeIfAbsent("EL" + site.el + "  " + name(site), k -> new long[1])[0] += site.samples;
        }
        return counts;
    }

    /** The function of a site; null when it has no name. */
    public String function(Site site) {
        if (!site.looked) {
            site.symbol = symbols.function(site.address, site.el, site.space);
            site.looked = true;
        }
        return site.symbol;
    }

    private String name(Site site) {
        return named(function(site), site.address);
    }

    private static String named(String symbol, long address) {
        return symbol != null ? symbol : String.format(Locale.ROOT, "[0x%x]", address & -4096L);
    }

    /** All of it. */
    public ProfileData result() {
        return new ProfileData(
                records,
                description.counterFrequency(),
                new Time(intervals.timestamps(), intervals.first(), intervals.width(), List.of(cpus)),
                functions(),
                contextList(),
                callList(),
                sorted(operationCounts()),
                sorted(eventCounts()),
                sorted(sourceCounts()),
                latencyList(),
                branchList(),
                pageList());
    }

    private List<Function> functions() {
        Map<String, List<Site>> byName = new TreeMap<>();
        for (Site site : sites.all()) {
            byName.computeIfAbsent(site.el + name(site), k -> new ArrayList<>()).add(site);
        }
        List<List<Site>> groups = new ArrayList<>(byName.values());
        groups.sort(Comparator.comparingLong(
                group -> -group.stream().mapToLong(site -> site.samples).sum()));
        List<Function> functions = new ArrayList<>();
        for (List<Site> group : groups) {
            Sums sums = Sums.ZERO;
            for (Site site : group) {
                sums = sums.plus(site.sums());
            }
            Site first = group.get(0);
            functions.add(new Function(
                    name(first), first.el, sums, functions.size() < LISTED_FUNCTIONS ? lines(group) : List.of()));
        }
        return functions;
    }

    private List<Line> lines(List<Site> group) {
        TreeMap<Long, Line> lines = new TreeMap<>(Long::compareUnsigned);
        Site first = group.get(0);
        FunctionCode code = symbols.code(first.address, first.el, first.space, LISTED_INSTRUCTIONS);
        if (code != null) {
            for (int i = 0; i < code.words().length; i++) {
                long address = code.address() + 4L * i;
                lines.put(
                        address,
                        new Line(
                                address,
                                Disassembler.disassemble(code.words()[i], address),
                                code.sources()[i],
                                Sums.ZERO));
            }
        }
        for (Site site : group) {
            Line listed = lines.get(site.address);
            lines.put(
                    site.address,
                    listed == null
                            ? new Line(site.address, null, null, site.sums())
                            : new Line(site.address, listed.text(), listed.source(), site.sums()));
        }
        return List.copyOf(lines.values());
    }

    private List<Context> contextList() {
        List<Map.Entry<ContextKey, Map<Site, long[]>>> entries = new ArrayList<>(contexts.entrySet());
        entries.sort(Comparator.comparingLong(e ->
                -e.getValue().values().stream().mapToLong(count -> count[0]).sum()));
        List<Context> list = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            String label = i < CONTEXTS ? entries.get(i).getKey().label() : "other contexts";
            Map<String, Context> functions = new TreeMap<>();
            entries.get(i)
                    .getValue()
                    .forEach((site, count) -> functions.merge(
                            site.el + name(site),
                            new Context(label, name(site), site.el, count[0]),
                            (a, b) -> new Context(label, a.function(), a.el(), a.samples() + b.samples())));
            list.addAll(functions.values());
        }
        return list;
    }

    private List<Call> callList() {
        Map<String, Call> list = new TreeMap<>();
        calls.forEach((key, count) -> {
            String caller = name(key.from());
            String callee = named(symbols.function(key.target(), key.el(), key.from().space), key.target());
            list.merge(
                    caller + '\n' + callee,
                    new Call(caller, callee, count[0]),
                    (a, b) -> new Call(caller, callee, a.samples() + b.samples()));
        });
        List<Call> sorted = new ArrayList<>(list.values());
        sorted.sort(Comparator.comparingLong((Call call) -> -call.samples()));
        return sorted;
    }

    /** Records by operation type. */
    public Map<String, long[]> operationCounts() {
        Map<String, long[]> counts = new TreeMap<>();
        for (int operationClass = 0; operationClass < operations.length; operationClass++) {
            for (int payload = 0; payload < operations[operationClass].length; payload++) {
                count(counts, OperationType.summary(operationClass, payload), operations[operationClass][payload]);
            }
        }
        return counts;
    }

    /** Records by event. */
    public Map<String, long[]> eventCounts() {
        Map<String, long[]> counts = new TreeMap<>();
        for (int bit = 0; bit < events.length; bit++) {
            count(counts, Event.name(bit, description.midr()), events[bit]);
        }
        return counts;
    }

    private Map<String, long[]> sourceCounts() {
        Map<String, long[]> counts = new TreeMap<>();
        for (int source = 0; source < sources.length; source++) {
            count(counts, DataSource.name(source, description.midr()), sources[source]);
        }
        return counts;
    }

    private static void count(Map<String, long[]> counts, String name, long number) {
        if (number != 0) {
            counts.computeIfAbsent(name, k -> new long[1])[0] += number;
        }
    }

    private static List<Count> sorted(Map<String, long[]> counts) {
        List<Count> list = new ArrayList<>();
        counts.forEach((name, count) -> list.add(new Count(name, count[0])));
        list.sort(Comparator.comparingLong((Count count) -> -count.records()));
        return list;
    }

    private List<Latency> latencyList() {
        List<Latency> list = new ArrayList<>();
        for (int i = 0; i < LATENCIES.length; i++) {
            for (MemoryLevel level : MemoryLevel.values()) {
                Histogram histogram = latencies[i][level.ordinal()];
                if (histogram != null) {
                    list.add(new Latency(LATENCY_NAMES[i], level.label(), histogram.buckets()));
                }
            }
        }
        return list;
    }

    private List<Branch> branchList() {
        List<Site> branches = new ArrayList<>(sites.all());
        branches.removeIf(site -> site.taken + site.notTaken == 0);
        branches.sort(Comparator.comparingLong((Site site) -> -(site.taken + site.notTaken))
                .thenComparingLong(site -> site.address));
        List<Branch> list = new ArrayList<>();
        for (Site site : branches.subList(0, Math.min(BRANCHES, branches.size()))) {
            list.add(new Branch(site.address, name(site), site.el, site.taken, site.notTaken, site.mispredicted));
        }
        return list;
    }

    private List<Page> pageList() {
        List<Page> list = new ArrayList<>();
        for (Pages.Page page : pages.hottest()) {
            list.add(new Page(page.number << pages.shift(), 1L << pages.shift(), name(page.site()), page.accesses));
        }
        return list;
    }
}
