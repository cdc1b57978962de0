// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CSSELR_EL1;
import dev.spelunk.api.registers.fields.DCZID_EL0;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;

/**
 * Cache identification (DDI 0487, D24.2.32, D24.2.33, D24.2.41, D24.2.42, D24.2.44): 64-byte lines and,
 * where the variant states no other, one level of separate caches of 32 KiB and 4 ways each. A guest needs
 * maintenance for code that it writes.
 */
final class CacheRegisters implements RegisterBank {
    /** RES1, CWG and ERG 64 bytes, PIPT instruction cache, 64-byte lines, maintenance required (IDC, DIC 0). */
    private static final long CTR = 0x8444_C004L;
    /** LoUU, LoC, LoUIS 1; level 1 has separate caches. */
    private static final long CLIDR = 0x0920_0003L;
    /** 128 sets, 4 ways, 64-byte lines. */
    private static final long CCSIDR = 127L << 13 | 3L << 3 | 2;
    /** DC ZVA writes 2^4 words. */
    private static final long DCZID = 4;
    /** What CSSELR_EL1 selects by. */
    private static final long SELECTION = CSSELR_EL1.Level | CSSELR_EL1.InD;

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        Traps t = d.traps;
        AccessRule tid2 = t.hcr(HCR_EL2.TID2);
        d.add("CTR_EL0", SystemRegister.CTR_EL0)
                .constant(a.registerValue("CTR_EL0", CTR))
                .from(0)
                .readOnly()
                .rule(t.el0NeedsSctlr(SCTLR_ELx.UCT))
                .rule(tid2)
                .rule(t.hfg(HFGRTR_EL2.CTR_EL0));
        d.add("DCZID_EL0", SystemRegister.DCZID_EL0)
                .constant(a.registerValue("DCZID_EL0", DCZID))
                .from(0)
                .readOnly()
                .rule(t.hfg(HFGRTR_EL2.DCZID_EL0))
                .onRead((c, r, stored) -> zeroingProhibited(c) ? stored | DCZID_EL0.DZP : stored);
        d.add("CLIDR_EL1", SystemRegister.CLIDR_EL1)
                .constant(a.registerValue("CLIDR_EL1", CLIDR))
                .from(0)
                .readOnly()
                .rule(t.idSpaceFromEl0())
                .rule(tid2)
                .rule(t.hfg(HFGRTR_EL2.CLIDR_EL1));
        long[] selected = selected(a);
        d.add("CCSIDR_EL1", SystemRegister.CCSIDR_EL1)
                .constant(selected[0])
                .from(0)
                .readOnly()
                .rule(t.idSpaceFromEl0())
                .rule(tid2)
                .rule(t.hfg(HFGRTR_EL2.CCSIDR_EL1))
                .onRead((c, r, stored) -> selected[(int) (c.register(SystemRegister.CSSELR_EL1) & SELECTION)]);
        d.add("CSSELR_EL1", SystemRegister.CSSELR_EL1)
                .bits("Level", CSSELR_EL1.Level)
                .bits("InD", CSSELR_EL1.InD)
                .rule(tid2)
                .rule(t.hfg(HFGRTR_EL2.CSSELR_EL1));
        return d.build();
    }

    /** CCSIDR_EL1 by CSSELR_EL1, which a variant states as {@code CCSIDR_EL1[n]}; levels that are not there read as 0. */
    private static long[] selected(Architecture a) {
        long[] values = new long[16];
        for (int i = 0; i < values.length; i++) {
            values[i] = a.registerValue("CCSIDR_EL1[" + i + "]", i > 1 ? 0 : a.registerValue("CCSIDR_EL1", CCSIDR));
        }
        return values;
    }

    private static boolean zeroingProhibited(PeContext c) {
        boolean byEl1 = c.pe.el == 0 && (Traps.sctlrOfEl0(c) & SCTLR_ELx.DZE) == 0;
        return byEl1 || c.pe.el < 2 && !c.system.isInHost() && (c.system.effectiveHcr() & HCR_EL2.TDZ) != 0;
    }
}
