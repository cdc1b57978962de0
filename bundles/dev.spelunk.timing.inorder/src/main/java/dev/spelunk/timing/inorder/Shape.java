// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.problems.BadInputException;
import java.util.Objects;

/**
 * What the structures of the model look like: checked values of its configuration.
 *
 * @param full every operation is seen
 * @param window operations of the warming window
 * @param primingShare percentage of the operations that may be seen beyond the windows
 * @param sources whether loads have Neoverse data source codes
 */
record Shape(
        boolean full,
        int window,
        int primingShare,
        boolean sources,
        Sets l1d,
        Sets l1i,
        Sets l2,
        Sets lastLevel,
        Sets dtlb,
        Sets l2Tlb,
        int directionEntries,
        int historyBits,
        int targetEntries,
        int returnEntries,
        int width,
        int queueEntries,
        Latencies latencies) {
    private static final int LARGEST_CACHE = 1 << 18;
    private static final int MOST_ENTRIES = 1 << 20;
    private static final int LINES_IN_KIB = 16;
    private static final int LONGEST = 100_000;

    /** Sets and ways; without sets the array is not there. */
    record Sets(int sets, int ways) {
        int words() {
            return sets == 0 ? 0 : SetAssociative.words(sets, ways);
        }
    }

    /** Cycles by class of operation and by level. */
    record Latencies(
            int integer,
            int multiply,
            int divide,
            int floatingPoint,
            int floatingPointDivide,
            int simd,
            int branch,
            int store,
            int atomic,
            int system,
            int l1d,
            int l2,
            int lastLevel,
            int memory,
            int uncached,
            int dtlb,
            int l2Tlb,
            int walk,
            int mispredict,
            int misaligned) {}

    /** @throws BadInputException when a value is out of range, with PID, key and what is allowed */
    static Shape of(InOrderTimingModel.Config c) {
        if (!c.mode().equals("sampled") && !c.mode().equals("full")) {
            throw invalid("mode", c.mode(), "sampled or full");
        }
        if (!c.dataSource().equals("none") && !c.dataSource().equals("neoverse")) {
            throw invalid("dataSource", c.dataSource(), "none or neoverse");
        }
        return new Shape(
                c.mode().equals("full"),
                range("warmingWindow", c.warmingWindow(), 0, 1_000_000),
                range("primingShare", c.primingShare(), 0, 100),
                c.dataSource().equals("neoverse"),
                cache("l1d", c.l1dSize(), c.l1dWays(), 1),
                cache("l1i", c.l1iSize(), c.l1iWays(), 1),
                cache("l2", c.l2Size(), c.l2Ways(), 1),
                cache("lastLevel", c.lastLevelSize(), c.lastLevelWays(), 0),
                sets("dtlb", "Entries", c.dtlbEntries(), c.dtlbEntries(), c.dtlbWays()),
                sets("l2Tlb", "Entries", c.l2TlbEntries(), c.l2TlbEntries(), c.l2TlbWays()),
                powerOfTwo("directionEntries", c.directionEntries()),
                range("historyBits", c.historyBits(), 0, 30),
                powerOfTwo("targetEntries", c.targetEntries()),
                range("returnEntries", c.returnEntries(), 1, 1024),
                range("width", c.width(), 1, 16),
                range("queueEntries", c.queueEntries(), 1, 1024),
                latencies(c));
    }

    private static Latencies latencies(InOrderTimingModel.Config c) {
        return new Latencies(
                cycles("integerLatency", c.integerLatency()),
                cycles("multiplyLatency", c.multiplyLatency()),
                cycles("divideLatency", c.divideLatency()),
                cycles("floatingPointLatency", c.floatingPointLatency()),
                cycles("floatingPointDivideLatency", c.floatingPointDivideLatency()),
                cycles("simdLatency", c.simdLatency()),
                cycles("branchLatency", c.branchLatency()),
                cycles("storeLatency", c.storeLatency()),
                cycles("atomicLatency", c.atomicLatency()),
                cycles("systemLatency", c.systemLatency()),
                cycles("l1dLatency", c.l1dLatency()),
                cycles("l2Latency", c.l2Latency()),
                cycles("lastLevelLatency", c.lastLevelLatency()),
                cycles("memoryLatency", c.memoryLatency()),
                cycles("uncachedLatency", c.uncachedLatency()),
                cycles("dtlbLatency", c.dtlbLatency()),
                cycles("l2TlbLatency", c.l2TlbLatency()),
                cycles("walkLatency", c.walkLatency()),
                cycles("mispredictPenalty", c.mispredictPenalty()),
                cycles("misalignedLatency", c.misalignedLatency()));
    }

    private static Sets cache(String name, int kib, int ways, int least) {
        range(name + "Size", kib, least, LARGEST_CACHE);
        return kib == 0 ? new Sets(0, 0) : sets(name, "Size", kib, kib * LINES_IN_KIB, ways);
    }

    private static Sets sets(String name, String key, int value, int entries, int ways) {
        range(name + "Ways", ways, 1, 1024);
        if (key.equals("Entries")) {
            range(name + key, entries, 1, MOST_ENTRIES);
        }
        if (entries % ways != 0 || Integer.bitCount(entries / ways) != 1) {
            throw new BadInputException(InOrderTimingModel.PID + ": " + name + key + " " + value + " and " + name
                    + "Ways " + ways + " do not make a power of two of sets: they make " + entries + " entries / "
                    + ways + " ways");
        }
        return new Sets(entries / ways, ways);
    }

    private static int powerOfTwo(String key, int value) {
        if (value < 1 || value > MOST_ENTRIES || Integer.bitCount(value) != 1) {
            throw invalid(key, value, "a power of two from 1 to " + MOST_ENTRIES);
        }
        return value;
    }

    private static int cycles(String key, int value) {
        return range(key, value, 0, LONGEST);
    }

    private static int range(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw invalid(key, value, "from " + least + " to " + most);
        }
        return value;
    }

    private static BadInputException invalid(String key, Object value, String allowed) {
        return new BadInputException(InOrderTimingModel.PID + ": " + key + " is " + value + ", but must be " + allowed);
    }

    /** Tells apart state of models whose structures differ: state of another shape means nothing here. */
    long signature() {
        return 1
                + (Objects.hash(
                                l1d,
                                l1i,
                                l2,
                                lastLevel,
                                dtlb,
                                l2Tlb,
                                directionEntries,
                                historyBits,
                                targetEntries,
                                returnEntries,
                                queueEntries)
                        & 0xFFFFFFFFL);
    }
}
