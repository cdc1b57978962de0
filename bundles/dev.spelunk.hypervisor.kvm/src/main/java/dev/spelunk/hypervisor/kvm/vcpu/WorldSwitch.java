// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Series;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPTR_EL2;
import dev.spelunk.api.registers.fields.ICC_SRE_ELx;
import dev.spelunk.api.registers.fields.ICH_HCR_EL2;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.checks.RegisterWatch;
import dev.spelunk.hypervisor.kvm.memory.StageTwo;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * What KVM does to the hardware registers of a PE around a guest. Everything here runs at EL2 with
 * E2H = 1; registers are written as the host's MSR would, with all that follows from it.
 */
public final class WorldSwitch {
    private static final int TLBI_VMALLE1 = Encoding.of(1, 0, 8, 7, 0);

    private final PeContext context;
    private final VcpuState state;
    private final VmState vm;
    private final StageTwo stage2;
    private final DebugSwitch debug;
    private final Series series;
    /** PMSCR_EL2 while the vCPU is on the PE. */
    private final long samplingControl;

    private final int vcpu;
    /** MPIDR_EL1 of the vCPU. */
    private final long affinity;
    /** Null when nobody watches. */
    private final RegisterWatch watch;

    WorldSwitch(
            PeContext context,
            int vcpu,
            VcpuState state,
            VmState vm,
            StageTwo stage2,
            long affinity,
            Series series,
            long samplingControl,
            RegisterWatch watch) {
        this.context = context;
        this.vcpu = vcpu;
        this.state = state;
        this.vm = vm;
        this.stage2 = stage2;
        this.affinity = affinity;
        this.series = series;
        this.samplingControl = samplingControl;
        this.watch = watch;
        debug = new DebugSwitch(context, state);
    }

    /** The guest has accessed a debug register that trapped. */
    void debugAccessed() {
        debug.touched();
    }

    /** The guest has opened or closed its OS Lock: KVM does a vcpu put and load. */
    void osLockWritten() {
        debug.load();
    }

    /** vcpu load: what stays in the PE as long as the vCPU is on it. */
    void load() {
        context.pe.vcpu = vcpu;
        write(SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
        write(SystemRegister.VTCR_EL2, stage2.controlRegister());
        write(SystemRegister.VTTBR_EL2, stage2.baseRegister(StageTwo.VMID));
        write(SystemRegister.VPIDR_EL2, context.register(SystemRegister.MIDR_EL1));
        write(SystemRegister.VMPIDR_EL2, affinity);
        write(SystemRegister.CPTR_EL2, CPTR_EL2.FPEN);
        write(SystemRegister.PMCNTENSET_EL0, state.register(SystemRegister.PMCNTENSET_EL0));
        write(SystemRegister.HSTR_EL2, 0);
        write(SystemRegister.CNTVOFF_EL2, vm.counterOffset());
        write(SystemRegister.CNTHCTL_EL2, HypervisorControls.CNTHCTL_GUEST);
        write(SystemRegister.HFGRTR_EL2, 0);
        write(SystemRegister.HFGWTR_EL2, 0);
        write(SystemRegister.HFGITR_EL2, 0);
        write(SystemRegister.HDFGRTR_EL2, HypervisorControls.hdfgrtr(context, series));
        write(SystemRegister.HDFGWTR_EL2, HypervisorControls.hdfgwtr(context));
        write(SystemRegister.HDFGRTR2_EL2, HypervisorControls.hdfg2(context));
        write(SystemRegister.HDFGWTR2_EL2, HypervisorControls.hdfg2(context));
        // What an earlier user of the PE left in the buffer registers is not this vCPU's.
        write(SystemRegister.PMBLIMITR_EL1, 0);
        write(SystemRegister.PMBSR_EL1, 0);
        debug.load();
        write(SystemRegister.PMSCR_EL2, samplingControl);
        write(SystemRegister.ICC_SRE_EL2, ICC_SRE_ELx.ALL);
        write(SystemRegister.ICH_VMCR_EL2, 0);
        write(SystemRegister.ICH_HCR_EL2, ICH_HCR_EL2.En);
    }

    /** vcpu load on other hardware: the guest's view of its CPU interface goes along. */
    void reload() {
        long vmcr = read(SystemRegister.ICH_VMCR_EL2);
        load();
        write(SystemRegister.ICH_VMCR_EL2, vmcr);
    }

    /** vcpu put: the guest's controls leave the PE. */
    void put() {
        // The guest's counters do not count what the host executes at EL0.
        state.register(SystemRegister.PMCNTENSET_EL0, read(SystemRegister.PMCNTENSET_EL0));
        write(SystemRegister.PMCNTENCLR_EL0, -1);
        write(SystemRegister.ICH_HCR_EL2, 0);
        write(SystemRegister.HDFGRTR_EL2, 0);
        write(SystemRegister.HDFGWTR_EL2, 0);
        context.pe.vcpu = PeState.NO_VCPU;
    }

    /** Nothing of another vCPU stays in the TLB: its entries have the same VMID. */
    void flush() {
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_WALK);
        context.translator.invalidateTlb(TLBI_VMALLE1, 0);
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
    }

    /** Guest entry, without the return itself: stage 2 first, PMBLIMITR_EL1 last. */
    void enter(boolean loadBuffer) {
        ownBuffer();
        debug.enter();
        enableStage2();
        state.loaded(loadBuffer);
        if (loadBuffer) {
            loadBufferRegisters();
        }
    }

    /**
     * Guest exit.
     *
     * @return hardware's PMBSR_EL1, 0 when the buffer was not loaded
     */
    long exit() {
        long pmbsr = 0;
        if (state.loaded()) {
            synchronizeProfiling();
            state.register(SystemRegister.PMBPTR_EL1, read(SystemRegister.PMBPTR_EL1));
            pmbsr = read(SystemRegister.PMBSR_EL1);
            disableBuffer();
            if ((pmbsr & (PMBSR_ELx.S | PMBSR_ELx.COLL)) != 0) {
                write(SystemRegister.PMBSR_EL1, 0);
            }
        }
        debug.exit();
        disownBuffer();
        disableStage2();
        return pmbsr;
    }

    private void ownBuffer() {
        write(
                SystemRegister.MDCR_EL2,
                HypervisorControls.mdcrGuest(context, series, read(SystemRegister.MDCR_EL2), debug.traps()));
    }

    private void disownBuffer() {
        write(SystemRegister.MDCR_EL2, HypervisorControls.mdcrHost(read(SystemRegister.MDCR_EL2)));
    }

    private void enableStage2() {
        write(SystemRegister.HCR_EL2, HypervisorControls.hcrGuest(context, state.trapsWfe()));
    }

    private void disableStage2() {
        write(SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
    }

    private void loadBufferRegisters() {
        write(SystemRegister.PMBPTR_EL1, state.register(SystemRegister.PMBPTR_EL1));
        write(SystemRegister.PMBLIMITR_EL1, state.register(SystemRegister.PMBLIMITR_EL1));
    }

    private void disableBuffer() {
        write(SystemRegister.PMBLIMITR_EL1, state.register(SystemRegister.PMBLIMITR_EL1) & ~PMBLIMITR_EL1.E);
    }

    /** PSB CSYNC: whatever was sampled in the guest is in its buffer, through stage 2, before the buffer goes off. */
    private void synchronizeProfiling() {
        context.sampler.profilingSynchronizationBarrier();
    }

    /** Ticks that the guest's virtual counter begins at zero from. */
    public static long counterOffsetNow(PeContext context) {
        return context.machine.count(context.pe.cycles());
    }

    private long read(int encoding) {
        return context.registers.index(encoding) < 0 ? 0 : context.registers.read(encoding);
    }

    private void write(int encoding, long value) {
        if (context.registers.index(encoding) >= 0) {
            context.registers.write(encoding, value);
            if (watch != null) {
                watch.written(encoding);
            }
        }
    }
}
