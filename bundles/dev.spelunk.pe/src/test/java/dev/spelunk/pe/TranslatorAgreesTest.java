// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random programs with loops, calls, code that they write themselves, pages that are mapped elsewhere while they run, and
 * interrupts: the interpreter and the translator, which translates everything here, leave the same state behind wherever
 * both are stopped. {@code -Dspelunk.programs=N} says how many programs.
 */
class TranslatorAgreesTest {
    private static final int PROGRAMS = Integer.getInteger("spelunk.programs", 150);
    private static final int FUNCTIONS = 6;
    private static final long FUNCTION = 0x400;
    private static final long DATA = BareMachine.BASE + 0x100000;
    private static final long VECTORS = BareMachine.BASE + 0x8000;
    private static final int OPERATIONS = 6000;

    @Test
    void theStateIsTheSameWhereverBothAreStopped() {
        int regions = 0;
        long executed = 0;
        for (int seed = 0; seed < PROGRAMS; seed++) {
            BareMachine interpreted = machine(null, seed);
            BareMachine translated = machine(new RegionTranslator(true), seed);
            Random stops = new Random(seed);
            int longest = 1 << 1 + stops.nextInt(11);
            String name = "seed " + seed + ", after ";
            while (interpreted.pe.executed < OPERATIONS) {
                int limit = 1 + stops.nextInt(longest);
                int event = stops.nextInt(24);
                long where = stops.nextLong();
                for (BareMachine m : new BareMachine[] {interpreted, translated}) {
                    disturb(m, event, where);
                    stopped(m, m.run(limit));
                }
                compare(name + interpreted.pe.executed, interpreted, translated);
            }
            assertThat(Arrays.equals(translated.memory.ram, interpreted.memory.ram))
                    .as(name + "the end")
                    .isTrue();
            regions += translated.core.regions().count();
            executed += interpreted.pe.executed;
            translated.core.close();
        }
        assertThat(regions).as("regions").isGreaterThan(PROGRAMS);
        assertThat(executed).isGreaterThanOrEqualTo((long) PROGRAMS * OPERATIONS);
    }

    /** What comes from outside between two runs. */
    private static void disturb(BareMachine m, int event, long where) {
        long page = (where & 3) << 12;
        switch (event) {
            case 0:
                m.pe.interrupts |= PeState.IRQ;
                break;
            case 1:
                m.pe.interrupts = 0;
                break;
            case 2:
                // A function is at another place from now on: the next one's code under its address.
                long function = (where & 1) * 0x1000;
                m.translator.map(
                        BareMachine.BASE + 0x10000 + function, BareMachine.BASE + 0x10000 + 0x1000 - function, 0x1000);
                m.translator.invalidate();
                break;
            case 3:
                m.translator.map(DATA + page, DATA + (page ^ 0x1000), 0x1000);
                m.translator.invalidate();
                break;
            case 4:
                // A device writes code.
                m.memory.write(BareMachine.BASE + 0x10000 + (where & 0x1FFC), 4, 0x91000400 | where >>> 20 & 0x3FF);
                break;
            case 5:
                m.core.invalidate();
                break;
            default:
                break;
        }
    }

    private static void stopped(BareMachine m, int reason) {
        if (reason == Core.WAITING) {
            m.pe.waiting = false;
        } else if (reason == Core.SEMIHOSTING) {
            m.pe.pc += 4;
        }
    }

    private static void compare(String name, BareMachine a, BareMachine b) {
        assertThat(b.pe.executed).as(name + " executed").isEqualTo(a.pe.executed);
        assertThat(b.pe.pc).as(name + " pc").isEqualTo(a.pe.pc);
        assertThat(b.pe.nzcv).as(name + " nzcv").isEqualTo(a.pe.nzcv);
        a.pe.x[PeState.DISCARD] = 0;
        b.pe.x[PeState.DISCARD] = 0;
        assertThat(b.pe.x).as(name + " registers").isEqualTo(a.pe.x);
        assertThat(b.pe.v).as(name + " vector registers").isEqualTo(a.pe.v);
        assertThat(b.pe.fpsr).as(name + " FPSR").isEqualTo(a.pe.fpsr);
        assertThat(b.pe.spsr()).as(name + " PSTATE").isEqualTo(a.pe.spsr());
        assertThat(b.pe.sys).as(name + " system registers").isEqualTo(a.pe.sys);
    }

    /** A main loop that calls functions, each a loop of random operations, in pages that differ. */
    private static BareMachine machine(RegionTranslator engine, int seed) {
        String[] features = Arrays.copyOf(BareMachine.ALL, BareMachine.ALL.length + 2);
        features[features.length - 2] = "FEAT_FP";
        features[features.length - 1] = "FEAT_AdvSIMD";
        BareMachine m = new BareMachine(engine, features);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        m.set(SystemRegister.CPACR_EL1, 3L << 20);
        Random random = new Random(seed);
        long at = BareMachine.BASE;
        for (int i = 0; i < 12; i++) {
            long function = BareMachine.BASE + 0x10000 + random.nextInt(FUNCTIONS) * FUNCTION * 2;
            m.at(at).code(0x94000000 | (int) (function - at >> 2) & 0x3FFFFFF);
            at += 4;
            m.at(at).code(word(random));
            at += 4;
        }
        m.at(at).code(0x14000000 | (int) (BareMachine.BASE - at >> 2) & 0x3FFFFFF);
        for (int f = 0; f < FUNCTIONS; f++) {
            function(m, BareMachine.BASE + 0x10000 + f * FUNCTION * 2, random);
        }
        for (int i = 0; i < 29; i++) {
            m.pe.x[i] = random.nextInt(3) == 0
                    ? random.nextLong()
                    : DATA + (random.nextInt(0x4000) & -(1 << random.nextInt(5)));
        }
        // Some registers point to code, so that it is written.
        m.pe.x[3] = BareMachine.BASE + 0x10000 + (random.nextInt(0x1800) & ~3);
        m.pe.x[PeState.SP] = DATA + 0x2000;
        for (int i = 0; i < m.pe.v.length; i++) {
            m.pe.v[i] = random.nextBoolean() ? random.nextLong() : Double.doubleToLongBits(random.nextGaussian());
        }
        m.set(SystemRegister.VBAR_EL1, VECTORS);
        // Each vector returns behind the instruction that it interrupted: ELR_EL1 += 4; ERET.
        for (int v = 0; v < 16; v++) {
            boolean interrupt = v % 4 != 0;
            m.at(VECTORS + v * 0x80).code(0xd5384035, interrupt ? 0x910002b5 : 0x910012b5, 0xd5184035, 0xd69f03e0);
        }
        for (int i = 0; i < 0x8000; i += 8) {
            m.memory.write(DATA + i, 8, random.nextLong());
        }
        m.pe.daif = random.nextBoolean() ? 0 : 0xF;
        m.translator.writeFault(VECTORS, 0xF);
        return m;
    }

    /** X28 counts a loop of random operations, then RET; X30 is kept in X27. */
    private static void function(BareMachine m, long start, Random random) {
        m.at(start).code(0xaa1e03fb, 0xd2800000 | 28 | 2 + random.nextInt(30) << 5);
        int length = 6 + random.nextInt(40);
        for (int i = 0; i < length; i++) {
            m.code(word(random));
        }
        // SUBS X28, X28, #1; B.NE to the first operation; RET X27
        m.code(0xf100079c, 0x54000001 | (-(length + 1) & 0x7FFFF) << 5, 0xd65f0360);
    }

    /** Operations of all groups on X0 to X15, forward branches, now and then anything. */
    private static int word(Random random) {
        int word = random.nextInt();
        int near = word & ~(16 | 16 << 5 | 16 << 16);
        near = random.nextInt(8) == 0 ? near | 31 : near;
        switch (random.nextInt(12)) {
            case 0:
                return near & ~(15 << 25) | 8 << 25;
            case 1:
            case 2:
                return near & ~(15 << 25) | 9 << 25;
            case 3:
            case 4:
                return near & ~(15 << 25) | 5 << 25;
            case 5:
                return near & ~(15 << 25) | 13 << 25;
            case 6:
                return near & ~(15 << 25) | 4 << 25;
            case 7:
            case 8:
                return near & ~(15 << 25) | 12 << 25;
            case 9:
                if (random.nextInt(3) == 0) {
                    // EXTR, the only immediate form with two sources.
                    return 0x93C00000 | near & 0x001FFFFF;
                }
                return near & ~(15 << 25) | (random.nextBoolean() ? 7 : 15) << 25;
            default:
                return random.nextBoolean()
                        ? 0x54000000 | 1 + random.nextInt(4) << 5 | random.nextInt(16)
                        : 0x34000000 | word & 0x8100000F | 1 + random.nextInt(4) << 5;
        }
    }
}
