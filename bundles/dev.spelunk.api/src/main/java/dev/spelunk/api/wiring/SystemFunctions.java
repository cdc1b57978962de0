// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.wiring;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPACR_EL1;
import dev.spelunk.api.registers.fields.CPTR_EL2;
import dev.spelunk.api.registers.fields.CPTR_EL3;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.PeState;

/**
 * What the manual's pseudocode calls functions of the controls, by its names (DDI 0487, J1.3.3 and J1.1): each is
 * written here and nowhere else. They read the PE's registers as they are now; where these lie and what the machine
 * implements is looked up when the composition is another one. All Exception levels use AArch64, without EL3 the PE is in
 * Non-secure state, and there is no Debug state.
 */
public final class SystemFunctions {
    private static final int EL0 = 0;
    private static final int EL1 = 1;
    private static final int EL2 = 2;
    private static final int EL3 = 3;

    private final PeContext context;
    private final PeState pe;

    private RegisterFile registers;
    private Architecture architecture;
    private boolean el2;
    private boolean el3;
    private boolean secureEl2;
    private boolean vhe;
    private boolean rme;
    private boolean fgt;
    private boolean fgt2;
    private int hcrEl2;
    private int scrEl3;
    private int mdcrEl2;
    private int mdcrEl3;
    private int cpacrEl1;
    private int cptrEl2;
    private int cptrEl3;

    SystemFunctions(PeContext context) {
        this.context = context;
        pe = context.pe;
    }

    private void resolve() {
        if (registers != context.registers || architecture != context.architecture) {
            lookUp(context.registers, context.architecture);
        }
    }

    private void lookUp(RegisterFile file, Architecture features) {
        hcrEl2 = file.index(SystemRegister.HCR_EL2);
        scrEl3 = file.index(SystemRegister.SCR_EL3);
        mdcrEl2 = file.index(SystemRegister.MDCR_EL2);
        mdcrEl3 = file.index(SystemRegister.MDCR_EL3);
        cpacrEl1 = file.index(SystemRegister.CPACR_EL1);
        cptrEl2 = file.index(SystemRegister.CPTR_EL2);
        cptrEl3 = file.index(SystemRegister.CPTR_EL3);
        el2 = features.has("FEAT_EL2");
        el3 = features.has("FEAT_EL3");
        secureEl2 = el2 && features.has("FEAT_SEL2");
        vhe = el2 && features.has("FEAT_VHE");
        rme = features.has("FEAT_RME");
        fgt = el2 && features.has("FEAT_FGT");
        fgt2 = el2 && features.has("FEAT_FGT2");
        registers = file;
        architecture = features;
    }

    private boolean set(int index, long bit) {
        return index >= 0 && (pe.sys[index] & bit) != 0;
    }

    /** HaveEL: whether the Exception level, 0 to 3, is implemented. */
    public boolean haveEl(int el) {
        resolve();
        return el < EL2 || (el == EL2 ? el2 : el3);
    }

    /** IsSecureEL2Enabled: whether EL2 is implemented and enabled in Secure state, whatever state the PE is in. */
    public boolean isSecureEl2Enabled() {
        resolve();
        return secureEl2 && el3 && set(scrEl3, SCR_EL3.EEL2);
    }

    /** EL2Enabled: whether EL2 is implemented and enabled in the Security state that SCR_EL3 selects. */
    public boolean el2Enabled() {
        resolve();
        return el2 && (!el3 || set(scrEl3, SCR_EL3.NS) || isSecureEl2Enabled());
    }

    /** HCR_EL2, all 0 while EL2 is not enabled. */
    public long effectiveHcr() {
        return el2Enabled() && hcrEl2 >= 0 ? pe.sys[hcrEl2] : 0;
    }

    /** EffectiveTGE: HCR_EL2.TGE, 0 while EL2 is not enabled. */
    public boolean effectiveTge() {
        return (effectiveHcr() & HCR_EL2.TGE) != 0;
    }

    /** ELIsInHost: whether the Exception level belongs to a host: EL2 with HCR_EL2.E2H, EL0 with {E2H, TGE} = {1, 1}. */
    public boolean elIsInHost(int el) {
        if (el != EL2 && el != EL0) {
            return false;
        }
        long bits = el == EL2 ? HCR_EL2.E2H : HCR_EL2.E2H | HCR_EL2.TGE;
        return (effectiveHcr() & bits) == bits && vhe;
    }

    /** IsInHost: {@link #elIsInHost} for the current Exception level. */
    public boolean isInHost() {
        return elIsInHost(pe.el);
    }

    /** SecurityStateAtEL: the Security state of an Exception level, of those below EL3 as SCR_EL3 selects it. */
    public SecurityState securityStateAtEl(int el) {
        resolve();
        if (!el3) {
            return SecurityState.NON_SECURE;
        }
        if (el == EL3) {
            return rme ? SecurityState.ROOT : SecurityState.SECURE;
        }
        return SecurityState.of(rme && set(scrEl3, SCR_EL3.NSE), set(scrEl3, SCR_EL3.NS));
    }

    /** CurrentSecurityState: that of the current Exception level. */
    public SecurityState currentSecurityState() {
        return securityStateAtEl(pe.el);
    }

    /** TranslationRegime: of an Exception level, one of the constants of {@link Translator}. */
    public int translationRegime(int el) {
        if (el == EL3) {
            return Translator.REGIME_EL3;
        }
        if (elIsInHost(el)) {
            return Translator.REGIME_EL20;
        }
        return el == EL2 ? Translator.REGIME_EL2 : Translator.REGIME_EL10;
    }

    /** Whether a bit of SCR_EL3 that enables something at lower Exception levels is 1; without EL3 nothing needs enabling. */
    public boolean enabledByScr(long bit) {
        resolve();
        return !el3 || set(scrEl3, bit);
    }

    /**
     * Whether bits of HFGRTR_EL2, HFGWTR_EL2, HFGITR_EL2 and their like of FEAT_FGT trap at the current Exception level:
     * EL1, and EL0 that is not a host's, while EL2 is enabled and SCR_EL3.FGTEn is 1.
     */
    public boolean fineGrainedTraps() {
        return pe.el < EL2 && enabledByScr(SCR_EL3.FGTEn) && fgt && el2Enabled() && !isInHost();
    }

    /** The same for registers of FEAT_FGT2, whose bits count as 0 while SCR_EL3.FGTEn2 is 0. */
    public boolean fineGrainedTraps2() {
        return pe.el < EL2 && el2Enabled() && fgt2 && !isInHost();
    }

    /**
     * AArch64.CheckFPAdvSIMDEnabled: which Exception level an access to SIMD&amp;FP registers traps to; 0 for none. A trap
     * to EL1 is an exception without a syndrome (EC 0x00) where {@link #effectiveTge} takes it to EL2.
     */
    public int fpAdvSimdTrap() {
        if (pe.el <= EL1 && !elIsInHost(EL0) && denies(cpacrEl1, pe.el == EL0)) {
            return EL1;
        }
        if (pe.el <= EL2 && el2Enabled()) {
            boolean traps =
                    elIsInHost(EL2) ? denies(cptrEl2, pe.el == EL0 && effectiveTge()) : set(cptrEl2, CPTR_EL2.TFP);
            if (traps) {
                return EL2;
            }
        }
        return set(cptrEl3, CPTR_EL3.TFP) ? EL3 : 0;
    }

    /** FPEN of CPACR_EL1, and of CPTR_EL2 in its place: x0 denies, 01 denies user code only. */
    private boolean denies(int index, boolean user) {
        long fpen = index < 0 ? 0 : (pe.sys[index] & CPACR_EL1.FPEN) >>> CPACR_EL1.FPEN_SHIFT;
        return (fpen & 1) == 0 || fpen == 1 && user;
    }

    /**
     * ProfilingBufferOwner: the owning Security state (D17.7.5). The reserved values of MDCR_EL3.{NSPBE, NSPB} select
     * {@link SecurityState#ROOT}, which owns nothing.
     */
    public SecurityState profilingBufferOwnerState() {
        resolve();
        return el3
                ? SecurityState.of(rme && set(mdcrEl3, MDCR_EL3.NSPBE), set(mdcrEl3, 2L << MDCR_EL3.NSPB_SHIFT))
                : SecurityState.NON_SECURE;
    }

    /** ProfilingBufferOwner: the owning Exception level, 1 or 2. */
    public int profilingBufferOwnerEl() {
        boolean enabled = haveEl(EL2) && (profilingBufferOwnerState() != SecurityState.SECURE || isSecureEl2Enabled());
        return enabled && !set(mdcrEl2, MDCR_EL2.E2PB) ? EL2 : EL1;
    }
}
