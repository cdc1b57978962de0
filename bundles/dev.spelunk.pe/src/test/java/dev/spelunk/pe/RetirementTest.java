// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pmu.RetiredEvent;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the performance monitors count of executed instructions (DDI 0487, D14.3), and that they stop at the exact one. */
class RetirementTest {
    private static final long DATA = BareMachine.BASE + 0x100000;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0xf9400001 | ldr | LD_RETIRED LD_ANY_RETIRED LDST_ANY_RETIRED MEM_ACCESS MEM_ACCESS_RD",
                "0xf9000001 | str | ST_RETIRED ST_ANY_RETIRED LDST_ANY_RETIRED MEM_ACCESS MEM_ACCESS_WR",
                "0xa9400c02 | ldp | LD_RETIRED LD_ANY_RETIRED LDST_ANY_RETIRED MEM_ACCESS MEM_ACCESS_RD",
                "0xf8a10002 | ldadda | LD_RETIRED LD_ANY_RETIRED ST_RETIRED ST_ANY_RETIRED LDST_ANY_RETIRED MEM_ACCESS MEM_ACCESS_RD MEM_ACCESS_WR",
                "0xf821001f | stadd | ST_RETIRED ST_ANY_RETIRED LDST_ANY_RETIRED MEM_ACCESS MEM_ACCESS_WR",
                "0xd50b7420 | dc zva | ST_RETIRED ST_ANY_RETIRED LDST_ANY_RETIRED MEM_ACCESS MEM_ACCESS_WR",
                "0xf9800000 | prfm | ''",
                "0xd503201f | nop | ''",
                "0xd5033fdf | isb | ''",
                "0x8b010002 | add | ''",
                "0x14000002 | b | PC_WRITE_RETIRED BR_RETIRED BR_IMMED_RETIRED BR_IMMED_TAKEN_RETIRED BRNL_TAKEN_RETIRED BRNL_IMMED_TAKEN_RETIRED BR_UNCOND_RETIRED",
                "0x94000002 | bl | PC_WRITE_RETIRED BR_RETIRED BR_IMMED_RETIRED BR_IMMED_TAKEN_RETIRED BL_TAKEN_RETIRED BL_IMMED_TAKEN_RETIRED BR_UNCOND_RETIRED",
                "0x54000041 | b.ne taken | PC_WRITE_RETIRED BR_RETIRED BR_IMMED_RETIRED BR_IMMED_TAKEN_RETIRED BRNL_TAKEN_RETIRED BRNL_IMMED_TAKEN_RETIRED BR_COND_RETIRED BR_COND_TAKEN_RETIRED",
                "0x54000020 | b.eq not taken, to the next one | BR_RETIRED BR_IMMED_RETIRED BR_IMMED_SKIP_RETIRED BR_SKIP_RETIRED BR_COND_RETIRED",
                "0x54000021 | b.ne taken, to the next one | PC_WRITE_RETIRED BR_RETIRED BR_IMMED_RETIRED BR_IMMED_TAKEN_RETIRED BRNL_TAKEN_RETIRED BRNL_IMMED_TAKEN_RETIRED BR_COND_RETIRED BR_COND_TAKEN_RETIRED",
                "0xb4000025 | cbz not taken | BR_RETIRED BR_IMMED_RETIRED BR_IMMED_SKIP_RETIRED BR_SKIP_RETIRED BR_COND_RETIRED",
                "0x3600003f | tbz xzr taken | PC_WRITE_RETIRED BR_RETIRED BR_IMMED_RETIRED BR_IMMED_TAKEN_RETIRED BRNL_TAKEN_RETIRED BRNL_IMMED_TAKEN_RETIRED BR_COND_RETIRED BR_COND_TAKEN_RETIRED",
                "0xd65f03c0 | ret | PC_WRITE_RETIRED BR_RETIRED BR_RETURN_RETIRED BR_RETURN_ANY_RETIRED BR_IND_RETIRED BR_IND_TAKEN_RETIRED BRNL_TAKEN_RETIRED BRNL_IND_TAKEN_RETIRED BR_UNCOND_RETIRED",
                "0xd61f03c0 | br | PC_WRITE_RETIRED BR_RETIRED BR_IND_RETIRED BR_IND_TAKEN_RETIRED BR_INDNR_RETIRED BR_INDNR_TAKEN_RETIRED BRNL_TAKEN_RETIRED BRNL_IND_TAKEN_RETIRED BRNL_INDNR_TAKEN_RETIRED BR_UNCOND_RETIRED",
                "0xd63f03c0 | blr | PC_WRITE_RETIRED BR_RETIRED BR_IND_RETIRED BR_IND_TAKEN_RETIRED BR_INDNR_RETIRED BR_INDNR_TAKEN_RETIRED BL_TAKEN_RETIRED BL_IND_TAKEN_RETIRED BR_UNCOND_RETIRED",
                "0xd4000001 | svc, which ends in an exception | ''",
                "0xf9400081 | ldr that faults | ''",
                "0xc8027c03 | stxr that fails | ST_ANY_RETIRED LDST_ANY_RETIRED"
            })
    void countsByWhatAnInstructionIs(String word, String name, String events) {
        Set<RetiredEvent> expected = events.isEmpty()
                ? EnumSet.noneOf(RetiredEvent.class)
                : Arrays.stream(events.split(" ")).map(RetiredEvent::valueOf).collect(Collectors.toSet());
        BareMachine m = machine((int) (long) Long.decode(word));
        count(m);
        m.core.run(1);
        assertThat(happened(m)).as(name).isEqualTo(expected);
        assertThat(RetiredEvent.MEM_ACCESS.happened(m.pe))
                .isEqualTo(RetiredEvent.MEM_ACCESS_RD.happened(m.pe) + RetiredEvent.MEM_ACCESS_WR.happened(m.pe));
    }

    @Test
    void anUnalignedAccessIsOneThatAlignmentCheckingWouldRefuse() {
        // ldr x1, [x0]; ldrb w1, [x0, #3]; ldr x1, [x0, #4]
        BareMachine m = machine(0xf9400001, 0x39400c01, 0xf8404001);
        count(m);
        m.pe.x[0] = DATA;
        m.core.run(3);
        assertThat(m.pe.executed).isEqualTo(3);
        assertThat(RetiredEvent.UNALIGNED_LDST_RETIRED.happened(m.pe)).isEqualTo(1);
        assertThat(RetiredEvent.LD_RETIRED.happened(m.pe)).isEqualTo(3);
    }

    @Test
    void aStoreExclusiveThatSucceedsIsAStore() {
        // ldxr x3, [x0]; stxr w2, x3, [x0]
        BareMachine m = machine(0xc85f7c03, 0xc8027c03);
        count(m);
        m.core.run(2);
        assertThat(RetiredEvent.ST_RETIRED.happened(m.pe)).isEqualTo(1);
        assertThat(RetiredEvent.MEM_ACCESS.happened(m.pe)).isEqualTo(2);
    }

    @Test
    void theRunEndsAtTheOperationThatReachesALimit() {
        for (long limit = 1; limit < 400; limit += 7) {
            // ldr x1, [x0]; add; add; str x1, [x0]; b -4
            BareMachine m = machine(0xf9400001, 0x8b010002, 0x8b010002, 0xf9000001, 0x17fffffc);
            m.pe.pmu.counted = RetiredEvent.MEM_ACCESS.bit();
            m.pe.pmu.active = 1;
            m.pe.pmu.retiredLimit[RetiredEvent.MEM_ACCESS.ordinal()] = limit;
            assertThat(m.core.run(1_000_000)).isEqualTo(Core.CONTINUE);
            assertThat(m.pe.changed & PeState.CHANGED_EVENTS).isNotZero();
            assertThat(RetiredEvent.MEM_ACCESS.happened(m.pe)).isEqualTo(limit);
            long rounds = (limit - 1) / 2;
            assertThat(m.pe.executed).isEqualTo(rounds * 5 + (limit % 2 == 1 ? 1 : 4));
        }
    }

    @Test
    void readingASystemRegisterSeesWhatWentBefore() {
        // ldr x1, [x0]; ldr x1, [x0]; mrs x5, tpidr_el0; ldr x1, [x0]
        BareMachine m = machine(0xf9400001, 0xf9400001, 0xd53bd045, 0xf9400001);
        m.pe.pmu.counted = RetiredEvent.LD_RETIRED.bit();
        long[] retires = new long[4];
        int[] words = {0xf9400001, 0xf9400001, 0xd53bd045, 0xf9400001};
        for (int i = 0; i < 4; i++) {
            retires[i] = Retirement.of(DecodedInstruction.of(words[i]));
        }
        Retirement retirement = new Retirement(m.pe);
        assertThat(retirement.stretch(retires, 0, 4)).as("up to the MRS").isEqualTo(2);
        assertThat(retirement.stretch(retires, 2, 2)).isEqualTo(1);
    }

    private static BareMachine machine(int... words) {
        BareMachine m = BareMachine.full();
        m.pe.x[0] = DATA;
        m.pe.x[1] = DATA;
        m.pe.x[4] = DATA + 0x10000;
        m.pe.x[5] = 1;
        m.pe.x[30] = BareMachine.BASE + 8;
        m.translator.fault(DATA + 0x10000, 7);
        m.set(SystemRegister.DCZID_EL0, 4);
        return m.code(words);
    }

    private static void count(BareMachine m) {
        m.pe.pmu.counted = (1L << RetiredEvent.values().length) - 1;
        m.pe.pmu.active = 1;
        m.pe.changed = 0;
    }

    private static Set<RetiredEvent> happened(BareMachine m) {
        return Arrays.stream(RetiredEvent.values())
                .filter(event -> event.happened(m.pe) != 0)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(RetiredEvent.class)));
    }
}
