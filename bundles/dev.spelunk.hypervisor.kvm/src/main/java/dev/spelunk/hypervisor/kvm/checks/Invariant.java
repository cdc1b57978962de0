// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.checks;

/** What the series' register handling note promises of the guest's SPE registers, with this project's decisions where it is silent. */
public enum Invariant {
    SAMPLING_CONTROLS_DIRECT(
            "sampling-controls-direct",
            "the guest accesses the sampling control registers without a trap; in series v6 without FEAT_FGT they trap and "
                    + "are forwarded"),
    BUFFER_REGISTERS_TRAPPED(
            "buffer-registers-trapped",
            "PMBLIMITR_EL1, PMBPTR_EL1 and PMBSR_EL1 trap while the guest runs, and EL1 owns the buffer"),
    ID_REGISTERS_TRAPPED(
            "id-registers-trapped",
            "in series v6 PMSIDR_EL1 and PMBIDR_EL1 trap, without FEAT_FGT PMSIDR_EL1 alone; in series v7 neither does"),
    LIMIT_LOADED_WHILE_ENABLED(
            "limit-loaded-while-enabled",
            "PMBLIMITR_EL1 is in hardware at entry if and only if the profiling buffer is enabled"),
    LIMIT_LOADED_WITH_STAGE_2_ON(
            "limit-loaded-with-stage-2-on", "PMBLIMITR_EL1.E goes to hardware after stage 2 is on"),
    LIMIT_OFF_BEFORE_STAGE_2("limit-off-before-stage-2", "PMBLIMITR_EL1.E is cleared on exit before stage 2 goes off"),
    LIMIT_CHANGED_BY_GUEST(
            "limit-changed-by-guest",
            "in-memory PMBLIMITR_EL1 changes only when the guest writes it, to what the guest wrote"),
    POINTER_LOADED_BEFORE_LIMIT(
            "pointer-loaded-before-limit",
            "PMBPTR_EL1 is written to hardware before the entry, if the profiling buffer is enabled, and before PMBLIMITR_EL1"),
    POINTER_READ_BACK(
            "pointer-read-back",
            "in-memory PMBPTR_EL1 takes hardware's value on exit if the buffer was enabled at the entry, and else is left alone"),
    POINTER_CHANGED_BY_GUEST(
            "pointer-changed-by-guest",
            "apart from that, in-memory PMBPTR_EL1 changes only when the guest writes it, to what the guest wrote"),
    STATUS_NEVER_WRITTEN("status-never-written", "the in-memory PMBSR_EL1 is never written to hardware"),
    STATUS_CLEARED_ON_EXIT("status-cleared-on-exit", "hardware PMBSR_EL1 is cleared on exit when S is set, or COLL"),
    STATUS_REPORTED(
            "status-reported",
            "what hardware PMBSR_EL1 reported reaches memory on the exit, unless it was a stage 2 fault that KVM resolves"),
    STATUS_CHANGED_FOR_A_REASON(
            "status-changed-for-a-reason",
            "in-memory PMBSR_EL1 changes only by a guest write, a buffer found misprogrammed, or what hardware reported"),
    LINE_FOLLOWS_STATUS(
            "line-follows-status", "the guest's buffer management interrupt is high while in-memory S is set"),
    HOST_CONTROLS(
            "host-controls",
            "PMSCR_EL2 gives the guest no context of the host, and no physical time or addresses that it may not have"),
    MAXIMUM_SHOWN(
            "maximum-shown",
            "PMBIDR_EL1 shows the guest user space's maximum buffer size; hardware's where none is set"),
    FEATURES_HIDDEN(
            "features-hidden", "PMSIDR_EL1 and ID_AA64DFR2_EL1 show the guest nothing that the VM does not have"),
    VERSION_LIMITED("version-limited", "PMSVer is hardware's, and at most that of FEAT_SPEv1p5");

    /** The name by which reports and documentation call it. */
    public final String label;
    /** What it says. */
    public final String text;

    Invariant(String label, String text) {
        this.label = label;
        this.text = text;
    }
}
