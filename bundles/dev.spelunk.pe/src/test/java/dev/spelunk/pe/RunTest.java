// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.state.PeState;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The contract of a run: exact limits, early ends, code that changes, and guests that do anything. */
class RunTest {
    private static final long DATA = BareMachine.BASE + 0x100000;
    private static final int ADD = 0x91000400;
    private static final int ISB = 0xd5033fdf;

    @Test
    void endsExactlyAtTheLimit() {
        BareMachine m = BareMachine.full();
        for (int i = 0; i < 99; i++) {
            m.code(ADD);
        }
        m.code(0x14000000 | -99 & 0x3FFFFFF);
        long adds = 0;
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            int limit = 1 + random.nextInt(300);
            long before = m.pe.executed;
            assertThat(m.run(limit)).isEqualTo(Core.CONTINUE);
            assertThat(m.pe.executed - before).isEqualTo(limit);
            adds = m.pe.executed - m.pe.executed / 100;
            assertThat(m.pe.x[0]).isEqualTo(adds);
            assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4 * (m.pe.executed % 100));
        }
    }

    @Test
    void endsWhenAnAccessChangesSomething() {
        BareMachine m = BareMachine.full().code(ADD, 0xf9400022, ADD, ADD);
        m.memory.bus.add(0x1000, 0x1000, new BusTarget() {
            @Override
            public long read(long offset, int size) {
                assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
                assertThat(m.pe.executed).isEqualTo(1);
                m.pe.changed |= PeState.CHANGED_TIMERS;
                return 42;
            }

            @Override
            public void write(long offset, int size, long value) {
                throw new AssertionError();
            }
        });
        m.pe.x[1] = 0x1008;
        assertThat(m.run(100)).isEqualTo(Core.CONTINUE);
        assertThat(m.pe.executed).isEqualTo(2);
        assertThat(m.pe.x[2]).isEqualTo(42);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 8);
        m.run(2);
        assertThat(m.pe.x[0]).isEqualTo(2 + 1);
    }

    @Test
    void semihostingStopsAtTheCall() {
        BareMachine m = BareMachine.full().code(ADD, 0xd45e0000);
        assertThat(m.run(100)).isEqualTo(Core.SEMIHOSTING);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
    }

    @Test
    void modifiedCodeIsSeenAfterTheRequiredMaintenance() {
        // mov of x1 at +8 is overwritten: str w2, [x3]; isb; then executed again
        BareMachine m = BareMachine.full().code(ADD, 0xb9000062, ISB, 0xd2800021, 0x17fffffc);
        m.pe.x[2] = 0xd2800041;
        m.pe.x[3] = BareMachine.BASE + 12;
        m.run(4);
        assertThat(m.pe.x[1]).isEqualTo(2);
        m.pe.x[2] = 0xd2800061;
        m.run(5);
        assertThat(m.pe.x[1]).isEqualTo(3);
        m.pe.x[3] = DATA;
        m.memory.write(BareMachine.BASE + 12, 4, 0xd2800081);
        m.run(5);
        assertThat(m.pe.x[1]).isEqualTo(4);
    }

    @Test
    void remappedCodeIsSeenAfterTlbMaintenance() {
        BareMachine m = BareMachine.full();
        long page = BareMachine.BASE + 0x3000;
        m.at(page).code(0xd2800021, 0xd65f03c0);
        m.at(page + 0x1000).code(0xd2800041, 0xd65f03c0);
        m.at(BareMachine.BASE).code(0xd63f0000, 0xd508871f, ISB, 0x17fffffd);
        m.pe.x[0] = page;
        m.run(3);
        assertThat(m.pe.x[1]).isEqualTo(1);
        m.translator.map(page, page + 0x1000, 0x1000);
        m.run(6);
        assertThat(m.pe.x[1]).isEqualTo(2);
    }

    @Test
    void exclusiveFailsWhenAnotherValueWasStored() {
        BareMachine m = BareMachine.full().code(0xc85f7c01, 0xc8027c03, 0xc8027c03);
        m.pe.x[0] = DATA;
        m.pe.x[3] = 9;
        m.run(2);
        assertThat(m.pe.x[2]).isZero();
        assertThat(m.memory.read(DATA, 8)).isEqualTo(9);
        m.run(1);
        assertThat(m.pe.x[2]).isEqualTo(1);
        m.pe.pc = BareMachine.BASE;
        m.run(1);
        m.memory.write(DATA, 8, 10);
        m.run(1);
        assertThat(m.pe.x[2]).isEqualTo(1);
        assertThat(m.memory.read(DATA, 8)).isEqualTo(10);
    }

    @Test
    void absentFeaturesAreUndefined() {
        for (int word : new int[] {0xb8e10007, 0xc8a17c02, 0xf8bfc001, 0xd500419f, 0xd500417f, 0xd503413f}) {
            BareMachine m = new BareMachine().code(word);
            m.set(SystemRegister.VBAR_EL1, BareMachine.BASE + 0x800);
            m.pe.x[0] = DATA;
            m.run(1);
            assertThat(m.get(SystemRegister.ESR_EL1))
                    .as(Integer.toHexString(word))
                    .isEqualTo(1L << 25);
        }
    }

    @Test
    void randomMemoryNeverEndsInAHostException() {
        for (int seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed);
            BareMachine m = BareMachine.full();
            for (int i = 0; i < 0x4000; i += 4) {
                m.memory.write(BareMachine.BASE + i, 4, random.nextInt());
            }
            for (int i = 0; i < 31; i++) {
                m.pe.x[i] = random.nextBoolean() ? random.nextLong() : BareMachine.BASE + random.nextInt(0x5000);
            }
            m.pe.el = random.nextInt(3);
            m.pe.spSel = m.pe.el == 0 ? 0 : random.nextInt(2);
            m.pe.daif = random.nextInt(16);
            m.set(SystemRegister.VBAR_EL1, BareMachine.BASE + 0x800);
            m.set(SystemRegister.VBAR_EL2, BareMachine.BASE + 0x1800);
            for (int step = 0; step < 200; step++) {
                int reason = m.run(1 + random.nextInt(20));
                assertThat(reason).isBetween(0, 5);
                m.pe.waiting = false;
                if (reason == Core.SEMIHOSTING) {
                    m.pe.pc += 4;
                }
            }
            assertThat(m.pe.executed).isPositive();
        }
    }

    @Test
    void nothingIsAllocatedForAnExecutedInstruction() {
        BareMachine m = BareMachine.full();
        m.at(BareMachine.BASE).code(ADD, 0xf9400422, 0xf9000422, 0x17fffffd);
        m.pe.x[1] = DATA;
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        m.run(200_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        m.run(10_000_000);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes / 1e7).isLessThan(0.001);
    }
}
