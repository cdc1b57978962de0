// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The physical CPU interface (IHI 0069, 4.8, 12.2)")
class PhysicalInterfaceTest {
    private static final int SPURIOUS = 1023;

    @Test
    @DisplayName("a level interrupt: signalled, acknowledged, active while its line is high, again after EOI")
    void level() {
        Bench b = Bench.enabled();
        assertThat(b.irq()).isFalse();
        b.line(27, true);
        assertThat(b.irq()).isTrue();
        assertThat(b.acknowledge()).isEqualTo(27);
        assertThat(b.irq()).isFalse();
        assertThat(b.gic.isActive(0, 27)).isTrue();
        assertThat(b.gic.isPending(0, 27)).isTrue();
        assertThat(b.acknowledge()).isEqualTo(SPURIOUS);
        b.end(27);
        assertThat(b.gic.isActive(0, 27)).isFalse();
        assertThat(b.irq()).isTrue();
        b.line(27, false);
        assertThat(b.irq()).isFalse();
        assertThat(b.acknowledge()).isEqualTo(SPURIOUS);
    }

    @Test
    @DisplayName("an edge: latched when the line rises, used up by the acknowledge, a second one is kept meanwhile")
    void edge() {
        Bench b = Bench.enabled();
        b.sgi(0, 0xC04, 2L << 2 * (23 - 16));
        b.line(23, true);
        b.line(23, false);
        assertThat(b.irq()).isTrue();
        assertThat(b.acknowledge()).isEqualTo(23);
        assertThat(b.gic.isPending(0, 23)).isFalse();
        b.line(23, true);
        assertThat(b.gic.isPending(0, 23)).isTrue();
        assertThat(b.irq()).isFalse();
        b.end(23);
        assertThat(b.irq()).isTrue();
        assertThat(b.acknowledge()).isEqualTo(23);
        b.end(23);
        assertThat(b.irq()).isFalse();
    }

    @Test
    @DisplayName("the lowest priority value wins, then the lowest INTID")
    void order() {
        Bench b = Bench.enabled();
        b.priority(0, 20, 0x80);
        b.priority(0, 30, 0x40);
        for (int intid : new int[] {19, 18, 20, 30}) {
            b.line(intid, true);
        }
        assertThat(b.read(0, SystemRegister.ICC_HPPIR1_EL1)).isEqualTo(30);
        assertThat(b.acknowledge()).isEqualTo(30);
        b.line(30, false);
        b.end(30);
        assertThat(b.acknowledge()).isEqualTo(20);
        b.line(20, false);
        b.end(20);
        assertThat(b.acknowledge()).isEqualTo(18);
    }

    @Test
    @DisplayName("preemption: only a higher group priority interrupts, EOI returns to the one before")
    void preemption() {
        Bench b = Bench.enabled();
        b.priority(0, 20, 0x80);
        b.priority(0, 21, 0x80);
        b.priority(0, 22, 0x48);
        b.line(20, true);
        assertThat(b.acknowledge()).isEqualTo(20);
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0x80);
        b.line(21, true);
        assertThat(b.irq()).isFalse();
        b.line(22, true);
        assertThat(b.irq()).isTrue();
        assertThat(b.acknowledge()).isEqualTo(22);
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0x48);
        assertThat(b.read(0, SystemRegister.ICC_AP1R0_EL1)).isEqualTo(1L << (0x80 >> 3) | 1L << (0x48 >> 3));
        b.line(22, false);
        b.end(22);
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0x80);
        assertThat(b.irq()).isFalse();
        b.line(20, false);
        b.end(20);
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0xFF);
        assertThat(b.acknowledge()).isEqualTo(21);
    }

    @ParameterizedTest(name = "BPR1 {0}: 0x{2} preempts 0x{1}: {3}")
    @CsvSource({
        "3, 88, 80, true", "4, 88, 80, false", "4, 90, 80, true", "5, 90, 80, false", "5, A0, 80, true",
        "6, A0, 80, false", "6, C0, 80, true", "7, F0, 80, false", "7, 80, 78, true", "0, 88, 80, true",
    })
    @DisplayName("the binary point splits group priority and subpriority")
    void binaryPoint(int point, String running, String pending, boolean preempts) {
        Bench b = Bench.enabled();
        b.write(0, SystemRegister.ICC_PMR_EL1, 0xFF);
        b.write(0, SystemRegister.ICC_BPR1_EL1, point);
        assertThat(b.read(0, SystemRegister.ICC_BPR1_EL1)).isEqualTo(Math.max(point, 3));
        b.priority(0, 20, Integer.parseInt(running, 16));
        b.priority(0, 21, Integer.parseInt(pending, 16));
        b.line(20, true);
        assertThat(b.acknowledge()).isEqualTo(20);
        b.line(21, true);
        assertThat(b.irq()).isEqualTo(preempts);
    }

    @Test
    @DisplayName("CBPR: Group 1 uses one more than BPR0, and writes to BPR1 are ignored")
    void commonBinaryPoint() {
        Bench b = Bench.enabled();
        b.write(0, SystemRegister.ICC_BPR1_EL1, 4);
        b.write(0, SystemRegister.ICC_BPR0_EL1, 0);
        assertThat(b.read(0, SystemRegister.ICC_BPR0_EL1)).isEqualTo(2);
        b.write(0, SystemRegister.ICC_BPR0_EL1, 5);
        b.write(0, SystemRegister.ICC_CTLR_EL1, 1);
        assertThat(b.read(0, SystemRegister.ICC_BPR1_EL1)).isEqualTo(6);
        b.write(0, SystemRegister.ICC_BPR1_EL1, 7);
        b.write(0, SystemRegister.ICC_BPR0_EL1, 7);
        assertThat(b.read(0, SystemRegister.ICC_BPR1_EL1)).isEqualTo(7);
        b.write(0, SystemRegister.ICC_CTLR_EL1, 0);
        assertThat(b.read(0, SystemRegister.ICC_BPR1_EL1)).isEqualTo(4);
    }

    @Test
    @DisplayName("PMR: only priorities below it are signalled; five bits are implemented")
    void priorityMask() {
        Bench b = Bench.enabled();
        b.write(0, SystemRegister.ICC_PMR_EL1, 0xFF);
        assertThat(b.read(0, SystemRegister.ICC_PMR_EL1)).isEqualTo(0xF8);
        b.write(0, SystemRegister.ICC_PMR_EL1, 8);
        assertThat(b.read(0, SystemRegister.ICC_PMR_EL1)).isEqualTo(8);
        b.line(27, true);
        assertThat(b.irq()).isFalse();
        assertThat(b.acknowledge()).isEqualTo(SPURIOUS);
        b.write(0, SystemRegister.ICC_PMR_EL1, 0xA0);
        assertThat(b.irq()).isFalse();
        b.write(0, SystemRegister.ICC_PMR_EL1, 0xA8);
        assertThat(b.irq()).isTrue();
    }

    @Test
    @DisplayName("each enable gates the interrupt: distributor, CPU interface, INTID, group")
    void enables() {
        Bench b = Bench.enabled();
        b.line(27, true);
        b.gicd(0, 0x11);
        assertThat(b.irq()).isFalse();
        b.gicd(0, 0x12);
        assertThat(b.irq()).isTrue();
        b.write(0, SystemRegister.ICC_IGRPEN1_EL1, 0);
        assertThat(b.irq()).isFalse();
        b.write(0, SystemRegister.ICC_IGRPEN1_EL1, 1);
        assertThat(b.irq()).isTrue();
        b.sgi(0, 0x180, 1L << 27);
        assertThat(b.irq()).isFalse();
        b.sgi(0, 0x100, 1L << 27);
        assertThat(b.irq()).isTrue();
        b.sgi(0, 0x80, ~(1L << 27));
        assertThat(b.irq()).isFalse();
    }

    @Test
    @DisplayName("EOImode 1: EOIR drops the priority, DIR deactivates")
    void splitEnd() {
        Bench b = Bench.enabled();
        b.write(0, SystemRegister.ICC_CTLR_EL1, 2);
        b.line(27, true);
        assertThat(b.acknowledge()).isEqualTo(27);
        b.end(27);
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0xFF);
        assertThat(b.gic.isActive(0, 27)).isTrue();
        assertThat(b.irq()).isFalse();
        b.write(0, SystemRegister.ICC_DIR_EL1, 27);
        assertThat(b.gic.isActive(0, 27)).isFalse();
        assertThat(b.irq()).isTrue();
    }

    @Test
    @DisplayName("EOI of a special INTID does nothing")
    void spuriousEnd() {
        Bench b = Bench.enabled();
        b.line(27, true);
        b.acknowledge();
        for (int intid = 1020; intid <= 1023; intid++) {
            b.end(intid);
        }
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0xA0);
        assertThat(b.gic.isActive(0, 27)).isTrue();
    }

    @Test
    @DisplayName("EOI and DIR of INTIDs that do not exist touch nothing else")
    void absentIntids() {
        Bench b = Bench.enabled();
        for (int intid : new int[] {288, 1019, 1024, 8192, 0xFF_FFFF}) {
            b.end(intid);
            b.write(0, SystemRegister.ICC_DIR_EL1, intid);
        }
        assertThat(b.read(0, SystemRegister.ICC_RPR_EL1)).isEqualTo(0xFF);
    }

    @ParameterizedTest(name = "SGI1R 0x{0}: to PE 0 {1}, to PE 1 {2}")
    @CsvSource({
        "5000001, true, false",
        "5000002, false, false",
        "5000003, true, false",
        "5000000, false, false",
        "10005000000, false, true",
        "5010001, false, true",
        "1005000001, false, false",
        "100005000001, false, false",
        "1000005000001, false, false",
        "502FFFF, false, false",
    })
    @DisplayName("an SGI goes to the PEs of the target list, or to all others; here PE 1 has Aff1 = 1")
    void softwareGenerated(String value, boolean first, boolean second) {
        Bench b = benchWithAffinities(0, 0x100);
        b.write(0, SystemRegister.ICC_SGI1R_EL1, Long.parseLong(value, 16));
        assertThat(b.irq(0)).isEqualTo(first);
        assertThat(b.irq(1)).isEqualTo(second);
        if (second) {
            assertThat(b.read(1, SystemRegister.ICC_IAR1_EL1)).isEqualTo(5);
            b.write(1, SystemRegister.ICC_EOIR1_EL1, 5);
            assertThat(b.irq(1)).isFalse();
        }
    }

    /** The same bench with other affinities: a second distributor over the same state. */
    private static Bench benchWithAffinities(long... affinities) {
        Bench b = Bench.enabled();
        for (int pe = 0; pe < affinities.length; pe++) {
            b.pes[pe].interrupts = b.component.create(b.state, affinities, n -> {
                b.pes[n].pe.changed |= PeState.CHANGED_INTERRUPTS;
            });
        }
        return b;
    }

    @Test
    @DisplayName("ICC_SGI1R_EL1 generates only what is in Group 1; ICC_SGI0R and ICC_ASGI1R generate nothing here")
    void groupsOfSgis() {
        Bench b = Bench.enabled();
        b.sgi(0, 0x80, ~2L);
        b.write(0, SystemRegister.ICC_SGI1R_EL1, 0x100_0001L);
        assertThat(b.gic.isPending(0, 1)).isFalse();
        b.write(0, SystemRegister.ICC_SGI0R_EL1, 0x200_0001L);
        b.write(0, SystemRegister.ICC_ASGI1R_EL1, 0x200_0001L);
        assertThat(b.gic.isPending(0, 2)).isFalse();
        b.write(0, SystemRegister.ICC_SGI1R_EL1, 0x200_0001L);
        assertThat(b.acknowledge()).isEqualTo(2);
    }

    @Test
    @DisplayName("an SPI goes to the PE whose affinity GICD_IROUTER has")
    void routing() {
        Bench b = Bench.enabled();
        b.spi(40, 0x50, 1);
        b.line(40, true);
        assertThat(b.irq(0)).isFalse();
        assertThat(b.irq(1)).isTrue();
        b.spi(40, 0x50, 0);
        assertThat(b.irq(0)).isTrue();
        assertThat(b.irq(1)).isFalse();
        b.gicd(0x6000 + 8 * 40, 0xFF);
        assertThat(b.irq(0) || b.irq(1)).isFalse();
        b.spi(287, 0x40, 0);
        b.line(287, true);
        assertThat(b.acknowledge()).isEqualTo(287);
    }

    @Test
    @DisplayName("SRE is 1 and stays, EL1's access to it depends on ICC_SRE_EL2.Enable")
    void systemRegisterEnable() {
        Bench b = new Bench();
        b.write(0, SystemRegister.ICC_SRE_EL1, 0);
        assertThat(b.read(0, SystemRegister.ICC_SRE_EL1)).isEqualTo(7);
        assertThat(b.pes[0].registers.decide(SystemRegister.ICC_SRE_EL1, true)).isEqualTo(Access.ALLOWED);
        b.hypervisor().write(0, SystemRegister.ICC_SRE_EL2, 0);
        assertThat(b.read(0, SystemRegister.ICC_SRE_EL2)).isEqualTo(7);
        b.pes[0].pe.el = 1;
        assertThat(b.pes[0].registers.decide(SystemRegister.ICC_SRE_EL1, true)).isEqualTo(Access.trap(2));
    }

    @Test
    @DisplayName("ICC_CTLR_EL1: five bits of priority, 16 of INTID, affinity 3; only CBPR and EOImode change")
    void control() {
        Bench b = new Bench();
        b.write(0, SystemRegister.ICC_CTLR_EL1, -1);
        assertThat(b.read(0, SystemRegister.ICC_CTLR_EL1)).isEqualTo(4 << 8 | 1 << 15 | 3);
    }

    @Test
    @DisplayName("Group 0 has no interrupts: IAR0 and HPPIR0 read 1023")
    void groupZero() {
        Bench b = Bench.enabled();
        b.sgi(0, 0x80, 0);
        b.line(27, true);
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(SPURIOUS);
        assertThat(b.read(0, SystemRegister.ICC_HPPIR0_EL1)).isEqualTo(SPURIOUS);
        assertThat(b.pes[0].pe.interrupts).isZero();
    }
}
