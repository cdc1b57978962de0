// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import org.osgi.service.component.annotations.Component;

/**
 * Performance monitors (MDCR_EL2.TPM and TPMCR) of a machine without FEAT_PMUv3: ID_AA64DFR0_EL1 says that there
 * are none, and a guest that touches them all the same, as boot code does, reads zero and writes into nothing.
 * With FEAT_PMUv3 they are the guest's and do not trap.
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=pmu"})
public final class PerformanceMonitorTraps implements TrapHandler {
    @Override
    public boolean handles(int encoding) {
        if (Encoding.op0(encoding) != 3) {
            return false;
        }
        int op1 = Encoding.op1(encoding);
        int crn = Encoding.crn(encoding);
        int crm = Encoding.crm(encoding);
        // PMINTENSET_EL1, PMINTENCLR_EL1, PMMIR_EL1; PM*_EL0; PMEVCNTR<n>_EL0, PMEVTYPER<n>_EL0, PMCCFILTR_EL0.
        return op1 == 0 && crn == 9 && crm == 14
                || op1 == 3 && crn == 9 && crm >= 12 && crm <= 14
                || op1 == 3 && crn == 14 && crm >= 8;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return 0;
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        return true;
    }
}
