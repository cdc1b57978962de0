// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.registers.RegisterBank;
import dev.spelunk.api.registers.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.ProfilingRules;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Service: the SPE registers (DDI 0487, D24.7) that the composed profiling features have. */
@Component(service = RegisterBank.class, property = {Parts.PART + "=" + Parts.REGISTERS, Parts.NAME + "=spu"})
public final class SpuRegisterBank implements RegisterBank {
    private static final long PMSFCR_FNE = 1 << 3;
    private static final long PMSFCR_FDS = 1 << 4;
    private static final String[] FILTER_CONTROLS = {
        "FE", "0", "FT", "1", "FL", "2", "FnE", "3", "FDS", "4", "B", "16", "LD", "17", "ST", "18", "FP", "19",
        "SIMD", "20", "Bm", "48", "LDm", "49", "STm", "50", "FPm", "51", "SIMDm", "52",
    };

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        ProfilingRules rules = architecture.profiling();
        if (rules == null || rules.pmsVer == 0) {
            return List.of();
        }
        List<RegisterDefinition> registers = new ArrayList<>();
        sampling(registers, rules);
        control(registers, architecture);
        buffer(registers, architecture, rules);
        registers.addAll(rules.registers());
        return registers;
    }

    /** PMSICR, PMSIRR, PMSFCR, PMSEVFR, PMSNEVFR, PMSLATFR, PMSDSFR and PMSIDR_EL1. */
    private static void sampling(List<RegisterDefinition> registers, ProfilingRules rules) {
        RegisterDefinition.Builder pmsicr = define("PMSICR_EL1", SystemRegister.PMSICR_EL1).field("COUNT", 31, 0);
        if ((rules.pmsidr >>> 5 & 1) != 0) {
            pmsicr.field("ECOUNT", 63, 56);
        }
        registers.add(SpuTraps.sampling(pmsicr, SpuTraps.FGT_PMSICR)
                .onRead(SpuHooks::readInterval).onWrite(SpuHooks::writeInterval).build());

        registers.add(SpuTraps.sampling(define("PMSIRR_EL1", SystemRegister.PMSIRR_EL1)
                .field("INTERVAL", 31, 8).field("RND", 0), SpuTraps.FGT_PMSIRR)
                .onWrite(SpuHooks::writeInterval).build());

        RegisterDefinition.Builder pmsfcr = define("PMSFCR_EL1", SystemRegister.PMSFCR_EL1);
        for (int i = 0; i < FILTER_CONTROLS.length; i += 2) {
            int bit = Integer.parseInt(FILTER_CONTROLS[i + 1]);
            if ((rules.filterControls >>> bit & 1) != 0) {
                pmsfcr.field(FILTER_CONTROLS[i], bit);
            }
        }
        registers.add(SpuTraps.sampling(pmsfcr, SpuTraps.FGT_PMSFCR).build());

        registers.add(SpuTraps.sampling(events(define("PMSEVFR_EL1", SystemRegister.PMSEVFR_EL1), rules),
                SpuTraps.FGT_PMSEVFR).build());
        if ((rules.filterControls & PMSFCR_FNE) != 0) {
            registers.add(SpuTraps.inverseEvents(
                    events(define("PMSNEVFR_EL1", SystemRegister.PMSNEVFR_EL1), rules)).build());
        }
        registers.add(SpuTraps.sampling(define("PMSLATFR_EL1", SystemRegister.PMSLATFR_EL1)
                .field("MINLAT", rules.counterMaximum() == 0xFFF ? 11 : 15, 0), SpuTraps.FGT_PMSLATFR).build());
        if ((rules.filterControls & PMSFCR_FDS) != 0) {
            registers.add(SpuTraps.dataSource(define("PMSDSFR_EL1", SystemRegister.PMSDSFR_EL1).field("S", 63, 0)).build());
        }
        registers.add(SpuTraps.identification(define("PMSIDR_EL1", SystemRegister.PMSIDR_EL1)
                .constant(rules.pmsidr)).build());
    }

    /** PMSCR_EL1, PMSCR_EL2 and PMSCR_EL12. */
    private static void control(List<RegisterDefinition> registers, Architecture architecture) {
        boolean el2 = architecture.has("FEAT_EL2");
        boolean vhe = el2 && architecture.has("FEAT_VHE");
        RegisterDefinition.Builder el1 = define("PMSCR_EL1", SystemRegister.PMSCR_EL1)
                .field("TS", 5).field("PA", 4).field("CX", 3).field("E1SPE", 1).field("E0SPE", 0);
        if (el2) {
            physicalTime(el1, architecture);
        } else {
            el1.readOnlyField("PCT", 7, 6).reset(1 << 6);
        }
        if (architecture.has("FEAT_SPE_EXC")) {
            el1.field("KE", 10).field("EE", 9, 8);
        }
        if (architecture.has("FEAT_SPE_nVM") && architecture.has("FEAT_NV")) {
            el1.field("EnVM", 11);
        }
        if (vhe) {
            el1.redirectedAtEl2(SystemRegister.PMSCR_EL2);
        }
        registers.add(SpuTraps.sampling(el1, SpuTraps.FGT_PMSCR).onWrite(SpuHooks::writeControl).build());
        if (!el2) {
            return;
        }
        RegisterDefinition.Builder pmscr2 = define("PMSCR_EL2", SystemRegister.PMSCR_EL2).from(2)
                .field("TS", 5).field("PA", 4).field("CX", 3).field("E2SPE", 1).field("E0HSPE", 0);
        physicalTime(pmscr2, architecture);
        if (architecture.has("FEAT_SPE_EXC")) {
            pmscr2.field("KE", 10).field("EE", 9, 8);
        }
        if (architecture.has("FEAT_SPE_nVM")) {
            pmscr2.field("EnVM", 11);
        }
        registers.add(SpuTraps.el2(pmscr2).onRead(SpuHooks::readControlEl2).onWrite(SpuHooks::writeControl).build());
        if (vhe) {
            registers.add(SpuTraps.el2(define("PMSCR_EL12", SystemRegister.PMSCR_EL12)
                    .aliasOf(SystemRegister.PMSCR_EL1)).build());
        }
    }

    /** PMBLIMITR, PMBPTR, PMBSR, PMBMAR and PMBIDR_EL1, and the other PMBSR_ELx. */
    private static void buffer(List<RegisterDefinition> registers, Architecture architecture, ProfilingRules rules) {
        boolean el2 = architecture.has("FEAT_EL2");
        RegisterDefinition.Builder pmblimitr = define("PMBLIMITR_EL1", SystemRegister.PMBLIMITR_EL1)
                .field("LIMIT", 63, 12).field("FM", 2, 1).field("E", 0);
        if (architecture.has("FEAT_SPE_nVM")) {
            pmblimitr.field("nVM", 7);
        }
        if (rules.pmsVer >= 3) {
            pmblimitr.field("PMFZ", 5);
        }
        registers.add(SpuTraps.buffer(pmblimitr, SpuTraps.FGT_PMBLIMITR).onWrite(SpuHooks::writeControl).build());
        registers.add(SpuTraps.buffer(define("PMBPTR_EL1", SystemRegister.PMBPTR_EL1).field("PTR", 63, 0),
                SpuTraps.FGT_PMBPTR).onWrite(SpuHooks::writePointer).build());
        registers.add(SpuTraps.buffer(syndrome(define("PMBSR_EL1", SystemRegister.PMBSR_EL1), rules),
                SpuTraps.FGT_PMBSR).onWrite(SpuHooks::writeSyndrome).build());
        if (architecture.has("FEAT_SPE_EXC") && el2) {
            registers.add(SpuTraps.el2(syndrome(define("PMBSR_EL2", SystemRegister.PMBSR_EL2).from(2), rules))
                    .onWrite(SpuHooks::writeControl).build());
            if (architecture.has("FEAT_VHE")) {
                registers.add(SpuTraps.el2(define("PMBSR_EL12", SystemRegister.PMBSR_EL12)
                        .aliasOf(SystemRegister.PMBSR_EL1)).build());
            }
        }
        if (architecture.has("FEAT_SPE_nVM")) {
            registers.add(SpuTraps.memoryAttributes(define("PMBMAR_EL1", SystemRegister.PMBMAR_EL1)
                    .field("SH", 9, 8).field("Attr", 7, 0)).build());
        }
        registers.add(SpuTraps.bufferIdentification(define("PMBIDR_EL1", SystemRegister.PMBIDR_EL1)
                .constant(rules.pmbidr)).onRead(SpuHooks::readBufferIdentification).build());
    }

    private static RegisterDefinition.Builder define(String name, int encoding) {
        return RegisterDefinition.of(name, encoding);
    }

    /** One field E[n] for each event that can be filtered; all other bits are RAZ/WI. */
    private static RegisterDefinition.Builder events(RegisterDefinition.Builder register, ProfilingRules rules) {
        for (int n = 0; n < 64; n++) {
            if ((rules.filterableEvents >>> n & 1) != 0) {
                register.field("E[" + n + "]", n);
            }
        }
        return register;
    }

    private static void physicalTime(RegisterDefinition.Builder register, Architecture architecture) {
        register.field("PCT", architecture.has("FEAT_ECV") ? 7 : 6, 6);
    }

    /** PMBSR_ELx; EA is RES0 where External aborts are never reported. */
    private static RegisterDefinition.Builder syndrome(RegisterDefinition.Builder register, ProfilingRules rules) {
        register.field("MSS2", 55, 32).field("EC", 31, 26).field("DL", 19).field("S", 17).field("COLL", 16)
                .field("MSS", 15, 0);
        return rules.reportsExternalAborts ? register.field("EA", 18) : register;
    }
}
