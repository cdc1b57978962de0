// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPTR_EL2;
import dev.spelunk.api.registers.fields.CPTR_EL3;
import dev.spelunk.api.registers.fields.HCR_EL2;
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
                    .field("AHP", 26)
                    .field("DN", 25)
                    .field("FZ", 24)
                    .field("RMode", 23, 22)
                    .from(0)
                    .rule((c, read) -> access(d.traps, c))
                    .onRead((c, r, stored) -> c.pe.fpcr & 0xFFFFFFFFL)
                    .onWrite((c, r, stored, value) -> {
                        c.pe.fpcr = (int) value;
                        return value;
                    });
            if (a.has("FEAT_FP16")) {
                fpcr.field("FZ16", 19);
            }
            d.add("FPSR", SystemRegister.FPSR)
                    .field("QC", 27)
                    .field("IDC", 7)
                    .field("IXC", 4)
                    .field("UFC", 3)
                    .field("OFC", 2)
                    .field("DZC", 1)
                    .field("IOC", 0)
                    .from(0)
                    .rule((c, read) -> access(d.traps, c))
                    .onRead((c, r, stored) -> c.pe.fpsr & 0xFFFFFFFFL)
                    .onWrite((c, r, stored, value) -> {
                        c.pe.fpsr = (int) value;
                        return value;
                    });
        }
        return d.build();
    }

    /** CheckFPAdvSIMDEnabled64 (DDI 0487, J1.1): CPACR_EL1, then CPTR_EL2, then CPTR_EL3. */
    private static int access(Traps traps, PeContext c) {
        int el = c.pe.el;
        boolean el2 = traps.el2Enabled(c);
        long hcr = el2 ? c.register(SystemRegister.HCR_EL2) : 0;
        boolean tge = (hcr & HCR_EL2.TGE) != 0;
        boolean e2h = (hcr & HCR_EL2.E2H) != 0;
        if (el <= 1 && !(e2h && tge) && traps(c.register(SystemRegister.CPACR_EL1), el == 0)) {
            return Access.trap(el == 0 && tge ? 2 : 1, EC_FP_ACCESS);
        }
        if (el <= 2 && el2) {
            long cptr = c.register(SystemRegister.CPTR_EL2);
            if (e2h ? traps(cptr, el == 0 && tge) : (cptr & CPTR_EL2.TFP) != 0) {
                return Access.trap(2, EC_FP_ACCESS);
            }
        }
        return (c.register(SystemRegister.CPTR_EL3) & CPTR_EL3.TFP) != 0
                ? Access.trap(3, EC_FP_ACCESS)
                : Access.ALLOWED;
    }

    /** FPEN: x0 traps, 01 traps user code only. */
    private static boolean traps(long control, boolean user) {
        int fpen = (int) (control >>> CPTR_EL2.FPEN_SHIFT) & 3;
        return (fpen & 1) == 0 || fpen == 1 && user;
    }
}
