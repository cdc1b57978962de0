// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static dev.spelunk.spu.SampleContext.OFFSET_PHYSICAL;
import static dev.spelunk.spu.SampleContext.PHYSICAL;
import static dev.spelunk.spu.SampleContext.VIRTUAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Contexts, timestamps and physical addresses of samples (DDI 0487, D17.6, Table D17-3). */
class SampleContextTest {
    private static final long CX = 8;
    private static final long PA = 16;
    private static final long TS = 32;
    private static final long TGE = 1L << 27;
    private static final long E2H = 1L << 34;

    private static Packets first(Bench b) {
        b.run(300);
        return Packets.of(b.records.get(0));
    }

    /** EL2 owns the buffer and profiles itself. */
    private static Bench hypervisor(long pmscr2, long hcr) {
        Bench b = Bench.el2();
        b.context.register(SystemRegister.MDCR_EL2, 0);
        b.context.register(SystemRegister.HCR_EL2, hcr);
        b.pe.el = 2;
        b.profile(1, false);
        b.context.register(SystemRegister.PMSCR_EL2, pmscr2 | 2);
        return b;
    }

    @Test
    @Tag("T64")
    @DisplayName("T64: header 0x64 carries CONTEXTIDR_EL1 and 0x65 CONTEXTIDR_EL2")
    void contexts() {
        Bench b = Bench.el2().profile(1, false);
        b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | CX);
        b.context.register(SystemRegister.PMSCR_EL2, CX);
        b.context.register(SystemRegister.CONTEXTIDR_EL1, 0x1122_3344);
        b.context.register(SystemRegister.CONTEXTIDR_EL2, 0x5566_7788);
        Packets p = first(b);
        assertThat(p.value(0x64)).isEqualTo(0x1122_3344);
        assertThat(p.value(0x65)).isEqualTo(0x5566_7788);
    }

    @Test
    @Tag("T65")
    @DisplayName("T65: no CONTEXTIDR_EL1 for a sample at EL2, nor with TGE = 1")
    void noContextOfEl1() {
        Bench b = hypervisor(CX, 0);
        b.context.register(SystemRegister.PMSCR_EL1, CX);
        assertThat(first(b).has(0x64)).isFalse();
        Bench host = hypervisor(CX, E2H | TGE);
        host.context.register(SystemRegister.PMSCR_EL1, CX);
        host.context.register(SystemRegister.PMSCR_EL2, CX | 1);
        host.el(0);
        Packets p = first(host);
        assertThat(p.has(0x64)).isFalse();
        assertThat(p.has(0x65)).isTrue();
    }

    @Test
    @Tag("T66")
    @DisplayName(
            "T66: CONTEXTIDR_EL2 also for an EL1 sample of an EL1-owned buffer, if PMSCR_EL2.CX = 1 and EL2 is enabled")
    void contextOfEl2() {
        Bench b = Bench.el2().profile(1, false);
        b.context.register(SystemRegister.PMSCR_EL2, CX);
        Packets p = first(b);
        assertThat(p.has(0x65)).isTrue();
        assertThat(p.has(0x64)).isFalse();
        Bench secure = new Bench(Set.of("FEAT_EL2", "FEAT_EL3"), Map.of()).profile(1, false);
        secure.context.register(SystemRegister.PMSCR_EL2, CX);
        secure.context.register(SystemRegister.SCR_EL3, 0);
        secure.context.register(SystemRegister.MDCR_EL3, 1L << 12);
        assertThat(first(secure).has(0x65)).as("EL2 disabled in Secure state").isFalse();
    }

    @Test
    @Tag("T76")
    @DisplayName("T76: TS of PMSCR_EL1 with owner EL1, of PMSCR_EL2 with owner EL2")
    void timestampEnable() {
        for (long ts1 : new long[] {0, TS}) {
            for (long ts2 : new long[] {0, TS}) {
                Bench b = Bench.el2().profile(1, false);
                b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | ts1);
                b.context.register(SystemRegister.PMSCR_EL2, ts2);
                assertThat(first(b).has(0x71)).isEqualTo(ts1 != 0);
                Bench h = hypervisor(ts2, 0);
                h.context.register(SystemRegister.PMSCR_EL1, ts1);
                assertThat(first(h).has(0x71)).isEqualTo(ts2 != 0);
            }
        }
    }

    /** Table D17-3 by its rows; -1 where a value is reserved. */
    private static int table(boolean el2, int owner, int pct2, int pct1) {
        if (!el2) {
            return pct1;
        }
        if (owner == 2) {
            return pct2;
        }
        if (pct2 == 0 || pct1 == 0) {
            return VIRTUAL;
        }
        if (pct2 == 1) {
            return pct1 == 1 ? PHYSICAL : OFFSET_PHYSICAL;
        }
        return OFFSET_PHYSICAL;
    }

    @Test
    @DisplayName("Table D17-3: which counter a timestamp shows, every row; the reserved value counts as 00")
    void timestampSelection() {
        for (boolean el2 : new boolean[] {false, true}) {
            for (int owner = 1; owner <= (el2 ? 2 : 1); owner++) {
                for (int pct2 = 0; pct2 < 4; pct2++) {
                    for (int pct1 = 0; pct1 < 4; pct1++) {
                        assertThat(SampleContext.timestamp(owner, el2, true, (long) pct1 << 6, (long) pct2 << 6))
                                .isEqualTo(table(el2, owner, pct2 == 2 ? 0 : pct2, pct1 == 2 ? 0 : pct1));
                        assertThat(SampleContext.timestamp(owner, el2, false, (long) pct1 << 6, (long) pct2 << 6))
                                .isEqualTo(table(el2, owner, pct2 & 1, pct1 & 1));
                    }
                }
            }
        }
    }

    @Test
    @Tag("T77")
    @DisplayName("T77: owner EL1, PMSCR_EL2.PCT = 00: counter minus CNTVOFF_EL2, whatever PMSCR_EL1.PCT is")
    void virtualTime() {
        for (long pct1 = 0; pct1 < 2; pct1++) {
            Bench b = Bench.el2().profile(1, false);
            b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | TS | pct1 << 6);
            b.context.register(SystemRegister.CNTVOFF_EL2, 7);
            assertThat(first(b).value(0x71)).isEqualTo(256 / 16 - 7);
            Bench physical = Bench.el2().profile(1, false);
            physical.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | TS | pct1 << 6);
            physical.context.register(SystemRegister.PMSCR_EL2, 1 << 6);
            physical.context.register(SystemRegister.CNTVOFF_EL2, 7);
            assertThat(first(physical).value(0x71)).isEqualTo(256 / 16 - (pct1 == 0 ? 7 : 0));
        }
    }

    @Test
    @Tag("T78")
    @DisplayName("T78: at EL2 with E2H = 1, and at EL0 with {E2H, TGE} = {1, 1}, the virtual offset is 0")
    void hostTime() {
        for (long hcr : new long[] {0, E2H, E2H | TGE}) {
            Bench b = hypervisor(TS, hcr);
            b.context.register(SystemRegister.CNTVOFF_EL2, 7);
            assertThat(first(b).value(0x71)).isEqualTo(256 / 16 - (hcr == 0 ? 7 : 0));
        }
        Bench el0 = hypervisor(TS | 1, E2H | TGE);
        el0.context.register(SystemRegister.CNTVOFF_EL2, 7);
        el0.el(0);
        assertThat(first(el0).value(0x71)).isEqualTo(256 / 16);
    }

    @Test
    @Tag("T79")
    @DisplayName("T79: owner EL1: a PA packet only if PMSCR_EL1.PA and PMSCR_EL2.PA are both 1")
    void physicalAddress() {
        for (long pa1 : new long[] {0, PA}) {
            for (long pa2 : new long[] {0, PA}) {
                Bench b = Bench.el2().shape(SampleContextTest::load).profile(1, false);
                b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | pa1);
                b.context.register(SystemRegister.PMSCR_EL2, pa2);
                assertThat(first(b).has(0xB3)).isEqualTo(pa1 != 0 && pa2 != 0);
                assertThat(SampleContext.physicalAddress(2, true, pa1, pa2)).isEqualTo(pa2 != 0);
                assertThat(SampleContext.physicalAddress(1, false, pa1, pa2)).isEqualTo(pa1 != 0);
            }
        }
    }

    private static void load(Operation o) {
        o.operationClass = Operation.LOAD_STORE;
        o.flags = Operation.LOAD | Operation.HAS_VA | Operation.HAS_PA;
        o.va = 0x7000;
        o.pa = 0x4000_7000L;
    }

    @Test
    @DisplayName("FEAT_ECV: CNTPOFF_EL2 counts only with CNTHCTL_EL2.ECV = 1 and SCR_EL3.ECVEn = 1")
    void offsetPhysicalTime() {
        for (long ecv : new long[] {0, 1 << 12}) {
            for (long ecvEn : new long[] {0, 1L << 28}) {
                Bench b = new Bench(Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_ECV"), Map.of()).profile(1, false);
                b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | TS | 3 << 6);
                b.context.register(SystemRegister.PMSCR_EL2, 3 << 6);
                b.context.register(SystemRegister.CNTPOFF_EL2, 5);
                b.context.register(SystemRegister.CNTHCTL_EL2, ecv);
                b.context.register(SystemRegister.SCR_EL3, 1 | ecvEn);
                assertThat(first(b).value(0x71)).isEqualTo(256 / 16 - (ecv != 0 && ecvEn != 0 ? 5 : 0));
            }
        }
    }
}
