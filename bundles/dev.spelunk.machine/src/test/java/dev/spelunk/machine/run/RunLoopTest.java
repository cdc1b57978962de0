// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import dev.spelunk.machine.board.Console;
import dev.spelunk.testkit.TestMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Run loop")
class RunLoopTest {
    private final TestMachine machine = TestMachine.builder().pes(2).build();
    /** What happened, in order. */
    private final List<String> log = new ArrayList<>();
    /** Reasons for which the core of each PE stops, one for each run; CONTINUE when there is none left. */
    private final Deque<Integer> reasons = new ArrayDeque<>();

    private final Safepoints safepoints = new Safepoints();
    private BoardWiring wiring;
    private RunLoop loop;

    private RunLoop loop(int pes) {
        PeContext[] contexts = new PeContext[pes];
        for (int i = 0; i < pes; i++) {
            PeContext context = machine.contexts[i];
            contexts[i] = context;
            context.pe.powered = true;
            context.core = fake(Core.class, (method, arguments) -> switch (method) {
                case "run" -> executed(context, (Long) arguments[0]);
                case "runObserved" -> observed(context, (Operation) arguments[0]);
                case "observed" -> true;
                default -> null;
            });
            context.latencyModel = fake(OperationTimer.class, (method, arguments) -> {
                if (method.equals("warmingWindow")) {
                    return 0;
                }
                log.add(method + " at " + context.pe.executed);
                return null;
            });
        }
        wiring = new BoardWiring(contexts);
        wiring.interruptController = fake(InterruptController.class, (method, arguments) -> {
            log.add("interrupts");
            return null;
        });
        return anew(null);
    }

    private RunLoop anew(InputStream input) {
        RunOptions options = RunOptions.of(Path.of("guest"))
                .withHypervisor("none")
                .withBootArguments("arguments")
                .withMemory(1 << 20)
                .withInput(input);
        loop = new RunLoop(wiring, new Console(options.console(), input), options, safepoints);
        return loop;
    }

    private int executed(PeContext context, long count) {
        int reason = reasons.isEmpty() ? Core.CONTINUE : reasons.remove();
        if (reason == Core.CONTINUE) {
            context.pe.executed += count;
            log.add("PE " + context.pe.index + " +" + count);
        }
        if (reason == Core.WAITING) {
            context.pe.waiting = true;
        }
        return reason;
    }

    private int observed(PeContext context, Operation operation) {
        context.pe.executed++;
        log.add("observed " + context.pe.executed);
        return Core.CONTINUE;
    }

    @FunctionalInterface
    private interface Answers {
        Object answer(String method, Object[] arguments);
    }

    @SuppressWarnings("unchecked")
    private static <T> T fake(Class<T> type, Answers answers) {
        return (T) Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.answer(method.getName(), arguments));
    }

    /** A device whose deadline comes every so many cycles of PE 0. */
    private final class Clock implements Device {
        private final long period;
        private long next;

        /** Its place among the devices. */
        private final int place;

        private Clock(long period) {
            this.period = period;
            next = period;
            place = wiring.devices.size();
            wiring.devices.add(this);
            wiring.deadlines.set(place, 0, next);
        }

        @Override
        public long base() {
            return -1;
        }

        @Override
        public long size() {
            return 0;
        }

        @Override
        public void advance(int pe) {
            long now = machine.contexts[0].pe.cycles();
            if (pe == 0 && now >= next) {
                log.add("tick of " + period + " at " + now);
                next += period;
            }
            wiring.deadlines.set(place, 0, next);
        }

        @Override
        public void changed(int pe) {
            log.add("changed");
        }

        @Override
        public void waitingChanged(int pe) {
            if (machine.contexts[pe].pe.waiting) {
                log.add("PE " + pe + " waits");
            }
        }

        @Override
        public void describe(DeviceTree tree) {
            // It is in no tree.
        }

        @Override
        public long read(long offset, int size) {
            return 0;
        }

        @Override
        public void write(long offset, int size, long value) {
            // It has no registers.
        }
    }

    @Test
    @DisplayName("A limit and the deadlines of devices are met at their exact operation")
    void exactCounts() {
        loop(1);
        new Clock(1000);
        while (loop.executed() < 2500) {
            assertThat(loop.turn(2500)).isTrue();
        }
        assertThat(loop.executed()).isEqualTo(2500);
        assertThat(log)
                .containsExactly(
                        "PE 0 +1000", "tick of 1000 at 1000", "PE 0 +1000", "tick of 1000 at 2000", "PE 0 +500");
    }

    @Test
    @DisplayName("Only the device that has a deadline is advanced, those of one time in the order of the devices")
    void severalDevices() {
        loop(1);
        new Clock(300);
        new Clock(200);
        while (loop.executed() < 700) {
            loop.turn(700);
        }
        assertThat(log)
                .containsExactly(
                        "PE 0 +200",
                        "tick of 200 at 200",
                        "PE 0 +100",
                        "tick of 300 at 300",
                        "PE 0 +100",
                        "tick of 200 at 400",
                        "PE 0 +200",
                        "tick of 300 at 600",
                        "tick of 200 at 600",
                        "PE 0 +100");
    }

    @Test
    @DisplayName("After a restore or a swap every device says its deadlines anew before the next operation")
    void derivedAnew() {
        loop(1);
        Clock clock = new Clock(1000);
        loop.turn(100);
        clock.next = 350;
        machine.contexts[0].pe.changed = PeState.CHANGED_TIMERS;
        while (loop.executed() < 400) {
            loop.turn(400);
        }
        assertThat(log).containsExactly("PE 0 +100", "changed", "PE 0 +250", "tick of 1000 at 350", "PE 0 +50");
    }

    @Test
    @DisplayName("Several PEs take turns of equal virtual time, and go on in the middle of a turn where a limit cut it")
    void turns() throws IOException {
        loop(2);
        assertThat(loop.turn(20_000)).isTrue();
        ByteArrayOutputStream place = new ByteArrayOutputStream();
        loop.write(new DataOutputStream(place));
        anew(null).read(new DataInputStream(new ByteArrayInputStream(place.toByteArray())));
        loop.turn(40_000);
        assertThat(log).containsExactly("PE 0 +16384", "PE 1 +3616", "PE 1 +12768");
    }

    @Test
    @DisplayName("The operation that the SPU wants is executed in observed form, timed and given to it; others are not")
    void sampling() {
        loop(1);
        long[] grant = {100};
        machine.contexts[0].sampler = fake(Sampler.class, (method, arguments) -> switch (method) {
            case "grant" -> grant[0];
            case "cyclesToCompletion" -> Long.MAX_VALUE;
            case "window" -> 0;
            case "synchronize" -> {
                grant[0] = 100 - machine.contexts[0].pe.executed % 101;
                yield null;
            }
            case "sample" -> {
                log.add("sampled");
                grant[0] = 100;
                yield null;
            }
            default -> null;
        });
        while (loop.executed() < 150) {
            loop.turn(150);
        }
        assertThat(log).containsExactly("PE 0 +100", "observed 101", "time at 101", "sampled", "PE 0 +49");
    }

    @Test
    @DisplayName("Who observes is told each operation, and what is executed stays the same")
    void observer() {
        loop(1);
        List<Long> told = new ArrayList<>();
        loop.observe(new ExecutionObserver() {
            @Override
            public boolean observes(PeContext pe) {
                return pe.pe.executed < 3;
            }

            @Override
            public void executed(PeContext pe, Operation operation) {
                told.add(pe.pe.executed);
            }
        });
        loop.turn(3);
        loop.turn(10);
        assertThat(told).containsExactly(1L, 2L, 3L);
        assertThat(loop.executed()).isEqualTo(10);
    }

    @Test
    @DisplayName("What changed is settled before the next operation: devices hear of it, interrupt outputs are updated")
    void settling() {
        loop(1);
        new Clock(1_000_000);
        machine.contexts[0].pe.changed = PeState.CHANGED_INTERRUPTS;
        loop.turn(5);
        assertThat(log).containsExactly("changed", "interrupts", "PE 0 +5");
    }

    @Test
    @DisplayName(
            "A PE that waits lets time pass to the next deadline, without an operation, and wakes for an interrupt")
    void waiting() {
        loop(1);
        PeState pe = machine.contexts[0].pe;
        new Clock(5000);
        reasons.add(Core.WAITING);
        machine.contexts[0].pe.changed = 0;
        loop.turn(10);
        assertThat(pe.executed).isZero();
        assertThat(log).contains("PE 0 waits", "tick of 5000 at 5000");
        assertThat(pe.waitingCycles).isGreaterThanOrEqualTo(5000);
        pe.interrupts = PeState.IRQ;
        loop.turn(10);
        assertThat(pe.waiting).isFalse();
        assertThat(pe.executed).isEqualTo(10);
    }

    @Test
    @DisplayName("A guest that waits for nothing is found; one with a terminal that may still speak is not")
    void waitsForNothing() {
        loop(2);
        reasons.addAll(List.of(Core.WAITING, Core.WAITING));
        assertThat(loop.turn(10)).isFalse();
        assertThat(loop.ending()).isEqualTo(Ending.FAILED);
        assertThat(loop.message()).isEqualTo("the guest waits for an interrupt that nothing will raise");
        anew(new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("nothing is there to be read");
            }
        });
        assertThat(loop.turn(10)).isTrue();
    }

    @Test
    @DisplayName("Exits without an operation between them end a guest after a thousand, restored in between or not")
    void fruitlessExits() {
        loop(1);
        PeContext context = machine.contexts[0];
        context.translator = fake(dev.spelunk.api.mmu.Translator.class, (method, arguments) -> false);
        wiring.vm = fake(VirtualMachine.class, (method, arguments) -> switch (method) {
            case "exit" -> VirtualMachine.Outcome.RESUME;
            case "deadline" -> Long.MAX_VALUE;
            default -> null;
        });
        context.pe.executed = 7;
        context.pe.progress.executedAtExit = 7;
        context.pe.progress.fruitlessExits = 998;
        reasons.add(Core.EXCEPTION_TO_EL2);
        loop.turn(8);
        assertThat(loop.ending()).isNull();
        assertThat(context.pe.progress.fruitlessExits)
                .as("an operation came between")
                .isEqualTo(999);
        reasons.add(Core.EXCEPTION_TO_EL2);
        context.pe.progress.executedAtExit = context.pe.executed;
        context.pe.progress.fruitlessExits = 999;
        loop.turn(20);
        assertThat(loop.ending()).isEqualTo(Ending.FAILED);
        assertThat(loop.message()).contains("exits to the hypervisor again and again");
    }

    @Test
    @DisplayName(
            "Without firmware a call is answered with NOT_SUPPORTED; with it PEs come and go and the machine is switched off")
    void firmware() {
        loop(2);
        PeState first = machine.contexts[0].pe;
        PeState second = machine.contexts[1].pe;
        second.powered = false;
        reasons.add(Core.FIRMWARE_CALL);
        loop.turn(5);
        assertThat(first.x[0]).isEqualTo(-1);
        wiring.firmware = (x, pes) -> {
            assertThat(pes.count()).isEqualTo(2);
            return pes.powered(1)
                    ? new FirmwareCalls.Request(FirmwareCalls.Action.SYSTEM_OFF)
                    : new FirmwareCalls.Request(FirmwareCalls.Action.CPU_ON, 1, 0x4000_0000L, 9);
        };
        machine.contexts[1].translator = fake(dev.spelunk.api.mmu.Translator.class, (method, arguments) -> null);
        reasons.add(Core.FIRMWARE_CALL);
        loop.turn(10);
        assertThat(second.powered).isTrue();
        assertThat(second.x[0]).isEqualTo(9);
        assertThat(second.pc).isEqualTo(0x4000_0000L);
        reasons.add(Core.FIRMWARE_CALL);
        while (loop.turn(1_000_000)) {
            assertThat(loop.executed()).isLessThan(1_000_000);
        }
        assertThat(loop.ending()).isEqualTo(Ending.POWERED_OFF);
    }

    @Test
    @DisplayName("A vector that leads nowhere ends the guest with what the last exception was")
    void lockedUp() {
        loop(1);
        machine.contexts[0].pe.lastExceptionSyndrome = 0x96000000L;
        machine.contexts[0].pe.lastExceptionPc = 0x4000_0040L;
        reasons.add(Core.LOCKED_UP);
        assertThat(loop.turn(5)).isFalse();
        assertThat(loop.message()).contains("the guest cannot go on", "0x40000040");
    }

    @Test
    @DisplayName("somebody who waits for a safepoint waits for one step, and the turn goes on where it was")
    void safepointWithinATurn() {
        loop(1);
        for (int i = 0; i < 3; i++) {
            reasons.add(Core.CONTINUE);
        }
        new Clock(100);
        assertThat(loop.turn(Long.MAX_VALUE)).isTrue();
        long turn = machine.contexts[0].pe.executed;
        assertThat(turn).isGreaterThan(1000);
        safepoints.interrupt();
        assertThat(loop.turn(Long.MAX_VALUE)).isTrue();
        assertThat(machine.contexts[0].pe.executed).isLessThanOrEqualTo(turn + 100);
    }
}
