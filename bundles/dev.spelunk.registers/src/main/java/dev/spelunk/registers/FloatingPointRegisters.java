// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;

/** FPCR and FPSR (DDI 0487, C5.2.8, C5.2.9): values live in {@link PeState}. Absent without FEAT_FP. */
final class FloatingPointRegisters implements RegisterBank {
    private static final int EC_FP_ACCESS = 0x07;

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (a.has("FEAT_FP")) {
            RegisterDefinition.Builder fpcr = d.add("FPCR", SystemRegister.FPCR)
                    .bits("AHP", FPCR.AHP)
                    .bits("DN", FPCR.DN)
                    .bits("FZ", FPCR.FZ)
                    .bits("RMode", FPCR.RMode)
                    .from(0)
                    .rule((c, read) -> access(c))
                    .onRead((c, r, stored) -> Integer.toUnsignedLong(c.pe.fpcr))
                    .afterWrite((c, r, before, value) -> c.pe.fpcr = (int) value);
            if (a.has("FEAT_FP16")) {
                fpcr.bits("FZ16", FPCR.FZ16);
            }
            d.add("FPSR", SystemRegister.FPSR)
                    .bits("QC", FPSR.QC)
                    .bits("IDC", FPSR.IDC)
                    .bits("IXC", FPSR.IXC)
                    .bits("UFC", FPSR.UFC)
                    .bits("OFC", FPSR.OFC)
                    .bits("DZC", FPSR.DZC)
                    .bits("IOC", FPSR.IOC)
                    .from(0)
                    .rule((c, read) -> access(c))
                    .onRead((c, r, stored) -> Integer.toUnsignedLong(c.pe.fpsr))
                    .afterWrite((c, r, before, value) -> c.pe.fpsr = (int) value);
        }
        return d.build();
    }

    /** CPACR_EL1, then CPTR_EL2, then CPTR_EL3; EC 0x00 where HCR_EL2.TGE takes EL1's trap to EL2 (DDI 0487, C5.2.8). */
    private static int access(PeContext c) {
        int target = c.system.fpAdvSimdTrap();
        if (target == 0) {
            return Access.ALLOWED;
        }
        return target == 1 && c.system.effectiveTge() ? Access.UNDEFINED : Access.trap(target, EC_FP_ACCESS);
    }
}
