// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_IPA;
import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.hypervisor.kvm.memory.HeldPages;
import dev.spelunk.hypervisor.kvm.registers.BufferStatus;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.vm.KvmVirtualMachine;
import dev.spelunk.policies.CachedPolicy;
import dev.spelunk.policies.NonePolicy;
import dev.spelunk.policies.OnEnablePolicy;
import dev.spelunk.policies.WholeVmPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Plays a guest, its host and whoever swaps the parts, one step after the other, and knows by its own
 * bookkeeping what must be in the guest's memory and which samples were taken.
 */
final class ModelledGuest {
    static final int PAGES = 6;
    private static final int PAGE = PageList.PAGE;
    private static final long S = 1L << 17;
    private static final long NOWHERE = 0x0900_0000L;
    private static final List<BufferPinningPolicy> POLICIES =
            List.of(new OnEnablePolicy(), new CachedPolicy(), new NonePolicy(), new WholeVmPolicy());
    private static final PressureKind[] KINDS = PressureKind.values();

    /** What happens in a step. */
    enum Action {
        WRITE_POINTER,
        ENABLE,
        DISABLE,
        CLEAR_STATUS,
        SET_STATUS,
        MAP,
        MAP_ELSEWHERE,
        MAP_NOWHERE,
        MAP_READ_ONLY,
        UNMAP,
        SAMPLE,
        RUN,
        TOUCH,
        UNRELATED_EXIT,
        HOST_MEMORY,
        SWAP_POLICY,
        SWAP_HYPERVISOR,
        PREEMPTION
    }

    /**
     * @param page 0..PAGES: pages of the buffer's addresses
     * @param detail which of several ways
     */
    record Step(Action action, int page, int detail) {}

    private final Bench bench = new Bench();
    private final Translation translation = new Translation();
    /** What the guest's pages must hold, by page; all others are zero. */
    private final TreeMap<Integer, byte[]> expected = new TreeMap<>();
    /** Frames of the pages that are pinned, since they are. */
    private final TreeMap<Long, Long> frames = new TreeMap<>();

    private long samples;
    private long hardwareEvents;
    private boolean quiet;

    ModelledGuest() {
        bench.maxBufferSize = 0x5000;
        bench.settings = new HostSettings(
                new HostCosts(80, 60, 4, 10, 5, 50, 15, 700, 0),
                0,
                true,
                List.of(),
                0,
                Set.of(KINDS),
                0,
                false,
                SeriesSettings.V6);
        bench.pokes = (ipa, value) -> PhysicalMemory.put64(page(ipa), (int) ipa & PAGE - 1, value);
        bench.start().enableMmu().mapBuffer(PAGES);
        bench.write(SystemRegister.PMSIRR_EL1, 256);
        bench.write(SystemRegister.PMSCR_EL1, 3);
    }

    private byte[] page(long ipa) {
        return expected.computeIfAbsent((int) ((ipa - Bench.GUEST) / PAGE), page -> new byte[PAGE]);
    }

    /** One step, and every invariant after it. */
    void take(Step step) {
        bench.registers.writes.clear();
        interrupts();
        perform(step);
        check();
    }

    /** What is due happens, and hardware takes interrupts before the guest's next operation. */
    private void interrupts() {
        bench.vm.advance(0);
        bench.settle();
        bench.takeInterrupts();
    }

    private void perform(Step step) {
        long va = BUFFER_VA + (long) PAGE * step.page;
        long ipa = BUFFER_IPA + (long) PAGE * step.page;
        switch (step.action) {
            case WRITE_POINTER -> program(SystemRegister.PMBPTR_EL1, odd(va + 64L * (step.detail & 63), step.detail));
            case ENABLE -> program(SystemRegister.PMBLIMITR_EL1, odd(va, step.detail & 64) & -PAGE | 1);
            case DISABLE -> program(SystemRegister.PMBLIMITR_EL1, va);
            case CLEAR_STATUS -> {
                boolean judged = !bench.vm.vcpu(0).buffer().awaitsJudgement();
                bench.write(SystemRegister.PMBSR_EL1, 0);
                quiet = (bench.memory(SystemRegister.PMBSR_EL1) & S) == 0;
                if (judged) {
                    assertThat(quiet).as("clearing S alone never injects again").isTrue();
                }
            }
            case SET_STATUS -> program(SystemRegister.PMBSR_EL1, S | step.page);
            case MAP -> bench.map(va, ipa);
            case MAP_ELSEWHERE -> bench.map(va, ipa + 0x10_0000);
            case MAP_NOWHERE -> bench.map(va, NOWHERE);
            case MAP_READ_ONLY -> bench.mapReadOnly(va, ipa);
            case UNMAP -> bench.unmap(va);
            case SAMPLE -> sample();
            case RUN -> bench.pe.executed += step.detail * 16L;
            case TOUCH -> touch(va, step.detail);
            case UNRELATED_EXIT -> bench.read(SystemRegister.ID_AA64PFR0_EL1);
            case HOST_MEMORY -> hostMemory(step, ipa);
            case SWAP_POLICY -> {
                bench.policy = POLICIES.get(step.detail % POLICIES.size());
                bench.vm.pinningPolicy(bench.policy);
            }
            case SWAP_HYPERVISOR -> bench.vm = new KvmVirtualMachine(bench.description(), bench.settings());
            default -> {
                quiet = false;
                bench.vm.hostChanged();
                bench.settle();
            }
        }
    }

    private void program(int encoding, long value) {
        quiet = false;
        bench.write(encoding, value);
    }

    private static long odd(long address, int detail) {
        switch (detail) {
            case 64:
                return address | 0xA5L << 56;
            case 65:
                return address | 0x20;
            default:
                return address;
        }
    }

    private void hostMemory(Step step, long ipa) {
        int page = (int) ((ipa - Bench.GUEST) / PAGE);
        // Some of it hits tables, and some of it pages that have nothing to do with the buffer.
        int where = step.detail % 4 == 3
                ? (int) ((Bench.TABLES - Bench.GUEST) / PAGE) + step.page
                : page + step.detail % 4 * 256;
        bench.vm.pressure().event(KINDS[step.detail % KINDS.length], where);
    }

    /** The guest runs to its next sample. */
    private void sample() {
        long pointer = bench.hardware(SystemRegister.PMBPTR_EL1);
        int records = bench.records.size();
        long lost = counter(SpuState.RECORDS_LOST);
        boolean stopped = (bench.hardware(SystemRegister.PMBSR_EL1) & S) != 0;
        if (!bench.sample()) {
            return;
        }
        quiet = false;
        samples++;
        long status = bench.hardware(SystemRegister.PMBSR_EL1);
        if ((status & S) != 0 && !stopped) {
            hardwareEvents++;
        }
        if (bench.records.size() > records) {
            written(pointer, bench.records.get(records));
        }
        if (counter(SpuState.RECORDS_LOST) > lost) {
            assertThat(status & S)
                    .as("a lost record has an event to account for it")
                    .isNotZero();
        }
        if ((status & S) != 0 && BufferStatus.exceptionClass(status) == BufferStatus.EC_STAGE_2_ABORT) {
            long at = ipaOf(bench.hardware(SystemRegister.PMBPTR_EL1));
            assertThat(at >= 0 && bench.vm.memory().pinCount(at) > 0 && tablesPinned())
                    .as("the SPU faulted at stage 2 on IPA 0x%x, which is pinned", at)
                    .isFalse();
        }
    }

    private boolean tablesPinned() {
        return bench.vm.memory().pinCount(bench.entry(BUFFER_VA)) > 0;
    }

    /** The record must be where the guest's own tables say. */
    private void written(long va, byte[] record) {
        long ipa = ipaOf(va);
        assertThat(ipa >= 0 && bench.vm.memory().contains(ipa))
                .as("the SPU wrote to 0x%x, which is not the guest's", va)
                .isTrue();
        System.arraycopy(record, 0, page(ipa), (int) ipa & PAGE - 1, record.length);
    }

    /** IPA of a mapped writable address of the buffer, by the tables that the test has written; -1 for others. */
    private long ipaOf(long va) {
        if (va < BUFFER_VA || va >= BUFFER_VA + (long) PAGE * (PAGES + 1)) {
            return -1;
        }
        long descriptor = PhysicalMemory.get64(page(bench.entry(va)), (int) bench.entry(va) & PAGE - 1);
        return (descriptor & 1) == 0 || (descriptor & 0x80) != 0
                ? -1
                : descriptor & 0x0000_FFFF_FFFF_F000L | va & PAGE - 1;
    }

    /** The guest writes a word of its buffer, as often as it faults at stage 2. */
    private void touch(long va, int detail) {
        long address = va + 8L * detail;
        for (int faults = 0; !bench.context.translator.translate(translation, address, Translator.WRITE); faults++) {
            if (!translation.stage2 || !bench.vm.memory().contains(translation.ipa)) {
                return;
            }
            assertThat(faults).as("the same stage 2 fault again and again").isLessThan(8);
            bench.context.register(SystemRegister.HPFAR_EL2, translation.ipa >>> 12 << 4);
            bench.exit(
                    Core.SYNCHRONOUS,
                    0x24L << 26 | 1L << 25 | (translation.onWalk ? 1L << 7 : 1L << 6) | translation.fault,
                    address);
        }
        PhysicalMemory.put64(page(translation.ipa), (int) translation.ipa & PAGE - 1, address);
        bench.context.memory.write(translation.pa, Long.BYTES, address);
    }

    private long counter(int which) {
        return bench.pe.spu.counters[which];
    }

    private void check() {
        long status = bench.memory(SystemRegister.PMBSR_EL1);
        assertThat(bench.registers.values(SystemRegister.PMBSR_EL1))
                .as("PMBSR_EL1 as hardware gets it")
                .allMatch(v -> v == 0);
        assertThat(bench.line()).as("the guest's interrupt").isEqualTo((status & S) != 0);
        assertThat(bench.core.exceptionsToGuest)
                .as("exceptions taken by the guest")
                .isZero();
        if (quiet) {
            assertThat(status & S).as("no event without a new cause").isZero();
        }
        assertThat(samples)
                .as("samples written and lost")
                .isEqualTo(counter(SpuState.RECORDS_WRITTEN)
                        + counter(SpuState.RECORDS_LOST)
                        + counter(SpuState.SAMPLE_COLLISION));
        assertThat((long) bench.records.size()).isEqualTo(counter(SpuState.RECORDS_WRITTEN));
        assertThat(counter(SpuState.RECORDS_LOST)).isLessThanOrEqualTo(hardwareEvents);
        checkPins();
    }

    private void checkPins() {
        HeldPages held = bench.vm.vcpu(0).buffer().pins();
        boolean ofTheVm = bench.policy instanceof WholeVmPolicy;
        assertThat(bench.vm.state().pinnedPages())
                .as("pages pinned")
                .isEqualTo(ofTheVm ? Bench.SIZE / PAGE : held.count());
        if (bench.policy instanceof NonePolicy || ofTheVm) {
            assertThat(held.count()).isZero();
        }
        if (bench.policy instanceof OnEnablePolicy && (bench.memory(SystemRegister.PMBLIMITR_EL1) & 1) == 0) {
            assertThat(held.count())
                    .as("nothing is pinned for a disabled buffer")
                    .isZero();
        }
        if (!frames.isEmpty()) {
            frames.keySet().removeIf(page -> bench.vm.memory().pinCount(page) == 0);
        }
        for (int i = 0; i < held.count(); i++) {
            long page = held.page(i);
            assertThat(bench.vm.memory().writable(page))
                    .as("pinned page 0x%x is writable at stage 2", page)
                    .isTrue();
            long frame = bench.vm.hostAddress(page, false);
            Long before = frames.put(page, frame);
            assertThat(before == null || before == frame)
                    .as("pinned page 0x%x has moved", page)
                    .isTrue();
        }
    }

    /** What happened, by name, with counts. */
    SortedMap<String, Long> reached() {
        SortedMap<String, Long> all = new TreeMap<>(bench.vm.host());
        all.putAll(bench.vm.bufferEvents());
        all.put("records", (long) bench.records.size());
        return all;
    }

    /** All that the guest's memory holds, page by page, wherever the host has put it; and what nobody owns is empty. */
    void end() {
        interrupts();
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        long told = bench.vm.bufferEvents().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()
                + bench.vm.state().counted(HostCounter.BLACKOUTS);
        assertThat(told)
                .as("events by hardware that were neither injected nor counted as blackouts")
                .isGreaterThanOrEqualTo(hardwareEvents);
        byte[] ram = bench.context.memory.ram;
        byte[] zero = new byte[PAGE];
        for (int page = 0; page < Bench.SIZE / PAGE; page++) {
            int at = (int) (bench.vm.hostAddress(Bench.GUEST + (long) page * PAGE, false) - Bench.BASE);
            byte[] must = expected.getOrDefault(page, zero);
            if (!Arrays.equals(ram, at, at + PAGE, must, 0, PAGE)) {
                throw new AssertionError(
                        "page " + page + " of the guest's memory does not hold what the guest and the SPU wrote");
            }
        }
        bench.vm.close();
        assertThat(bench.vm.state().pinnedPages()).isZero();
        assertThat(bench.vm.state().pins()).isEqualTo(bench.vm.state().unpins());
    }
}
