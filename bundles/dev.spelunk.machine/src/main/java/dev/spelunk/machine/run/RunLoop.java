// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the PEs of a board in turns of equal virtual time, and does what lies between two operations:
 * samples, timers, interrupts, exits to the hypervisor, calls to firmware and host. Everything happens at
 * exact operation counts, so the shape of a turn never shows.
 */
public final class RunLoop {
    /** Virtual cycles of a turn of the only PE: who waits for a safepoint does not wait long, though code be cold. */
    private static final long TURN = 1 << 16;
    /** With several PEs: an interrupt from one to another, and its answer, take about a turn. */
    private static final long SHORT_TURN = 1 << 14;

    private static final long NOT_SUPPORTED = -1;
    /** Exits to the hypervisor without an operation between them that no guest comes back from. */
    private static final int FRUITLESS_EXITS = 1000;

    private final Board board;
    private final Semihosting semihosting;
    private final Operation operation = new Operation();
    private long horizon;
    /** Index of the PE whose turn it is; the number of PEs when all have had it. */
    private int turnOf;

    private final Pacing pacing = new Pacing(System::nanoTime, LockSupport::parkNanos);
    private ExecutionObserver observer;
    private Ending ending;
    private int exitCode;
    private String message = "";
    private final long[] executedAtExit;
    private final int[] fruitlessExits;
    private final FirmwareCalls.Pes pes = new Pes();

    public RunLoop(Board board) {
        this.board = board;
        executedAtExit = new long[board.pes.length];
        fruitlessExits = new int[board.pes.length];
        semihosting = new Semihosting(board.console, board.options.bootArguments());
        turnOf = board.pes.length;
    }

    /** Writes the place between two operations at which the loop is. */
    public void write(DataOutputStream out) throws IOException {
        out.writeLong(horizon);
        out.writeInt(turnOf);
        for (int pe = 0; pe < board.pes.length; pe++) {
            out.writeLong(executedAtExit[pe]);
            out.writeInt(fruitlessExits[pe]);
        }
    }

    /** Goes on at a place that was written. */
    public void read(DataInputStream in) throws IOException {
        horizon = in.readLong();
        turnOf = in.readInt();
        for (int pe = 0; pe < board.pes.length; pe++) {
            executedAtExit[pe] = in.readLong();
            fruitlessExits[pe] = in.readInt();
        }
    }

    /** Sets who is told of executed operations, or null. */
    public void observe(ExecutionObserver told) {
        observer = told;
    }

    public Ending ending() {
        return ending;
    }

    public int exitCode() {
        return exitCode;
    }

    public String message() {
        return message;
    }

    /** Operations executed by all PEs. */
    public long executed() {
        long sum = 0;
        for (PeContext context : board.pes) {
            sum += context.pe.executed;
        }
        return sum;
    }

    /**
     * Gives every PE its turn, or as much of it as lies before the limit.
     *
     * @param limit total of executed operations at which to stop; exact
     * @return whether the guest goes on
     */
    public boolean turn(long limit) {
        if (turnOf == board.pes.length) {
            horizon = Math.max(horizon, slowest() + (board.pes.length == 1 ? TURN : SHORT_TURN));
            turnOf = 0;
        }
        for (; turnOf < board.pes.length; turnOf++) {
            PeContext context = board.pes[turnOf];
            while (ending == null && context.pe.powered && context.pe.cycles() < horizon) {
                long left = limit - executed();
                if (left <= 0) {
                    return true;
                }
                step(context, left);
            }
        }
        if (ending == null && everyoneWaits() && nothingCanWake()) {
            if (!board.console.hasInput()) {
                fail("the guest waits for an interrupt that nothing will raise");
            } else {
                pollInput();
            }
        }
        return ending == null;
    }

    private long slowest() {
        long slowest = Long.MAX_VALUE;
        for (PeContext context : board.pes) {
            if (context.pe.powered) {
                slowest = Math.min(slowest, context.pe.cycles());
            }
        }
        return slowest == Long.MAX_VALUE ? horizon : slowest;
    }

    /** One stretch of a PE: up to the next thing that must happen between two operations. */
    private void step(PeContext context, long left) {
        PeState pe = context.pe;
        if (pe.changed != 0) {
            settle(context);
        }
        long now = pe.cycles();
        long due = deadline(pe.index);
        if (due <= now) {
            advanceDevices(pe.index);
            return;
        }
        if (pe.waiting) {
            idle(context, Math.min(due, horizon));
            return;
        }
        long n = Math.min(left, Math.min(due, horizon) - now);
        Sampler sampler = context.sampler;
        boolean told = observer != null && observer.observes(context);
        if (sampler == null) {
            if (told) {
                observe(context, Long.MAX_VALUE, n, true);
            } else {
                after(context, context.core.run(n));
            }
            return;
        }
        long completion = sampler.cyclesToCompletion();
        if (completion <= 0) {
            sampler.completeIfDue();
            return;
        }
        long grant = sampler.grant();
        int warming = context.latencyModel.warmingWindow();
        int window = Math.max(warming, sampler.window());
        if (grant > 0 && (told || warming == OperationTimer.EVERY_OPERATION)) {
            observe(context, grant, Math.min(n, Math.min(grant, completion)), told);
        } else if (grant > window) {
            int reason = context.core.run(Math.min(n, Math.min(grant - window, completion)));
            sampler.synchronize();
            after(context, reason);
        } else if (grant > 0) {
            observe(context, grant, Math.min(n, Math.min(grant, completion)), told);
        } else {
            int reason = context.core.runObserved(operation);
            if (context.core.observed()) {
                context.latencyModel.time(operation);
                sampler.sample(operation);
                if (told) {
                    observer.executed(context, operation);
                }
            }
            after(context, reason);
        }
    }

    /**
     * At most count operations that are not sampled, each shown to the timing model and the SPU where it lies in
     * their windows.
     *
     * @param grant operations up to the next one that may be sampled
     * @param told whether the observer is told of each
     */
    private void observe(PeContext context, long grant, long count, boolean told) {
        int warming = context.latencyModel.warmingWindow();
        int window = context.sampler == null ? 0 : context.sampler.window();
        long start = context.pe.executed;
        int reason = Core.CONTINUE;
        for (long i = 0; i < count && reason == Core.CONTINUE && context.pe.changed == 0; i++) {
            long left = grant - (context.pe.executed - start);
            reason = context.core.runObserved(operation);
            if (context.core.observed()) {
                if (warming == OperationTimer.EVERY_OPERATION || left <= warming) {
                    context.latencyModel.warm(operation);
                }
                if (left <= window) {
                    context.sampler.observe(operation);
                }
                if (told) {
                    observer.executed(context, operation);
                }
            }
        }
        if (context.sampler != null) {
            context.sampler.synchronize();
        }
        after(context, reason);
    }

    /** Takes in what changed: who is profiled, interrupt outputs, deadlines. */
    private void settle(PeContext context) {
        PeState pe = context.pe;
        int changed = pe.changed;
        pe.changed = 0;
        if ((changed & PeState.CHANGED_PROFILING) != 0 && context.sampler != null) {
            context.sampler.update();
        }
        for (Device device : board.devices) {
            device.changed(pe.index);
        }
        if ((changed & PeState.CHANGED_TIMERS) != 0) {
            advanceDevices(pe.index);
        }
        if (((changed | pe.changed) & PeState.CHANGED_INTERRUPTS) != 0) {
            pe.changed &= ~PeState.CHANGED_INTERRUPTS;
            board.parts.interruptController().update(context);
        }
    }

    private void after(PeContext context, int reason) {
        PeState pe = context.pe;
        switch (reason) {
            case Core.CONTINUE:
            case Core.WAITING:
                break;
            case Core.EXCEPTION_TO_EL2:
                if (board.vm != null) {
                    settle(context);
                    outcome(board.vm.exit(context));
                    watchProgress(context);
                }
                break;
            case Core.SEMIHOSTING:
                int code = semihosting.call(context);
                if (code >= 0) {
                    exitCode = code;
                    ending = Ending.EXITED;
                }
                break;
            case Core.FIRMWARE_CALL:
                firmware(context);
                break;
            default:
                fail("the guest cannot go on: its exception vector at EL" + pe.el
                        + " leads to nothing but the next exception" + hint(context));
                break;
        }
    }

    /** A vector that the hypervisor cannot let the guest fetch is entered again and again. */
    private void watchProgress(PeContext context) {
        PeState pe = context.pe;
        if (pe.executed != executedAtExit[pe.index]) {
            executedAtExit[pe.index] = pe.executed;
            fruitlessExits[pe.index] = 0;
        } else if (++fruitlessExits[pe.index] == FRUITLESS_EXITS && ending == null) {
            fail("the guest cannot go on: it exits to the hypervisor again and again without executing an instruction"
                    + hint(context));
        }
    }

    private void outcome(VirtualMachine.Outcome outcome) {
        switch (outcome) {
            case SYSTEM_OFF:
                ending = Ending.POWERED_OFF;
                break;
            case SYSTEM_RESET:
                reset();
                break;
            case FAILED:
                fail(board.vm.failure());
                break;
            default:
                break;
        }
    }

    private void firmware(PeContext context) {
        FirmwareCalls firmware = board.parts.firmware();
        if (firmware == null) {
            context.pe.x[0] = NOT_SUPPORTED;
            return;
        }
        PeState pe = context.pe;
        FirmwareCalls.Request request = firmware.call(pe.x, pes);
        switch (request.action()) {
            case STANDBY:
                pe.waiting = true;
                pe.waitingForEvent = false;
                break;
            case CPU_OFF:
                pe.powered = false;
                pe.changed |= PeState.CHANGED_POWER;
                break;
            case CPU_ON:
                PeContext other = board.pes[request.pe()];
                other.reset(board.options.el());
                other.powerOn(request.entry(), request.argument(), pe.cycles());
                break;
            case SYSTEM_OFF:
                ending = Ending.POWERED_OFF;
                break;
            case SYSTEM_RESET:
                reset();
                break;
            default:
                break;
        }
    }

    private void reset() {
        ending = Ending.RESET;
        message = "the guest reset its machine";
    }

    /** A checked invariant does not hold: nothing of the machine can be relied on. */
    public void broken(String what) {
        ending = Ending.INVARIANT_BROKEN;
        message = what;
    }

    /** Ends the run, unless something has ended it already. */
    public void end(Ending how, String why) {
        if (ending == null) {
            ending = how;
            message = why;
        }
    }

    /** The host or a part cannot go on, whatever the guest did. */
    public void hostFailed(String why) {
        ending = Ending.HOST_FAILED;
        message = why;
    }

    private void fail(String why) {
        ending = Ending.FAILED;
        message = why;
    }

    /** The PEs as firmware calls name them. */
    private final class Pes implements FirmwareCalls.Pes {
        @Override
        public int count() {
            return board.pes.length;
        }

        @Override
        public long affinity(int pe) {
            return board.pes[pe].register(SystemRegister.MPIDR_EL1);
        }

        @Override
        public boolean powered(int pe) {
            return board.pes[pe].pe.powered;
        }
    }

    /** Lets a waiting PE's time pass until something may wake it, or wakes it. */
    private void idle(PeContext context, long until) {
        PeState pe = context.pe;
        if (pe.interrupts != 0 || pe.profilingException != 0) {
            pe.waiting = false;
            return;
        }
        if (pe.eventPending()) {
            pe.eventRegister = false;
            pe.waiting = false;
            return;
        }
        if (context.sampler != null && context.sampler.cyclesToCompletion() < until - pe.cycles()) {
            waited(pe, Math.max(context.sampler.cyclesToCompletion(), 0));
            context.sampler.completeIfDue();
            return;
        }
        long gap = until - pe.cycles();
        waited(pe, board.options.paced() && everyoneWaits() ? pace(gap) : gap);
        advanceDevices(pe.index);
    }

    private static void waited(PeState pe, long cycles) {
        pe.idleCycles += cycles;
        pe.waitingCycles += cycles;
    }

    private boolean everyoneWaits() {
        for (PeContext context : board.pes) {
            if (context.pe.powered && !context.pe.waiting) {
                return false;
            }
        }
        return true;
    }

    /** Lets host time pass for idle cycles, not beyond a key press; returns the cycles that passed. */
    private long pace(long cycles) {
        board.console.flush();
        return pacing.pass(cycles, board.console.inputReady());
    }

    /** The next thing that happens at a time of its own: of a device, or of the hypervisor's host. */
    private long deadline(int pe) {
        return board.vm == null ? devicesDeadline(pe) : Math.min(devicesDeadline(pe), board.vm.deadline(pe));
    }

    private long devicesDeadline(int pe) {
        long due = Long.MAX_VALUE;
        for (Device device : board.devices) {
            due = Math.min(due, device.deadline(pe));
        }
        return due;
    }

    private void advanceDevices(int pe) {
        for (Device device : board.devices) {
            device.advance(pe);
        }
        if (board.vm != null) {
            board.vm.advance(pe);
        }
    }

    private boolean nothingCanWake() {
        for (PeContext context : board.pes) {
            if (context.pe.powered
                    && (context.pe.interrupts != 0
                            || context.pe.changed != 0
                            || context.pe.eventPending()
                            || devicesDeadline(context.pe.index) != Long.MAX_VALUE)) {
                return false;
            }
        }
        return true;
    }

    private void pollInput() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String hint(PeContext context) {
        return FailureHint.of(context);
    }
}
