// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.scheduling;

import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import dev.spelunk.hypervisor.kvm.scheduling.HostScheduler.Doing;
import dev.spelunk.hypervisor.kvm.state.ExitReason;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.VmState;
import dev.spelunk.hypervisor.kvm.vcpu.KvmVcpu;
import java.util.Arrays;
import java.util.List;

/**
 * vCPUs, and a task of the host, that take turns on PEs: vcpu load and put, preemption at the end of a time slice,
 * WFI that blocks, wake-ups, and moves between PEs. A vCPU has one {@link KvmVcpu} for each PE.
 */
public final class SharedPes implements Placement {
    /** The vCPU of a number on a PE. */
    @FunctionalInterface
    public interface Views {
        KvmVcpu on(int vcpu, PeContext pe);
    }

    private final List<PeContext> pes;
    private final KvmVcpu[][] vcpus;
    private final HostTask task;
    private final int taskId;
    private final HostScheduler scheduler;
    private final VmState vm;
    private final boolean profiling;
    private String failure = "";
    /** Somebody could not be entered. */
    private boolean refused;

    /** @param task of the host on PE 0; null for none */
    public SharedPes(List<PeContext> pes, int vcpuCount, Views views, HostTask task, VmState vm, long slice) {
        this.pes = pes;
        this.task = task;
        this.vm = vm;
        vcpus = new KvmVcpu[vcpuCount][pes.size()];
        for (int v = 0; v < vcpuCount; v++) {
            for (PeContext pe : pes) {
                vcpus[v][pe.pe.index] = views.on(v, pe);
            }
        }
        taskId = vcpuCount;
        profiling = pes.stream().anyMatch(c -> c.architecture.profiling() != null);
        scheduler = new HostScheduler(pes.get(0).machine, vcpuCount + 1, slice);
    }

    @Override
    public void create() {
        for (int v = 0; v < vcpus.length; v++) {
            scheduler.place(v, v % pes.size());
        }
        if (task != null) {
            task.create();
            scheduler.place(taskId, 0);
            scheduler.enqueue(taskId);
        }
    }

    @Override
    public KvmVcpu vcpu(int index) {
        return vcpus[index][scheduler.place(index)];
    }

    @Override
    public KvmVcpu loadedOn(int pe) {
        int who = scheduler.current(pe);
        return who == HostScheduler.NOBODY || who == taskId ? null : vcpus[who][pe];
    }

    @Override
    public void start(PeContext pe, long entry, long x0) {
        vcpus[0][pe.pe.index].hostOnly();
        if (pe.pe.index == 0) {
            vcpus[0][0].home().powerOn(entry, x0, 0);
            vcpus[0][0].reset(entry, x0);
            scheduler.enqueue(0);
            dispatch(pe, 0);
        }
    }

    /** It waits for its PE. */
    @Override
    public void powerOn(int vcpu, long entry, long x0, long now) {
        KvmVcpu on = vcpu(vcpu);
        on.home().powerOn(entry, x0, now);
        on.reset(entry, x0);
        wake(vcpu);
    }

    @Override
    public Outcome exit(PeContext pe) {
        Outcome outcome = serve(pe);
        return refused ? Outcome.FAILED : outcome;
    }

    private Outcome serve(PeContext pe) {
        int p = pe.pe.index;
        scheduler.arrived(p);
        int who = scheduler.current(p);
        if (who == taskId) {
            return exitTask(pe);
        }
        KvmVcpu vcpu = vcpus[who][p];
        if (vcpu.notYet()) {
            return Outcome.RESUME;
        }
        Outcome outcome = vcpu.serveExit();
        if (outcome != Outcome.RESUME) {
            failure = vcpu.failure();
            return outcome;
        }
        Doing then = doingAfter(who, vcpu);
        boolean over = scheduler.sliceOver(p, pe.pe.cycles());
        boolean goes = then == Doing.OFF
                || scheduler.place(who) != p
                || scheduler.next(p) != HostScheduler.NOBODY && (then == Doing.BLOCKED || vcpu.yields() || over);
        watchSpinning(p, who, vcpu, over);
        if (!goes || vcpu.injects()) {
            if (scheduler.doing(who) == Doing.BLOCKED && then != Doing.BLOCKED) {
                // Linux puts a vCPU that blocks, and loads it when it goes on.
                vcpu.trapsWfe(scheduler.next(p) != HostScheduler.NOBODY);
            }
            scheduler.blocked(who, then == Doing.BLOCKED);
            vcpu.enter();
            return Outcome.RESUME;
        }
        show(pe, who, then == Doing.RUNNABLE ? "preempted" : then == Doing.BLOCKED ? "blocked" : "off");
        vm.count(then == Doing.RUNNABLE && !vcpu.yields() ? HostCounter.PREEMPTIONS : HostCounter.VCPU_PUTS, 1);
        vcpu.put();
        scheduler.leave(p, then, pe.pe.cycles());
        if (then == Doing.RUNNABLE && scheduler.place(who) != p) {
            wake(who);
        }
        return dispatch(pe, p);
    }

    /** A guest whose vCPUs do nothing but wait in WFE, and give the PE to each other, waits all the same. */
    private void watchSpinning(int p, int who, KvmVcpu vcpu, boolean sliceOver) {
        if (vcpu.yields()) {
            scheduler.spun(who, vcpu.fingerprint(), pes.get(p).pe.executed, othersRest(p));
        } else if (sliceOver || vm.reason() != ExitReason.IRQ_KICK) {
            scheduler.progressed(who);
        }
    }

    /** Whether every vCPU on another PE waits, or spins too. */
    private boolean othersRest(int p) {
        for (PeContext context : pes) {
            PeState pe = context.pe;
            if (pe.index != p
                    && pe.powered
                    && !pe.waiting
                    && loadedOn(pe.index) != null
                    && scheduler.works(pe.index, pe.executed)) {
                return false;
            }
        }
        return true;
    }

    private Doing doingAfter(int who, KvmVcpu vcpu) {
        if (!vcpu.powered()) {
            return Doing.OFF;
        }
        boolean waits = vcpu.waits() || scheduler.doing(who) == Doing.BLOCKED;
        if (!waits) {
            return Doing.RUNNABLE;
        }
        boolean pending = vcpu.hasPending();
        vcpu.waits(!pending);
        return pending ? Doing.RUNNABLE : Doing.BLOCKED;
    }

    private Outcome exitTask(PeContext pe) {
        boolean others = scheduler.next(0) != HostScheduler.NOBODY && scheduler.sliceOver(0, pe.pe.cycles());
        Outcome outcome = task.exit(others);
        if (outcome == null) {
            scheduler.leave(0, Doing.RUNNABLE, pe.pe.cycles());
            return dispatch(pe, 0);
        }
        if (outcome == Outcome.FAILED) {
            failure = "the host's task took an exception that is no system call";
        }
        return outcome;
    }

    /** Gives the PE to who has waited longest; without anybody, it is off until somebody comes. */
    private Outcome dispatch(PeContext pe, int p) {
        int who = scheduler.next(p);
        boolean waiting = who == HostScheduler.NOBODY;
        if (waiting) {
            who = scheduler.blockedOn(p);
        }
        pe.pe.powered = who != HostScheduler.NOBODY;
        if (!pe.pe.powered) {
            return Outcome.RESUME;
        }
        pe.pe.idleCycles += Math.max(0, scheduler.lastSeen(who) - pe.pe.cycles());
        scheduler.take(p, who, waiting, pe.pe.cycles(), pe.pe.executed);
        if (who == taskId) {
            task.load();
            show(pe, 0, "host task");
            return Outcome.RESUME;
        }
        if (profiling && pe.architecture.profiling() == null) {
            failure = "vCPU " + who + " has SPE and was put on PE " + p + ", which has none: KVM_RUN ends with "
                    + "KVM_EXIT_FAIL_ENTRY (CPU_UNSUPPORTED); keep the vCPU on the PEs of its SPU";
            return Outcome.FAILED;
        }
        vm.count(HostCounter.VCPU_LOADS, 1);
        vcpus[who][p].trapsWfe(scheduler.next(p) != HostScheduler.NOBODY);
        vcpus[who][p].load(scheduler.lastVcpu(p, who) != who, waiting);
        return Outcome.RESUME;
    }

    /** Somebody can go on: its PE is told, if it has nothing better to do. */
    private void wake(int who) {
        int p = scheduler.place(who);
        PeContext pe = pes.get(p);
        scheduler.enqueue(who);
        if (!pe.pe.powered || scheduler.current(p) == HostScheduler.NOBODY) {
            pe.pe.idleCycles += Math.max(0, latest() - pe.pe.cycles());
            if (dispatch(pe, p) == Outcome.FAILED) {
                refused = true;
            }
        } else if (scheduler.current(p) != taskId && scheduler.doing(scheduler.current(p)) == Doing.BLOCKED) {
            call(pe, p);
        }
    }

    private long latest() {
        long latest = 0;
        for (PeContext pe : pes) {
            if (pe.pe.powered) {
                latest = Math.max(latest, pe.pe.cycles());
            }
        }
        return latest;
    }

    private void call(PeContext pe, int p) {
        scheduler.called(p);
        new HostInterrupts(pe).kick();
    }

    @Override
    public void interruptsChanged(int vcpu) {
        int p = scheduler.place(vcpu);
        if (scheduler.current(p) == vcpu) {
            vcpus[vcpu][p].interruptsChanged();
        } else if (scheduler.doing(vcpu) == Doing.BLOCKED && vcpus[vcpu][p].somethingPending()) {
            wake(vcpu);
        }
    }

    @Override
    public void move(int vcpu, int pe) {
        int from = scheduler.place(vcpu);
        scheduler.place(vcpu, pe);
        if (from == pe) {
            return;
        }
        if (scheduler.current(from) == vcpu) {
            call(pes.get(from), from);
        } else if (scheduler.doing(vcpu) == Doing.RUNNABLE) {
            wake(vcpu);
        }
    }

    @Override
    public long deadline(int p) {
        KvmVcpu loaded = loadedOn(p);
        long due = loaded == null
                ? scheduler.deadline(p)
                : Math.min(scheduler.deadline(p), loaded.delivery().deadline());
        for (int v = 0; v < vcpus.length; v++) {
            if (scheduler.doing(v) == Doing.BLOCKED && scheduler.place(v) == p && scheduler.current(p) != v) {
                due = Math.min(due, vcpus[v][p].timerDue());
            }
        }
        return due;
    }

    @Override
    public void advance(int p) {
        PeContext pe = pes.get(p);
        KvmVcpu loaded = loadedOn(p);
        if (loaded != null) {
            loaded.delivery().advance();
        }
        long now = pe.pe.cycles();
        for (int v = 0; v < vcpus.length; v++) {
            if (scheduler.doing(v) == Doing.BLOCKED
                    && scheduler.place(v) == p
                    && scheduler.current(p) != v
                    && vcpus[v][p].timerDue() <= now) {
                wake(v);
            }
        }
        if (scheduler.deadline(p) <= now) {
            call(pe, p);
        }
    }

    private void show(PeContext pe, int vcpu, String what) {
        TraceSink trace = pe.trace;
        if (trace != null) {
            trace.state(vcpu, TraceSink.RUN, what, pe.pe.cycles());
        }
    }

    @Override
    public List<KvmVcpu> all() {
        return Arrays.stream(vcpus).flatMap(Arrays::stream).toList();
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public boolean idle() {
        for (int v = 0; v < vcpus.length; v++) {
            int p = scheduler.place(v);
            KvmVcpu vcpu = vcpus[v][p];
            if (!vcpu.powered()) {
                continue;
            }
            boolean here = scheduler.current(p) == v;
            boolean waits = here ? pes.get(p).pe.waiting : scheduler.doing(v) == Doing.BLOCKED;
            long due = here ? vcpu.delivery().deadline() : vcpu.timerDue();
            if (!waits && !scheduler.spins(v) || due != Long.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }
}
