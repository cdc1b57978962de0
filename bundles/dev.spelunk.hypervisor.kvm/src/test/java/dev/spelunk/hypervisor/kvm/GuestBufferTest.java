// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_IPA;
import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static dev.spelunk.hypervisor.kvm.Bench.TABLES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.hypervisor.kvm.profiling.GuestBuffer;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.policies.NonePolicy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What KVM does when the guest enables a buffer, and when hardware reports an event: section 8.5 row by row. */
class GuestBufferTest {
    private static final long LIMIT = BUFFER_VA + 0x4000;
    private static final long S = 1L << 17;
    private static final long EA = 1L << 18;
    private static final long DL = 1L << 19;
    private static final long STAGE_1 = 0x24L << 26;

    private Bench bench;

    @BeforeEach
    void guest() {
        bench = new Bench().start().enableMmu().mapBuffer(4);
    }

    private long status() {
        return bench.memory(SystemRegister.PMBSR_EL1);
    }

    private boolean loaded() {
        return (bench.hardware(SystemRegister.PMBLIMITR_EL1) & 1) != 0;
    }

    private boolean pinned(long ipa) {
        return bench.vm.state().pinCount((int) ((ipa - Bench.GUEST) / 4096)) != 0;
    }

    private void assertNoExceptionInGuest() {
        assertThat(bench.core.exceptionsToGuest).isZero();
        assertThat(bench.outcome).isEqualTo(Outcome.RESUME);
        assertThat(bench.pe.el).isEqualTo(1);
    }

    @Test
    @Tag("T107")
    @DisplayName(
            "T107: enabling a buffer with a stage 1 hole yields S = 1, EC = 0x24 and the buffer interrupt, no exception")
    void stage1Hole() {
        bench.unmap(BUFFER_VA + 0x2000);
        bench.unmap(BUFFER_VA + 0x3000);
        bench.enableBuffer(BUFFER_VA + 64, LIMIT);
        assertThat(status())
                .as("8.5 row 4: FSC and level of the lowest address")
                .isEqualTo(STAGE_1 | S | 0x07);
        assertThat(bench.read(SystemRegister.PMBPTR_EL1))
                .as("nothing was written")
                .isEqualTo(BUFFER_VA + 64);
        assertThat(bench.memory(SystemRegister.PMBLIMITR_EL1)).as("E stays").isEqualTo(LIMIT | 1);
        assertThat(bench.line()).isTrue();
        assertThat(loaded()).isFalse();
        assertThat(bench.sample()).isFalse();
        assertThat(bench.vm.state().pinnedPages()).isZero();
        assertNoExceptionInGuest();
        assertThat(bench.vm.bufferEvents()).containsOnlyKeys("stage 1 fault found at enable");
    }

    @Test
    @DisplayName("8.5 row 4: a read-only page is a permission fault; DL and EA stay as they were")
    void readOnlyPage() {
        bench.mapReadOnly(BUFFER_VA + 0x1000, BUFFER_IPA + 0x1000);
        bench.write(SystemRegister.PMBSR_EL1, DL | EA | 0x1234);
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT | 1);
        assertThat(status()).isEqualTo(STAGE_1 | S | DL | EA | 0x0F);
    }

    @Test
    @Tag("T108")
    @DisplayName(
            "T108: a stage 1 page unmapped later: the host takes the SPU's interrupt and injects what hardware reported")
    void laterStage1Fault() {
        bench.enableBuffer(BUFFER_VA, LIMIT);
        assertThat(bench.sample()).isTrue();
        bench.unmap(BUFFER_VA);
        bench.sample();
        assertThat(bench.pe.interrupts & PeState.IRQ).as("physical interrupt").isNotZero();
        assertThat(bench.line()).as("not yet the guest's").isFalse();
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(bench.vm.exits()).containsEntry("IRQ: SPE buffer management event", 1L);
        assertThat(status()).isEqualTo(STAGE_1 | S | 0x07);
        assertThat(bench.read(SystemRegister.PMBPTR_EL1)).as("faulting address").isEqualTo(BUFFER_VA + 64);
        assertThat(bench.line()).isTrue();
        assertThat(bench.hardware(SystemRegister.PMBSR_EL1)).isZero();
        assertThat(bench.vm.bufferEvents()).containsOnlyKeys("stage 1 fault");
        assertNoExceptionInGuest();
    }

    @Test
    @Tag("T109")
    @DisplayName(
            "T109: at enable the buffer's pages and the pages of its stage 1 tables are pinned, stage 2 tables are not")
    void pinnedPages() {
        bench.enableBuffer(BUFFER_VA + 0x1040, LIMIT);
        assertThat(pinned(BUFFER_IPA)).as("below the pointer's page").isFalse();
        for (long page = BUFFER_IPA + 0x1000; page < BUFFER_IPA + 0x4000; page += 0x1000) {
            assertThat(pinned(page)).isTrue();
        }
        assertThat(pinned(BUFFER_IPA + 0x4000)).isFalse();
        for (int table = 0; table < 3; table++) {
            assertThat(pinned(TABLES + 0x1000L * table))
                    .as("stage 1 table %d", table)
                    .isTrue();
        }
        assertThat(bench.vm.state().pinnedPages()).as("and nothing else").isEqualTo(6);
        assertThat(bench.vm.hostAddress(BUFFER_IPA, false)).isEqualTo(Bench.HOST + BUFFER_IPA - Bench.GUEST);
        long root = bench.vm.state().stage2Root();
        assertThat(root)
                .as("stage 2 tables are outside the memslot's host memory")
                .isLessThan(Bench.HOST);
    }

    @Test
    @DisplayName("8.5 row 2: what is pinned is mapped, so that the SPU never faults at stage 2")
    void pinnedIsMapped() {
        bench.enableBuffer(BUFFER_VA, LIMIT);
        for (int i = 0; i < 64; i++) {
            assertThat(bench.sample()).isTrue();
            bench.takeInterrupts();
        }
        assertThat(bench.vm.state().counted(HostCounter.BLACKOUTS)).isZero();
        assertThat(bench.records).hasSize(64);
    }

    @Test
    @DisplayName("8.5 row 2: a changed range is judged again: pages that left are unpinned, new ones pinned")
    void changedRange() {
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 0x2000);
        long pins = bench.vm.state().pins();
        bench.write(SystemRegister.PMBLIMITR_EL1, BUFFER_VA + 0x3001);
        assertThat(pinned(BUFFER_IPA + 0x2000)).isTrue();
        assertThat(bench.vm.state().pins() - pins).as("only the new page").isEqualTo(1);
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x1000);
        assertThat(pinned(BUFFER_IPA)).isFalse();
        assertThat(pinned(BUFFER_IPA + 0x1000)).isTrue();
    }

    @Test
    @DisplayName("8.5 row 3: disabling unpins; a hardware event keeps the pins until the guest re-enables or disables")
    void unpinning() {
        bench.enableBuffer(BUFFER_VA, LIMIT);
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT);
        assertThat(bench.vm.state().pinnedPages()).isZero();

        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 0x1000);
        for (int i = 0; i < 64; i++) {
            bench.sample();
        }
        bench.takeInterrupts();
        assertThat(status()).isEqualTo(S | 1);
        assertThat(pinned(BUFFER_IPA)).isTrue();
        bench.write(SystemRegister.PMBLIMITR_EL1, 0);
        assertThat(bench.vm.state().pinnedPages()).isZero();

        bench.enableBuffer(BUFFER_VA, LIMIT);
        bench.write(SystemRegister.PMBSR_EL1, S);
        assertThat(bench.vm.state().pinnedPages()).as("the guest's own S").isZero();
        bench.vm.close();
        assertThat(bench.vm.state().pinnedPages()).isZero();
    }

    @Test
    @DisplayName("8.5 row 3: teardown unpins")
    void teardown() {
        bench.enableBuffer(BUFFER_VA, LIMIT);
        assertThat(bench.vm.state().pinnedPages()).isNotZero();
        bench.vm.close();
        assertThat(bench.vm.state().pinnedPages()).isZero();
    }

    @Test
    @DisplayName("8.5 row 5: too little room is loaded unjudged, and hardware's buffer full comes with the next sample")
    void tooLittleRoom() {
        for (long pointer : new long[] {LIMIT, LIMIT + 64, LIMIT + 0x2000}) {
            bench = new Bench().start().enableMmu().mapBuffer(4);
            bench.enableBuffer(pointer, LIMIT);
            assertThat(status()).isZero();
            assertThat(loaded()).isTrue();
            assertThat(bench.vm.state().pinnedPages()).isZero();
            for (int i = 0; i < 3; i++) {
                bench.sample();
                assertThat(bench.takeInterrupts()).isEqualTo(1);
                assertThat(status()).isEqualTo(S | 1);
                bench.write(SystemRegister.PMBSR_EL1, 0);
                assertThat(bench.line())
                        .as("a handler that only clears S gets away")
                        .isFalse();
            }
        }
    }

    @Test
    @DisplayName(
            "8.5 row 5: larger than MaxBuffSize is BSC 4; E stays out of hardware until pointer or limit is written")
    void tooLarge() {
        bench = new Bench();
        bench.maxBufferSize = 0x2000;
        bench.start().enableMmu().mapBuffer(4).enableBuffer(BUFFER_VA, BUFFER_VA + 0x3000);
        assertThat(status()).isEqualTo(S | 4);
        assertThat(bench.line()).isTrue();
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(status()).as("not injected again").isZero();
        assertThat(loaded()).isFalse();
        assertThat(bench.sample()).isFalse();
        assertThat(bench.memory(SystemRegister.PMBLIMITR_EL1) & 1).isEqualTo(1);
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x1000);
        assertThat(status()).isZero();
        assertThat(loaded()).isTrue();
        assertThat(bench.sample()).isTrue();
    }

    @Test
    @DisplayName(
            "8.5 row 5: other top bytes, other halves, a misaligned pointer, a limit beyond the addresses: BSC 0 with DL")
    void misprogrammed() {
        long[][] cases = {
            {BUFFER_VA, LIMIT | 0x5AL << 56},
            {BUFFER_VA, LIMIT | 1L << 55},
            {-0x4000L, 0},
            {BUFFER_VA + 1, LIMIT},
            {BUFFER_VA, 1L << 40},
            {(1L << 39) - 0x1000, (1L << 39) + 0x1000},
        };
        for (long[] c : cases) {
            bench = new Bench().start().enableMmu().mapBuffer(4);
            bench.enableBuffer(c[0], c[1]);
            assertThat(status()).as("%x to %x", c[0], c[1]).isEqualTo(S | DL);
            assertThat(bench.line()).isTrue();
            assertThat(loaded()).isFalse();
            bench.write(SystemRegister.PMBSR_EL1, 0);
            assertThat(loaded()).as("clearing S loads the buffer unpinned").isTrue();
            assertThat(bench.vm.bufferEvents()).containsEntry("access not allowed", 1L);
        }
        bench = new Bench().start().enableMmu();
        bench.map((1L << 39) - 0x1000, BUFFER_IPA);
        bench.enableBuffer((1L << 39) - 0x1000, 1L << 39);
        assertThat(status())
                .as("a limit right behind the last address is none of these")
                .isZero();
    }

    @Test
    @DisplayName(
            "8.5 row 5: after a stage 1 fault at enable, clearing S loads the buffer; hardware's report is a new cause")
    void clearingOnly() {
        bench.unmap(BUFFER_VA);
        bench.enableBuffer(BUFFER_VA, LIMIT);
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(bench.line()).isFalse();
        assertThat(loaded()).isTrue();
        assertThat(bench.vm.state().pinnedPages()).isZero();
        bench.sample();
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(status())
                .as("the tables were not mapped at stage 2 either: that is not the guest's business")
                .isZero();
        assertThat(bench.vm.state().counted(HostCounter.BLACKOUTS)).isEqualTo(1);
        bench.sample();
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(status()).isEqualTo(STAGE_1 | S | 0x07);
        assertThat(bench.vm.bufferEvents())
                .containsEntry("stage 1 fault", 1L)
                .containsEntry("stage 1 fault found at enable", 1L);
    }

    @Test
    @DisplayName("8.5 row 5: a refused pin is access not allowed, and E stays out of hardware")
    void refusedPin() {
        bench = new Bench();
        bench.policy = new Refusing();
        bench.start().enableMmu().mapBuffer(4).enableBuffer(BUFFER_VA, LIMIT);
        assertThat(status()).isEqualTo(S | DL);
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(loaded()).isFalse();
        assertThat(status()).isZero();
    }

    /** A policy with no room. */
    private static final class Refusing implements BufferPinningPolicy {
        @Override
        public boolean attached(Pins pins, long[] memslots) {
            assertThat(memslots).containsExactly(Bench.GUEST, Bench.SIZE);
            return true;
        }

        @Override
        public boolean enabled(Pins pins, long[] pages, int count) {
            return false;
        }

        @Override
        public void disabled(Pins pins) {
            assertThat(pins.count()).isZero();
        }
    }

    @Test
    @DisplayName(
            "8.5 row 6: a stage 2 fault at a record's start is mapped and resumed; the guest sees nothing, a blackout is counted")
    void stage2FaultAtRecordStart() {
        bench = new Bench();
        bench.policy = new NonePolicy();
        bench.start().enableMmu().mapBuffer(4).enableBuffer(BUFFER_VA, LIMIT);
        bench.sample();
        assertThat(bench.hardware(SystemRegister.PMBSR_EL1) >>> 26 & 0x3F).isEqualTo(0x25);
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(status()).isZero();
        assertThat(bench.line()).isFalse();
        assertThat(bench.vm.bufferEvents()).isEmpty();
        assertThat(bench.vm.state().counted(HostCounter.BLACKOUTS)).isEqualTo(1);
        assertThat(bench.sample()).isTrue();
        assertThat(bench.takeInterrupts()).isZero();
        assertThat(bench.records).hasSize(1);
    }

    @Test
    @DisplayName("8.5 row 6: a stage 2 fault inside a record cannot be resumed: BSC 1 with DL = 1")
    void stage2FaultInRecord() {
        bench.enableBuffer(BUFFER_VA, LIMIT);
        bench.context.register(SystemRegister.PMBSR_EL1, 0x25L << 26 | S | DL | 0x07);
        bench.context.register(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x1000);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(status()).isEqualTo(S | DL | 1);
        assertThat(bench.vm.bufferEvents()).containsOnlyKeys("buffer full, last record torn");
    }

    @Test
    @DisplayName("8.5 row 6: an IPA without memslot, below v1p3: EA = 1, EC = 0x24, FSC = 0x10")
    void noMemslot() {
        bench.map(BUFFER_VA + 0x1000, 0x0900_0000L);
        bench.enableBuffer(BUFFER_VA, LIMIT);
        assertThat(status()).isEqualTo(STAGE_1 | S | EA | 0x10);
        assertThat(loaded()).isFalse();
        bench.write(SystemRegister.PMBSR_EL1, 0);
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x2000);
        assertThat(status()).isZero();
        bench.map(BUFFER_VA + 0x2000, 0x0900_0000L);
        bench.sample();
        bench.takeInterrupts();
        assertThat(status()).as("found by hardware").isEqualTo(STAGE_1 | S | EA | 0x10);
        assertThat(bench.vm.bufferEvents()).containsEntry("external abort", 2L);
    }

    @Test
    @DisplayName("8.5 row 6: a translation table without memslot: EC = 0x24, FSC = 0x14 + level")
    void tableWithoutMemslot() {
        bench.poke(TABLES + (BUFFER_VA >>> 30 & 511) * 8, 0x0900_0000L | 3);
        bench.enableBuffer(BUFFER_VA, LIMIT);
        assertThat(status()).isEqualTo(STAGE_1 | S | 0x16);
        assertThat(bench.vm.state().pinnedPages()).isZero();
    }

    @Test
    @DisplayName("8.5 row 6: EC = 0x1F is copied as it is")
    void implementationDefined() {
        bench.enableBuffer(BUFFER_VA, LIMIT);
        bench.context.register(SystemRegister.PMBSR_EL1, 0x1FL << 26 | S | 0x7777);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(status()).isEqualTo(0x1FL << 26 | S | 0x7777);
        assertThat(bench.vm.bufferEvents()).containsOnlyKeys("implementation defined");
    }

    @Test
    @DisplayName("8.5 row 8: the interrupt is PPI 21, and its level is in-memory S, whoever set it")
    void interruptLevel() {
        bench.write(SystemRegister.PMBSR_EL1, S);
        assertThat(bench.line()).isTrue();
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(bench.line()).isFalse();
    }

    @Test
    @DisplayName("8.5 row 1: the predicate is in-memory E = 1 and S = 0")
    void predicate() {
        GuestBuffer buffer = bench.vm.vcpu(0).buffer();
        assertThat(buffer.enabled()).isFalse();
        bench.write(SystemRegister.PMBSR_EL1, S);
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT | 1);
        assertThat(buffer.enabled()).isFalse();
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(buffer.enabled()).isTrue();
        assertThat(pinned(BUFFER_IPA))
                .as("judged at the first write that makes the predicate true")
                .isTrue();
    }

    @Test
    @DisplayName("8.5 row 14: the SPU walks the current tables; pins stay with the pages they were taken on")
    void changedTables() {
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 0x1000);
        bench.map(BUFFER_VA, BUFFER_IPA + 0x8000);
        bench.sample();
        assertThat(bench.peek(BUFFER_IPA + 0x8000)).isNotZero();
        assertThat(bench.peek(BUFFER_IPA)).isZero();
        assertThat(pinned(BUFFER_IPA)).isTrue();
        assertThat(pinned(BUFFER_IPA + 0x8000)).isFalse();
    }

    @Test
    void withoutStage1ThePagesAreIdentical() {
        bench = new Bench().start();
        bench.enableBuffer(BUFFER_IPA, BUFFER_IPA + 0x2000);
        assertThat(pinned(BUFFER_IPA)).isTrue();
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(2);
        assertThat(bench.sample()).isTrue();
        assertThat(bench.records).hasSize(1);
        assertThat(bench.peek(BUFFER_IPA)).isNotZero();
    }
}
