// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.util.List;

/**
 * What the records of a profile say, added up. Counts are of sample records; latencies are sums over them, in CPU cycles.
 *
 * @param records all of them
 * @param counterFrequency of the counter that timestamps tell, in Hz
 * @param time when they came
 * @param functions those with the most samples first
 * @param contexts where the samples of each context fell
 * @param calls from function to function, as far as branches with link were sampled and told apart (FEAT_SPE_CRR)
 * @param operations by operation type
 * @param events by name; a record has any number of them
 * @param sources by data source
 * @param latencies by the level of the memory hierarchy that answered
 * @param branches sites of branches, those with the most samples first
 * @param pages which pages were accessed when
 */
public record ProfileData(
        long records,
        long counterFrequency,
        Time time,
        List<Function> functions,
        List<Context> contexts,
        List<Call> calls,
        List<Count> operations,
        List<Count> events,
        List<Count> sources,
        List<Latency> latencies,
        List<Branch> branches,
        List<Page> pages) {

    /** Nothing was recorded. */
    public static final ProfileData EMPTY = new ProfileData(
            0,
            0,
            new Time(false, 0, 1, List.of()),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());

    /** A name and how many records have it. */
    public record Count(String name, long records) {}

    /**
     * The intervals by which this counts over time.
     *
     * @param timestamps whether they are of the system counter; else of numbers of records
     * @param first the count at which the first one begins
     * @param width of each
     * @param cpus records in each, by CPU
     */
    public record Time(boolean timestamps, long first, long width, List<long[]> cpus) {}

    /**
     * What was sampled at one address or in one function.
     *
     * @param samples how many records
     * @param totalLatency from dispatch to completion
     * @param issueLatency from dispatch to issue
     * @param translationLatency of addresses of data
     * @param refills records with an L1 data cache refill or miss
     * @param memory records that no cache answered
     * @param walks records with a translation table walk
     * @param mispredicted branches that were predicted wrongly
     */
    public record Sums(
            long samples,
            long totalLatency,
            long issueLatency,
            long translationLatency,
            long refills,
            long memory,
            long walks,
            long mispredicted) {
        /** Of nothing. */
        public static final Sums ZERO = new Sums(0, 0, 0, 0, 0, 0, 0, 0);

        /** Both together. */
        public Sums plus(Sums other) {
            return new Sums(
                    samples + other.samples,
                    totalLatency + other.totalLatency,
                    issueLatency + other.issueLatency,
                    translationLatency + other.translationLatency,
                    refills + other.refills,
                    memory + other.memory,
                    walks + other.walks,
                    mispredicted + other.mispredicted);
        }
    }

    /**
     * A function.
     *
     * @param name its symbol, or the page of its addresses in brackets where there is none
     * @param el the Exception level at which it was sampled
     * @param sums of all its samples
     * @param lines its instructions by address: every one where the code is known and the function is short enough, else
     *     those that were sampled
     */
    public record Function(String name, int el, Sums sums, List<Line> lines) {}

    /**
     * An instruction.
     *
     * @param address at which it was sampled
     * @param text in assembly language; null where the code is not known
     * @param source file and line; null where that is not known
     * @param sums of its samples
     */
    public record Line(long address, String text, String source, Sums sums) {}

    /**
     * Samples of one context in one function.
     *
     * @param name of the context: CONTEXTIDR_EL1 and CONTEXTIDR_EL2 where records tell them
     */
    public record Context(String name, String function, int el, long samples) {}

    /** Branches with link from one function to another. */
    public record Call(String caller, String callee, long samples) {}

    /**
     * A histogram of one latency.
     *
     * @param counter which one: {@code total}, {@code issue} or {@code translation}
     * @param level which level of the memory hierarchy answered, or {@code no memory access}
     * @param buckets number of records by latency: of 0 in the first, in the one after of 1, then of 2 and 3, of 4 to 7, …
     */
    public record Latency(String counter, String level, List<Long> buckets) {}

    /** A branch: how often it was sampled as taken, as not taken, and of these how often it was mispredicted. */
    public record Branch(long address, String function, int el, long taken, long notTaken, long mispredicted) {}

    /**
     * Data accesses to one page, or to several in a row where there are very many.
     *
     * @param address of its first byte
     * @param bytes its size
     * @param function that was sampled most while it accessed the page
     * @param accesses number of records in each interval of {@link Time}
     */
    public record Page(long address, long bytes, String function, long[] accesses) {}
}
