// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.BusTarget;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Distributor and redistributor registers (IHI 0069, 12.9 to 12.11)")
class DistributorTest {
    private static final int GICD_ISENABLER1 = 0x104;
    private static final int GICD_ICENABLER1 = 0x184;
    private static final int GICD_ISPENDR1 = 0x204;
    private static final int GICD_ICPENDR1 = 0x284;
    private static final int GICD_ISACTIVER1 = 0x304;
    private static final int GICD_ICACTIVER1 = 0x384;

    @Test
    @DisplayName("GICD_CTLR has ARE and DS set, RWP clear, and keeps the group enables")
    void control() {
        Bench b = new Bench();
        assertThat(b.gicd(0)).isEqualTo(0x50);
        b.gicd(0, 0xFFFF_FFFFL);
        assertThat(b.gicd(0)).isEqualTo(0x53);
        b.gicd(0, 0x12);
        assertThat(b.gicd(0)).isEqualTo(0x52);
    }

    @Test
    @DisplayName("A restored state of another size is the one that counts from then on")
    void restoredState() {
        Bench b = new Bench();
        b.gicd(0, 0x12);
        b.machine.restore("gic", new long[b.state.words.length + 1], new byte[0]);
        assertThat(b.gicd(0)).as("as after reset").isEqualTo(0x50);
        b.gicd(0, 0x12);
        assertThat(b.gicd(0)).isEqualTo(0x52);
        assertThat(b.state.words).as("EnableGrp1 is kept there").contains(2L);
    }

    @Test
    @DisplayName("GICD_TYPER: 288 INTIDs, no LPIs, no security, message-based SPIs, no 1 of N")
    void type() {
        long typer = new Bench().gicd(4);
        assertThat(32 * ((typer & 31) + 1)).isEqualTo(288);
        assertThat(typer >>> 10 & 1).isZero();
        assertThat(typer >>> 16 & 3).isEqualTo(1);
        assertThat((typer >>> 19 & 31) + 1).isEqualTo(10);
        assertThat(typer >>> 25 & 1).isEqualTo(1);
    }

    @Test
    @DisplayName("GICD_PIDR2 and GICR_PIDR2 say GICv3")
    void architectureRevision() {
        Bench b = new Bench();
        assertThat(b.gicd(0xFFE8) >>> 4 & 15).isEqualTo(3);
        assertThat(b.gicr(1, 0xFFE8) >>> 4 & 15).isEqualTo(3);
        assertThat(b.gicr(0, 4)).isEqualTo(b.gicd(8));
    }

    @Test
    @DisplayName("GICR_TYPER: affinity, processor number, Last on the last one")
    void redistributorType() {
        Bench b = new Bench();
        for (int pe = 0; pe < 2; pe++) {
            long typer = b.gic.redistributors().read(pe * 0x20000L + 8, 8);
            long mpidr = b.pes[pe].register(SystemRegister.MPIDR_EL1);
            assertThat(typer >>> 32).isEqualTo(mpidr & 0xFF_FFFF | mpidr >>> 8 & 0xFF00_0000L);
            assertThat(typer >>> 8 & 0xFFFF).isEqualTo(pe);
            assertThat(typer >>> 4 & 1).isEqualTo(pe);
            assertThat(b.gicr(pe, 8)).isEqualTo(typer & 0xFFFF_FFFFL);
            assertThat(b.gicr(pe, 12)).isEqualTo(typer >>> 32);
        }
    }

    @Test
    @DisplayName("GICR_WAKER: asleep after reset, ChildrenAsleep follows ProcessorSleep")
    void waker() {
        Bench b = new Bench();
        assertThat(b.gicr(0, 0x14)).isEqualTo(6);
        b.gicr(0, 0x14, 0);
        assertThat(b.gicr(0, 0x14)).isZero();
        assertThat(b.gicr(1, 0x14)).isEqualTo(6);
        b.gicr(0, 0x14, 0xFFFF_FFFFL);
        assertThat(b.gicr(0, 0x14)).isEqualTo(6);
    }

    @Test
    @DisplayName("set and clear registers: writes of 1 act, both views read the same")
    void setAndClear() {
        Bench b = new Bench();
        int[][] pairs = {
            {GICD_ISENABLER1, GICD_ICENABLER1}, {GICD_ISPENDR1, GICD_ICPENDR1}, {GICD_ISACTIVER1, GICD_ICACTIVER1}
        };
        for (int[] pair : pairs) {
            b.gicd(pair[0], 0x8000_0005L);
            b.gicd(pair[0], 0);
            assertThat(b.gicd(pair[0])).isEqualTo(0x8000_0005L);
            assertThat(b.gicd(pair[1])).isEqualTo(0x8000_0005L);
            b.gicd(pair[1], 0x8000_0001L);
            assertThat(b.gicd(pair[0])).isEqualTo(4);
            assertThat(b.gicd(pair[0] + 4)).isZero();
        }
        assertThat(b.gic.isEnabled(0, 34)).isTrue();
        assertThat(b.gic.isActive(0, 34)).isTrue();
        assertThat(b.gic.isPending(0, 34)).isTrue();
    }

    @Test
    @DisplayName("registers of SGIs and PPIs are RAZ/WI in the distributor, and each PE has its own")
    void privateRegisters() {
        Bench b = new Bench();
        b.gicd(0x100, 0xFFFF_FFFFL);
        b.gicd(0x400, 0xFFFF_FFFFL);
        b.gicd(0xC04, 0xFFFF_FFFFL);
        assertThat(b.gicd(0x100)).isZero();
        assertThat(b.gicd(0x400)).isZero();
        assertThat(b.gicd(0xC04)).isZero();
        assertThat(b.sgi(0, 0x100)).isZero();
        b.sgi(1, 0x100, 3);
        assertThat(b.sgi(0, 0x100)).isZero();
        assertThat(b.sgi(1, 0x100)).isEqualTo(3);
        b.sgi(1, 0x104, 0xFFFF_FFFFL);
        assertThat(b.gicd(GICD_ISENABLER1)).isZero();
    }

    @Test
    @DisplayName("IPRIORITYR: five bits of each byte, by bytes and words")
    void priorities() {
        Bench b = new Bench();
        BusTarget gicd = b.gic.distributor();
        gicd.write(0x400 + 33, 1, 0xFF);
        assertThat(b.gicd(0x420)).isEqualTo(0xF800);
        assertThat(gicd.read(0x421, 1)).isEqualTo(0xF8);
        assertThat(gicd.read(0x420, 2)).isEqualTo(0xF800);
        assertThat(gicd.read(0x422, 2)).isZero();
        b.gicd(0x424, 0x1122_3344L);
        assertThat(b.gicd(0x424)).isEqualTo(0x1020_3040L);
        assertThat(b.gic.priority(0, 36)).isEqualTo(0x40);
        assertThat(b.gic.priority(0, 39)).isEqualTo(0x10);
        gicd.write(0x400 + 287, 1, 0x88);
        assertThat(gicd.read(0x400 + 287, 1)).isEqualTo(0x88);
        gicd.write(0x400 + 288, 4, 0xFFFF_FFFFL);
        assertThat(gicd.read(0x400 + 288, 4)).isZero();
    }

    @Test
    @DisplayName("narrow writes to what has no byte access are ignored, narrow reads give the bytes")
    void narrow() {
        Bench b = new Bench();
        b.gicd(GICD_ISENABLER1, 0x0403_0201L);
        BusTarget gicd = b.gic.distributor();
        for (int i = 0; i < 4; i++) {
            assertThat(gicd.read(GICD_ISENABLER1 + i, 1)).isEqualTo(i + 1);
        }
        gicd.write(GICD_ICENABLER1, 1, 0xFF);
        assertThat(b.gicd(GICD_ISENABLER1)).isEqualTo(0x0403_0201L);
    }

    @Test
    @DisplayName("ICFGR: SGIs are edges for ever, PPIs and SPIs are levels after reset")
    void configuration() {
        Bench b = new Bench();
        assertThat(b.sgi(0, 0xC00)).isEqualTo(0xAAAA_AAAAL);
        b.sgi(0, 0xC00, 0);
        assertThat(b.sgi(0, 0xC00)).isEqualTo(0xAAAA_AAAAL);
        assertThat(b.sgi(0, 0xC04)).isZero();
        b.sgi(0, 0xC04, 0xFFFF_FFFFL);
        assertThat(b.sgi(0, 0xC04)).isEqualTo(0xAAAA_AAAAL);
        b.gicd(0xC08, 8);
        assertThat(b.gic.isLevel(0, 33)).isFalse();
        assertThat(b.gic.isLevel(0, 32)).isTrue();
        assertThat(b.gic.isLevel(0, 0)).isFalse();
        assertThat(b.gic.isLevel(0, 16)).isFalse();
        assertThat(b.gic.isLevel(1, 16)).isTrue();
    }

    @Test
    @DisplayName("ICPENDR of a level takes back ISPENDR, not the line")
    void pendingOfLevels() {
        Bench b = new Bench();
        b.gicd(GICD_ISPENDR1, 2);
        assertThat(b.gic.isPending(0, 33)).isTrue();
        b.gic.setLine(0, 33, true);
        b.gicd(GICD_ICPENDR1, 2);
        assertThat(b.gic.isPending(0, 33)).isTrue();
        assertThat(b.gicd(GICD_ISPENDR1)).isEqualTo(2);
        b.gic.setLine(0, 33, false);
        assertThat(b.gic.isPending(0, 33)).isFalse();
    }

    @Test
    @DisplayName("IROUTER keeps an affinity, by 64 or twice 32 bits; Interrupt_Routing_Mode is RES0")
    void routers() {
        Bench b = new Bench();
        BusTarget gicd = b.gic.distributor();
        gicd.write(0x6000 + 8 * 40, 8, -1);
        assertThat(gicd.read(0x6000 + 8 * 40, 8)).isEqualTo(0xFF_00FF_FFFFL);
        gicd.write(0x6000 + 8 * 41, 4, 0x102);
        gicd.write(0x6000 + 8 * 41 + 4, 4, 3);
        assertThat(gicd.read(0x6000 + 8 * 41, 8)).isEqualTo(0x3_0000_0102L);
        assertThat(gicd.read(0x6000 + 8 * 41 + 4, 4)).isEqualTo(3);
        gicd.write(0x6000, 8, -1);
        assertThat(gicd.read(0x6000, 8)).isZero();
        gicd.write(0x6000 + 8 * 288, 8, -1);
        assertThat(gicd.read(0x6000 + 8 * 288, 8)).isZero();
    }

    @Test
    @DisplayName("GICD_SETSPI_NSR and CLRSPI_NSR set and clear the pending state of an SPI")
    void messageBased() {
        Bench b = new Bench();
        b.gic.distributor().write(0x40, 2, 77);
        assertThat(b.gic.isPending(0, 77)).isTrue();
        b.gicd(0x48, 77);
        assertThat(b.gic.isPending(0, 77)).isFalse();
        b.gicd(0x40, 20);
        b.gicd(0x40, 1000);
        assertThat(b.gic.isPending(0, 20)).isFalse();
    }

    @Test
    @DisplayName("every offset and size of both frames can be read and written without harm")
    void anyAccess() {
        Bench b = new Bench();
        for (BusTarget target : new BusTarget[] {b.gic.distributor(), b.gic.redistributors()}) {
            long end = target == b.gic.distributor() ? 0x1_0000 : 0x4_0000;
            for (int size = 1; size <= 8; size *= 2) {
                for (long offset = 0; offset < end; offset += size) {
                    target.write(offset, size, -1);
                    long value = target.read(offset, size);
                    assertThat(size == 8 || value >>> 8 * size == 0)
                            .as("0x%x, %d", offset, size)
                            .isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("pending(): pending and enabled or active ones by priority, the lowest dropped when there is no room")
    void pendingList() {
        Bench b = Bench.enabled();
        b.priority(0, 20, 0x20);
        b.priority(0, 21, 0x10);
        for (int intid : new int[] {20, 21, 22, 23}) {
            b.line(intid, true);
        }
        b.gic.setActive(0, 30, true);
        b.sgi(0, 0x180, 1L << 30 | 1L << 23);
        int[] some = new int[3];
        assertThat(b.gic.pending(0, some)).isEqualTo(3);
        assertThat(some).containsExactly(21, 20, 22);
        int[] all = new int[16];
        assertThat(b.gic.pending(0, all)).isEqualTo(4);
        assertThat(all).startsWith(21, 20, 22, 30);
        assertThat(b.gic.pending(1, all)).isZero();
    }

    @Test
    @DisplayName("all state is in the block: a second model over it goes on")
    void stateIsOutside() {
        Bench b = Bench.enabled();
        b.line(27, true);
        var other = b.component.create(
                b.state,
                new long[] {b.pes[0].register(SystemRegister.MPIDR_EL1), b.pes[1].register(SystemRegister.MPIDR_EL1)},
                pe -> {});
        assertThat(other.highestPending(0)).isEqualTo(27);
        assertThat(other.priority(0, 27)).isEqualTo(0xA0);
        assertThat(other.distributor().read(0, 4)).isEqualTo(0x52);
    }
}
