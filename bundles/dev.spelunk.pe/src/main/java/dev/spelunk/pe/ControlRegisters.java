// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.TCR_EL1;
import dev.spelunk.api.registers.fields.TCR_EL2;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.api.wiring.SystemFunctions;

/** Where the control registers that decide on exceptions lie in {@code PeState.sys}, and what they say. */
final class ControlRegisters {

    /** A slot that reads 0 for registers that are not there. */
    private static final long[] ABSENT = new long[1];

    final SystemFunctions system;
    private final PeState pe;
    private int features;
    private final int[] sctlr = new int[3];
    private final int[] vbar = new int[3];
    private final int[] esr = new int[3];
    private final int[] elr = new int[3];
    private final int[] spsr = new int[3];
    private final int[] far = new int[3];
    private final int[] tcr = new int[3];
    private int hcr;
    private int hpfar;
    private int mdcrEl2;
    private int mdcrEl3;
    private int scr;
    private int vsesr;
    private int hfgitr;

    ControlRegisters(PeContext context) {
        pe = context.pe;
        system = context.system;
    }

    /** Looks the registers up again. */
    void resolve(RegisterFile file, Architecture architecture) {
        features = Features.of(architecture);
        sctlr[1] = file.index(SystemRegister.SCTLR_EL1);
        sctlr[2] = file.index(SystemRegister.SCTLR_EL2);
        vbar[1] = file.index(SystemRegister.VBAR_EL1);
        vbar[2] = file.index(SystemRegister.VBAR_EL2);
        esr[1] = file.index(SystemRegister.ESR_EL1);
        esr[2] = file.index(SystemRegister.ESR_EL2);
        elr[1] = file.index(SystemRegister.ELR_EL1);
        elr[2] = file.index(SystemRegister.ELR_EL2);
        spsr[1] = file.index(SystemRegister.SPSR_EL1);
        spsr[2] = file.index(SystemRegister.SPSR_EL2);
        far[1] = file.index(SystemRegister.FAR_EL1);
        far[2] = file.index(SystemRegister.FAR_EL2);
        tcr[1] = file.index(SystemRegister.TCR_EL1);
        tcr[2] = file.index(SystemRegister.TCR_EL2);
        hcr = file.index(SystemRegister.HCR_EL2);
        hpfar = file.index(SystemRegister.HPFAR_EL2);
        mdcrEl2 = file.index(SystemRegister.MDCR_EL2);
        mdcrEl3 = file.index(SystemRegister.MDCR_EL3);
        scr = file.index(SystemRegister.SCR_EL3);
        vsesr = file.index(SystemRegister.VSESR_EL2);
        hfgitr = file.index(SystemRegister.HFGITR_EL2);
    }

    int features() {
        return features;
    }

    boolean has(int feature) {
        return (features & feature) != 0;
    }

    private long get(int index) {
        return index < 0 ? ABSENT[0] : pe.sys[index];
    }

    private void set(int index, long value) {
        if (index >= 0) {
            pe.sys[index] = value;
        }
    }

    void clearHcr(long bits) {
        set(hcr, get(hcr) & ~bits);
    }

    long scr() {
        return get(scr);
    }

    long mdcrEl3() {
        return get(mdcrEl3);
    }

    long mdcrEl2() {
        return system.el2Enabled() ? get(mdcrEl2) : 0;
    }

    /** Whether a bit of HFGITR_EL2, or none (0), traps instructions at the current Exception level (DDI 0487, D24.2.71). */
    boolean trapsInstruction(long bit) {
        return (get(hfgitr) & bit) != 0 && system.fineGrainedTraps();
    }

    long vsesr() {
        return get(vsesr);
    }

    /** SCTLR of the translation regime at that EL. */
    long sctlr(int el) {
        return get(sctlr[el == 2 || el == 0 && system.elIsInHost(0) ? 2 : 1]);
    }

    /** SCTLR_ELx itself. */
    long sctlrRegister(int el) {
        return get(sctlr[el]);
    }

    long vbar(int el) {
        return get(vbar[el]);
    }

    long elr(int el) {
        return get(elr[el]);
    }

    long spsr(int el) {
        return get(spsr[el]);
    }

    void elr(int el, long value) {
        set(elr[el], value);
    }

    void spsr(int el, long value) {
        set(spsr[el], value);
    }

    void esr(int el, long value) {
        set(esr[el], value);
    }

    void far(int el, long value) {
        set(far[el], value);
    }

    void hpfar(long value) {
        set(hpfar, value);
    }

    /** AArch64.BranchAddr: the address without its tag where TBI says so for fetches at that EL. */
    long branchAddress(long target, int el) {
        long extended = target << 8 >> 8;
        if (extended == target) {
            return target;
        }
        boolean host = system.elIsInHost(el);
        if (el == 2 && !host) {
            return (get(tcr[2]) & (TCR_EL2.TBI | TCR_EL2.TBID)) == TCR_EL2.TBI ? target & 0x00FFFFFFFFFFFFFFL : target;
        }
        long tcr = get(this.tcr[host ? 2 : 1]);
        // TBIDn takes instruction addresses out of TBIn.
        long tbi = extended < 0 ? TCR_EL1.TBI1 : TCR_EL1.TBI0;
        long tbid = extended < 0 ? TCR_EL1.TBID1 : TCR_EL1.TBID0;
        return (tcr & (tbi | tbid)) == tbi ? extended : target;
    }

    /** TCR_EL1 or TCR_EL2 itself. */
    long tcr(int el) {
        return get(tcr[el]);
    }

    /** Lowest EL that can take an exception from EL0 by default. */
    int defaultTarget(int el) {
        return el != 0 ? el : system.effectiveTge() ? 2 : 1;
    }
}
