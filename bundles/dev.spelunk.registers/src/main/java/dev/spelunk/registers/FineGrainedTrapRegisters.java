// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import java.util.List;

/** The fine-grained trap registers of FEAT_FGT and FEAT_FGT2 (DDI 0487, D24.2.67, .69, .71, .73, .75). Bits of absent registers are RES0. */
final class FineGrainedTrapRegisters implements RegisterBank {
    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (!d.el2 || !a.has("FEAT_FGT")) {
            return List.of();
        }
        system(
                d,
                d.add("HFGRTR_EL2", SystemRegister.HFGRTR_EL2)
                        .from(2)
                        .field("REVIDR_EL1", 28)
                        .field("MPIDR_EL1", 26)
                        .field("MIDR_EL1", 25)
                        .field("ISR_EL1", 18)
                        .field("DCZID_EL0", 15)
                        .field("CTR_EL0", 14)
                        .field("CLIDR_EL1", 10)
                        .field("CCSIDR_EL1", 9)
                        .field("AIDR_EL1", 2),
                true);
        system(d, d.add("HFGWTR_EL2", SystemRegister.HFGWTR_EL2).from(2), false);
        debug(
                a,
                d.add("HDFGRTR_EL2", SystemRegister.HDFGRTR_EL2)
                        .from(2)
                        .field("OSLSR_EL1", 9)
                        .field("DBGAUTHSTATUS_EL1", 6),
                true);
        debug(a, d.add("HDFGWTR_EL2", SystemRegister.HDFGWTR_EL2).from(2).field("OSLAR_EL1", 8), false);
        instructions(d, a, d.add("HFGITR_EL2", SystemRegister.HFGITR_EL2).from(2));
        if (a.has("FEAT_FGT2")) {
            second(d);
        }
        return d.build();
    }

    /** The registers of FEAT_FGT2 (D24.2.66, .68, .70, .72, .74): most of their bits are of features that are not modelled. */
    private static void second(Definitions d) {
        d.add("HFGRTR2_EL2", 3, 4, 3, 1, 2).from(2);
        d.add("HFGWTR2_EL2", 3, 4, 3, 1, 3).from(2);
        d.add("HFGITR2_EL2", 3, 4, 3, 1, 7).from(2);
        profiling(d, d.add("HDFGRTR2_EL2", SystemRegister.HDFGRTR2_EL2).from(2));
        profiling(d, d.add("HDFGWTR2_EL2", SystemRegister.HDFGWTR2_EL2).from(2));
    }

    private static void profiling(Definitions d, RegisterDefinition.Builder b) {
        if (d.has("FEAT_SPE_FDS")) {
            b.field("nPMSDSFR_EL1", 19);
        }
        if (d.has("FEAT_SPE_nVM")) {
            b.field("nPMBMAR_EL1", 24);
        }
    }

    private static void system(Definitions d, RegisterDefinition.Builder b, boolean read) {
        b.field("ICC_IGRPENn_EL1", 39)
                .field("VBAR_EL1", 38)
                .field("TTBR1_EL1", 37)
                .field("TTBR0_EL1", 36)
                .field("TPIDR_EL0", 35)
                .field("TPIDRRO_EL0", 34)
                .field("TPIDR_EL1", 33)
                .field("TCR_EL1", 32)
                .field("SCTLR_EL1", 29)
                .field("PAR_EL1", 27)
                .field("MAIR_EL1", 24)
                .field("FAR_EL1", 17)
                .field("ESR_EL1", 16)
                .field("CSSELR_EL1", 13)
                .field("CPACR_EL1", 12)
                .field("CONTEXTIDR_EL1", 11)
                .field("AMAIR_EL1", 3)
                .field("AFSR1_EL1", 1)
                .field("AFSR0_EL1", 0);
        if (d.has("FEAT_PAuth")) {
            b.field("APIBKey", 8)
                    .field("APIAKey", 7)
                    .field("APGAKey", 6)
                    .field("APDBKey", 5)
                    .field("APDAKey", 4);
        }
        if (d.has("FEAT_LOR")) {
            b.field("LORSA_EL1", 23)
                    .field("LORN_EL1", 22)
                    .field("LOREA_EL1", 20)
                    .field("LORC_EL1", 19);
            if (read) {
                b.field("LORID_EL1", 21);
            }
        }
    }

    private static void debug(Architecture a, RegisterDefinition.Builder b, boolean read) {
        b.field("OSDLR_EL1", 11)
                .field("OSECCR_EL1", 10)
                .field("DBGPRCR_EL1", 7)
                .field("DBGCLAIM", 5)
                .field("MDSCR_EL1", 4)
                .field("DBGWVRn_EL1", 3)
                .field("DBGWCRn_EL1", 2)
                .field("DBGBVRn_EL1", 1)
                .field("DBGBCRn_EL1", 0);
        if (a.has("FEAT_PMUv3")) {
            monitors(a, b, read);
        }
        if (a.profiling() == null) {
            return;
        }
        b.field("PMSLATFR_EL1", 32)
                .field("PMSIRR_EL1", 31)
                .field("PMSICR_EL1", 29)
                .field("PMSFCR_EL1", 28)
                .field("PMSEVFR_EL1", 27)
                .field("PMSCR_EL1", 26)
                .field("PMBSR_EL1", 25)
                .field("PMBPTR_EL1", 24)
                .field("PMBLIMITR_EL1", 23);
        if (read) {
            b.field("PMBIDR_EL1", 63).field("PMSIDR_EL1", 30);
        }
        if (a.has("FEAT_SPE_FnE")) {
            b.field("nPMSNEVFR_EL1", 62);
        }
    }

    private static void monitors(Architecture a, RegisterDefinition.Builder b, boolean read) {
        b.field("PMUSERENR_EL0", 57)
                .field("PMSELR_EL0", 19)
                .field("PMOVS", 18)
                .field("PMINTEN", 17)
                .field("PMCNTEN", 16)
                .field("PMCCNTR_EL0", 15)
                .field("PMCCFILTR_EL0", 14)
                .field("PMEVTYPERn_EL0", 13)
                .field("PMEVCNTRn_EL0", 12);
        if (!read) {
            b.field("PMCR_EL0", 21).field("PMSWINC_EL0", 20);
            return;
        }
        b.field("PMCEIDn_EL0", 58);
        if (a.has("FEAT_PMUv3p4")) {
            b.field("PMMIR_EL1", 22);
        }
    }

    private static void instructions(Definitions d, Architecture a, RegisterDefinition.Builder b) {
        b.field("DCCVAC", 54)
                .field("SVC_EL1", 53)
                .field("SVC_EL0", 52)
                .field("ERET", 51)
                .field("TLBIVAALE1", 47)
                .field("TLBIVALE1", 46)
                .field("TLBIVAAE1", 45)
                .field("TLBIASIDE1", 44)
                .field("TLBIVAE1", 43)
                .field("TLBIVMALLE1", 42)
                .field("TLBIVAALE1IS", 33)
                .field("TLBIVALE1IS", 32)
                .field("TLBIVAAE1IS", 31)
                .field("TLBIASIDE1IS", 30)
                .field("TLBIVAE1IS", 29)
                .field("TLBIVMALLE1IS", 28)
                .field("ATS1E0W", 15)
                .field("ATS1E0R", 14)
                .field("ATS1E1W", 13)
                .field("ATS1E1R", 12)
                .field("DCZVA", 11)
                .field("DCCIVAC", 10)
                .field("DCCVAU", 7)
                .field("DCCISW", 6)
                .field("DCCSW", 5)
                .field("DCISW", 4)
                .field("DCIVAC", 3)
                .field("ICIVAU", 2)
                .field("ICIALLU", 1)
                .field("ICIALLUIS", 0);
        if (d.has("FEAT_TLBIOS")) {
            b.field("TLBIVAALE1OS", 23)
                    .field("TLBIVALE1OS", 22)
                    .field("TLBIVAAE1OS", 21)
                    .field("TLBIASIDE1OS", 20)
                    .field("TLBIVAE1OS", 19)
                    .field("TLBIVMALLE1OS", 18);
        }
        if (d.has("FEAT_TLBIRANGE")) {
            b.field("TLBIRVAALE1", 41)
                    .field("TLBIRVALE1", 40)
                    .field("TLBIRVAAE1", 39)
                    .field("TLBIRVAE1", 38)
                    .field("TLBIRVAALE1IS", 37)
                    .field("TLBIRVALE1IS", 36)
                    .field("TLBIRVAAE1IS", 35)
                    .field("TLBIRVAE1IS", 34);
            if (d.has("FEAT_TLBIOS")) {
                b.field("TLBIRVAALE1OS", 27)
                        .field("TLBIRVALE1OS", 26)
                        .field("TLBIRVAAE1OS", 25)
                        .field("TLBIRVAE1OS", 24);
            }
        }
        if (d.has("FEAT_PAN2")) {
            b.field("ATS1E1WP", 17).field("ATS1E1RP", 16);
        }
        if (d.has("FEAT_DPB")) {
            b.field("DCCVAP", 8);
        }
        if (d.has("FEAT_DPB2")) {
            b.field("DCCVADP", 9);
        }
        if (d.has("FEAT_SPECRES")) {
            b.field("CPPRCTX", 50).field("DVPRCTX", 49).field("CFPRCTX", 48);
        }
        if (d.has("FEAT_SPEv1p5")) {
            b.field("PSBCSYNC", 63);
        }
    }
}
