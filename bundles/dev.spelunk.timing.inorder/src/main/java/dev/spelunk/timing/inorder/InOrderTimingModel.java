// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Service: an in-order pipeline with set-associative caches, TLBs and a branch predictor, of the shape that the
 * variant gives.
 */
@Component(
        service = TimingModel.class,
        configurationPid = InOrderTimingModel.PID,
        property = {Parts.PART + "=" + Parts.TIMING, Parts.NAME + "=inorder"})
public final class InOrderTimingModel implements TimingModel {
    /** PID of the configuration. */
    public static final String PID = "dev.spelunk.timing.inorder";

    /**
     * Shape and latencies. Sizes of caches are in KiB, lines are of 64 bytes; sets (entries / ways) and predictor
     * tables are powers of two. Latencies are in cycles, from 0 to 100,000.
     */
    @interface Config {
        /** {@code sampled}: operations of the warming window are seen; {@code full}: every operation. */
        String mode() default "sampled";

        /** Operations before each sample that warm caches and predictors, from 0 to 1,000,000. */
        int warmingWindow() default 256;

        /**
         * Percentage of the operations that may be seen beyond the windows, from 0 to 100: windows follow on each
         * other while the last level still meets lines that it does not hold.
         */
        int primingShare() default 5;

        /** Codes of the Data Source packet: {@code none}, or {@code neoverse} as Linux decodes them. */
        String dataSource() default "none";

        int l1dSize() default 64;

        int l1dWays() default 4;

        int l1iSize() default 64;

        int l1iWays() default 4;

        int l2Size() default 1024;

        int l2Ways() default 8;

        /** 0: there is no last level cache beyond the L2. */
        int lastLevelSize() default 4096;

        int lastLevelWays() default 16;

        int dtlbEntries() default 48;

        int dtlbWays() default 48;

        int l2TlbEntries() default 1280;

        int l2TlbWays() default 5;

        /** Two-bit counters in each of the three tables of the direction predictor. */
        int directionEntries() default 4096;

        /** Outcomes of conditional branches that index the second table, from 0 to 30. */
        int historyBits() default 8;

        /** Entries of the target predictor for indirect branches. */
        int targetEntries() default 512;

        /** Entries of the return stack, from 1 to 1024. */
        int returnEntries() default 16;

        /** Operations dispatched and issued in a cycle, from 1 to 16. */
        int width() default 2;

        /** Operations that wait for issue, from 1 to 1024. */
        int queueEntries() default 8;

        int integerLatency() default 1;

        int multiplyLatency() default 3;

        int divideLatency() default 12;

        int floatingPointLatency() default 3;

        int floatingPointDivideLatency() default 12;

        int simdLatency() default 2;

        int branchLatency() default 1;

        int storeLatency() default 1;

        /** Beyond the access itself, as for a load. */
        int atomicLatency() default 6;

        int systemLatency() default 4;

        /** Load to use, from each level. */
        int l1dLatency() default 4;

        int l2Latency() default 11;

        int lastLevelLatency() default 35;

        int memoryLatency() default 120;

        /** Device and Non-cacheable accesses. */
        int uncachedLatency() default 60;

        /** Translation latency of a DTLB hit, an L2 TLB hit and a table walk. */
        int dtlbLatency() default 1;

        int l2TlbLatency() default 5;

        int walkLatency() default 30;

        /** From completion of a mispredicted branch to dispatch of the next operation. */
        int mispredictPenalty() default 9;

        /** What an access that crosses a line takes longer. */
        int misalignedLatency() default 2;
    }

    private final Shape shape;

    /** @throws dev.spelunk.api.problems.BadInputException when a value is out of range */
    @Activate
    public InOrderTimingModel(Config config) {
        shape = Shape.of(config);
    }

    @Override
    public OperationTimer create(PeContext context) {
        return new InOrderOperationTimer(context, shape);
    }

    @Override
    public List<PmuEvent> events() {
        if (!shape.full()) {
            return List.of();
        }
        boolean lastLevel = shape.lastLevel().sets() > 0;
        return Arrays.<PmuEvent>stream(ModelledEvent.values())
                .filter(event -> lastLevel || !((ModelledEvent) event).ofLastLevel())
                .toList();
    }
}
