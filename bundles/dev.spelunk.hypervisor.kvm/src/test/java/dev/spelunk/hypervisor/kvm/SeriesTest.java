// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_IPA;
import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Series;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.policies.OnEnablePolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is special to a version of KVM's SPE series; every invariant is checked meanwhile. */
class SeriesTest {
    private static final int PAGE = 4096;
    private static final long S = 1L << 17;
    private static final long PERMISSION_FAULT_OF_A_WRITE = 0x24L << 26 | 1L << 25 | 1L << 6 | 0x0F;

    private static Bench bench(int version, SeriesSettings series) {
        Bench bench = new Bench(version);
        bench.settings = HostSettings.of(HostCosts.NONE).withSeries(series);
        return bench.start().enableMmu().mapBuffer(8);
    }

    private static SeriesSettings logging() {
        return new SeriesSettings(Series.V7, 0, false, 1000, 500);
    }

    /** Lets the virtual time come at which user space's next pass is due. */
    private static void pass(Bench bench) {
        bench.pe.idleCycles += bench.vm.deadline(0) - bench.pe.cycles();
        bench.vm.advance(0);
        bench.settle();
    }

    private static long host(Bench bench, String what) {
        return bench.vm.host().getOrDefault(what, 0L);
    }

    /** The guest's memory, as user space reads it. */
    private static long[] memory(Bench bench, int page) {
        long[] words = new long[PAGE / Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            words[i] = bench.context.memory.read(bench.vm.whereIs(ipa(page) + (long) i * Long.BYTES), Long.BYTES);
        }
        return words;
    }

    private static long ipa(int page) {
        return Bench.GUEST + (long) page * PAGE;
    }

    private static long counter(Bench bench, int which) {
        return bench.pe.spu.counters[which];
    }

    private static int pages(Bench bench) {
        return bench.vm.memory().pages();
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    @DisplayName("v7 traps no ID register and no sampling control, with FEAT_FGT and without")
    void traps(int version) {
        Bench bench = bench(version, SeriesSettings.V7);
        for (int register : new int[] {
            SystemRegister.PMBIDR_EL1, SystemRegister.PMSIDR_EL1, SystemRegister.PMSCR_EL1, SystemRegister.PMSIRR_EL1
        }) {
            assertThat(bench.traps(register, true)).isFalse();
        }
        assertThat(bench.traps(SystemRegister.PMBLIMITR_EL1, true)).isTrue();
        assertThat(bench.hardware(SystemRegister.MDCR_EL2) & MDCR_EL2.TPMS).isZero();
        if (version >= 85) {
            assertThat(bench.hardware(SystemRegister.HDFGRTR_EL2) & (HDFGRTR_EL2.PMBIDR_EL1 | HDFGRTR_EL2.PMSIDR_EL1))
                    .isZero();
        }
        assertThat(bench.read(SystemRegister.PMSIDR_EL1)).isEqualTo(bench.hardware(SystemRegister.PMSIDR_EL1));
        assertThat(bench.vm.traps()).doesNotContainKeys("PMSIDR_EL1", "PMBIDR_EL1");
    }

    @Test
    @DisplayName(
            "v7 has all memory resident and mapped before the first entry; a buffer of any size costs no pin, and no fault")
    void resident() {
        Bench bench = bench(85, SeriesSettings.V7);
        assertThat(host(bench, VirtualMachine.RESIDENT_BYTES)).isEqualTo(Bench.SIZE);
        for (int page = 0; page < pages(bench); page++) {
            assertThat(bench.vm.memory().writable(ipa(page))).isTrue();
        }
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 8 * PAGE);
        for (int i = 0; i < 100; i++) {
            assertThat(bench.sample()).isTrue();
            bench.read(SystemRegister.ID_AA64PFR0_EL1);
        }
        assertThat(memory(bench, (int) (BUFFER_IPA - Bench.GUEST) / PAGE)[0]).isNotZero();
        assertThat(bench.vm.host())
                .doesNotContainKeys(VirtualMachine.PINS, VirtualMachine.SPU_STAGE_2_FAULTS, "blackouts");
        assertThat(bench.vm.exits()).doesNotContainKey("stage 2 fault");
        // A buffer of four times the memory is the guest's own business.
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 4 * Bench.SIZE);
        assertThat(bench.memory(SystemRegister.PMBSR_EL1) & S).isZero();
        assertThat(bench.sample()).isTrue();
    }

    @Test
    @DisplayName("v7: the host moves and takes back nothing, and there is no pinning policy to change")
    void stays() {
        Bench bench = bench(85, SeriesSettings.V7);
        for (PressureKind kind : PressureKind.values()) {
            for (int page : new int[] {0, 700, 1500}) {
                bench.vm.pressure().event(kind, page);
                assertThat(bench.vm.memory().writable(ipa(page)))
                        .as("%s %d", kind, page)
                        .isTrue();
            }
        }
        assertThat(bench.vm.host()).doesNotContainKeys("pages reclaimed", "pages migrated", "huge pages split");
        assertThatThrownBy(() -> bench.vm.pinningPolicy(new OnEnablePolicy()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("series v7");
    }

    @Test
    @DisplayName("v7: a hole in the buffer is hardware's to find, and no page behind it is looked at")
    void hole() {
        Bench bench = bench(85, SeriesSettings.V7);
        bench.unmap(BUFFER_VA);
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 2 * PAGE);
        assertThat(bench.memory(SystemRegister.PMBSR_EL1)).isZero();
        assertThat(bench.sample()).isTrue();
        bench.takeInterrupts();
        assertThat(bench.memory(SystemRegister.PMBSR_EL1) & S).isNotZero();
        assertThat(bench.line()).isTrue();
        assertThat(bench.vm.bufferEvents()).doesNotContainKey("stage 1 fault at enable");
    }

    @Test
    @DisplayName(
            "v6: at the limit of pinned memory KVM goes to user space; what that may raise suffices, or the buffer is refused")
    void pinLimit() {
        for (long most : new long[] {0, 64 * PAGE}) {
            Bench bench = new Bench();
            bench.settings = new HostSettings(
                    new HostCosts(0, 0, 0, 0, 0, 0, 0, 0, 700),
                    4 * PAGE,
                    true,
                    List.of(),
                    0,
                    Set.of(PressureKind.values()),
                    0,
                    false,
                    new SeriesSettings(Series.V6, most, false, 0, 1));
            bench.start().enableMmu().mapBuffer(8);
            long before = bench.pe.cycles();
            bench.enableBuffer(BUFFER_VA, BUFFER_VA + 8 * PAGE);
            assertThat(bench.pe.cycles() - before).isGreaterThanOrEqualTo(700);
            assertThat(host(bench, VirtualMachine.USER_SPACE_EXITS)).isOne();
            assertThat((bench.memory(SystemRegister.PMBSR_EL1) & S) != 0).isEqualTo(most == 0);
            assertThat(bench.sample()).isEqualTo(most != 0);
            assertThat(bench.vm.state().pinnedPages()).isEqualTo(most == 0 ? 0 : 11);
        }
    }

    @Test
    @DisplayName("a capable VMM's guest may choose physical timestamps")
    void physicalTime() {
        for (boolean capable : new boolean[] {false, true}) {
            Bench bench = bench(85, new SeriesSettings(Series.V6, 0, capable, 0, 1));
            assertThat(bench.hardware(SystemRegister.PMSCR_EL2)).isEqualTo(capable ? 1L << 6 : 0);
        }
    }

    @Test
    @DisplayName("what cannot be set is one clear sentence")
    void settings() {
        assertThat(SeriesSettings.named("v7")).isEqualTo(Series.V7);
        assertThatThrownBy(() -> SeriesSettings.named("v5"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("v6 or v7");
        assertThatThrownBy(() -> new SeriesSettings(Series.V6, 0, false, 1, 1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("series=v7");
        assertThatThrownBy(() -> new SeriesSettings(Series.V7, -1, false, 0, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new SeriesSettings(Series.V7, 0, false, -1, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new SeriesSettings(Series.V7, 0, false, 0, 0)).isInstanceOf(BadInputException.class);
        Bench bench = new Bench();
        bench.maxBufferSize = 0x4000;
        bench.settings = HostSettings.of(HostCosts.NONE).withSeries(SeriesSettings.V7);
        assertThatThrownBy(bench::start)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("series v7 has no attribute");
    }

    @Test
    @DisplayName(
            "dirty logging: before the guest goes on with its buffer, user space has the pages in the log; what the SPU "
                    + "writes after the last pass is found, no record is lost")
    void dirtyLogging() {
        Bench bench = bench(85, logging());
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 8 * PAGE);
        assertThat(bench.sample()).isTrue();
        pass(bench);
        assertThat(host(bench, "pages sent by these passes")).isEqualTo(pages(bench));
        for (int round = 0; round < 5; round++) {
            List<long[]> sent = new ArrayList<>();
            for (int page = 0; page < pages(bench); page++) {
                sent.add(memory(bench, page));
            }
            long records = counter(bench, SpuState.RECORDS_WRITTEN);
            for (int i = 0; i < 20 + 30 * round; i++) {
                assertThat(bench.sample()).isTrue();
                bench.read(SystemRegister.ID_AA64PFR0_EL1);
            }
            assertThat(counter(bench, SpuState.RECORDS_WRITTEN) - records).isEqualTo(20 + 30 * round);
            int changed = 0;
            for (int page = 0; page < pages(bench); page++) {
                if (!Arrays.equals(memory(bench, page), sent.get(page))) {
                    changed++;
                    assertThat(bench.vm.memory().dirty(ipa(page)))
                            .as("page %d", page)
                            .isTrue();
                }
            }
            assertThat(changed).isBetween(1, 8);
            assertThat(host(bench, "pages in the dirty log")).isBetween((long) changed, 12L);
            pass(bench);
        }
        assertThat(host(bench, VirtualMachine.USER_SPACE_EXITS)).isEqualTo(6);
        assertThat(bench.vm.host()).doesNotContainKeys(VirtualMachine.SPU_STAGE_2_FAULTS, "blackouts");
        assertThat(counter(bench, SpuState.RECORDS_LOST)).isZero();
    }

    @Test
    @DisplayName(
            "a page that the guest maps into its buffer after the pass is noticed by the SPU's fault, which costs the record")
    void mappedLater() {
        Bench bench = bench(85, logging());
        bench.unmap(BUFFER_VA);
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 8 * PAGE);
        pass(bench);
        assertThat(bench.vm.memory().dirty(BUFFER_IPA)).isFalse();
        bench.map(BUFFER_VA, BUFFER_IPA);
        assertThat(bench.sample()).isTrue();
        bench.takeInterrupts();
        assertThat(host(bench, VirtualMachine.SPU_STAGE_2_FAULTS)).isOne();
        assertThat(counter(bench, SpuState.RECORDS_LOST)).isOne();
        assertThat(bench.vm.memory().dirty(BUFFER_IPA)).isTrue();
        assertThat(bench.memory(SystemRegister.PMBSR_EL1) & S).isZero();
        assertThat(bench.sample()).isTrue();
        assertThat(memory(bench, (int) (BUFFER_IPA - Bench.GUEST) / PAGE)[0]).isNotZero();
    }

    @Test
    @DisplayName(
            "writes by the guest and by user space are logged, a read is not; what has been missed is told by the next pass")
    void otherWriters() {
        Bench bench = bench(85, logging());
        pass(bench);
        long written = ipa(3000);
        assertThat(bench.vm.memory().writable(written)).isFalse();
        bench.context.register(SystemRegister.HPFAR_EL2, written >>> 12 << 4);
        bench.exit(Core.SYNCHRONOUS, PERMISSION_FAULT_OF_A_WRITE, written);
        assertThat(bench.outcome).isEqualTo(VirtualMachine.Outcome.RESUME);
        assertThat(bench.vm.memory().writable(written)).isTrue();
        bench.poke(ipa(3001), 5);
        bench.peek(ipa(3002));
        assertThat(bench.vm.memory().dirty(written)).isTrue();
        assertThat(bench.vm.memory().dirty(ipa(3001))).isTrue();
        assertThat(bench.vm.memory().dirty(ipa(3002))).isFalse();
        pass(bench);
        assertThat(bench.vm.memory().dirty(written)).isFalse();
        assertThat(bench.vm.memory().writable(written)).isFalse();
        bench.context.memory.write(bench.vm.whereIs(ipa(3002)), Long.BYTES, 7);
        assertThatThrownBy(() -> pass(bench))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessageContaining("dirty-log-complete")
                .hasMessageContaining("0x40bba000");
    }
}
