// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.registers;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import java.util.stream.IntStream;

/**
 * What vcpu load and put copy between a PE and the context of the vCPU, beside what each exit and entry
 * switches: general-purpose and vector registers, the system registers of EL1 and EL0 with the sampling controls of the
 * SPU, and the virtual CPU interface of the GIC. The buffer registers have values of their own in memory.
 */
public final class GuestContext {
    private static final int NEVER = 4;
    private static final int CRN_GIC = 12;
    private static final int FIRST_GIC_CRM = 8;
    private static final int[] BESIDE = {
        SystemRegister.ICH_VMCR_EL2, SystemRegister.ICH_AP0R0_EL2, SystemRegister.ICH_AP1R0_EL2
    };

    private GuestContext() {}

    /** Encodings of the system registers that are the guest's, in a machine that has them. */
    public static int[] registers(PeContext context) {
        IntStream guests = context.registers.descriptions().stream()
                .filter(GuestContext::isGuests)
                .mapToInt(RegisterDescription::encoding);
        return IntStream.concat(guests, IntStream.of(BESIDE).filter(r -> context.registers.index(r) >= 0))
                .toArray();
    }

    private static boolean isGuests(RegisterDescription definition) {
        int encoding = definition.encoding();
        int op1 = Encoding.op1(encoding);
        boolean lower = op1 == 0 || op1 == 3;
        boolean cpuInterface = Encoding.op0(encoding) == 3
                && op1 == 0
                && (Encoding.crn(encoding) == CRN_GIC && Encoding.crm(encoding) >= FIRST_GIC_CRM
                        || encoding == SystemRegister.ICC_PMR_EL1);
        // Debug registers (op0 = 2) have values of their own in memory too.
        return lower
                && Encoding.op0(encoding) != 2
                && !cpuInterface
                && definition.aliasOf() < 0
                && definition.lowestWriteEl() < NEVER
                && encoding != SystemRegister.PMBLIMITR_EL1
                && encoding != SystemRegister.PMBPTR_EL1
                && encoding != SystemRegister.PMBSR_EL1;
    }

    public static void copy(PeContext from, PeContext to, int[] registers) {
        System.arraycopy(from.pe.x, 0, to.pe.x, 0, 31);
        // At EL2 both stack pointers of the guest are in their banks.
        System.arraycopy(from.pe.sp, 0, to.pe.sp, 0, 2);
        System.arraycopy(from.pe.v, 0, to.pe.v, 0, from.pe.v.length);
        to.pe.fpcr = from.pe.fpcr;
        to.pe.fpsr = from.pe.fpsr;
        for (int register : registers) {
            to.register(register, from.register(register));
        }
    }
}
