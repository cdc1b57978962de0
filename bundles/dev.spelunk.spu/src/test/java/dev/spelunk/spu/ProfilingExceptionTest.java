// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.SpuState;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** FEAT_SPE_EXC through the whole SPU: where events are recorded and what they raise (DDI 0487, D17.8). */
class ProfilingExceptionTest {
    private static final long S = 1 << 17;
    private static final long COLL = 1 << 16;
    private static final long KE = 1 << 10;
    private static final long PMSEE = 1L << 51;
    private static final int PMBIRQ = 21;

    /** EL1 owns the buffer; MDCR_EL3.PMSEE and PMSCR_EL2.EE as given. */
    private static Bench bench(int pmsee, int el2Ee) {
        Bench b = new Bench(
                Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2"),
                Map.of("maxRecordSize", 128),
                FeatureSets.beside(6));
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12 | pmsee * PMSEE);
        b.context.register(SystemRegister.PMSCR_EL2, (long) el2Ee << 8);
        return b;
    }

    private static long pmbsr(Bench b, int el) {
        return b.context.register(
                el == 1 ? SystemRegister.PMBSR_EL1 : el == 2 ? SystemRegister.PMBSR_EL2 : SystemRegister.PMBSR_EL3);
    }

    /** The one register that recorded an event. */
    private static int recorded(Bench b) {
        b.settle();
        int recorded = 0;
        for (int el = 1; el <= 3; el++) {
            if ((pmbsr(b, el) & S) != 0) {
                assertThat(recorded).isZero();
                recorded = el;
            }
        }
        return recorded;
    }

    private static Bench full(int pmsee, int ee) {
        Bench b = bench(pmsee, ee).profile(1, false).buffer(Bench.BUFFER, Bench.BUFFER + 0x1000);
        b.write(SystemRegister.PMBPTR_EL1, Bench.BUFFER + 0x1000 - 128);
        return b.run(300);
    }

    private static Bench stage2(int pmsee, int ee) {
        Bench b = bench(pmsee, ee).profile(1, false);
        b.pages.stage2Fault(Bench.BUFFER, 0x07);
        return b.run(300);
    }

    private static Bench stage1(int pmsee, int ee) {
        Bench b = bench(pmsee, ee).profile(1, false);
        b.pages.unmap(Bench.BUFFER);
        return b.run(300);
    }

    @Test
    @Tag("T92")
    @DisplayName(
            "T92: PMSEE = 01, EL2.EE = 10, owner EL1: stage 2 faults in PMBSR_EL2, stage 1 faults and buffer full in PMBSR_EL1")
    void delegated() {
        assertThat(recorded(stage2(1, 2))).isEqualTo(2);
        assertThat(recorded(stage1(1, 2))).isEqualTo(1);
        assertThat(recorded(full(1, 2))).isEqualTo(1);
        assertThat(pmbsr(stage2(1, 2), 2) >>> 26 & 0x3F).isEqualTo(0x25);
    }

    @Test
    @Tag("T93")
    @DisplayName("T93: EL2.EE = 10, owner EL2: a stage 1 fault in PMBSR_EL2, buffer full in PMBSR_EL1")
    void hypervisorOwns() {
        for (boolean fault : new boolean[] {true, false}) {
            Bench b = bench(1, 2);
            b.context.register(SystemRegister.MDCR_EL2, 0);
            b.pe.el = 2;
            b.profile(1, false).buffer(Bench.BUFFER, Bench.BUFFER + 0x1000);
            b.context.register(SystemRegister.PMSCR_EL2, 2L << 8 | 2);
            if (fault) {
                b.pages.unmap(Bench.BUFFER);
            } else {
                b.write(SystemRegister.PMBPTR_EL1, Bench.BUFFER + 0x1000 - 128);
            }
            b.run(300);
            assertThat(recorded(b)).isEqualTo(fault ? 2 : 1);
        }
    }

    @Test
    @Tag("T94")
    @DisplayName("T94: PMSEE = 11: every event, and a collision, in PMBSR_EL3")
    void monitor() {
        for (int ee = 0; ee < 4; ee++) {
            assertThat(recorded(full(3, ee))).isEqualTo(3);
            assertThat(recorded(stage1(3, ee))).isEqualTo(3);
            assertThat(recorded(stage2(3, ee))).isEqualTo(3);
        }
        Bench b = bench(3, 0).shape(o -> o.totalLatency = 400).profile(1, false).run(257 * 2 + 60);
        assertThat(b.counter(SpuState.SAMPLE_COLLISION)).isEqualTo(1);
        assertThat(pmbsr(b, 3)).isEqualTo(COLL);
        assertThat(pmbsr(b, 1)).isZero();
    }

    @Test
    @Tag("T95")
    @DisplayName("T95: PMBSR_EL2.S = 1 stops profiling only while effective EL2.EE is 1x")
    void stops() {
        for (int ee = 0; ee < 4; ee++) {
            Bench b = bench(1, ee).profile(1, false);
            b.context.register(SystemRegister.PMBSR_EL2, S);
            b.pe.changed = -1;
            b.run(300);
            assertThat(b.counter(SpuState.RECORDS_WRITTEN)).as("EE %d", ee).isEqualTo(ee < 2 ? 1 : 0);
        }
        Bench off = bench(0, 3).profile(1, false);
        off.context.register(SystemRegister.PMBSR_EL2, S);
        off.pe.changed = -1;
        assertThat(off.run(300).counter(SpuState.RECORDS_WRITTEN))
                .as("PMSEE = 00")
                .isEqualTo(1);
    }

    @Test
    @Tag("T96")
    @DisplayName("T96: an exception to EL2 from EL2 only with EE = 11, KE = 1 and PSTATE.PM = 0; from below always")
    void ownLevel() {
        for (int ee = 2; ee < 4; ee++) {
            for (int ke = 0; ke < 2; ke++) {
                for (boolean pm : new boolean[] {false, true}) {
                    Bench b = bench(1, ee);
                    b.context.register(SystemRegister.PMSCR_EL2, (long) ee << 8 | ke * KE);
                    b.context.register(SystemRegister.PMBSR_EL2, S);
                    b.pe.pm = pm;
                    for (int el = 0; el <= 2; el++) {
                        b.el(el);
                        b.settle();
                        assertThat(b.pe.profilingException)
                                .as("EL%d EE %d KE %d PM %s", el, ee, ke, pm)
                                .isEqualTo(el < 2 || ee == 3 && ke == 1 && !pm ? 2 : 0);
                    }
                }
            }
        }
    }

    @Test
    @Tag("T97")
    @DisplayName("T97: with the EL1 exception enabled PMBIRQ stays LOW and EL1 gets an exception, as KE and PM allow")
    void kernel() {
        Bench b = bench(1, 1);
        b.context.register(SystemRegister.PMSCR_EL1, 3L << 8 | KE);
        b.write(SystemRegister.PMBSR_EL1, S);
        b.settle();
        assertThat(b.lines.line(0, PMBIRQ)).isFalse();
        assertThat(b.pe.profilingException).isEqualTo(1);
        b.pe.pm = true;
        b.el(1);
        b.settle();
        assertThat(b.pe.profilingException).as("PSTATE.PM = 1").isZero();
        b.el(0);
        b.settle();
        assertThat(b.pe.profilingException).as("from EL0 it is never masked").isEqualTo(1);
        b.el(2);
        b.settle();
        assertThat(b.pe.profilingException).isZero();
        b.el(1);
        b.write(SystemRegister.PMSCR_EL1, 0);
        b.settle();
        assertThat(b.lines.line(0, PMBIRQ)).as("EE = 00").isTrue();
        assertThat(b.pe.profilingException).isZero();
    }
}
