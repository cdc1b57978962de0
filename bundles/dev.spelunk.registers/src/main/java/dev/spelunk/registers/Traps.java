// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPTR_EL2;
import dev.spelunk.api.registers.fields.CPTR_EL3;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.wiring.PeContext;

/** Trap controls as rules, with what the architecture decides once left out of each access. */
final class Traps {
    private static final AccessRule NEVER = (c, read) -> Access.ALLOWED;

    private final boolean el2;
    private final boolean el3;
    private final boolean fgt;
    private final boolean idTraps;

    Traps(Architecture architecture) {
        el2 = architecture.has("FEAT_EL2");
        el3 = architecture.has("FEAT_EL3");
        fgt = el2 && architecture.has("FEAT_FGT");
        idTraps = architecture.has("FEAT_IDST");
    }

    /** SCTLR_EL1, or SCTLR_EL2 where that controls EL0 because HCR_EL2.{E2H,TGE} is {1,1}. */
    static long sctlrOfEl0(PeContext c) {
        return c.register(c.system.elIsInHost(0) ? SystemRegister.SCTLR_EL2 : SystemRegister.SCTLR_EL1);
    }

    /** EL0 accesses trap while a bit of the SCTLR that controls EL0 is 0: to EL1, or EL2 when HCR_EL2.TGE is 1. */
    AccessRule el0NeedsSctlr(long mask) {
        return (c, read) -> c.pe.el == 0 && (sctlrOfEl0(c) & mask) == 0 ? trapFromEl0(c) : Access.ALLOWED;
    }

    static int trapFromEl0(PeContext c) {
        return Access.trap(c.system.effectiveTge() ? 2 : 1);
    }

    /** EL0 reads of the ID space: UNDEFINED, or with FEAT_IDST a trap with EC 0x18 (DDI 0487, D24.1). */
    AccessRule idSpaceFromEl0() {
        return (c, read) -> c.pe.el != 0 ? Access.ALLOWED : idTraps ? trapFromEl0(c) : Access.UNDEFINED;
    }

    /** EL1 accesses trap to EL2 while a bit of HCR_EL2 is 1; EL0 accesses too unless {E2H,TGE} is {1,1}. */
    AccessRule hcr(long mask) {
        if (!el2) {
            return NEVER;
        }
        return (c, read) -> c.pe.el < 2 && (c.system.effectiveHcr() & mask) != 0 && !c.system.isInHost()
                ? Access.trap(2)
                : Access.ALLOWED;
    }

    /** HCR_EL2.TRVM for reads and TVM for writes of EL1's virtual memory controls. */
    AccessRule virtualMemory() {
        if (!el2) {
            return NEVER;
        }
        return (c, read) -> c.pe.el == 1 && (c.system.effectiveHcr() & (read ? HCR_EL2.TRVM : HCR_EL2.TVM)) != 0
                ? Access.trap(2)
                : Access.ALLOWED;
    }

    /** CPTR_EL2.TCPAC and CPTR_EL3.TCPAC. */
    AccessRule architecturalFeatureAccess() {
        return (c, read) -> {
            if (c.pe.el == 1 && c.system.el2Enabled() && (c.register(SystemRegister.CPTR_EL2) & CPTR_EL2.TCPAC) != 0) {
                return Access.trap(2);
            }
            return el3 && c.pe.el < 3 && (c.register(SystemRegister.CPTR_EL3) & CPTR_EL3.TCPAC) != 0
                    ? Access.trap(3)
                    : Access.ALLOWED;
        };
    }

    /**
     * A fine-grained trap whose bit is at the same place of the read and the write register.
     *
     * @param read encoding of HFGRTR_EL2 or HDFGRTR_EL2, -1 when reads have no bit
     * @param write encoding of HFGWTR_EL2 or HDFGWTR_EL2, -1 when writes have no bit
     */
    private AccessRule fineGrained(int read, int write, long bit) {
        return fgt ? TrapControls.fineGrained(read, write, bit, 1) : NEVER;
    }

    /** A bit of HFGRTR_EL2 and HFGWTR_EL2. */
    AccessRule hfg(long bit) {
        return fineGrained(SystemRegister.HFGRTR_EL2, SystemRegister.HFGWTR_EL2, bit);
    }

    /** A bit of HDFGRTR_EL2 and HDFGWTR_EL2. */
    AccessRule hdfg(long bit) {
        return fineGrained(SystemRegister.HDFGRTR_EL2, SystemRegister.HDFGWTR_EL2, bit);
    }

    /** Controls of MDCR_EL2 over debug registers, which TDE or HCR_EL2.TGE turns on as well, and their twins in MDCR_EL3. */
    AccessRule debug(long mask) {
        return (c, read) -> {
            if (c.pe.el < 2
                    && c.system.el2Enabled()
                    && ((c.register(SystemRegister.MDCR_EL2) & (mask | MDCR_EL2.TDE)) != 0
                            || c.system.effectiveTge())) {
                return Access.trap(2);
            }
            // MDCR_EL3 has no TDRA: MDRAR_EL1 is under TDA there.
            long atEl3 = mask == MDCR_EL2.TDRA ? MDCR_EL2.TDA : mask;
            return el3 && c.pe.el < 3 && (c.register(SystemRegister.MDCR_EL3) & atEl3) != 0
                    ? Access.trap(3)
                    : Access.ALLOWED;
        };
    }

    /** Controls of MDCR_EL2 over performance monitors, and MDCR_EL3.TPM. */
    AccessRule performanceMonitors(long mask) {
        return (c, read) -> {
            if (c.pe.el < 2 && c.system.el2Enabled() && (c.register(SystemRegister.MDCR_EL2) & mask) != 0) {
                return Access.trap(2);
            }
            return el3 && c.pe.el < 3 && (c.register(SystemRegister.MDCR_EL3) & MDCR_EL3.TPM) != 0
                    ? Access.trap(3)
                    : Access.ALLOWED;
        };
    }
}
