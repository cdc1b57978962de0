// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.AccessRule;
import dev.spelunk.api.registers.RegisterDefinition;
import dev.spelunk.api.registers.Rules;
import dev.spelunk.api.registers.SystemRegister;

/** Trap controls of the SPE registers, in the order of their accessors: fine-grained, MDCR_EL2, MDCR_EL3 (DDI 0487, D24.7). */
final class SpuTraps {
    /** Fine-grained trap bits of HDFGRTR_EL2 and HDFGWTR_EL2. */
    static final int FGT_PMBLIMITR = 23;
    static final int FGT_PMBPTR = 24;
    static final int FGT_PMBSR = 25;
    static final int FGT_PMSCR = 26;
    static final int FGT_PMSEVFR = 27;
    static final int FGT_PMSFCR = 28;
    static final int FGT_PMSICR = 29;
    static final int FGT_PMSIDR = 30;
    static final int FGT_PMSIRR = 31;
    static final int FGT_PMSLATFR = 32;
    static final int FGT_NPMSNEVFR = 62;
    static final int FGT_PMBIDR = 63;
    /** Fine-grained trap bits of HDFGRTR2_EL2 and HDFGWTR2_EL2. */
    static final int FGT2_NPMSDSFR = 19;
    static final int FGT2_NPMBMAR = 24;

    private static final long TPMS = 1L << 14;
    private static final long E2PB_1 = 1L << 12;
    private static final long NSPB_0 = 1L << 12;
    private static final long NSPB_1 = 1L << 13;
    private static final long NSPBE = 1L << 11;
    private static final long SCR_NS = 1;
    private static final long SCR_NSE = 1L << 62;
    /** MDCR_EL3 enables that trap when 0. */
    private static final long ENPMSN = 1L << 36;
    private static final long ENPMS3 = 1L << 42;
    private static final long ENPMS4 = 1L << 55;

    private SpuTraps() {
    }

    /** A register of sampling control with a bit in both fine-grained trap registers. */
    static RegisterDefinition.Builder sampling(RegisterDefinition.Builder register, int bit) {
        return register.rule(fineGrained(bit, 1)).rule(tpms()).rule(SpuTraps::nspb);
    }

    /** PMSIDR_EL1: only reads have a fine-grained trap bit. */
    static RegisterDefinition.Builder identification(RegisterDefinition.Builder register) {
        return register.rule(Rules.fineGrained(SystemRegister.HDFGRTR_EL2, -1, FGT_PMSIDR, 1))
                .rule(tpms()).rule(SpuTraps::nspb);
    }

    /** A register of the profiling buffer. */
    static RegisterDefinition.Builder buffer(RegisterDefinition.Builder register, int bit) {
        return register.rule(fineGrained(bit, 1)).rule(e2pb()).rule(SpuTraps::nspb);
    }

    /** PMBIDR_EL1: nothing but its fine-grained trap bit. */
    static RegisterDefinition.Builder bufferIdentification(RegisterDefinition.Builder register) {
        return register.rule(Rules.fineGrained(SystemRegister.HDFGRTR_EL2, -1, FGT_PMBIDR, 1));
    }

    static RegisterDefinition.Builder inverseEvents(RegisterDefinition.Builder register) {
        return register.rule(fineGrained(FGT_NPMSNEVFR, 0)).rule(tpms()).rule(SpuTraps::nspb)
                .rule(Rules.trapToEl3(SystemRegister.MDCR_EL3, ENPMSN, 0));
    }

    static RegisterDefinition.Builder dataSource(RegisterDefinition.Builder register) {
        return register.rule(fineGrained2(FGT2_NPMSDSFR)).rule(tpms()).rule(SpuTraps::nspb)
                .rule(Rules.trapToEl3(SystemRegister.MDCR_EL3, ENPMS3, 0));
    }

    static RegisterDefinition.Builder memoryAttributes(RegisterDefinition.Builder register) {
        return register.rule(fineGrained2(FGT2_NPMBMAR)).rule(e2pb()).rule(SpuTraps::nspb)
                .rule(Rules.trapToEl3(SystemRegister.MDCR_EL3, ENPMS4, 0));
    }

    /** A register of EL2, or an EL12 name: EL3 may trap it. */
    static RegisterDefinition.Builder el2(RegisterDefinition.Builder register) {
        return register.rule(SpuTraps::nspb);
    }

    /** MDCR_EL3.{NSPBE, NSPB}: whether an access below EL3 traps (CheckMDCR_EL3_NSPBTrap). */
    static boolean nspbTraps(boolean rme, long mdcrEl3, long scrEl3) {
        return (mdcrEl3 & NSPB_0) == 0
                || (mdcrEl3 & NSPB_1) != 0 != ((scrEl3 & SCR_NS) != 0)
                || rme && (mdcrEl3 & NSPBE) != 0 != ((scrEl3 & SCR_NSE) != 0);
    }

    private static int nspb(PeContext context, boolean read) {
        return context.pe.el < 3 && context.architecture.has("FEAT_EL3")
                && nspbTraps(context.architecture.has("FEAT_RME"), context.register(SystemRegister.MDCR_EL3),
                        context.register(SystemRegister.SCR_EL3))
                ? Access.trap(3) : Access.ALLOWED;
    }

    private static AccessRule fineGrained(int bit, int trapsWhen) {
        return Rules.fineGrained(SystemRegister.HDFGRTR_EL2, SystemRegister.HDFGWTR_EL2, bit, trapsWhen);
    }

    private static AccessRule fineGrained2(int bit) {
        return Rules.fineGrained2(SystemRegister.HDFGRTR2_EL2, SystemRegister.HDFGWTR2_EL2, bit);
    }

    private static AccessRule tpms() {
        return Rules.trapToEl2(SystemRegister.MDCR_EL2, TPMS, TPMS);
    }

    private static AccessRule e2pb() {
        return Rules.trapToEl2(SystemRegister.MDCR_EL2, E2PB_1, 0);
    }
}
