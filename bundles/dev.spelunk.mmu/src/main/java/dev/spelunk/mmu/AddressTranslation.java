// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.wiring.PeContext;

/** AT instructions (DDI 0487, C5.4, AArch64.AT) and the formats of PAR_EL1 (D24.2.142). They use no TLB entry and make none. */
final class AddressTranslation {
    private static final long PAR_F = 1;
    private static final int PAR_FST_SHIFT = 1;
    private static final int PAR_SH_SHIFT = 7;
    private static final long PAR_PTW = 1L << 8;
    private static final long PAR_S = 1L << 9;
    private static final long PAR_RES1 = 1L << 11;
    private static final int PAR_ATTR_SHIFT = 56;
    private static final long PAR_PA = 0x0000_FFFF_FFFF_F000L;

    private final PeContext context;
    private final Controls controls;
    private final Vmsa64Translator translator;
    private final Translation out = new Translation();
    private boolean aborted;

    AddressTranslation(PeContext context, Controls controls, Vmsa64Translator translator) {
        this.context = context;
        this.controls = controls;
        this.translator = translator;
    }

    /** See {@link Translator#addressTranslateAbort}. */
    Translation abort() {
        return aborted ? out : null;
    }

    /** See {@link Translator#addressTranslate}. */
    boolean execute(int encoding, long va) {
        if (Encoding.op0(encoding) != 1 || Encoding.crn(encoding) != 7) {
            return false;
        }
        int op1 = Encoding.op1(encoding);
        int crm = Encoding.crm(encoding);
        int op2 = Encoding.op2(encoding);
        int kind = (op2 & 1) != 0 ? Translator.WRITE : Translator.READ;
        int el10 = controls.hostEl0 ? Translator.REGIME_EL20 : Translator.REGIME_EL10;
        if (op1 == 0 && crm == 8 && op2 < 4) {
            return run(el10, va, kind | (op2 < 2 ? Translator.IGNORE_PAN : Translator.UNPRIVILEGED), false);
        }
        if (op1 == 0 && crm == 9 && op2 < 2) {
            return context.architecture.has("FEAT_PAN2") && run(el10, va, kind, false);
        }
        if (op1 == 4 && crm == 8 && op2 < 2) {
            boolean hostExtensions = (controls.hcr & HCR_EL2.E2H) != 0;
            return run(
                    hostExtensions ? Translator.REGIME_EL20 : Translator.REGIME_EL2,
                    va,
                    kind | Translator.IGNORE_PAN,
                    false);
        }
        if (op1 == 4 && crm == 8 && op2 >= 4) {
            return run(
                    Translator.REGIME_EL10,
                    va,
                    kind | (op2 < 6 ? Translator.IGNORE_PAN : Translator.UNPRIVILEGED),
                    true);
        }
        if (op1 == 6 && crm == 8 && op2 < 2) {
            return run(Translator.REGIME_EL3, va, kind, false);
        }
        return false;
    }

    private boolean run(int regime, long va, int access, boolean bothStages) {
        int flags = access | Translator.MAINTENANCE;
        boolean translated = bothStages
                ? translator.walkBoth(out, regime, va, flags)
                : translator.walkStage1(out, regime, va, flags, null);
        translator.toldOfAddressTranslation(regime, out, flags);
        aborted = !translated && (externalAbort(out.fault) || context.pe.el == 1 && out.stage2 && out.onWalk);
        context.register(SystemRegister.PAR_EL1, translated ? success() : failure());
        return true;
    }

    private static boolean externalAbort(int status) {
        return (status & ~3) == FaultStatus.EXTERNAL_ABORT_ON_WALK;
    }

    /** NS is UNKNOWN for a Non-secure regime and reads 0. */
    private long success() {
        return out.pa & PAR_PA
                | (long) out.attributes << PAR_ATTR_SHIFT
                | PAR_RES1
                | (long) out.shareability << PAR_SH_SHIFT;
    }

    private long failure() {
        return PAR_F
                | (long) out.fault << PAR_FST_SHIFT
                | (out.onWalk ? PAR_PTW : 0)
                | (out.stage2 ? PAR_S : 0)
                | PAR_RES1;
    }
}
