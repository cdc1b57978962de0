// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.ID_AA64MMFR0_EL1;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.registers.fields.TCR_EL1;
import dev.spelunk.api.registers.fields.TCR_EL2;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.registers.fields.VTCR_EL2;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/** The registers that control translation, and what is derived from them for every regime. */
final class Controls {

    private static final int[] REGISTERS = {
        SystemRegister.SCTLR_EL1,
        SystemRegister.TCR_EL1,
        SystemRegister.TTBR0_EL1,
        SystemRegister.TTBR1_EL1,
        SystemRegister.MAIR_EL1,
        SystemRegister.SCTLR_EL2,
        SystemRegister.TCR_EL2,
        SystemRegister.TTBR0_EL2,
        SystemRegister.TTBR1_EL2,
        SystemRegister.MAIR_EL2,
        SystemRegister.HCR_EL2,
        SystemRegister.VTCR_EL2,
        SystemRegister.VTTBR_EL2,
        SystemRegister.SCR_EL3,
        Encoding.of(3, 6, 1, 0, 0),
        Encoding.of(3, 6, 2, 0, 2),
        Encoding.of(3, 6, 2, 0, 0),
        Encoding.of(3, 6, 10, 2, 0)
    };
    private static final int EL1 = 0;
    private static final int EL2 = 5;
    private static final int HCR = 10;
    private static final int VTCR = 11;
    private static final int VTTBR = 12;
    private static final int EL3 = 14;
    /** What of HCR_EL2 can change a translation. */
    private static final long HCR_TRANSLATION = HCR_EL2.VM
            | HCR_EL2.PTW
            | HCR_EL2.DC
            | HCR_EL2.TGE
            | HCR_EL2.CD
            | HCR_EL2.ID
            | HCR_EL2.E2H
            | HCR_EL2.NV
            | HCR_EL2.FWB;

    /** Values that {@link #key} writes. */
    static final int KEY = REGISTERS.length;

    private final PeContext context;
    private final PeState pe;
    private final int[] indices = new int[REGISTERS.length];
    private final long[] values = new long[REGISTERS.length];
    private boolean smallTables;
    private boolean e0pd;
    private boolean executeNeverByPrivilege;
    private boolean hardwareUpdates;
    private int physicalSize;

    final Regime[] regimes = {
        new Regime(Translator.REGIME_EL10),
        new Regime(Translator.REGIME_EL20),
        new Regime(Translator.REGIME_EL2),
        new Regime(Translator.REGIME_EL3)
    };
    final Stage2Controls stage2 = new Stage2Controls();
    /** HCR_EL2, 0 while EL2 is not enabled. */
    long hcr;
    /** ELIsInHost of EL0. */
    boolean hostEl0;

    Controls(PeContext context) {
        this.context = context;
        this.pe = context.pe;
        lookUp();
    }

    /** Looks up indices and features again, then {@link #refresh}. */
    void lookUp() {
        RegisterFile registers = context.registers;
        for (int i = 0; i < REGISTERS.length; i++) {
            indices[i] = registers.index(REGISTERS[i]);
        }
        smallTables = context.architecture.has("FEAT_TTST");
        e0pd = context.architecture.has("FEAT_E0PD");
        executeNeverByPrivilege = context.architecture.has("FEAT_XNX");
        hardwareUpdates = context.architecture.has("FEAT_HAFDBS");
        physicalSize = Granule.addressSize(
                (int) (context.register(SystemRegister.ID_AA64MMFR0_EL1) & ID_AA64MMFR0_EL1.PARange));
        changed();
        refresh();
    }

    /** Physical address bits. */
    int physicalSize() {
        return physicalSize;
    }

    /** Reads the registers; returns whether one has another value than before. */
    boolean changed() {
        boolean changed = false;
        long[] sys = pe.sys;
        for (int i = 0; i < indices.length; i++) {
            long value = indices[i] < 0 ? 0 : sys[indices[i]];
            if (values[i] != value) {
                values[i] = value;
                changed = true;
            }
        }
        return changed;
    }

    /** Everything that {@link #changed} read and that can change a translation. */
    void key(long[] out) {
        System.arraycopy(values, 0, out, 0, KEY);
        out[HCR] &= HCR_TRANSLATION;
    }

    /** Derives the regimes from the values that {@link #changed} read. */
    void refresh() {
        hcr = context.system.effectiveHcr();
        hostEl0 = context.system.elIsInHost(0);
        stage2.set(values[VTCR], values[VTTBR], hcr, physicalSize, smallTables, executeNeverByPrivilege);
        stage2.accessFlagManaged = hardwareUpdates && (values[VTCR] & VTCR_EL2.HA) != 0;
        stage2.dirtyStateManaged = stage2.accessFlagManaged && (values[VTCR] & VTCR_EL2.HD) != 0;
        Regime el10 = regimes[Translator.REGIME_EL10];
        twoRanges(el10, EL1);
        // HCR_EL2.TGE and DC make SCTLR_EL1.M count as 0; DC makes VM count as 1 (D24.2.62).
        el10.stage1 &= (hcr & (HCR_EL2.TGE | HCR_EL2.DC)) == 0;
        el10.stage2 = !hostEl0 && (hcr & (HCR_EL2.VM | HCR_EL2.DC)) != 0;
        el10.defaultCacheable = (hcr & HCR_EL2.DC) != 0;
        el10.vmid = context.system.el2Enabled() ? stage2.vmid : 0;
        twoRanges(regimes[Translator.REGIME_EL20], EL2);
        oneRange(regimes[Translator.REGIME_EL2], EL2);
        oneRange(regimes[Translator.REGIME_EL3], EL3);
    }

    private void twoRanges(Regime r, int first) {
        long sctlr = values[first];
        long tcr = values[first + 1];
        long ttbr0 = values[first + 2];
        long ttbr1 = values[first + 3];
        common(r, sctlr, values[first + 4]);
        updates(r, tcr, TCR_EL1.HA, TCR_EL1.HD);
        int outputSize = Math.min(Granule.addressSize((int) (tcr >>> TCR_EL1.IPS_SHIFT) & 7), physicalSize);
        range(r.lower, tcr, TCR_EL1.EPD0, TCR_EL1.TBI0, TCR_EL1.TBID0, TCR_EL1.HPD0, TCR_EL1.E0PD0);
        r.lower.set(
                (int) (tcr & TCR_EL1.T0SZ),
                Granule.ofTg0((int) (tcr >>> TCR_EL1.TG0_SHIFT) & 3),
                ttbr0,
                outputSize,
                smallTables);
        range(r.higher, tcr, TCR_EL1.EPD1, TCR_EL1.TBI1, TCR_EL1.TBID1, TCR_EL1.HPD1, TCR_EL1.E0PD1);
        r.higher.upper = true;
        r.higher.set(
                (int) (tcr >>> TCR_EL1.T1SZ_SHIFT) & 63,
                Granule.ofTg1((int) (tcr >>> TCR_EL1.TG1_SHIFT) & 3),
                ttbr1,
                outputSize,
                smallTables);
        long ttbr = (tcr & TCR_EL1.A1) != 0 ? ttbr1 : ttbr0;
        r.asid = (int) (ttbr >>> TTBRn_ELx.ASID_SHIFT) & ((tcr & TCR_EL1.AS) != 0 ? 0xFFFF : 0xFF);
    }

    private void range(VaRange range, long tcr, long epd, long tbi, long tbid, long hpd, long unprivilegedDisabled) {
        range.disabled = (tcr & epd) != 0;
        range.topByteIgnored = (tcr & tbi) != 0;
        range.topByteOfData = (tcr & tbid) != 0;
        range.hierarchyDisabled = (tcr & hpd) != 0;
        range.unprivilegedDisabled = e0pd && (tcr & unprivilegedDisabled) != 0;
    }

    private void oneRange(Regime r, int first) {
        boolean el3 = first == EL3;
        long sctlr = values[first];
        long tcr = values[first + 1];
        common(r, sctlr, values[el3 ? first + 3 : first + 4]);
        updates(r, tcr, TCR_EL2.HA, TCR_EL2.HD);
        int outputSize = Math.min(Granule.addressSize((int) (tcr >>> TCR_EL2.PS_SHIFT) & 7), physicalSize);
        r.lower.disabled = false;
        r.lower.topByteIgnored = (tcr & TCR_EL2.TBI) != 0;
        r.lower.topByteOfData = (tcr & TCR_EL2.TBID) != 0;
        r.lower.hierarchyDisabled = (tcr & TCR_EL2.HPD) != 0;
        r.lower.set(
                (int) (tcr & TCR_EL2.T0SZ),
                Granule.ofTg0((int) (tcr >>> TCR_EL2.TG0_SHIFT) & 3),
                values[first + 2],
                outputSize,
                smallTables);
    }

    private static void common(Regime r, long sctlr, long mair) {
        r.stage1 = (sctlr & SCTLR_ELx.M) != 0;
        r.instructionCache = (sctlr & SCTLR_ELx.I) != 0;
        r.writeExecuteNever = (sctlr & SCTLR_ELx.WXN) != 0;
        r.mair = mair;
    }

    /** HA, and HD, which counts only with it (DDI 0487, D8.5). */
    private void updates(Regime r, long tcr, long ha, long hd) {
        r.accessFlagManaged = hardwareUpdates && (tcr & ha) != 0;
        r.dirtyStateManaged = r.accessFlagManaged && (tcr & hd) != 0;
    }

    /** VMID that TLB maintenance of EL1&amp;0 applies to. */
    int vmid() {
        return regimes[Translator.REGIME_EL10].vmid;
    }

    /** 8 or 16 ASID bits of a regime with ASIDs, as a mask. */
    int asidMask(int regime) {
        long tcr = values[regime == Translator.REGIME_EL10 ? EL1 + 1 : EL2 + 1];
        return (tcr & TCR_EL1.AS) != 0 ? 0xFFFF : 0xFF;
    }
}
