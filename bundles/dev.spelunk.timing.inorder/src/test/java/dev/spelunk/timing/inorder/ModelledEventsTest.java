// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PmuState;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What the performance monitors can count of the model is what the model says of each operation. */
class ModelledEventsTest {
    private static final Map<String, Object> FULL = Map.of("mode", "full");
    private static final int OPERATIONS = 50_000;

    /** How often samples of some operations have an event. */
    private static final class Said {
        private final long[] events = new long[64];
        private long accesses;
        private long loads;
        private long loadsRefilled;
        private long branches;

        void add(Operation o) {
            accesses += o.operationClass == Operation.LOAD_STORE ? 1 : 0;
            if (o.is(Operation.LOAD)) {
                loads++;
                loadsRefilled += (o.events & PMSEVFR_EL1.L1D_REFILL) != 0 ? 1 : 0;
            }
            branches += o.operationClass == Operation.BRANCH ? 1 : 0;
            for (int i = 0; i < events.length; i++) {
                events[i] += o.events >>> i & 1;
            }
        }

        long of(long event) {
            return events[Long.numberOfTrailingZeros(event)];
        }
    }

    private static Said said(Models models) {
        Random random = new Random(7);
        Said said = new Said();
        for (int i = 0; i < OPERATIONS; i++) {
            long va = 0x4000_0000L + (random.nextInt(8) == 0 ? random.nextInt(1 << 20) : random.nextInt(1 << 12)) * 8L;
            switch (random.nextInt(4)) {
                case 0 -> said.add(models.load(va));
                case 1 -> said.add(models.store(va));
                case 2 -> {
                    boolean taken = random.nextInt(3) != 0;
                    said.add(models.branch(
                            0x4100_0000L + random.nextInt(64) * 4L,
                            Operation.CONDITIONAL | (taken ? Operation.TAKEN : 0),
                            0x4100_1000L));
                }
                default -> said.add(models.add());
            }
        }
        return said;
    }

    @Test
    void theTotalsAreTheSumsOfWhatIsSaidOfEachOperation() {
        Models models = new Models(FULL);
        Said said = said(models);
        ToLongFunction<ModelledEvent> total = event -> event.happened(models.context.pe);
        assertThat(total.applyAsLong(ModelledEvent.L1D_CACHE)).isEqualTo(said.accesses);
        assertThat(total.applyAsLong(ModelledEvent.L1D_CACHE_REFILL))
                .isEqualTo(said.of(PMSEVFR_EL1.L1D_REFILL))
                .isPositive();
        assertThat(total.applyAsLong(ModelledEvent.L1D_CACHE_RD)).isEqualTo(said.loads);
        assertThat(total.applyAsLong(ModelledEvent.L1D_CACHE_LMISS_RD))
                .isEqualTo(said.loadsRefilled)
                .isPositive();
        assertThat(total.applyAsLong(ModelledEvent.L1I_CACHE_LMISS))
                .isEqualTo(total.applyAsLong(ModelledEvent.L1I_CACHE_REFILL))
                .isPositive();
        assertThat(total.applyAsLong(ModelledEvent.L1D_TLB)).isEqualTo(said.of(PMSEVFR_EL1.TLB_ACCESS));
        assertThat(total.applyAsLong(ModelledEvent.DTLB_WALK))
                .isEqualTo(total.applyAsLong(ModelledEvent.L2D_TLB_REFILL))
                .isEqualTo(said.of(PMSEVFR_EL1.TLB_WALK))
                .isPositive();
        assertThat(total.applyAsLong(ModelledEvent.L1D_TLB_REFILL))
                .isEqualTo(total.applyAsLong(ModelledEvent.L2D_TLB))
                .isGreaterThan(said.of(PMSEVFR_EL1.TLB_WALK));
        assertThat(total.applyAsLong(ModelledEvent.BR_PRED)).isEqualTo(said.branches);
        assertThat(total.applyAsLong(ModelledEvent.BR_MIS_PRED))
                .isEqualTo(total.applyAsLong(ModelledEvent.BR_MIS_PRED_RETIRED))
                .isEqualTo(said.of(PMSEVFR_EL1.MISPREDICTED))
                .isPositive();
        // The L2 and what is beyond serve instructions too.
        assertThat(total.applyAsLong(ModelledEvent.L2D_CACHE))
                .isEqualTo(total.applyAsLong(ModelledEvent.L1D_CACHE_REFILL)
                        + total.applyAsLong(ModelledEvent.L1I_CACHE_REFILL));
        assertThat(total.applyAsLong(ModelledEvent.LL_CACHE))
                .isEqualTo(total.applyAsLong(ModelledEvent.L2D_CACHE_REFILL));
        assertThat(total.applyAsLong(ModelledEvent.LL_CACHE_MISS))
                .isBetween(said.of(PMSEVFR_EL1.LAST_LEVEL_CACHE_MISS), total.applyAsLong(ModelledEvent.LL_CACHE));
        assertThat(total.applyAsLong(ModelledEvent.LL_CACHE_MISS_RD))
                .isPositive()
                .isLessThan(total.applyAsLong(ModelledEvent.LL_CACHE_MISS));
    }

    @Test
    void anEqualModelThatTakesItsPlaceGoesOnCounting() {
        Models models = new Models(FULL);
        models.load(0x4000_0000L);
        models.context.pe.pmu.place(0x7F);
        models.use(FULL);
        models.load(0x4000_0000L);
        assertThat(ModelledEvent.L1D_CACHE.happened(models.context.pe)).isEqualTo(2);
        assertThat(ModelledEvent.L1D_CACHE_REFILL.happened(models.context.pe)).isEqualTo(1);
    }

    @Test
    void placesThatAreOthersAfterARestoreAreLookedUpAgain() {
        Models models = new Models(FULL);
        models.load(0x4000_0000L);
        PmuState pmu = models.context.pe.pmu;
        // As a snapshot of a process has it that counted something else first.
        System.arraycopy(pmu.numbers, 0, pmu.numbers, 1, PmuState.EVENTS - 1);
        System.arraycopy(pmu.happened, 0, pmu.happened, 1, PmuState.EVENTS - 1);
        pmu.numbers[0] = 0x7F;
        pmu.happened[0] = 9;
        models.load(0x4000_0000L);
        assertThat(ModelledEvent.L1D_CACHE.happened(models.context.pe)).isEqualTo(2);
        assertThat(pmu.happened(0x7F)).isEqualTo(9);
    }

    @Test
    void aModelThatSeesWindowsCountsNothingAndOffersNothing() {
        Models models = new Models(Map.of());
        said(models);
        for (ModelledEvent event : ModelledEvent.values()) {
            assertThat(event.happened(models.context.pe)).isZero();
        }
        assertThat(Models.model(Map.of()).events()).isEmpty();
    }

    @Test
    void whatTheShapeLacksIsNotOffered() {
        assertThat(Models.model(FULL).events()).hasSize(ModelledEvent.values().length);
        assertThat(Models.model(Map.of("mode", "full", "lastLevelSize", 0)).events())
                .extracting(PmuEvent::name)
                .contains("L2D_CACHE_REFILL")
                .doesNotContain("LL_CACHE", "LL_CACHE_MISS", "LL_CACHE_RD", "LL_CACHE_MISS_RD");
    }
}
