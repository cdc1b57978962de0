// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.profiling;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.registers.fields.TCR_EL1;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.memory.HeldPages;
import dev.spelunk.hypervisor.kvm.memory.TableWalk;
import dev.spelunk.hypervisor.kvm.memory.VmMemory;
import dev.spelunk.hypervisor.kvm.registers.BufferStatus;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.state.BufferEvent;
import dev.spelunk.hypervisor.kvm.state.EventCause;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * The profiling buffer of one vCPU as KVM keeps it: judges a buffer that the guest enables, has it pinned,
 * and turns what is wrong with it, and what hardware reports, into buffer management events in the
 * in-memory PMBSR_EL1. An event reaches the guest as the level of its interrupt, never as an exception.
 */
public final class GuestBuffer {
    private static final int TAG_BITS = 8;
    private static final int HALF_BIT = 55;
    private static final int FEAT_SPE_V1P3 = 4;

    private final PeContext context;
    private final VcpuState state;
    private final VmState vm;
    private final VmMemory memory;
    private final HeldPages pins;
    private final PageList inUse;
    private BufferPinningPolicy policy;
    private final HostCosts costs;
    private final SeriesSettings series;
    private final long maxSize;
    private final TableWalk walk;

    public GuestBuffer(
            PeContext context,
            VcpuState state,
            VmState vm,
            VmMemory memory,
            HeldPages pins,
            PageList inUse,
            BufferPinningPolicy policy,
            HostSettings settings,
            long maxSize) {
        this.context = context;
        this.state = state;
        this.vm = vm;
        this.memory = memory;
        this.pins = pins;
        this.inUse = inUse;
        this.policy = policy;
        costs = settings.costs();
        series = settings.series();
        this.maxSize = maxSize;
        walk = new TableWalk(context, memory);
    }

    /** Another policy takes over: it judges the buffer in use by the pages that the last walk found. */
    public void policy(BufferPinningPolicy successor) {
        policy = successor;
        if (inUse.count() == 0) {
            policy.disabled(pins);
        } else if (!policy.enabled(pins, inUse.toArray(), inUse.count())) {
            pins.clear();
        }
    }

    /** The pages that the policy keeps pinned for this vCPU. */
    public HeldPages pins() {
        return pins;
    }

    /** Whether the next write that makes the predicate true judges the buffer. */
    public boolean awaitsJudgement() {
        return state.unjudged();
    }

    /** The pages of the buffer in use, and of its tables. */
    public PageList inUse() {
        return inUse;
    }

    /** RFC v6's kvm_spe_profiling_buffer_enabled(): in-memory E = 1 and S = 0. */
    public boolean enabled() {
        return enabled(state.register(SystemRegister.PMBLIMITR_EL1), state.register(SystemRegister.PMBSR_EL1));
    }

    private static boolean enabled(long pmblimitr, long pmbsr) {
        return (pmblimitr & PMBLIMITR_EL1.E) != 0 && (pmbsr & PMBSR_ELx.S) == 0;
    }

    /** Whether the next entry loads the buffer registers into hardware. */
    public boolean loadable() {
        return enabled() && !state.heldOff();
    }

    /** Level of the guest's interrupt: in-memory S. */
    public boolean interruptLevel() {
        return (state.register(SystemRegister.PMBSR_EL1) & PMBSR_ELx.S) != 0;
    }

    /** The guest has written a buffer register; the in-memory value is the new one already. */
    public void written(int encoding, long previous) {
        long pmblimitr = state.register(SystemRegister.PMBLIMITR_EL1);
        long pmbsr = state.register(SystemRegister.PMBSR_EL1);
        boolean before = enabled(
                encoding == SystemRegister.PMBLIMITR_EL1 ? previous : pmblimitr,
                encoding == SystemRegister.PMBSR_EL1 ? previous : pmbsr);
        if (encoding != SystemRegister.PMBSR_EL1) {
            state.unjudged(true);
            state.heldOff(false);
        }
        if (enabled(pmblimitr, pmbsr)) {
            if (state.unjudged()) {
                state.unjudged(false);
                judge(pmblimitr);
            }
        } else if (before || (pmblimitr & PMBLIMITR_EL1.E) == 0 && inUse.count() != 0) {
            release();
        }
    }

    private void judge(long pmblimitr) {
        if (BufferStatus.discards(pmblimitr) && extension().discardMode()) {
            release();
            return;
        }
        long pointer = pointer();
        long limit = pmblimitr & PMBLIMITR_EL1.LIMIT;
        EventCause wrong = wrong(pointer, limit);
        if (wrong != null) {
            release();
            notAllowed(wrong, pointer);
        } else if (Long.compareUnsigned(pointer, limit) >= 0
                || limit - pointer < extension().maxRecordSize()) {
            // Hardware reports buffer full when the first sample is due.
            release();
        } else if (maxSize != 0 && Long.compareUnsigned(limit - (pointer & -PageList.PAGE), maxSize) > 0) {
            release();
            state.heldOff(true);
            report(
                    BufferStatus.other(memory(), BufferStatus.BSC_TOO_LARGE),
                    BufferEvent.TOO_LARGE,
                    EventCause.TOO_LARGE,
                    pointer);
        } else if (walkBuffer(pointer & -PageList.PAGE, limit)) {
            pin();
        } else {
            release();
        }
    }

    /** How pointer and limit disagree with each other, with the alignment, or with the input address size; null if not. */
    private EventCause wrong(long pointer, long limit) {
        if (pointer >>> HALF_BIT != limit >>> HALF_BIT) {
            return ((pointer ^ limit) >>> HALF_BIT & 1) != 0 ? EventCause.OTHER_HALF : EventCause.OTHER_TAG;
        }
        if ((pointer & extension().alignment() - 1) != 0) {
            return EventCause.MISALIGNED;
        }
        boolean upper = (limit >>> HALF_BIT & 1) != 0;
        long tcr = context.register(SystemRegister.TCR_EL1);
        int unused = (int) ((upper ? tcr >>> TCR_EL1.T1SZ_SHIFT : tcr) & TCR_EL1.T0SZ);
        if ((context.register(SystemRegister.SCTLR_EL1) & SCTLR_ELx.M) == 0 || limit == 0 || unused <= TAG_BITS) {
            return null;
        }
        // From the input address size up, the last byte's address is copies of bit 55; above that is the tag.
        long outside = limit - 1 << TAG_BITS >> TAG_BITS >> Long.SIZE - unused;
        return outside == (upper ? -1 : 0) ? null : EventCause.BEYOND;
    }

    /** Walks every page of [from, to) and collects it with its tables. Reports the first fault and returns false. */
    private boolean walkBuffer(long from, long to) {
        walk.begin();
        boolean good = walkPages(from, to);
        walk.end();
        return good;
    }

    private boolean walkPages(long from, long to) {
        // More pages than there are can only be the same ones again and again: tables that point to themselves.
        long left = memory.pages();
        for (long va = from; va != to; ) {
            memory.spend(costs.walk());
            if (!walk.walk(va)) {
                reportWalk();
                return false;
            }
            long mapping = (va | (1L << walk.result.pageBits) - 1) + 1;
            long next = Long.compareUnsigned(mapping - va, to - va) < 0 ? mapping : to;
            for (long offset = 0; offset < next - va; offset += PageList.PAGE) {
                if (left-- == 0) {
                    refuse(EventCause.ALIASES);
                    return false;
                }
                long ipa = walk.result.ipa + offset;
                if (!memory.contains(ipa)) {
                    reportNoMemslot(va + offset);
                    return false;
                }
                walk.add(ipa & -PageList.PAGE);
            }
            va = next;
        }
        return true;
    }

    private void pin() {
        int count = walk.order();
        if (policy.enabled(pins, walk.pages(), count) || limitRaised() && policy.enabled(pins, walk.pages(), count)) {
            inUse.set(walk.pages(), count);
            return;
        }
        pins.clear();
        refuse(EventCause.PINS_REFUSED);
    }

    /** KVM_EXIT_RLIMIT: KVM goes to user space, which raises the limit where it may. Returns whether it did. */
    private boolean limitRaised() {
        if (!vm.takePinLimitHit()) {
            return false;
        }
        vm.count(HostCounter.USER_SPACE_EXITS);
        vm.count(HostCounter.RLIMIT_EXITS);
        memory.spend(costs.userSpaceExit());
        long most = series.pinLimitMost() / PageList.PAGE;
        if (most <= vm.pinLimit()) {
            return false;
        }
        vm.pinLimit(most);
        return true;
    }

    /**
     * The vCPU is about to be entered. While dirty pages are logged KVM goes to user space first, once after each pass over the
     * log and once for each buffer that the guest programs: user space finds the buffer's pages and has them in the log, since
     * nothing notices what an SPU writes. A page that the guest maps into the buffer later is noticed by the SPU's stage 2 fault.
     */
    public void beforeEntry() {
        if (!vm.dirtyLog().on() || state.logged() || !loadable()) {
            return;
        }
        long pmblimitr = state.register(SystemRegister.PMBLIMITR_EL1);
        if (BufferStatus.discards(pmblimitr) && extension().discardMode()) {
            return;
        }
        state.logged(true);
        vm.count(HostCounter.USER_SPACE_EXITS);
        memory.spend(costs.userSpaceExit());
        walk.begin();
        collect(pointer() & -PageList.PAGE, pmblimitr & PMBLIMITR_EL1.LIMIT);
        walk.end();
        int count = walk.order();
        for (int i = 0; i < count; i++) {
            memory.map(walk.pages()[i], true);
        }
    }

    /** Collects the pages of [from, to) that are mapped, with their tables; no more addresses than the guest has pages. */
    private void collect(long from, long to) {
        long va = from;
        for (int left = memory.pages(); left > 0 && Long.compareUnsigned(va, to) < 0; left--) {
            memory.spend(costs.walk());
            if (walk.walk(va) && memory.contains(walk.result.ipa)) {
                walk.add(walk.result.ipa & -PageList.PAGE);
            }
            va += PageList.PAGE;
        }
    }

    /** The buffer may not be pinned, and stays out of hardware until the guest programs it anew. */
    private void refuse(EventCause cause) {
        release();
        state.heldOff(true);
        notAllowed(cause, pointer());
    }

    /** The buffer is not used any more: the policy lets go of what it wants to. */
    void release() {
        inUse.clear();
        policy.disabled(pins);
    }

    /** The vCPU goes: nothing of it stays pinned. */
    public void letGo() {
        release();
        pins.clear();
    }

    /**
     * Takes over what hardware reported while the vCPU ran.
     *
     * @return whether profiling was stopped and goes on without the guest hearing of it: a blackout
     */
    public boolean hardwareReported(long pmbsr) {
        if ((pmbsr & PMBSR_ELx.COLL) != 0) {
            memory(memory() | PMBSR_ELx.COLL);
        }
        if ((pmbsr & PMBSR_ELx.S) == 0) {
            return false;
        }
        if (BufferStatus.exceptionClass(pmbsr) == BufferStatus.EC_STAGE_2_ABORT) {
            return stage2Fault(pmbsr);
        }
        report(BufferStatus.reported(memory(), pmbsr), BufferEvent.of(pmbsr), EventCause.HARDWARE, pointer());
        return false;
    }

    /** The SPU faulted at stage 2 at the address in PMBPTR_EL1, or on the walk of its stage 1. */
    private boolean stage2Fault(long pmbsr) {
        vm.count(HostCounter.SPU_STAGE_2_FAULTS);
        long sticky = pmbsr & (PMBSR_ELx.DL | PMBSR_ELx.EA);
        walk.begin();
        memory.spend(costs.walk());
        boolean translated = walk.walk(pointer());
        walk.end();
        if (!translated && walk.tableWithoutMemslot()) {
            memory(memory() | sticky);
            reportWalk();
            return false;
        }
        if (translated && !memory.contains(walk.result.ipa)) {
            memory(memory() | sticky);
            reportNoMemslot(pointer());
            return false;
        }
        // A stage 1 fault by now means that the guest changed its tables: the next sample tells.
        if (translated) {
            walk.add(walk.result.ipa & -PageList.PAGE);
        }
        // With a permission fault it may also be a table in which the walk was to set AF or the dirty state.
        boolean update = (BufferStatus.statusCode(pmbsr) & BufferStatus.FSC_TYPE) == BufferStatus.FSC_PERMISSION;
        int count = walk.order();
        for (int i = 0; i < count; i++) {
            memory.map(walk.pages()[i], update || translated && walk.pages()[i] == (walk.result.ipa & -PageList.PAGE));
        }
        if ((pmbsr & PMBSR_ELx.DL) != 0) {
            // The torn record cannot be resumed (DDI 0487, D17.7.4).
            report(
                    BufferStatus.other(memory() | sticky, BufferStatus.BSC_FULL),
                    BufferEvent.BUFFER_FULL_TORN,
                    EventCause.TORN,
                    pointer());
            return false;
        }
        vm.count(HostCounter.BLACKOUTS);
        return true;
    }

    /** The fault of the last walk. */
    private void reportWalk() {
        if (walk.tableWithoutMemslot()) {
            report(
                    BufferStatus.stage1Abort(memory(), BufferStatus.FSC_EXTERNAL_ABORT_ON_WALK + level()),
                    BufferEvent.EXTERNAL_ABORT,
                    EventCause.TABLE_WITHOUT_MEMSLOT,
                    walk.result.va);
        } else {
            report(
                    BufferStatus.stage1Abort(memory(), walk.result.fault),
                    BufferEvent.STAGE_1_FAULT_AT_ENABLE,
                    EventCause.NO_TRANSLATION,
                    walk.result.va);
        }
    }

    private int level() {
        return walk.result.fault & 3;
    }

    private void reportNoMemslot(long va) {
        if (context.architecture.profiling().pmsVer() >= FEAT_SPE_V1P3) {
            notAllowed(EventCause.NO_MEMSLOT, va);
        } else {
            report(
                    BufferStatus.stage1Abort(memory(), BufferStatus.FSC_EXTERNAL_ABORT) | PMBSR_ELx.EA,
                    BufferEvent.EXTERNAL_ABORT,
                    EventCause.NO_MEMSLOT,
                    va);
        }
    }

    private void notAllowed(EventCause cause, long address) {
        report(
                BufferStatus.other(memory(), BufferStatus.BSC_NOT_ALLOWED) | PMBSR_ELx.DL,
                BufferEvent.ACCESS_NOT_ALLOWED,
                cause,
                address);
    }

    private void report(long pmbsr, BufferEvent event, EventCause cause, long address) {
        memory(pmbsr);
        vm.count(event, cause, context.pe.executed, pmbsr, address, state.register(SystemRegister.PMBLIMITR_EL1));
    }

    private long pointer() {
        return state.register(SystemRegister.PMBPTR_EL1);
    }

    private long memory() {
        return state.register(SystemRegister.PMBSR_EL1);
    }

    private void memory(long pmbsr) {
        state.register(SystemRegister.PMBSR_EL1, pmbsr);
    }

    private ProfilingExtension extension() {
        return context.architecture.profiling();
    }
}
