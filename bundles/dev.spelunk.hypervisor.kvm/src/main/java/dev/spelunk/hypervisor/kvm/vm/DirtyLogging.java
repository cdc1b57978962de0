// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vm;

import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.memory.Memslots;
import dev.spelunk.hypervisor.kvm.memory.VmMemory;
import dev.spelunk.hypervisor.kvm.scheduling.Placement;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.state.DirtyLog;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;
import dev.spelunk.hypervisor.kvm.vcpu.KvmVcpu;
import java.util.ArrayList;
import java.util.List;

/**
 * What user space does while it migrates a VM: it has dirty pages logged, and sends again and again what has been written to
 * since it looked last. The destination is not there; what is left to send when the VM stops is what the log holds.
 */
final class DirtyLogging {
    private static final String SENT = "kvm.vm.sent";

    private final PeContext context;
    private final VmState vm;
    private final VcpuState[] vcpus;
    private final VmMemory memory;
    private final Memslots memslots;
    private final Placement placement;
    private final SeriesSettings settings;
    private final boolean check;

    /** @param check whether each pass finds out what the log has missed */
    DirtyLogging(
            PeContext context,
            VmState vm,
            VcpuState[] vcpus,
            VmMemory memory,
            Memslots memslots,
            Placement placement,
            SeriesSettings settings,
            boolean check) {
        this.context = context;
        this.vm = vm;
        this.vcpus = vcpus.clone();
        this.memory = memory;
        this.memslots = memslots;
        this.placement = placement;
        this.settings = settings;
        this.check = check;
    }

    /** Virtual time of the next pass; Long.MAX_VALUE when there is none. */
    long deadline() {
        if (vm.dirtyLog().on()) {
            return vm.dirtyLog().due();
        }
        return settings.dirtyLoggingFrom() == 0 ? Long.MAX_VALUE : settings.dirtyLoggingFrom();
    }

    /**
     * Does what is due. Before pages are protected against writing, no vCPU is in the guest with an SPU that writes to them;
     * before it is there again, user space has put the buffer's pages into the log.
     */
    void advance(long now) {
        if (deadline() > now) {
            return;
        }
        List<KvmVcpu> left = new ArrayList<>();
        for (int pe = 0; pe < context.machine.pes.length; pe++) {
            KvmVcpu vcpu = placement.loadedOn(pe);
            if (vcpu != null && vcpu.leave()) {
                left.add(vcpu);
            }
        }
        DirtyLog log = vm.dirtyLog();
        if (!log.on()) {
            memory.logDirtyPages();
        }
        pass(log);
        log.due(now + settings.dirtyLoggingPass());
        left.forEach(KvmVcpu::comeBack);
    }

    private void pass(DirtyLog log) {
        StateBlock sent = sent(context.machine);
        if (sent != null) {
            look(log, sent);
        }
        vm.count(HostCounter.DIRTY_PASSES);
        vm.count(HostCounter.DIRTY_SENT, log.count());
        if (context.trace != null) {
            context.trace.instant(
                    context.pe.index,
                    TraceSink.HOST_MEMORY,
                    "pass over the dirty log",
                    log.count() + " pages sent",
                    context.pe.cycles());
        }
        memory.dirtyLogFetched();
        for (VcpuState vcpu : vcpus) {
            vcpu.logged(false);
        }
    }

    /** What the pages held that were sent; null when nobody wants to know. */
    private StateBlock sent(MachineState machine) {
        StateBlock known = machine.blocks().get(SENT);
        return known == null && check ? machine.block(SENT, memslots.pages(), 0) : known;
    }

    /** Whether what is not in the log is what was sent. */
    private void look(DirtyLog log, StateBlock sent) {
        boolean first = vm.counted(HostCounter.DIRTY_PASSES) == 0;
        for (int page = 0; page < memslots.pages(); page++) {
            long contents = memory.contents(page);
            if (!first && !log.dirty(page) && contents != sent.words[page] && check) {
                throw new BrokenInvariantException(
                        "dirty-log-complete",
                        String.format(
                                "the invariant dirty-log-complete does not hold after %d operations of PE %d: the page at IPA "
                                        + "0x%x has changed since it was sent, and the dirty log has it not",
                                context.pe.executed, context.pe.index, memslots.ipa(page)));
            }
            sent.words[page] = contents;
        }
    }
}
