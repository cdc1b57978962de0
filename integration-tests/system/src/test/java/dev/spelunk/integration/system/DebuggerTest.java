// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.debug.Condition;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What no other debugger's protocol has: conditions of the profiling unit and of VMs, a PE alone, and the bounds of going back. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DebuggerTest {
    private static final long MILLISECONDS = 200_000;
    private static final int EVENT_CLASS = 26;
    private static final long BUFFER_FULL = 1;

    private Machine machine;
    private Debugger debugger;
    private Thread thread;

    private void begin(Machines.Setup setup, long history) throws InterruptedException {
        machine = setup.compose(new ByteArrayOutputStream());
        debugger = machine.debugger();
        debugger.standAtBegin();
        if (history != 0) {
            debugger.keepHistory(history);
        }
        thread = new Thread(machine::run, "machine");
        thread.start();
        assertThat(debugger.await(MILLISECONDS)).isNotNull();
    }

    @AfterEach
    void end() throws InterruptedException {
        machine.interrupt();
        thread.join();
        machine.close();
    }

    private Stop go(Order order) throws InterruptedException {
        debugger.go(order);
        Stop stop = debugger.await(MILLISECONDS);
        assertThat(stop).isNotNull();
        return stop;
    }

    private Stop to(Condition condition) throws InterruptedException {
        debugger.add(condition);
        Stop stop = go(Order.go());
        assertThat(stop.kind()).isEqualTo(Stop.Kind.CONDITION);
        assertThat(stop.condition()).isEqualTo(condition);
        debugger.remove(condition);
        return stop;
    }

    private long bytes() {
        return machine.records().stream().mapToLong(stream -> stream.bytes()).sum();
    }

    @Test
    @DisplayName(
            "stands at the first sample record, then at the full buffer, goes back to a record, and forwards from the begin and by "
                    + "its count of operations to the same")
    void recordAndFull() throws Exception {
        begin(Machines.setup().append("provoke=buffer-full"), 64L << 20);
        Condition record = new Condition.Profiling(Condition.Event.RECORD);
        to(record);
        long place = debugger.place();
        long pointer = debugger.register(0, "PMBPTR_EL1");
        long[] general = machine.pes().get(0).pe.x.clone();
        to(new Condition.Profiling(Condition.Event.BUFFER_FULL));
        assertThat(debugger.register(0, "PMBSR_EL1") & 0x3F).isEqualTo(BUFFER_FULL);
        assertThat(debugger.register(0, "PMBSR_EL1") >>> EVENT_CLASS & 0x3F).isZero();
        long full = debugger.place();
        assertThat(full).isGreaterThanOrEqualTo(place);
        debugger.add(record);
        Stop back = go(Order.back());
        assertThat(back.condition()).isEqualTo(record);
        assertThat(debugger.place()).isLessThan(full);
        debugger.remove(record);
        go(Order.goTo(0));
        to(record);
        assertThat(debugger.place()).isEqualTo(place);
        assertThat(debugger.register(0, "PMBPTR_EL1")).isEqualTo(pointer);
        // The record has been written, by the count of operations too, from before and from after it.
        for (long from : new long[] {0, full}) {
            go(Order.goTo(from));
            assertThat(go(Order.goTo(place)).kind()).isEqualTo(Stop.Kind.STEPPED);
            assertThat(debugger.place()).isEqualTo(place);
            assertThat(debugger.register(0, "PMBPTR_EL1")).isEqualTo(pointer);
            assertThat(machine.pes().get(0).pe.x).isEqualTo(general);
        }
        go(Order.goTo(full));
        assertThat(debugger.register(0, "PMBSR_EL1") & 0x3F).isEqualTo(BUFFER_FULL);
    }

    @Test
    @DisplayName("stands at a fault of the profiling buffer")
    void fault() throws Exception {
        begin(Machines.setup().append("provoke=stage1-fault spe.interval=1024"), 0);
        to(new Condition.Profiling(Condition.Event.FAULT));
        // A stage 1 Data Abort on a write to the buffer.
        assertThat(debugger.register(0, "PMBSR_EL1") >>> EVENT_CLASS & 0x3F).isEqualTo(0b100100);
    }

    @Test
    @DisplayName("a breakpoint of one VM is none of another")
    void vmid() throws Exception {
        begin(Machines.setup().limit(3_000_000), 0);
        long main = debugger.address("kernel_main");
        to(new Condition.At(main));
        int vmid = (int) (debugger.register(0, "VTTBR_EL2") >>> 48);
        long again = debugger.address("allocate_page");
        to(new Condition.At(again, 1, vmid));
        assertThat(machine.pes().get(0).pe.pc).isEqualTo(again);
        debugger.add(new Condition.At(again, 1, vmid + 1));
        assertThat(go(Order.go()).kind()).isEqualTo(Stop.Kind.ENDED);
    }

    @Test
    @DisplayName("one PE steps while the other stands")
    void alone() throws Exception {
        begin(
                Machines.setup()
                        .guest(Guests.built("DebuggerTest", "twovcpus.elf"))
                        .cpus(2)
                        .vm(VmOptions.DEFAULT.withPhysicalPes(2)),
                0);
        go(Order.goTo(1_000_000));
        assertThat(machine.pes().get(1).pe.powered).isTrue();
        long first = machine.pes().get(0).pe.executed;
        long second = machine.pes().get(1).pe.executed;
        for (int i = 1; i <= 100; i++) {
            assertThat(go(new Order(Order.Kind.STEP, 1, 0, 0, true, true, 0)).kind())
                    .isEqualTo(Stop.Kind.STEPPED);
        }
        assertThat(machine.pes().get(0).pe.executed).isEqualTo(first);
        assertThat(machine.pes().get(1).pe.executed).isGreaterThan(second);
    }

    @Test
    @DisplayName(
            "the history stays in its bounds, says how far back it goes, and 100 million instructions back take seconds")
    void history() throws Exception {
        long bound = 32L << 20;
        begin(Machines.setup().append("scale=1000 spe=off"), bound);
        go(Order.goTo(150_000_000));
        assertThat(debugger.historyBytes()).isPositive().isLessThanOrEqualTo(bound);
        assertThat(debugger.latest()).isEqualTo(150_000_000);
        long[] registers = machine.pes().get(0).pe.x.clone();
        long pc = machine.pes().get(0).pe.pc;
        long earliest = debugger.earliest();
        assertThat(earliest).isLessThanOrEqualTo(50_000_000);
        long began = System.nanoTime();
        go(Order.goTo(50_000_000));
        long seconds = (System.nanoTime() - began) / 1_000_000_000;
        assertThat(debugger.place()).isEqualTo(50_000_000);
        assertThat(seconds).isLessThan(60);
        go(Order.goTo(150_000_000));
        assertThat(machine.pes().get(0).pe.x).isEqualTo(registers);
        assertThat(machine.pes().get(0).pe.pc).isEqualTo(pc);
        assertThat(debugger.historyBytes()).isLessThanOrEqualTo(bound);
    }
}
