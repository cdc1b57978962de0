// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPTR_EL2;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.PeState;

/** Where the control registers that decide on exceptions lie in {@code PeState.sys}, and what they say. */
final class ControlRegisters {

    /** A slot that reads 0 for registers that are not there. */
    private static final long[] ABSENT = new long[1];

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
    private int cpacr;
    private int cptrEl2;
    private int cptrEl3;
    private int hfgitr;

    ControlRegisters(PeState pe) {
        this.pe = pe;
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
        cpacr = file.index(SystemRegister.CPACR_EL1);
        cptrEl2 = file.index(SystemRegister.CPTR_EL2);
        cptrEl3 = file.index(SystemRegister.CPTR_EL3);
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

    /** EL to which an access to the SIMD&FP registers traps here, 0 for none (DDI 0487, J1.1, CheckFPAdvSIMDEnabled64). */
    int floatingPointTrap() {
        boolean el2 = el2Enabled();
        long hcr = el2 ? get(this.hcr) : 0;
        boolean tge = (hcr & HCR_EL2.TGE) != 0;
        boolean e2h = (hcr & HCR_EL2.E2H) != 0;
        if (pe.el <= 1 && !(e2h && tge) && denies(get(cpacr), pe.el == 0)) {
            return 1;
        }
        if (pe.el <= 2 && el2) {
            long cptr = get(cptrEl2);
            if (e2h ? denies(cptr, pe.el == 0 && tge) : (cptr & CPTR_EL2.TFP) != 0) {
                return 2;
            }
        }
        return (get(cptrEl3) & CPTR_EL2.TFP) != 0 ? 3 : 0;
    }

    /** FPEN: x0 denies, 01 denies user code only. */
    private static boolean denies(long control, boolean user) {
        int fpen = (int) (control >>> 20) & 3;
        return (fpen & 1) == 0 || fpen == 1 && user;
    }

    /** EL2Enabled: EL2 is implemented and enabled in the current Security state. */
    boolean el2Enabled() {
        return has(Features.EL2) && (!has(Features.EL3) || (get(scr) & (SCR_EL3.NS | SCR_EL3.EEL2)) != 0);
    }

    /** HCR_EL2, 0 when EL2 is not enabled. */
    long hcr() {
        return el2Enabled() ? get(hcr) : 0;
    }

    void clearHcr(long bits) {
        set(hcr, get(hcr) & ~bits);
    }

    /** Whether {E2H, TGE} is {1, 1}: EL0 belongs to the host. */
    boolean hostEl0() {
        return (hcr() & (HCR_EL2.E2H | HCR_EL2.TGE)) == (HCR_EL2.E2H | HCR_EL2.TGE);
    }

    long scr() {
        return get(scr);
    }

    long mdcrEl3() {
        return get(mdcrEl3);
    }

    /** Whether the PE is in Secure state. */
    boolean secure() {
        return has(Features.EL3) && (get(scr) & SCR_EL3.NS) == 0;
    }

    long mdcrEl2() {
        return el2Enabled() ? get(mdcrEl2) : 0;
    }

    /** Whether a bit of HFGITR_EL2 traps instructions at the current Exception level (DDI 0487, D24.2.71). */
    boolean trapsInstruction(int bit) {
        return bit >= 0
                && pe.el < 2
                && (get(hfgitr) >>> bit & 1) != 0
                && el2Enabled()
                && !hostEl0()
                && (!has(Features.EL3) || (get(scr) & SCR_EL3.FGTEn) != 0);
    }

    long vsesr() {
        return get(vsesr);
    }

    /** SCTLR of the translation regime at that EL. */
    long sctlr(int el) {
        return get(sctlr[el == 2 || el == 0 && hostEl0() ? 2 : 1]);
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
        boolean host = el == 2 && (hcr() & HCR_EL2.E2H) != 0;
        if (el == 2 && !host) {
            return (get(tcr[2]) >>> 20 & 1) != 0 && (get(tcr[2]) >>> 29 & 1) == 0
                    ? target & 0x00FFFFFFFFFFFFFFL
                    : target;
        }
        long tcr = get(this.tcr[host || el == 0 && hostEl0() ? 2 : 1]);
        // TBIDn takes instruction addresses out of TBIn.
        int tbi = extended < 0 ? 38 : 37;
        return (tcr >>> tbi & 1) != 0 && (tcr >>> tbi + 14 & 1) == 0 ? extended : target;
    }

    /** TCR_EL1 or TCR_EL2 itself. */
    long tcr(int el) {
        return get(tcr[el]);
    }

    /** Lowest EL that can take an exception from EL0 by default. */
    int defaultTarget(int el) {
        return el != 0 ? el : (hcr() & HCR_EL2.TGE) != 0 ? 2 : 1;
    }
}
