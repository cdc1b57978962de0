// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.banks.RegisterDefinition.Builder;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.ICC_CTLR_EL1;
import dev.spelunk.api.registers.fields.ICH_HCR_EL2;
import dev.spelunk.api.registers.fields.ICH_LR_EL2;
import dev.spelunk.api.registers.fields.ICH_VMCR_EL2;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** The ICC and ICH system registers (IHI 0069, 12.2 to 12.4). SRE is RAO/WI: there is no memory-mapped interface. */
@Component(property = {Parts.PART + "=" + Parts.INTERRUPTS, Parts.NAME + "=gic"})
public final class CpuInterfaceBank implements RegisterBank {
    private static final long HCR_IMO_FMO = HCR_EL2.IMO | HCR_EL2.FMO;
    private static final long VPMR = 0xFFL << 24;
    private static final long SRE_ALL = 0xF;
    /** PRIbits and PREbits 5, IDbits 16, A3V, nV4, TDS, four list registers. */
    private static final long VTR = 4L << 29 | 4L << 26 | 1L << 21 | 1L << 20 | 1L << 19 | ListRegisters.COUNT - 1;

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        List<RegisterDefinition> all = new ArrayList<>();
        common(all);
        group1(all);
        group0(all);
        if (architecture.has("FEAT_EL2")) {
            el2(all);
        }
        return all;
    }

    private static AccessRule trap(long bit) {
        return TrapControls.trapToEl2(SystemRegister.ICH_HCR_EL2, bit, bit);
    }

    private static void add(List<RegisterDefinition> all, Builder builder) {
        // Most have a reset value (IHI 0069, 12.2); a controller's distributor is as after a reset too.
        all.add(builder.definedAtReset(-1).build());
    }

    private static long vmcr(PeContext c) {
        return c.register(SystemRegister.ICH_VMCR_EL2);
    }

    private static void vmcr(PeContext c, long mask, long value) {
        c.register(SystemRegister.ICH_VMCR_EL2, vmcr(c) & ~mask | value & mask);
        CpuInterface.update(c);
    }

    /** Stores after the hook has returned would be too late for the outputs, so the hook stores itself. */
    private static long store(PeContext c, RegisterDefinition register, long value) {
        c.register(register.encoding(), value);
        CpuInterface.update(c);
        return value;
    }

    private static void common(List<RegisterDefinition> all) {
        add(
                all,
                RegisterDefinition.of("ICC_PMR_EL1", SystemRegister.ICC_PMR_EL1)
                        .field("Priority", 7, 3)
                        .rule(trap(ICH_HCR_EL2.TC))
                        .onRead((c, r, stored) -> CpuInterface.virtualCommon(c) ? (vmcr(c) & VPMR) >>> 24 : stored)
                        .onWrite((c, r, stored, value) -> {
                            if (CpuInterface.virtualCommon(c)) {
                                vmcr(c, VPMR, value << 24);
                                return stored;
                            }
                            return store(c, r, value);
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_CTLR_EL1", SystemRegister.ICC_CTLR_EL1)
                        .bits("CBPR", ICC_CTLR_EL1.CBPR)
                        .bits("EOImode", ICC_CTLR_EL1.EOImode)
                        .readOnlyBits("PRIbits", ICC_CTLR_EL1.PRIbits)
                        .readOnlyBits("IDbits", ICC_CTLR_EL1.IDbits)
                        .readOnlyBits("A3V", ICC_CTLR_EL1.A3V)
                        .reset(4L << 8 | 1L << 15)
                        .rule(trap(ICH_HCR_EL2.TC))
                        .onRead((c, r, stored) -> CpuInterface.virtualCommon(c)
                                ? stored & ~3L | ((vmcr(c) & ICH_VMCR_EL2.VEOIM) != 0 ? 2 : 0) | vmcr(c) >>> 4 & 1
                                : stored)
                        .onWrite((c, r, stored, value) -> {
                            if (CpuInterface.virtualCommon(c)) {
                                vmcr(c, ICH_VMCR_EL2.VEOIM | 1L << 4, (value & 2) << 8 | (value & 1) << 4);
                                return stored;
                            }
                            return store(c, r, value);
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_RPR_EL1", SystemRegister.ICC_RPR_EL1)
                        .whole()
                        .readOnly()
                        .rule(trap(ICH_HCR_EL2.TC))
                        .onRead((c, r, stored) -> CpuInterface.runningPriority(c, CpuInterface.virtualCommon(c))));
        add(
                all,
                RegisterDefinition.of("ICC_DIR_EL1", SystemRegister.ICC_DIR_EL1)
                        .field("INTID", 23, 0)
                        .writeOnly()
                        .rule(trap(ICH_HCR_EL2.TC))
                        .rule(trap(ICH_HCR_EL2.TDIR))
                        .onWrite((c, r, stored, value) -> {
                            CpuInterface.deactivate(c, (int) value);
                            return 0;
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_SRE_EL1", SystemRegister.ICC_SRE_EL1)
                        .res1(2, 0)
                        .rule((c, read) -> c.pe.el == 1
                                        && c.system.el2Enabled()
                                        && (c.register(SystemRegister.ICC_SRE_EL2) & 8) == 0
                                ? Access.trap(2)
                                : Access.ALLOWED));
        for (int n = 0; n < 3; n++) {
            int encoding = new int[] {
                        SystemRegister.ICC_SGI1R_EL1, SystemRegister.ICC_ASGI1R_EL1, SystemRegister.ICC_SGI0R_EL1
                    }
                    [n];
            boolean group1 = encoding == SystemRegister.ICC_SGI1R_EL1;
            add(
                    all,
                    RegisterDefinition.of(
                                    new String[] {"ICC_SGI1R_EL1", "ICC_ASGI1R_EL1", "ICC_SGI0R_EL1"}[n], encoding)
                            .whole()
                            .writeOnly()
                            .rule(trap(ICH_HCR_EL2.TC))
                            .rule((c, read) -> c.pe.el == 1 && (c.system.effectiveHcr() & HCR_IMO_FMO) != 0
                                    ? Access.trap(2)
                                    : Access.ALLOWED)
                            .onWrite((c, r, stored, value) -> {
                                if (group1 && c.interrupts != null) {
                                    c.interrupts.softwareGenerated(c.pe.index, value);
                                    c.pe.sendsInterrupt();
                                    CpuInterface.update(c);
                                }
                                return 0;
                            }));
        }
    }

    private static void group1(List<RegisterDefinition> all) {
        add(
                all,
                RegisterDefinition.of("ICC_IAR1_EL1", SystemRegister.ICC_IAR1_EL1)
                        .whole()
                        .readOnly()
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) -> CpuInterface.acknowledge(c)));
        add(
                all,
                RegisterDefinition.of("ICC_HPPIR1_EL1", SystemRegister.ICC_HPPIR1_EL1)
                        .whole()
                        .readOnly()
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) -> CpuInterface.highestPending(c)));
        add(
                all,
                RegisterDefinition.of("ICC_EOIR1_EL1", SystemRegister.ICC_EOIR1_EL1)
                        .field("INTID", 23, 0)
                        .writeOnly()
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onWrite((c, r, stored, value) -> {
                            CpuInterface.endOfInterrupt(c, (int) value);
                            return 0;
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_BPR1_EL1", SystemRegister.ICC_BPR1_EL1)
                        .field("BinaryPoint", 2, 0)
                        .reset(3)
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) -> CpuInterface.virtual(c)
                                ? CpuInterface.virtualBinaryPoint(c)
                                : CpuInterface.binaryPoint(c))
                        .onWrite((c, r, stored, value) -> {
                            long point = Math.max(value, CpuInterface.LEAST_BPR1);
                            if (CpuInterface.virtual(c)) {
                                vmcr(c, (vmcr(c) & ICH_VMCR_EL2.VCBPR) != 0 ? 0 : ICH_VMCR_EL2.VBPR1, point << 18);
                                return stored;
                            }
                            boolean common = (c.register(SystemRegister.ICC_CTLR_EL1) & ICC_CTLR_EL1.CBPR) != 0;
                            return common ? stored : store(c, r, point);
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_IGRPEN1_EL1", SystemRegister.ICC_IGRPEN1_EL1)
                        .field("Enable", 0)
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) ->
                                CpuInterface.virtual(c) ? (vmcr(c) & ICH_VMCR_EL2.VENG1) >>> 1 : stored)
                        .onWrite((c, r, stored, value) -> {
                            if (CpuInterface.virtual(c)) {
                                vmcr(c, ICH_VMCR_EL2.VENG1, value << 1);
                                return stored;
                            }
                            return store(c, r, value);
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_AP1R0_EL1", SystemRegister.ICC_AP1R0_EL1)
                        .field("P", 31, 0)
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) ->
                                CpuInterface.virtual(c) ? c.register(SystemRegister.ICH_AP1R0_EL2) : stored)
                        .onWrite((c, r, stored, value) -> {
                            if (CpuInterface.virtual(c)) {
                                c.register(SystemRegister.ICH_AP1R0_EL2, value);
                                CpuInterface.update(c);
                                return stored;
                            }
                            return store(c, r, value);
                        }));
    }

    /** The physical interface delivers no Group 0 interrupts: there these registers hold values and acknowledge nothing. */
    private static void group0(List<RegisterDefinition> all) {
        AccessRule trap = trap(ICH_HCR_EL2.TALL0);
        add(
                all,
                RegisterDefinition.of("ICC_IAR0_EL1", SystemRegister.ICC_IAR0_EL1)
                        .whole()
                        .readOnly()
                        .rule(trap)
                        .onRead((c, r, stored) -> CpuInterface.acknowledge0(c)));
        add(
                all,
                RegisterDefinition.of("ICC_HPPIR0_EL1", SystemRegister.ICC_HPPIR0_EL1)
                        .whole()
                        .readOnly()
                        .rule(trap)
                        .onRead((c, r, stored) -> CpuInterface.highestPending0(c)));
        add(
                all,
                RegisterDefinition.of("ICC_EOIR0_EL1", SystemRegister.ICC_EOIR0_EL1)
                        .field("INTID", 23, 0)
                        .writeOnly()
                        .rule(trap)
                        .onWrite((c, r, stored, value) -> {
                            CpuInterface.endOfInterrupt0(c, (int) value);
                            return 0;
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_BPR0_EL1", SystemRegister.ICC_BPR0_EL1)
                        .field("BinaryPoint", 2, 0)
                        .reset(CpuInterface.LEAST_BPR0)
                        .rule(trap)
                        .onRead((c, r, stored) ->
                                CpuInterface.virtualGroup0(c) ? CpuInterface.virtualBinaryPoint0(c) : stored)
                        .onWrite((c, r, stored, value) -> {
                            long point = Math.max(value, CpuInterface.LEAST_BPR0);
                            if (CpuInterface.virtualGroup0(c)) {
                                vmcr(c, ICH_VMCR_EL2.VBPR0, point << 21);
                                return stored;
                            }
                            return store(c, r, point);
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_IGRPEN0_EL1", SystemRegister.ICC_IGRPEN0_EL1)
                        .field("Enable", 0)
                        .rule(trap)
                        .onRead((c, r, stored) -> CpuInterface.virtualGroup0(c) ? vmcr(c) & ICH_VMCR_EL2.VENG0 : stored)
                        .onWrite((c, r, stored, value) -> {
                            if (CpuInterface.virtualGroup0(c)) {
                                vmcr(c, ICH_VMCR_EL2.VENG0, value);
                                return stored;
                            }
                            return value;
                        }));
        add(
                all,
                RegisterDefinition.of("ICC_AP0R0_EL1", SystemRegister.ICC_AP0R0_EL1)
                        .field("P", 31, 0)
                        .rule(trap)
                        .onRead((c, r, stored) ->
                                CpuInterface.virtualGroup0(c) ? c.register(SystemRegister.ICH_AP0R0_EL2) : stored)
                        .onWrite((c, r, stored, value) -> {
                            if (CpuInterface.virtualGroup0(c)) {
                                c.register(SystemRegister.ICH_AP0R0_EL2, value);
                                CpuInterface.update(c);
                                return stored;
                            }
                            return value;
                        }));
    }

    private static void el2(List<RegisterDefinition> all) {
        add(
                all,
                RegisterDefinition.of("ICC_SRE_EL2", SystemRegister.ICC_SRE_EL2)
                        .field("Enable", 3)
                        .res1(2, 0)
                        .reset(SRE_ALL)
                        .from(2));
        add(
                all,
                RegisterDefinition.of("ICH_AP0R0_EL2", SystemRegister.ICH_AP0R0_EL2)
                        .field("P", 31, 0)
                        .from(2)
                        .onWrite((c, r, stored, value) -> store(c, r, value)));
        add(
                all,
                RegisterDefinition.of("ICH_AP1R0_EL2", SystemRegister.ICH_AP1R0_EL2)
                        .field("P", 31, 0)
                        .from(2)
                        .onWrite((c, r, stored, value) -> store(c, r, value)));
        add(
                all,
                RegisterDefinition.of("ICH_HCR_EL2", SystemRegister.ICH_HCR_EL2)
                        .bits("En", ICH_HCR_EL2.En)
                        .bits("UIE", ICH_HCR_EL2.UIE)
                        .bits("LRENPIE", ICH_HCR_EL2.LRENPIE)
                        .bits("NPIE", ICH_HCR_EL2.NPIE)
                        .bits("VGrp0EIE", ICH_HCR_EL2.VGrp0EIE)
                        .bits("VGrp0DIE", ICH_HCR_EL2.VGrp0DIE)
                        .bits("VGrp1EIE", ICH_HCR_EL2.VGrp1EIE)
                        .bits("VGrp1DIE", ICH_HCR_EL2.VGrp1DIE)
                        .bits("TC", ICH_HCR_EL2.TC)
                        .bits("TALL0", ICH_HCR_EL2.TALL0)
                        .bits("TALL1", ICH_HCR_EL2.TALL1)
                        .bits("TSEI", ICH_HCR_EL2.TSEI)
                        .bits("TDIR", ICH_HCR_EL2.TDIR)
                        .bits("EOIcount", ICH_HCR_EL2.EOIcount)
                        .from(2)
                        .onWrite((c, r, stored, value) -> store(c, r, value)));
        add(
                all,
                RegisterDefinition.of("ICH_VTR_EL2", SystemRegister.ICH_VTR_EL2)
                        .constant(VTR)
                        .from(2)
                        .readOnly());
        add(
                all,
                RegisterDefinition.of("ICH_MISR_EL2", SystemRegister.ICH_MISR_EL2)
                        .whole()
                        .from(2)
                        .readOnly()
                        .onRead((c, r, stored) -> ListRegisters.maintenance(c)));
        add(
                all,
                RegisterDefinition.of("ICH_EISR_EL2", SystemRegister.ICH_EISR_EL2)
                        .whole()
                        .from(2)
                        .readOnly()
                        .onRead((c, r, stored) -> ListRegisters.eoiStatus(c)));
        add(
                all,
                RegisterDefinition.of("ICH_ELRSR_EL2", SystemRegister.ICH_ELRSR_EL2)
                        .whole()
                        .from(2)
                        .readOnly()
                        .onRead((c, r, stored) -> ListRegisters.emptyStatus(c)));
        add(
                all,
                RegisterDefinition.of("ICH_VMCR_EL2", SystemRegister.ICH_VMCR_EL2)
                        .bits("VENG0", ICH_VMCR_EL2.VENG0)
                        .bits("VENG1", ICH_VMCR_EL2.VENG1)
                        .res1(3, 3)
                        .bits("VCBPR", ICH_VMCR_EL2.VCBPR)
                        .bits("VEOIM", ICH_VMCR_EL2.VEOIM)
                        .bits("VBPR1", ICH_VMCR_EL2.VBPR1)
                        .bits("VBPR0", ICH_VMCR_EL2.VBPR0)
                        .bits("VPMR", ICH_VMCR_EL2.VPMR)
                        .from(2)
                        .onWrite((c, r, stored, value) -> store(c, r, value)));
        for (int n = 0; n < ListRegisters.COUNT; n++) {
            add(
                    all,
                    RegisterDefinition.of("ICH_LR" + n + "_EL2", SystemRegister.ICH_LR0_EL2 + n)
                            .bits("vINTID", ICH_LR_EL2.vINTID)
                            .bits("pINTID", ICH_LR_EL2.pINTID)
                            .bits("Priority", ICH_LR_EL2.Priority)
                            .bits("Group", ICH_LR_EL2.Group)
                            .bits("HW", ICH_LR_EL2.HW)
                            .bits("State", ICH_LR_EL2.State)
                            .from(2)
                            .onWrite((c, r, stored, value) -> store(c, r, value)));
        }
    }
}
