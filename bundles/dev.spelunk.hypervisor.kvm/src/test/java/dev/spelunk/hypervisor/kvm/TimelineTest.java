// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_IPA;
import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.policies.NonePolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName(
        "What a timeline shows of a vCPU: its registers in memory and in hardware, where it is, and what the host does")
class TimelineTest {
    private static final long LIMIT = BUFFER_VA + 0x4000;
    private static final String MEMORY_LIMIT = TraceSink.MEMORY + "PMBLIMITR_EL1";
    private static final String HARDWARE_LIMIT = TraceSink.HARDWARE + "PMBLIMITR_EL1";
    private static final String MEMORY_POINTER = TraceSink.MEMORY + "PMBPTR_EL1";
    private static final String HARDWARE_POINTER = TraceSink.HARDWARE + "PMBPTR_EL1";
    private static final String MEMORY_STATUS = TraceSink.MEMORY + "PMBSR_EL1";
    private static final String HARDWARE_STATUS = TraceSink.HARDWARE + "PMBSR_EL1";

    /** All that is told, in order. */
    private static final class Told implements TraceSink {
        final List<String> lines = new ArrayList<>();
        final List<Exit> exits = new ArrayList<>();
        long last;

        private void add(int vcpu, String line, long cycles) {
            assertThat(cycles).as(line).isGreaterThanOrEqualTo(last);
            last = cycles;
            lines.add(vcpu + " " + line);
        }

        @Override
        public void state(int vcpu, String track, String text, long cycles) {
            add(vcpu, track + " = " + text, cycles);
        }

        @Override
        public void exit(int vcpu, Exit exit, long cycles) {
            exits.add(exit);
            TraceSink.super.exit(vcpu, exit, cycles);
        }

        @Override
        public void instant(int vcpu, String track, String name, String detail, long cycles) {
            add(vcpu, track + ": " + name + ": " + detail, cycles);
        }

        @Override
        public void counter(int vcpu, String track, long value, long cycles) {
            add(vcpu, track + " = " + value, cycles);
        }

        @Override
        public void close() {
            lines.add("closed");
        }

        List<String> take() {
            List<String> taken = List.copyOf(lines);
            lines.clear();
            return taken;
        }
    }

    private final Told told = new Told();

    private Bench bench(HostCosts costs) {
        Bench bench = new Bench();
        bench.costs = costs;
        bench.context.trace = told;
        bench.start().enableMmu().mapBuffer(4);
        return bench;
    }

    private Bench profiling() {
        Bench bench = bench(HostCosts.NONE);
        bench.enableBuffer(BUFFER_VA, LIMIT);
        return bench;
    }

    @Test
    @DisplayName("An exit says where the guest was, and which register it read or wrote with which value")
    void exits() {
        Bench bench = bench(HostCosts.NONE);
        told.exits.clear();
        bench.pe.pc = 0x4000_1000L;
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
        bench.read(SystemRegister.PMBPTR_EL1);
        bench.exit(Core.SYNCHRONOUS, 0x01L << 26 | 1L << 25, 0);
        assertThat(told.exits)
                .containsExactly(
                        new TraceSink.Exit("system register", "MSR PMBPTR_EL1, 0x1000000000", 0x4000_1000L, ""),
                        new TraceSink.Exit("system register", "MRS PMBPTR_EL1, 0x1000000000", 0x4000_1004L, ""),
                        new TraceSink.Exit("WFI or WFE", "", 0x4000_1008L, ""));
    }

    private static String on(String track, long value) {
        return "0 " + track + " = 0x" + Long.toHexString(value);
    }

    @Test
    @DisplayName("An enabled buffer: in memory first, then the pointer in hardware, and E last, with the pages pinned")
    void enabled() {
        Bench bench = bench(HostCosts.NONE);
        assertThat(told.take()).contains("0 execution = guest", "0 interrupt line = 0", "0 pinned pages = 0");
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
        assertThat(told.take())
                .containsExactly(
                        on(MEMORY_POINTER, BUFFER_VA), "0 execution = exit: system register", "0 execution = guest");
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT | 1);
        long pinned = bench.vm.state().pinnedPages();
        assertThat(told.take())
                .containsExactly(
                        on(MEMORY_LIMIT, LIMIT | 1),
                        "0 execution = exit: system register",
                        on(HARDWARE_POINTER, BUFFER_VA),
                        on(HARDWARE_LIMIT, LIMIT | 1),
                        "0 execution = guest",
                        "0 pinned pages = " + pinned);
        assertThat(pinned).isGreaterThanOrEqualTo(4);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(told.take())
                .as("E goes from hardware at each exit, and comes back; what is as before is not told again")
                .containsExactly(
                        on(HARDWARE_LIMIT, LIMIT),
                        "0 execution = exit: system register",
                        on(HARDWARE_LIMIT, LIMIT | 1),
                        "0 execution = guest");
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT);
        assertThat(told.take())
                .contains(on(MEMORY_LIMIT, LIMIT), "0 pinned pages = 0")
                .endsWith("0 pinned pages = 0");
    }

    @Test
    @DisplayName(
            "A full buffer: hardware's status goes to memory and is cleared, the line rises, and the event has its reason")
    void full() {
        Bench bench = profiling();
        bench.write(SystemRegister.PMBPTR_EL1, LIMIT - 64);
        told.take();
        bench.sample();
        bench.takeInterrupts();
        String reason = bench.vm.state().eventReasons().get("buffer full");
        assertThat(reason).startsWith("first after ");
        List<String> lines = told.take();
        assertThat(lines)
                .containsSubsequence(
                        on(HARDWARE_STATUS, 1 << 17 | 1),
                        on(HARDWARE_STATUS, 0),
                        "0 injected events: buffer full: " + reason.substring(reason.indexOf(": ") + 2),
                        on(MEMORY_STATUS, 1 << 17 | 1),
                        "0 execution = exit: IRQ: SPE buffer management event",
                        "0 execution = guest",
                        "0 interrupt line = 1");
        assertThat(lines).filteredOn(line -> line.contains("injected")).hasSize(1);
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(told.take()).contains(on(MEMORY_STATUS, 0), "0 interrupt line = 0");
    }

    @Test
    @DisplayName("Host memory: what was done at which IPA, what a pin refused, and nothing of what found nothing to do")
    void hostMemory() {
        Bench bench = profiling();
        int free = (int) ((BUFFER_IPA + 0x20_0000 - Bench.GUEST) >> 12);
        told.take();
        bench.vm.pressure().event(PressureKind.RECLAIM, free);
        assertThat(told.take())
                .containsExactly(
                        "0 host memory: huge pages split: IPA 0x40600000",
                        "0 host memory: pages reclaimed: IPA 0x40600000");
        bench.vm.pressure().event(PressureKind.RECLAIM, free);
        assertThat(told.take()).isEmpty();
        bench.vm.pressure().event(PressureKind.MIGRATION, (int) ((BUFFER_IPA - Bench.GUEST) >> 12));
        assertThat(told.take())
                .containsExactly(
                        "0 host memory: host memory events that a pin refused: IPA 0x40400000",
                        "0 host memory: host memory events that a pin refused: IPA 0x40400000");
    }

    @Test
    @DisplayName("A blackout is from where the SPU stopped to where it may go on, with its reason")
    void blackout() {
        Bench bench = new Bench();
        bench.policy = new NonePolicy();
        bench.costs = new HostCosts(0, 0, 0, 0, 0, 0, 0, 1000, 0);
        bench.context.trace = told;
        bench.start().enableMmu().mapBuffer(4).enableBuffer(BUFFER_VA, LIMIT);
        told.take();
        bench.sample();
        bench.takeInterrupts();
        assertThat(told.take())
                .filteredOn(line -> line.startsWith("0 blackouts"))
                .containsExactly("0 blackouts = stage 2 fault, until the host maps the page");
        bench.pe.executed += 1000;
        bench.vm.advance(0);
        bench.settle();
        bench.takeInterrupts();
        assertThat(told.take())
                .filteredOn(line -> line.startsWith("0 blackouts"))
                .containsExactly("0 blackouts = null");
    }

    @Test
    @DisplayName("Exit and entry take the time that the host costs")
    void costs() {
        Bench bench = bench(new HostCosts(300, 200, 0, 0, 0, 0, 0, 0, 0));
        told.take();
        long before = bench.pe.cycles();
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(bench.pe.cycles() - before).isEqualTo(501);
        assertThat(told.take()).containsExactly("0 execution = exit: system register", "0 execution = guest");
    }
}
