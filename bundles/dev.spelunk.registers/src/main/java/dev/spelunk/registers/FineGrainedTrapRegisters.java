// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HDFGRTR2_EL2;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.HDFGWTR_EL2;
import dev.spelunk.api.registers.fields.HFGITR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
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
                        .bits("REVIDR_EL1", HFGRTR_EL2.REVIDR_EL1)
                        .bits("MPIDR_EL1", HFGRTR_EL2.MPIDR_EL1)
                        .bits("MIDR_EL1", HFGRTR_EL2.MIDR_EL1)
                        .bits("ISR_EL1", HFGRTR_EL2.ISR_EL1)
                        .bits("DCZID_EL0", HFGRTR_EL2.DCZID_EL0)
                        .bits("CTR_EL0", HFGRTR_EL2.CTR_EL0)
                        .bits("CLIDR_EL1", HFGRTR_EL2.CLIDR_EL1)
                        .bits("CCSIDR_EL1", HFGRTR_EL2.CCSIDR_EL1)
                        .bits("AIDR_EL1", HFGRTR_EL2.AIDR_EL1),
                true);
        system(d, d.add("HFGWTR_EL2", SystemRegister.HFGWTR_EL2).from(2), false);
        debug(
                a,
                d.add("HDFGRTR_EL2", SystemRegister.HDFGRTR_EL2)
                        .from(2)
                        .bits("OSLSR_EL1", HDFGRTR_EL2.OSLSR_EL1)
                        .bits("DBGAUTHSTATUS_EL1", HDFGRTR_EL2.DBGAUTHSTATUS_EL1),
                true);
        debug(
                a,
                d.add("HDFGWTR_EL2", SystemRegister.HDFGWTR_EL2).from(2).bits("OSLAR_EL1", HDFGWTR_EL2.OSLAR_EL1),
                false);
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
            b.bits("nPMSDSFR_EL1", HDFGRTR2_EL2.nPMSDSFR_EL1);
        }
        if (d.has("FEAT_SPE_nVM")) {
            b.bits("nPMBMAR_EL1", HDFGRTR2_EL2.nPMBMAR_EL1);
        }
    }

    private static void system(Definitions d, RegisterDefinition.Builder b, boolean read) {
        b.bits("ICC_IGRPENn_EL1", HFGRTR_EL2.ICC_IGRPENn_EL1)
                .bits("VBAR_EL1", HFGRTR_EL2.VBAR_EL1)
                .bits("TTBR1_EL1", HFGRTR_EL2.TTBR1_EL1)
                .bits("TTBR0_EL1", HFGRTR_EL2.TTBR0_EL1)
                .bits("TPIDR_EL0", HFGRTR_EL2.TPIDR_EL0)
                .bits("TPIDRRO_EL0", HFGRTR_EL2.TPIDRRO_EL0)
                .bits("TPIDR_EL1", HFGRTR_EL2.TPIDR_EL1)
                .bits("TCR_EL1", HFGRTR_EL2.TCR_EL1)
                .bits("SCTLR_EL1", HFGRTR_EL2.SCTLR_EL1)
                .bits("PAR_EL1", HFGRTR_EL2.PAR_EL1)
                .bits("MAIR_EL1", HFGRTR_EL2.MAIR_EL1)
                .bits("FAR_EL1", HFGRTR_EL2.FAR_EL1)
                .bits("ESR_EL1", HFGRTR_EL2.ESR_EL1)
                .bits("CSSELR_EL1", HFGRTR_EL2.CSSELR_EL1)
                .bits("CPACR_EL1", HFGRTR_EL2.CPACR_EL1)
                .bits("CONTEXTIDR_EL1", HFGRTR_EL2.CONTEXTIDR_EL1)
                .bits("AMAIR_EL1", HFGRTR_EL2.AMAIR_EL1)
                .bits("AFSR1_EL1", HFGRTR_EL2.AFSR1_EL1)
                .bits("AFSR0_EL1", HFGRTR_EL2.AFSR0_EL1);
        if (d.has("FEAT_PAuth")) {
            b.bits("APIBKey", HFGRTR_EL2.APIBKey)
                    .bits("APIAKey", HFGRTR_EL2.APIAKey)
                    .bits("APGAKey", HFGRTR_EL2.APGAKey)
                    .bits("APDBKey", HFGRTR_EL2.APDBKey)
                    .bits("APDAKey", HFGRTR_EL2.APDAKey);
        }
        if (d.has("FEAT_LOR")) {
            b.bits("LORSA_EL1", HFGRTR_EL2.LORSA_EL1)
                    .bits("LORN_EL1", HFGRTR_EL2.LORN_EL1)
                    .bits("LOREA_EL1", HFGRTR_EL2.LOREA_EL1)
                    .bits("LORC_EL1", HFGRTR_EL2.LORC_EL1);
            if (read) {
                b.bits("LORID_EL1", HFGRTR_EL2.LORID_EL1);
            }
        }
    }

    private static void debug(Architecture a, RegisterDefinition.Builder b, boolean read) {
        if (a.has("FEAT_DoubleLock")) {
            b.bits("OSDLR_EL1", HDFGRTR_EL2.OSDLR_EL1);
        }
        b.bits("OSECCR_EL1", HDFGRTR_EL2.OSECCR_EL1)
                .bits("DBGPRCR_EL1", HDFGRTR_EL2.DBGPRCR_EL1)
                .bits("DBGCLAIM", HDFGRTR_EL2.DBGCLAIM)
                .bits("MDSCR_EL1", HDFGRTR_EL2.MDSCR_EL1)
                .bits("DBGWVRn_EL1", HDFGRTR_EL2.DBGWVRn_EL1)
                .bits("DBGWCRn_EL1", HDFGRTR_EL2.DBGWCRn_EL1)
                .bits("DBGBVRn_EL1", HDFGRTR_EL2.DBGBVRn_EL1)
                .bits("DBGBCRn_EL1", HDFGRTR_EL2.DBGBCRn_EL1);
        if (a.has("FEAT_PMUv3")) {
            monitors(a, b, read);
        }
        if (a.profiling() == null) {
            return;
        }
        b.bits("PMSLATFR_EL1", HDFGRTR_EL2.PMSLATFR_EL1)
                .bits("PMSIRR_EL1", HDFGRTR_EL2.PMSIRR_EL1)
                .bits("PMSICR_EL1", HDFGRTR_EL2.PMSICR_EL1)
                .bits("PMSFCR_EL1", HDFGRTR_EL2.PMSFCR_EL1)
                .bits("PMSEVFR_EL1", HDFGRTR_EL2.PMSEVFR_EL1)
                .bits("PMSCR_EL1", HDFGRTR_EL2.PMSCR_EL1)
                .bits("PMBSR_EL1", HDFGRTR_EL2.PMBSR_EL1)
                .bits("PMBPTR_EL1", HDFGRTR_EL2.PMBPTR_EL1)
                .bits("PMBLIMITR_EL1", HDFGRTR_EL2.PMBLIMITR_EL1);
        if (read) {
            b.bits("PMBIDR_EL1", HDFGRTR_EL2.PMBIDR_EL1).bits("PMSIDR_EL1", HDFGRTR_EL2.PMSIDR_EL1);
        }
        if (a.has("FEAT_SPE_FnE")) {
            b.bits("nPMSNEVFR_EL1", HDFGRTR_EL2.nPMSNEVFR_EL1);
        }
    }

    private static void monitors(Architecture a, RegisterDefinition.Builder b, boolean read) {
        b.bits("PMUSERENR_EL0", HDFGRTR_EL2.PMUSERENR_EL0)
                .bits("PMSELR_EL0", HDFGRTR_EL2.PMSELR_EL0)
                .bits("PMOVS", HDFGRTR_EL2.PMOVS)
                .bits("PMINTEN", HDFGRTR_EL2.PMINTEN)
                .bits("PMCNTEN", HDFGRTR_EL2.PMCNTEN)
                .bits("PMCCNTR_EL0", HDFGRTR_EL2.PMCCNTR_EL0)
                .bits("PMCCFILTR_EL0", HDFGRTR_EL2.PMCCFILTR_EL0)
                .bits("PMEVTYPERn_EL0", HDFGRTR_EL2.PMEVTYPERn_EL0)
                .bits("PMEVCNTRn_EL0", HDFGRTR_EL2.PMEVCNTRn_EL0);
        if (!read) {
            b.bits("PMCR_EL0", HDFGWTR_EL2.PMCR_EL0).bits("PMSWINC_EL0", HDFGWTR_EL2.PMSWINC_EL0);
            return;
        }
        b.bits("PMCEIDn_EL0", HDFGRTR_EL2.PMCEIDn_EL0);
        if (a.has("FEAT_PMUv3p4")) {
            b.bits("PMMIR_EL1", HDFGRTR_EL2.PMMIR_EL1);
        }
    }

    private static void instructions(Definitions d, Architecture a, RegisterDefinition.Builder b) {
        b.bits("DCCVAC", HFGITR_EL2.DCCVAC)
                .bits("SVC_EL1", HFGITR_EL2.SVC_EL1)
                .bits("SVC_EL0", HFGITR_EL2.SVC_EL0)
                .bits("ERET", HFGITR_EL2.ERET)
                .bits("TLBIVAALE1", HFGITR_EL2.TLBIVAALE1)
                .bits("TLBIVALE1", HFGITR_EL2.TLBIVALE1)
                .bits("TLBIVAAE1", HFGITR_EL2.TLBIVAAE1)
                .bits("TLBIASIDE1", HFGITR_EL2.TLBIASIDE1)
                .bits("TLBIVAE1", HFGITR_EL2.TLBIVAE1)
                .bits("TLBIVMALLE1", HFGITR_EL2.TLBIVMALLE1)
                .bits("TLBIVAALE1IS", HFGITR_EL2.TLBIVAALE1IS)
                .bits("TLBIVALE1IS", HFGITR_EL2.TLBIVALE1IS)
                .bits("TLBIVAAE1IS", HFGITR_EL2.TLBIVAAE1IS)
                .bits("TLBIASIDE1IS", HFGITR_EL2.TLBIASIDE1IS)
                .bits("TLBIVAE1IS", HFGITR_EL2.TLBIVAE1IS)
                .bits("TLBIVMALLE1IS", HFGITR_EL2.TLBIVMALLE1IS)
                .bits("ATS1E0W", HFGITR_EL2.ATS1E0W)
                .bits("ATS1E0R", HFGITR_EL2.ATS1E0R)
                .bits("ATS1E1W", HFGITR_EL2.ATS1E1W)
                .bits("ATS1E1R", HFGITR_EL2.ATS1E1R)
                .bits("DCZVA", HFGITR_EL2.DCZVA)
                .bits("DCCIVAC", HFGITR_EL2.DCCIVAC)
                .bits("DCCVAU", HFGITR_EL2.DCCVAU)
                .bits("DCCISW", HFGITR_EL2.DCCISW)
                .bits("DCCSW", HFGITR_EL2.DCCSW)
                .bits("DCISW", HFGITR_EL2.DCISW)
                .bits("DCIVAC", HFGITR_EL2.DCIVAC)
                .bits("ICIVAU", HFGITR_EL2.ICIVAU)
                .bits("ICIALLU", HFGITR_EL2.ICIALLU)
                .bits("ICIALLUIS", HFGITR_EL2.ICIALLUIS);
        if (d.has("FEAT_TLBIOS")) {
            b.bits("TLBIVAALE1OS", HFGITR_EL2.TLBIVAALE1OS)
                    .bits("TLBIVALE1OS", HFGITR_EL2.TLBIVALE1OS)
                    .bits("TLBIVAAE1OS", HFGITR_EL2.TLBIVAAE1OS)
                    .bits("TLBIASIDE1OS", HFGITR_EL2.TLBIASIDE1OS)
                    .bits("TLBIVAE1OS", HFGITR_EL2.TLBIVAE1OS)
                    .bits("TLBIVMALLE1OS", HFGITR_EL2.TLBIVMALLE1OS);
        }
        if (d.has("FEAT_TLBIRANGE")) {
            b.bits("TLBIRVAALE1", HFGITR_EL2.TLBIRVAALE1)
                    .bits("TLBIRVALE1", HFGITR_EL2.TLBIRVALE1)
                    .bits("TLBIRVAAE1", HFGITR_EL2.TLBIRVAAE1)
                    .bits("TLBIRVAE1", HFGITR_EL2.TLBIRVAE1)
                    .bits("TLBIRVAALE1IS", HFGITR_EL2.TLBIRVAALE1IS)
                    .bits("TLBIRVALE1IS", HFGITR_EL2.TLBIRVALE1IS)
                    .bits("TLBIRVAAE1IS", HFGITR_EL2.TLBIRVAAE1IS)
                    .bits("TLBIRVAE1IS", HFGITR_EL2.TLBIRVAE1IS);
            if (d.has("FEAT_TLBIOS")) {
                b.bits("TLBIRVAALE1OS", HFGITR_EL2.TLBIRVAALE1OS)
                        .bits("TLBIRVALE1OS", HFGITR_EL2.TLBIRVALE1OS)
                        .bits("TLBIRVAAE1OS", HFGITR_EL2.TLBIRVAAE1OS)
                        .bits("TLBIRVAE1OS", HFGITR_EL2.TLBIRVAE1OS);
            }
        }
        if (d.has("FEAT_PAN2")) {
            b.bits("ATS1E1WP", HFGITR_EL2.ATS1E1WP).bits("ATS1E1RP", HFGITR_EL2.ATS1E1RP);
        }
        if (d.has("FEAT_DPB")) {
            b.bits("DCCVAP", HFGITR_EL2.DCCVAP);
        }
        if (d.has("FEAT_DPB2")) {
            b.bits("DCCVADP", HFGITR_EL2.DCCVADP);
        }
        if (d.has("FEAT_SPECRES")) {
            b.bits("CPPRCTX", HFGITR_EL2.CPPRCTX)
                    .bits("DVPRCTX", HFGITR_EL2.DVPRCTX)
                    .bits("CFPRCTX", HFGITR_EL2.CFPRCTX);
        }
        if (d.has("FEAT_SPEv1p5")) {
            b.bits("PSBCSYNC", HFGITR_EL2.PSBCSYNC);
        }
    }
}
