// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_IPA;
import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.hypervisor.kvm.RecordingRegisters.Write;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/** Whatever a guest does to its buffer, in whatever order, what the register handling note promises holds. */
class InvariantsTest {
    private static final long S = 1L << 17;
    private static final int PAGES = 6;

    /** What a guest may do. */
    enum Action {
        WRITE_POINTER,
        WRITE_LIMIT_ENABLED,
        WRITE_LIMIT_DISABLED,
        CLEAR_STATUS,
        SET_STATUS,
        MAP,
        MAP_ELSEWHERE,
        MAP_READ_ONLY,
        UNMAP,
        SAMPLE,
        UNRELATED_EXIT,
        TAKE_INTERRUPTS
    }

    /**
     * @param page 0..PAGES: pages of the buffer's addresses
     * @param odd makes pointers and limits misprogrammed in a way of its own
     */
    record Step(Action action, int page, int odd) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.of(Action.class),
                        Arbitraries.integers().between(0, PAGES),
                        Arbitraries.frequency(Tuple.of(8, 0), Tuple.of(1, 1), Tuple.of(1, 2), Tuple.of(1, 3)))
                .as(Step::new);
        return step.list().ofMinSize(1).ofMaxSize(60);
    }

    @Property(tries = 1000, seed = "20261121")
    @Tag("T100")
    @Tag("T101")
    @Tag("T102")
    @Tag("T104")
    void invariantsHoldAtEveryStep(@ForAll("steps") List<Step> steps) {
        Bench bench = new Bench();
        bench.maxBufferSize = 0x5000;
        bench.start().enableMmu().mapBuffer(PAGES);
        bench.write(SystemRegister.PMSIRR_EL1, 256);
        bench.write(SystemRegister.PMSCR_EL1, 3);
        boolean unjudged = false;
        for (Step step : steps) {
            bench.registers.writes.clear();
            // What hardware has reported reaches memory in the exit of the step, before the step's own write.
            boolean stopped =
                    ((bench.memory(SystemRegister.PMBSR_EL1) | bench.hardware(SystemRegister.PMBSR_EL1)) & S) != 0;
            perform(bench, step);
            check(bench);
            boolean enabled = (bench.memory(SystemRegister.PMBLIMITR_EL1) & 1) != 0;
            switch (step.action) {
                case WRITE_POINTER, WRITE_LIMIT_ENABLED, WRITE_LIMIT_DISABLED -> unjudged = stopped || !enabled;
                case CLEAR_STATUS -> {
                    if (!unjudged || !enabled) {
                        assertThat(bench.memory(SystemRegister.PMBSR_EL1))
                                .as("clearing S alone never injects again")
                                .isZero();
                    }
                    unjudged &= !enabled;
                }
                default -> {}
            }
        }
        bench.vm.close();
        assertThat(bench.vm.state().pinnedPages()).isZero();
        assertThat(bench.vm.state().pins()).isEqualTo(bench.vm.state().unpins());
    }

    private static void perform(Bench bench, Step step) {
        long va = BUFFER_VA + 0x1000L * step.page;
        long ipa = BUFFER_IPA + 0x1000L * step.page;
        switch (step.action) {
            case WRITE_POINTER -> bench.write(SystemRegister.PMBPTR_EL1, odd(va, step.odd));
            case WRITE_LIMIT_ENABLED -> bench.write(SystemRegister.PMBLIMITR_EL1, odd(va, step.odd & 1) & ~0xFFFL | 1);
            case WRITE_LIMIT_DISABLED -> bench.write(SystemRegister.PMBLIMITR_EL1, va);
            case CLEAR_STATUS -> bench.write(SystemRegister.PMBSR_EL1, 0);
            case SET_STATUS -> bench.write(SystemRegister.PMBSR_EL1, S | step.page);
            case MAP -> bench.map(va, ipa);
            case MAP_ELSEWHERE -> bench.map(va, step.odd == 0 ? ipa + 0x10_0000 : 0x0900_0000L);
            case MAP_READ_ONLY -> bench.mapReadOnly(va, ipa);
            case UNMAP -> bench.unmap(va);
            case SAMPLE -> bench.sample();
            case UNRELATED_EXIT -> bench.read(SystemRegister.ID_AA64PFR0_EL1);
            default -> bench.takeInterrupts();
        }
    }

    private static long odd(long address, int way) {
        switch (way) {
            case 1:
                return address | 0xA5L << 56;
            case 2:
                return address | 0x20;
            case 3:
                return address | 0xFC0;
            default:
                return address;
        }
    }

    private static void check(Bench bench) {
        long memoryStatus = bench.memory(SystemRegister.PMBSR_EL1);
        long memoryLimit = bench.memory(SystemRegister.PMBLIMITR_EL1);
        assertThat(bench.registers.values(SystemRegister.PMBSR_EL1))
                .as("PMBSR_EL1 as hardware gets it")
                .allMatch(v -> v == 0);
        for (Write write : bench.registers.writes) {
            if (write.encoding() == SystemRegister.PMBLIMITR_EL1 && (write.value() & 1) != 0) {
                assertThat(write.stage2On()).as("E is set with stage 2 on").isTrue();
                assertThat(memoryLimit & 1).isEqualTo(1);
                assertThat(memoryStatus & S).isZero();
            }
        }
        if (!bench.registers.writes.isEmpty()) {
            assertThat(bench.hardware(SystemRegister.PMBSR_EL1) & S)
                    .as("hardware S after an exit")
                    .isZero();
            boolean loadable = bench.vm.vcpu(0).buffer().loadable();
            assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1) & 1).isEqualTo(loadable ? 1 : 0);
        }
        assertThat(bench.line()).as("the guest's interrupt").isEqualTo((memoryStatus & S) != 0);
        if ((memoryLimit & 1) == 0) {
            assertThat(bench.vm.state().pinnedPages())
                    .as("nothing is pinned for a disabled buffer")
                    .isZero();
        }
        assertThat(bench.core.exceptionsToGuest).isZero();
        assertThat(bench.pe.el).isEqualTo(1);
    }
}
