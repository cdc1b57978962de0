// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("GICv3 with a hostile guest")
class GicFuzzTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int DISTRIBUTOR = 0x1_0000;
    private static final int REDISTRIBUTORS = 0x4_0000;
    private static final int GROUP = 0x80;
    private static final int ENABLE = 0x100;
    private static final int CLEAR_ACTIVE = 0x380;
    /** More updates than this at one point would be an output that never settles. */
    private static final int MOST_UPDATES = 4;

    private final SplittableRandom random = new SplittableRandom(20261121);
    private final Bench bench = new Bench();
    private final List<RegisterDefinition> registers = new CpuInterfaceBank().registers(bench.pes[0].architecture);
    private final int[] intids = new int[64];
    private long acknowledged;

    @Test
    @DisplayName("1,000,000 accesses to distributor, redistributors and CPU interfaces: no exception, outputs settle")
    void accesses() {
        for (int i = 0; i < OPERATIONS; i++) {
            access();
            settle();
            if (i % 16 == 0) {
                check(random.nextInt(bench.pes.length));
            }
        }
        assertThat(acknowledged).isGreaterThan(10_000);
    }

    private void access() {
        int size = 1 << random.nextInt(4);
        switch (random.nextInt(8)) {
            case 0:
                bench.gic.distributor().write(offset(DISTRIBUTOR), size, value());
                break;
            case 1:
                bench.gic.redistributors().write(offset(REDISTRIBUTORS), size, value());
                break;
            case 2:
                assertFits(bench.gic.distributor().read(offset(DISTRIBUTOR), size), size);
                break;
            case 3:
                assertFits(bench.gic.redistributors().read(offset(REDISTRIBUTORS), size), size);
                break;
            case 4:
                bench.gic.setLine(
                        random.nextInt(bench.pes.length),
                        random.nextInt(16, InterruptState.INTIDS),
                        random.nextBoolean());
                break;
            case 5:
                enable();
                break;
            default:
                cpuInterface(bench.pes[random.nextInt(bench.pes.length)]);
                break;
        }
    }

    /** Registers lie at the begin of each frame, and IROUTER a little behind it. */
    private long offset(int limit) {
        switch (random.nextInt(4)) {
            case 0:
                return random.nextInt(limit);
            case 1:
                return limit == DISTRIBUTOR
                        ? 0x6000 + random.nextInt(0x900)
                        : 0x1_0000L * random.nextInt(4) + random.nextInt(0x20);
            default:
                return 0x1_0000L * random.nextInt(limit / 0x1_0000) + random.nextInt(0xD00)
                        & (random.nextBoolean() ? -4 : -1);
        }
    }

    private long value() {
        switch (random.nextInt(4)) {
            case 0:
                return random.nextLong();
            case 1:
                return random.nextInt(1024);
            case 2:
                return -1;
            default:
                return 1L << random.nextInt(64);
        }
    }

    /** What a guest does to get interrupts at all. */
    private void enable() {
        PeContext c = bench.pes[random.nextInt(bench.pes.length)];
        bench.gic.distributor().write(0, 4, 2);
        c.registers.write(SystemRegister.ICC_PMR_EL1, 0xF8);
        c.registers.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        c.registers.write(SystemRegister.ICC_AP1R0_EL1, 0);
        long frame = 0x2_0000L * c.pe.index + 0x1_0000;
        for (int register : new int[] {GROUP, ENABLE, CLEAR_ACTIVE}) {
            bench.gic.redistributors().write(frame + register, 4, -1);
        }
        bench.gic.setPending(c.pe.index, random.nextInt(InterruptState.PRIVATE), true);
        c.pe.el = 1;
        c.register(SystemRegister.HCR_EL2, 0);
        acknowledge(c);
    }

    private void cpuInterface(PeContext c) {
        c.pe.el = random.nextInt(1, 3);
        c.register(SystemRegister.HCR_EL2, random.nextBoolean() ? Bench.IMO | Bench.FMO : 0);
        RegisterDefinition definition = registers.get(random.nextInt(registers.size()));
        if (random.nextBoolean()) {
            c.registers.write(definition.encoding(), value());
        } else {
            c.registers.read(definition.encoding());
            acknowledge(c);
        }
    }

    private void acknowledge(PeContext c) {
        long intid = c.registers.read(SystemRegister.ICC_IAR1_EL1);
        if (intid < InterruptState.INTIDS) {
            acknowledged++;
            if (random.nextInt(8) != 0) {
                c.registers.write(SystemRegister.ICC_EOIR1_EL1, intid);
            }
        }
    }

    private static void assertFits(long value, int size) {
        if (size < 8 && value >>> 8 * size != 0) {
            throw new AssertionError(String.format("%d bytes read as 0x%x", size, value));
        }
    }

    private void settle() {
        for (PeContext c : bench.pes) {
            int updates = 0;
            while ((c.pe.changed & PeState.CHANGED_INTERRUPTS) != 0) {
                c.pe.changed &= ~PeState.CHANGED_INTERRUPTS;
                bench.component.update(c);
                if (++updates > MOST_UPDATES) {
                    throw new AssertionError("the interrupt outputs do not settle");
                }
            }
        }
    }

    /** What the distributor says of its pending interrupts agrees with itself. */
    private void check(int pe) {
        int highest = bench.gic.highestPending(pe);
        int count = bench.gic.pending(pe, intids);
        assertThat(count).isBetween(0, intids.length);
        if (highest != InterruptDistributor.SPURIOUS) {
            assertThat(bench.gic.isPending(pe, highest)).isTrue();
            assertThat(bench.gic.isEnabled(pe, highest)).isTrue();
            assertThat(bench.gic.isActive(pe, highest)).isFalse();
            assertThat(count).isPositive();
        }
        for (int i = 1; i < count; i++) {
            assertThat(bench.gic.priority(pe, intids[i - 1])).isLessThanOrEqualTo(bench.gic.priority(pe, intids[i]));
        }
    }
}
