// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.pmsver.v1p3.StatisticalProfilingV1p3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Buffer writes, buffer management events and PMBIRQ (DDI 0487, D17.7 and D17.8). */
class ProfilingBufferTest {
    private static final long END = Bench.BUFFER + Bench.BUFFER_SIZE;
    private static final long S = PMBSR_ELx.S;
    private static final long DL = PMBSR_ELx.DL;
    private static final long EA = PMBSR_ELx.EA;
    private static final long COLL = PMBSR_ELx.COLL;

    /** Records of 32 bytes: several in a line, and crossing pages where a test begins 16 bytes before one. */
    private static Bench small() {
        return new Bench(Set.of(), Map.of("alignment", 16));
    }

    private static long fault(int ec, int fsc) {
        return S | (long) ec << 26 | fsc;
    }

    /** A device that aborts from an offset on and keeps what it got before. */
    private static final class Aborting implements BusTarget {
        final byte[] bytes = new byte[0x1000];
        int from;

        @Override
        public long read(long offset, int size) {
            throw BusAbort.INSTANCE;
        }

        @Override
        public void write(long offset, int size, long value) {
            if (offset >= from) {
                throw BusAbort.INSTANCE;
            }
            bytes[(int) offset] = (byte) value;
        }
    }

    @Test
    @Tag("T80")
    @DisplayName("T80: buffer full when PTR > LIMIT - 2^MaxSize; at equality collection continues")
    void fullCondition() {
        assertThat(ProfilingBuffer.full(0x1000 - 64, 0x1000, 64)).isFalse();
        assertThat(ProfilingBuffer.full(0x1000 - 63, 0x1000, 64)).isTrue();
        assertThat(ProfilingBuffer.full(0x1000, 0x1000, 64)).isTrue();
        assertThat(ProfilingBuffer.full(0, 0, 64)).isTrue();
        assertThat(ProfilingBuffer.full(0, 64, 64)).isFalse();
        assertThat(ProfilingBuffer.full(-0x1000L - 64, -0x1000L, 64)).isFalse();
        assertThat(ProfilingBuffer.full(0xFFFF_0000_0000_0000L, 0x1000, 64)).isTrue();

        Bench b = Bench.el1().profile(1, false);
        b.buffer(END - 128, END).run(257);
        assertThat(b.pmbptr()).isEqualTo(END - 64);
        assertThat(b.pmbsr()).isZero();
        b.run(257);
        assertThat(b.pmbptr()).isEqualTo(END);
        assertThat(b.pmbsr()).isEqualTo(fault(0, 1));
    }

    @Test
    @DisplayName("A record comes with its origin: PE, vCPU, owning EL, where it went, also across pages, and when")
    void origin() {
        Bench b = small();
        long page = Bench.BUFFER + 4096;
        b.pages.map(page, Bench.RAM + 0x2_0000, 4096);
        List<String> origins = new ArrayList<>();
        b.context.records = (origin, data, offset, length) -> {
            assertThat(origin.cycles).isEqualTo(b.pe.cycles());
            origins.add(String.format(
                    "%d %d EL%d %x %x",
                    origin.pe, origin.vcpu, origin.owningEl, origin.address, origin.physicalAddress));
            assertThat(b.pmbptr()).isEqualTo(origin.address + length);
        };
        b.pe.vcpu = 5;
        b.profile(1, false).buffer(page - 16, END);
        b.run(257);
        b.pe.vcpu = PeState.NO_VCPU;
        b.run(257);
        long second = page + 16;
        assertThat(origins)
                .containsExactly(
                        String.format("0 5 EL1 %x %x", page - 16, Bench.RAM + 4096 - 16),
                        String.format("0 -1 EL1 %x %x", second, Bench.RAM + 0x2_0010));
    }

    @Test
    @DisplayName("A record tells of collisions, losses and cut off records since the one before")
    void sinceTheRecordBefore() {
        Bench b = small();
        long page = Bench.BUFFER + 4096;
        List<String> told = new ArrayList<>();
        b.context.records = (origin, data, offset, length) -> told.add(
                (origin.collided ? "collided" : "") + (origin.lost ? "lost" : "") + (origin.torn ? "torn" : ""));
        b.profile(1, false);
        b.run(257);
        b.pages.unmap(page);
        b.buffer(page - 16, END).run(257);
        b.pages.map(page, Bench.RAM + 0x2_0000, 4096);
        b.write(SystemRegister.PMBSR_EL1, 0);
        b.buffer(Bench.BUFFER, END).run(257);
        b.run(257);
        b.shape(o -> o.totalLatency = 300).run(3 * 257);
        b.shape(o -> o.totalLatency = 0).run(2 * 257);
        assertThat(told.subList(0, 3)).containsExactly("", "losttorn", "");
        assertThat(told.subList(3, told.size())).contains("collided").doesNotContain("losttorn");
    }

    @Test
    @Tag("T81")
    @DisplayName("T81: buffer full: EC = 0, BSC = 1, S = 1, DL, EA and COLL unchanged, PTR behind the padded record")
    void bufferFull() {
        for (long before : new long[] {0, DL, EA, COLL, DL | EA | COLL}) {
            Bench b = Bench.el1().profile(1, false).buffer(END - 64, END);
            b.write(SystemRegister.PMBSR_EL1, before | 0x3F);
            b.run(300);
            assertThat(b.pmbsr()).isEqualTo(before | fault(0, 1));
            assertThat(b.pmbptr()).isEqualTo(END);
            assertThat(b.records).hasSize(1);
            assertThat(b.counter(SpuState.BUFFER_FULL)).isEqualTo(1);
        }
    }

    @Test
    @Tag("T82")
    @DisplayName("T82: no byte at or above LIMIT is written, whatever the pointer is")
    void limit() {
        for (long pointer = END - 0x1000 - 80; pointer <= END - 0x1000 + 80; pointer++) {
            for (int alignment : new int[] {1, 16, 64}) {
                Bench b = new Bench(Set.of(), Map.of("alignment", alignment));
                Arrays.fill(b.context.memory.ram, (byte) 0x5A);
                b.profile(1, false).buffer(pointer, END - 0x1000).run(3000);
                for (byte after : b.memory(END - 0x1000, 256)) {
                    assertThat(after).isEqualTo((byte) 0x5A);
                }
                assertThat(b.pmbsr() & S).isNotZero();
            }
        }
    }

    @Test
    @DisplayName("Too little room is buffer full when the first sample is due, and nothing is written")
    void tooLittleRoom() {
        for (long pointer : new long[] {END, END - 32, END + 0x40}) {
            Bench b = small().profile(1, false).buffer(pointer, END).run(256);
            assertThat(b.pmbsr()).isZero();
            b.run(1);
            assertThat(b.pmbsr()).isEqualTo(fault(0, 1));
            assertThat(b.pmbptr()).isEqualTo(pointer);
            assertThat(b.records).isEmpty();
            assertThat(b.counter(SpuState.RECORDS_LOST)).isEqualTo(1);
            assertThat(b.counter(SpuState.BUFFER_FULL)).isEqualTo(1);
            assertThat(b.counter(SpuState.SAMPLE_FEED)).isEqualTo(1);
            assertThat(b.counter(SpuState.SAMPLE_FILTRATE))
                    .as("discarded because of a management event, not removed by filtering (D14.3)")
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "A sample that finds no room and that a filter removes is no lost record, and SAMPLE_FILTRATE leaves it out")
    void noRoomAndFiltered() {
        Bench b = small();
        b.write(SystemRegister.PMSFCR_EL1, 1);
        b.write(SystemRegister.PMSEVFR_EL1, 1 << 3);
        b.profile(1, false).buffer(END, END).run(257);
        assertThat(b.pmbsr()).isEqualTo(fault(0, 1));
        assertThat(b.counter(SpuState.SAMPLE_FEED)).isEqualTo(1);
        assertThat(b.counter(SpuState.SAMPLE_FILTRATE)).isZero();
        assertThat(b.counter(SpuState.RECORDS_LOST)).isZero();
    }

    @Test
    @DisplayName("Pointer and limit with the same top byte are a buffer (D17.7.4)")
    void taggedBuffer() {
        long tag = 0x5AL << 56;
        Bench b = Bench.el1().profile(1, false);
        b.pages.map(Bench.BUFFER | tag, Bench.RAM, Bench.BUFFER_SIZE);
        b.buffer(Bench.BUFFER | tag, END | tag).run(257);
        assertThat(b.pmbsr()).isZero();
        assertThat(b.pmbptr()).isEqualTo((Bench.BUFFER | tag) + 64);
        assertThat(b.records).hasSize(1);
    }

    @Test
    @DisplayName("From an event on operations are not profiled because the buffer has stopped")
    void stopsAtOnce() {
        Bench b = Bench.el1().profile(1, false).buffer(END - 64, END).run(257 + 40);
        b.context.sampler.synchronize();
        assertThat(b.pe.spu.notProfiled[SpuState.STOPPED]).isEqualTo(40);
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(257);
    }

    @Test
    @DisplayName("PMBIRQ rises with the event, before anything else happens; what was executed until then was profiled")
    void interruptWithTheEvent() {
        Bench b = small().profile(1, false).shape(o -> o.totalLatency = 100).run(300);
        b.pages.unmap(Bench.BUFFER);
        b.pe.changed = 0;
        b.context.sampler.profilingSynchronizationBarrier();
        assertThat(b.lines.line(0, 21)).isTrue();
        assertThat(b.pe.changed & PeState.CHANGED_PROFILING).isNotZero();
        b.context.sampler.synchronize();
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(300);
    }

    @Test
    @DisplayName("While performance monitors count, each event of the SPU makes them look")
    void performanceMonitorsLook() {
        Bench b = Bench.el1();
        b.pe.pmu.active = 1;
        b.profile(1, false).shape(o -> o.totalLatency = 100).run(300);
        b.pe.changed = 0;
        b.context.sampler.profilingSynchronizationBarrier();
        assertThat(b.pe.changed & PeState.CHANGED_EVENTS).as("SAMPLE_FEED").isNotZero();
    }

    @Test
    @Tag("T87")
    @DisplayName("T87: access not allowed: EC = 0, BSC = 0, DL = 1, for a misaligned pointer or another top byte")
    void accessNotAllowed() {
        for (long pointer : new long[] {Bench.BUFFER + 32, Bench.BUFFER | 1L << 56, Bench.BUFFER | 0xFFL << 56}) {
            Bench b = Bench.el1().profile(1, false).buffer(pointer, END).run(300);
            assertThat(b.pmbsr()).isEqualTo(S | DL);
            assertThat(b.pmbptr()).isEqualTo(pointer);
            assertThat(b.records).isEmpty();
            assertThat(b.counter(SpuState.ACCESS_NOT_ALLOWED)).isEqualTo(1);
        }
    }

    @Test
    @Tag("T83")
    @DisplayName(
            "T83: an unmapped page at stage 1: EC = 0x24, FSC of the fault, PTR = faulting VA, S = 1, DL unchanged")
    void stage1Fault() {
        for (int fsc = 0x04; fsc < 0x10; fsc++) {
            Bench b = Bench.el1().profile(1, false);
            b.pages.unmap(Bench.BUFFER + 0x1000);
            b.pages.unmapped = fsc;
            b.run(257 * 80);
            assertThat(b.pmbsr()).isEqualTo(fault(0x24, fsc));
            assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER + 0x1000);
            assertThat(b.records).hasSize(64);
            assertThat(b.counter(SpuState.STAGE1_FAULT)).isEqualTo(1);
        }
    }

    @Test
    @Tag("T84")
    @DisplayName("T84: an unmapped page at stage 2: EC = 0x25, PTR holds the VA")
    void stage2Fault() {
        Bench b = Bench.el1().profile(1, false);
        b.pages.stage2Fault(Bench.BUFFER, 0x07);
        b.run(300);
        assertThat(b.pmbsr()).isEqualTo(fault(0x25, 0x07));
        assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER);
        b.pages.mapStage2(Bench.BUFFER);
        b.write(SystemRegister.PMBSR_EL1, 0);
        b.run(257);
        assertThat(b.records).as("the pointer is reusable after DL = 0").hasSize(1);
    }

    @Test
    @Tag("T85")
    @DisplayName("T85: a fault inside a record: its first bytes are in memory, PTR at the page, DL = 1")
    void tornRecord() {
        Bench whole = small().profile(1, false).buffer(Bench.BUFFER, END).run(300);
        Bench b = small().profile(1, false);
        b.pages.unmap(Bench.BUFFER + 0x1000);
        b.buffer(Bench.BUFFER + 0x1000 - 16, END).run(300);
        assertThat(b.pmbsr()).isEqualTo(fault(0x24, 0x07) | DL);
        assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER + 0x1000);
        assertThat(b.memory(Bench.BUFFER + 0x1000 - 16, 16)).isEqualTo(whole.memory(Bench.BUFFER, 16));
        assertThat(b.records).isEmpty();
        assertThat(b.counter(SpuState.RECORDS_LOST)).isEqualTo(1);
        assertThat(b.counter(SpuState.RECORDS_WRITTEN)).isZero();
    }

    @Test
    @DisplayName("A record that crosses pages goes to the pages that the translation gives")
    void crossesPages() {
        Bench whole = small().profile(1, false).run(300);
        Bench b = small().profile(1, false);
        b.pages.map(Bench.BUFFER + 0x1000, Bench.RAM + 0x9000, 0x1000);
        Arrays.fill(b.context.memory.ram, (byte) 0x5A);
        b.buffer(Bench.BUFFER + 0x1000 - 16, END).run(300);
        byte[] record = whole.records.get(0);
        assertThat(b.records.get(0)).isEqualTo(record);
        assertThat(b.memory(Bench.BUFFER + 0x1000 - 16, 16)).isEqualTo(Arrays.copyOf(record, 16));
        assertThat(b.memory(Bench.BUFFER + 0x9000, record.length - 16))
                .isEqualTo(Arrays.copyOfRange(record, 16, record.length));
        assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER + 0x1000 - 16 + record.length);
        assertThat(b.memory(Bench.BUFFER + 0x9000 + record.length - 16, 64))
                .as("behind it nothing is written")
                .containsOnly(0x5A);
    }

    @Test
    @DisplayName("A record that goes to a device is there byte for byte, and nothing behind it")
    void device() {
        Bench b = small().profile(1, false);
        Aborting device = new Aborting();
        device.from = device.bytes.length;
        Arrays.fill(device.bytes, (byte) 0x5A);
        b.context.memory.bus.add(0x0900_0000L, 0x1000, device);
        b.pages.map(Bench.BUFFER, 0x0900_0000L, 0x1000);
        b.run(300);
        byte[] record = b.records.get(0);
        assertThat(Arrays.copyOf(device.bytes, record.length)).isEqualTo(record);
        assertThat(device.bytes[record.length]).isEqualTo((byte) 0x5A);
    }

    @Test
    @Tag("T86")
    @DisplayName("T86: an event while S = 1 leaves EC, MSS and DL of the first")
    void secondEvent() {
        Bench b = small().profile(1, false).shape(o -> o.totalLatency = 100).run(260);
        b.pages.unmap(Bench.BUFFER);
        b.context.register(SystemRegister.PMBSR_EL1, S | 1);
        b.context.sampler.profilingSynchronizationBarrier();
        assertThat(b.pmbsr()).isEqualTo(S | 1);
        assertThat(b.records).isEmpty();
    }

    @Test
    @DisplayName("External abort: EC = 0x24, FSC = 0x10, EA = 1, PTR at the aborted byte, DL = 1 inside a record")
    void externalAbort() {
        for (int from : new int[] {0, 5}) {
            Bench b = small().profile(1, false);
            Aborting device = new Aborting();
            device.from = from;
            b.context.memory.bus.add(0x0900_0000L, 0x1000, device);
            b.pages.map(Bench.BUFFER, 0x0900_0000L, 0x1000);
            b.run(300);
            assertThat(b.pmbsr()).isEqualTo(fault(0x24, 0x10) | EA | (from > 0 ? DL : 0));
            assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER + from);
            assertThat(device.bytes[0]).isEqualTo((byte) (from > 0 ? 0x98 : 0));
            assertThat(b.counter(SpuState.EXTERNAL_ABORT)).isEqualTo(1);
            assertThat(b.records).isEmpty();
            assertThat(b.counter(SpuState.RECORDS_LOST)).isEqualTo(1);
            boolean[] torn = new boolean[1];
            b.context.records = (origin, data, offset, length) -> torn[0] = origin.torn;
            b.pages.map(Bench.BUFFER, Bench.RAM, 0x1000);
            b.profile(1, false).run(257);
            assertThat(torn[0]).as("the next record tells").isEqualTo(from > 0);
        }
    }

    @Test
    @Tag("T88")
    @DisplayName(
            "T88: where External aborts are not reported they set neither S nor EA, and the record counts as written")
    void externalAbortIgnored() {
        Bench b = new Bench(Set.of(), Map.of(), new StatisticalProfilingV1p3()).profile(1, false);
        b.pages.map(Bench.BUFFER, 0x0900_0000L, 0x1000);
        b.run(300);
        assertThat(b.pmbsr()).isZero();
        assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER + 64);
        b.write(SystemRegister.PMBSR_EL1, EA);
        assertThat(b.read(SystemRegister.PMBSR_EL1)).as("EA is RES0").isZero();
    }

    @Test
    @Tag("T89")
    @DisplayName("T89: faults of the SPU change neither ESR nor FAR")
    void noException() {
        Bench b = new Bench(Set.of("FEAT_EL2"), Map.of()).profile(1, false);
        for (int encoding : new int[] {
            SystemRegister.ESR_EL1,
            SystemRegister.FAR_EL1,
            SystemRegister.ESR_EL2,
            SystemRegister.FAR_EL2,
            SystemRegister.HPFAR_EL2
        }) {
            b.context.register(encoding, 0x1234);
        }
        b.pages.unmap(Bench.BUFFER);
        long pc = b.pe.pc;
        b.run(300);
        assertThat(b.pmbsr()).isEqualTo(fault(0x24, 0x07));
        for (int encoding : new int[] {
            SystemRegister.ESR_EL1,
            SystemRegister.FAR_EL1,
            SystemRegister.ESR_EL2,
            SystemRegister.FAR_EL2,
            SystemRegister.HPFAR_EL2
        }) {
            assertThat(b.context.register(encoding)).isEqualTo(0x1234);
        }
        assertThat(b.pe.pc).isEqualTo(pc);
        assertThat(b.pe.el).isEqualTo(1);
    }

    @Test
    @Tag("T90")
    @DisplayName("T90: records are written as privileged writes with PAN taken as 0, through the owning regime")
    void access() {
        Bench b = Bench.el1().profile(1, false);
        b.pe.pan = true;
        b.run(300);
        assertThat(b.pages.accesses).containsOnly(Translator.WRITE | Translator.IGNORE_PAN);
        assertThat(b.pages.regimes).containsOnly(Translator.REGIME_EL10);
        assertThat(b.records).hasSize(1);
    }

    @Test
    @DisplayName("The owning regime is EL1&0, EL2 or EL2&0 by owner and E2H (D17.7.5)")
    void owningRegime() {
        for (long e2h : new long[] {0, 1L << 34}) {
            Bench b = Bench.el2();
            b.context.register(SystemRegister.MDCR_EL2, 0);
            b.context.register(SystemRegister.HCR_EL2, e2h);
            b.pe.el = 2;
            b.profile(1, false);
            b.context.register(SystemRegister.PMSCR_EL2, 2);
            b.run(300);
            assertThat(b.pages.regimes).containsOnly(e2h == 0 ? Translator.REGIME_EL2 : Translator.REGIME_EL20);
            assertThat(b.records).hasSize(1);
        }
    }

    @Test
    @DisplayName("A record of a buffer that changed its owner is dropped")
    void otherOwner() {
        Bench b = Bench.el2().shape(o -> o.totalLatency = 100).profile(1, false).run(260);
        b.context.register(SystemRegister.MDCR_EL2, 0);
        b.pe.changed |= PeState.CHANGED_PROFILING;
        b.run(200);
        assertThat(b.records).isEmpty();
        assertThat(b.pages.regimes).isEmpty();
        assertThat(b.counter(SpuState.RECORDS_LOST)).isEqualTo(1);
    }

    @Test
    @DisplayName("After an event nothing more is sampled and PMBPTR_EL1 is frozen")
    void frozen() {
        Bench b = Bench.el1().profile(1, false);
        b.pages.unmap(Bench.BUFFER);
        b.run(5000);
        assertThat(b.sampled).hasSize(1);
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(257);
        assertThat(b.pmbptr()).isEqualTo(Bench.BUFFER);
    }

    @Test
    @Tag("T91")
    @DisplayName("T91: PMBIRQ is PMBSR_EL1.S, whether the SPU or software wrote it")
    void interrupt() {
        Bench b = Bench.el1();
        b.pe.changed = 0;
        b.write(SystemRegister.PMBSR_EL1, S);
        assertThat(b.lines.line(0, 21)).isTrue();
        assertThat(b.context.sampler.interruptLevel()).isTrue();
        assertThat(b.pe.changed & PeState.CHANGED_INTERRUPTS).isNotZero();
        b.write(SystemRegister.PMBSR_EL1, DL | EA | COLL);
        assertThat(b.lines.line(0, 21)).isFalse();
        b.profile(1, false).buffer(END - 64, END).run(256);
        assertThat(b.lines.line(0, 21)).isFalse();
        b.run(1);
        assertThat(b.lines.line(0, 21)).isTrue();
        b.context.register(SystemRegister.PMBSR_EL1, 0);
        b.context.sampler.update();
        assertThat(b.lines.line(0, 21))
                .as("a register written behind the hooks")
                .isFalse();
    }
}
