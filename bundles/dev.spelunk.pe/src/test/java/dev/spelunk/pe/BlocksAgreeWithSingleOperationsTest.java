// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pmu.RetiredEvent;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The same random programs in blocks, in blocks cut at random limits, and operation by operation: the state
 * of the PE and of memory must be the same at the end.
 */
class BlocksAgreeWithSingleOperationsTest {
    private static final int PROGRAMS = BareMachine.TRANSLATES ? 60 : 400;
    private static final int WORDS = 64;
    private static final long DATA = BareMachine.BASE + 0x100000;
    private static final long VECTORS = BareMachine.BASE + 0x8000;

    @Test
    void sameStateHoweverItIsExecuted() {
        long executed = 0;
        for (int seed = 0; seed < PROGRAMS; seed++) {
            BareMachine whole = machine(seed);
            BareMachine cut = machine(seed);
            BareMachine single = machine(seed);
            Random limits = new Random(seed);
            int operations = 300;
            drive(whole, operations, null);
            drive(cut, operations, limits);
            observe(single, operations);
            String name = "seed " + seed;
            compare(name + ", cut", whole, cut);
            compare(name + ", single", whole, single);
            executed += whole.pe.executed;
        }
        assertThat(executed).isGreaterThan(PROGRAMS * 200L);
    }

    /** Blocks, cut blocks and single operations count the same for the performance monitors, and nothing executes otherwise. */
    @Test
    void sameCountsHoweverItIsExecuted() {
        long[] sums = new long[RetiredEvent.values().length];
        for (int seed = 0; seed < PROGRAMS / 4; seed++) {
            BareMachine plain = machine(seed);
            drive(plain, 300, null);
            BareMachine single = counting(seed, -1);
            observe(single, 300);
            // Everything but unaligned accesses, which only the observed form sees; then all.
            BareMachine whole = counting(seed, ~RetiredEvent.UNALIGNED_LDST_RETIRED.bit());
            drive(whole, 300, null);
            BareMachine cut = counting(seed, -1);
            drive(cut, 300, new Random(seed));
            compare("seed " + seed + ", counted", plain, whole);
            compare("seed " + seed + ", counted and cut", plain, cut);
            for (RetiredEvent event : RetiredEvent.values()) {
                String name = "seed " + seed + " " + event;
                long expected = event.happened(single.pe);
                assertThat(event.happened(cut.pe)).as(name + " cut").isEqualTo(expected);
                if (event != RetiredEvent.UNALIGNED_LDST_RETIRED) {
                    assertThat(event.happened(whole.pe)).as(name).isEqualTo(expected);
                }
                sums[event.ordinal()] += expected;
            }
        }
        for (RetiredEvent event : List.of(
                RetiredEvent.LD_RETIRED,
                RetiredEvent.ST_RETIRED,
                RetiredEvent.UNALIGNED_LDST_RETIRED,
                RetiredEvent.BR_SKIP_RETIRED,
                RetiredEvent.BR_COND_TAKEN_RETIRED,
                RetiredEvent.BR_IND_RETIRED)) {
            assertThat(sums[event.ordinal()]).as(event.name()).isPositive();
        }
    }

    private static BareMachine counting(int seed, long events) {
        BareMachine m = machine(seed);
        m.pe.pmu.counted = events & (1L << RetiredEvent.values().length) - 1;
        m.pe.pmu.active = 1;
        return m;
    }

    private static void drive(BareMachine m, long operations, Random limits) {
        while (m.pe.executed < operations) {
            long left = operations - m.pe.executed;
            int reason = m.run(limits == null ? left : Math.min(left, 1 + limits.nextInt(9)));
            stopped(m, reason);
        }
    }

    private static void observe(BareMachine m, long operations) {
        Operation o = new Operation();
        while (m.pe.executed < operations) {
            m.pe.changed = 0;
            stopped(m, m.core.runObserved(o));
        }
    }

    private static void stopped(BareMachine m, int reason) {
        if (reason == Core.WAITING) {
            m.pe.waiting = false;
        } else if (reason == Core.SEMIHOSTING) {
            m.pe.pc += 4;
        } else if (reason == Core.LOCKED_UP) {
            throw new AssertionError("locked up at " + Long.toHexString(m.pe.pc));
        }
    }

    private static void compare(String name, BareMachine a, BareMachine b) {
        assertThat(b.pe.pc).as(name + " pc").isEqualTo(a.pe.pc);
        assertThat(b.pe.nzcv).as(name + " nzcv").isEqualTo(a.pe.nzcv);
        for (int i = 0; i < 33; i++) {
            assertThat(b.pe.x[i]).as(name + " x" + i).isEqualTo(a.pe.x[i]);
        }
        assertThat(b.pe.spsr()).as(name + " PSTATE").isEqualTo(a.pe.spsr());
        assertThat(b.memory.ram).as(name + " memory").isEqualTo(a.memory.ram);
        assertThat(b.pe.x[PeState.ZERO]).isZero();
    }

    private static BareMachine machine(int seed) {
        BareMachine m = BareMachine.full();
        Random random = new Random(seed);
        for (int i = 0; i < WORDS; i++) {
            m.code(word(random));
        }
        m.code(0x14000000 | -WORDS & 0x3FFFFFF);
        for (int i = 0; i < 31; i++) {
            m.pe.x[i] = random.nextInt(3) == 0
                    ? random.nextLong()
                    : DATA + (random.nextInt(0x4000) & -(1 << random.nextInt(5)));
        }
        m.pe.x[PeState.SP] = DATA + 0x2000;
        m.set(SystemRegister.VBAR_EL1, VECTORS);
        // each vector returns behind the instruction that faulted: ELR_EL1 += 4; ERET
        for (int v = 0; v < 16; v++) {
            m.at(VECTORS + v * 0x80).code(0xd5384035, 0x910012b5, 0xd5184035, 0xd69f03e0);
        }
        for (int i = 0; i < 0x8000; i += 8) {
            m.memory.write(DATA + i, 8, random.nextLong());
        }
        // code is read-only: without maintenance a write to it may be seen at once or later
        m.translator.writeFault(BareMachine.BASE, 0xF);
        m.translator.writeFault(VECTORS, 0xF);
        return m;
    }

    /** A word of the data-processing and load/store groups, now and then anything, with registers that differ little. */
    private static int word(Random random) {
        int word = random.nextInt();
        switch (random.nextInt(8)) {
            case 0:
                return word & ~(15 << 25) | 8 << 25;
            case 1:
                return word & ~(15 << 25) | 9 << 25;
            case 2:
            case 3:
                return word & ~(15 << 25) | 5 << 25;
            case 4:
                return word & ~(15 << 25) | 13 << 25;
            case 5:
                return word & ~(15 << 25) | 4 << 25;
            case 6:
                return word & ~(15 << 25) | 12 << 25;
            default:
                // forward branches over at most four instructions
                return random.nextBoolean()
                        ? 0x54000000 | 1 + random.nextInt(4) << 5 | random.nextInt(16)
                        : 0x34000000 | word & 0x8100001F | 1 + random.nextInt(4) << 5;
        }
    }
}
