// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import java.util.List;

/**
 * The performance monitors that a guest touches at boot (DDI 0487, D24.5), in a machine without FEAT_PMUv3: each register
 * reads as zero and ignores writes, and EL0 has no access, since PMUSERENR_EL0 is zero.
 */
final class PerformanceMonitorsRegisters implements RegisterBank {
    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        if (a.has("FEAT_PMUv3")) {
            return List.of();
        }
        Definitions d = new Definitions(a);
        AccessRule tpm = d.traps.performanceMonitors(MDCR_EL2.TPM);
        AccessRule tpmcr = d.traps.performanceMonitors(MDCR_EL2.TPM | MDCR_EL2.TPMCR);
        AccessRule noEl0 = (c, read) -> c.pe.el == 0 ? Traps.trapFromEl0(c) : Access.ALLOWED;
        d.add("PMCR_EL0", SystemRegister.PMCR_EL0).from(0).rule(noEl0).rule(tpmcr);
        String[] crm12 = {
            "PMCNTENSET_EL0",
            "PMCNTENCLR_EL0",
            "PMOVSCLR_EL0",
            "PMSWINC_EL0",
            "PMSELR_EL0",
            "PMCEID0_EL0",
            "PMCEID1_EL0"
        };
        for (int op2 = 1; op2 <= 7; op2++) {
            String name = crm12[op2 - 1];
            RegisterDefinition.Builder b =
                    d.add(name, 3, 3, 9, 12, op2).from(0).rule(noEl0).rule(tpm);
            if (name.startsWith("PMCEID")) {
                b.readOnly();
            } else if (name.equals("PMSWINC_EL0")) {
                b.writeOnly();
            }
        }
        String[] crm13 = {"PMCCNTR_EL0", "PMXEVTYPER_EL0", "PMXEVCNTR_EL0"};
        for (int op2 = 0; op2 < crm13.length; op2++) {
            d.add(crm13[op2], 3, 3, 9, 13, op2).from(0).rule(noEl0).rule(tpm);
        }
        d.add("PMUSERENR_EL0", 3, 3, 9, 14, 0).from(0).writesFrom(1).rule(tpm);
        d.add("PMOVSSET_EL0", 3, 3, 9, 14, 3).from(0).rule(noEl0).rule(tpm);
        d.add("PMCCFILTR_EL0", Encoding.of(3, 3, 14, 15, 7)).from(0).rule(noEl0).rule(tpm);
        d.add("PMINTENSET_EL1", 3, 0, 9, 14, 1).rule(tpm);
        d.add("PMINTENCLR_EL1", 3, 0, 9, 14, 2).rule(tpm);
        return d.build();
    }
}
