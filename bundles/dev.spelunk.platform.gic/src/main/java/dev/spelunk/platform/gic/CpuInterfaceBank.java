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
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import dev.spelunk.api.registers.fields.ICC_BPRn_EL1;
import dev.spelunk.api.registers.fields.ICC_CTLR_EL1;
import dev.spelunk.api.registers.fields.ICC_EOIRn_EL1;
import dev.spelunk.api.registers.fields.ICC_IGRPENn_EL1;
import dev.spelunk.api.registers.fields.ICC_PMR_EL1;
import dev.spelunk.api.registers.fields.ICC_SRE_ELx;
import dev.spelunk.api.registers.fields.ICH_HCR_EL2;
import dev.spelunk.api.registers.fields.ICH_LR_EL2;
import dev.spelunk.api.registers.fields.ICH_VMCR_EL2;
import dev.spelunk.api.registers.fields.ICH_VTR_EL2;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Component;

/** The ICC and ICH system registers (IHI 0069, 12.2 to 12.4). SRE is RAO/WI: there is no memory-mapped interface. */
@Component(property = {Parts.PART + "=" + Parts.INTERRUPTS, Parts.NAME + "=gic"})
public final class CpuInterfaceBank implements RegisterBank {
    private static final long HCR_IMO_FMO = HCR_EL2.IMO | HCR_EL2.FMO;
    /** How five bits of priority, and of preemption, are told. */
    private static final long FIVE_BITS = 4;
    /** IDbits 0: 16 bits of INTID. */
    private static final long VTR = Field.inPlace(FIVE_BITS, ICH_VTR_EL2.PRIbits)
            | Field.inPlace(FIVE_BITS, ICH_VTR_EL2.PREbits)
            | ICH_VTR_EL2.A3V
            | ICH_VTR_EL2.nV4
            | ICH_VTR_EL2.TDS
            | Field.inPlace(ListRegisters.COUNT - 1, ICH_VTR_EL2.ListRegs);
    /** The bits of INTIDs that there are. */
    private static final long INTIDS = 0xFFFF;

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        List<RegisterDefinition> all = new ArrayList<>();
        common(all);
        AccessRule enable = architecture.has("FEAT_EL2") && architecture.has("FEAT_FGT")
                ? TrapControls.fineGrained(
                        SystemRegister.HFGRTR_EL2, SystemRegister.HFGWTR_EL2, HFGRTR_EL2.ICC_IGRPENn_EL1, 1)
                : (c, read) -> Access.ALLOWED;
        group1(all, enable);
        group0(all, enable);
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

    /**
     * A register of the CPU interface whose accesses EL2 can give to the virtual one.
     *
     * @param virtual whether an access is one of the ICV register
     * @param holder encoding of the register of EL2 that holds the ICV register's value
     */
    private static Builder either(String name, int encoding, Predicate<PeContext> virtual, int holder) {
        return RegisterDefinition.of(name, encoding)
                .storedIn(c -> virtual.test(c) ? holder : encoding)
                .afterWrite(CpuInterfaceBank::update);
    }

    /** As {@link #either}, held in ICH_VMCR_EL2. */
    private static Builder either(String name, int encoding, Predicate<PeContext> virtual) {
        return either(name, encoding, virtual, SystemRegister.ICH_VMCR_EL2);
    }

    /** The interface's outputs follow from its registers. */
    private static void update(PeContext c, RegisterDefinition register, long before, long value) {
        CpuInterface.update(c);
    }

    private static long insert(long vmcr, long field, long value) {
        return vmcr & ~field | Field.inPlace(value, field);
    }

    private static void common(List<RegisterDefinition> all) {
        add(
                all,
                either("ICC_PMR_EL1", SystemRegister.ICC_PMR_EL1, CpuInterface::virtualCommon)
                        .bits("Priority", Field.inPlace(CpuInterface.PRIORITY_BITS, ICC_PMR_EL1.Priority))
                        .rule(trap(ICH_HCR_EL2.TC))
                        .onRead((c, r, stored) ->
                                CpuInterface.virtualCommon(c) ? Field.valueIn(stored, ICH_VMCR_EL2.VPMR) : stored)
                        .beforeWrite((c, r, stored, value) ->
                                CpuInterface.virtualCommon(c) ? insert(stored, ICH_VMCR_EL2.VPMR, value) : value));
        add(
                all,
                either("ICC_CTLR_EL1", SystemRegister.ICC_CTLR_EL1, CpuInterface::virtualCommon)
                        .bits("CBPR", ICC_CTLR_EL1.CBPR)
                        .bits("EOImode", ICC_CTLR_EL1.EOImode)
                        .readOnlyBits("PRIbits", ICC_CTLR_EL1.PRIbits)
                        .readOnlyBits("IDbits", ICC_CTLR_EL1.IDbits)
                        .readOnlyBits("A3V", ICC_CTLR_EL1.A3V)
                        .reset(Field.inPlace(FIVE_BITS, ICC_CTLR_EL1.PRIbits) | ICC_CTLR_EL1.A3V)
                        .rule(trap(ICH_HCR_EL2.TC))
                        .onRead((c, r, stored) -> CpuInterface.virtualCommon(c) ? virtualControl(r, stored) : stored)
                        .beforeWrite((c, r, stored, value) ->
                                CpuInterface.virtualCommon(c) ? controlInVmcr(stored, value) : value));
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
                        .bits("INTID", ICC_EOIRn_EL1.INTID)
                        .writeOnly()
                        .rule(trap(ICH_HCR_EL2.TC))
                        .rule(trap(ICH_HCR_EL2.TDIR))
                        .action((c, r, before, value) -> CpuInterface.deactivate(c, (int) value)));
        add(
                all,
                RegisterDefinition.of("ICC_SRE_EL1", SystemRegister.ICC_SRE_EL1)
                        .res1(2, 0)
                        .rule((c, read) -> c.pe.el == 1
                                        && c.system.el2Enabled()
                                        && (c.register(SystemRegister.ICC_SRE_EL2) & ICC_SRE_ELx.Enable) == 0
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
                            .action((c, r, before, value) -> {
                                if (group1 && c.interrupts != null) {
                                    c.interrupts.softwareGenerated(c.pe.index, value);
                                    c.pe.sendsInterrupt();
                                    CpuInterface.update(c);
                                }
                            }));
        }
    }

    /** @param enable the fine-grained traps of ICC_IGRPENn_EL1 */
    private static void group1(List<RegisterDefinition> all, AccessRule enable) {
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
                        .bits("INTID", ICC_EOIRn_EL1.INTID)
                        .writeOnly()
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .action((c, r, before, value) -> CpuInterface.endOfInterrupt(c, (int) value)));
        add(
                all,
                either("ICC_BPR1_EL1", SystemRegister.ICC_BPR1_EL1, CpuInterface::virtual)
                        .bits("BinaryPoint", ICC_BPRn_EL1.BinaryPoint)
                        .reset(3)
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) -> CpuInterface.virtual(c)
                                ? CpuInterface.virtualBinaryPoint(c)
                                : CpuInterface.binaryPoint(c))
                        .beforeWrite(CpuInterfaceBank::binaryPoint));
        add(
                all,
                either("ICC_IGRPEN1_EL1", SystemRegister.ICC_IGRPEN1_EL1, CpuInterface::virtual)
                        .bits("Enable", ICC_IGRPENn_EL1.Enable)
                        .rule(enable)
                        .rule(trap(ICH_HCR_EL2.TALL1))
                        .onRead((c, r, stored) ->
                                CpuInterface.virtual(c) ? Field.valueIn(stored, ICH_VMCR_EL2.VENG1) : stored)
                        .beforeWrite((c, r, stored, value) ->
                                CpuInterface.virtual(c) ? insert(stored, ICH_VMCR_EL2.VENG1, value) : value));
        add(
                all,
                either(
                                "ICC_AP1R0_EL1",
                                SystemRegister.ICC_AP1R0_EL1,
                                CpuInterface::virtual,
                                SystemRegister.ICH_AP1R0_EL2)
                        .field("P", 31, 0)
                        .rule(trap(ICH_HCR_EL2.TALL1)));
    }

    /**
     * The physical interface delivers no Group 0 interrupts: there these registers hold values and acknowledge nothing.
     *
     * @param enable as of {@link #group1}
     */
    private static void group0(List<RegisterDefinition> all, AccessRule enable) {
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
                        .bits("INTID", ICC_EOIRn_EL1.INTID)
                        .writeOnly()
                        .rule(trap)
                        .action((c, r, before, value) -> CpuInterface.endOfInterrupt0(c, (int) value)));
        add(
                all,
                either("ICC_BPR0_EL1", SystemRegister.ICC_BPR0_EL1, CpuInterface::virtualGroup0)
                        .bits("BinaryPoint", ICC_BPRn_EL1.BinaryPoint)
                        .reset(CpuInterface.LEAST_BPR0)
                        .rule(trap)
                        .onRead((c, r, stored) ->
                                CpuInterface.virtualGroup0(c) ? CpuInterface.virtualBinaryPoint0(c) : stored)
                        .beforeWrite((c, r, stored, value) -> {
                            long point = Math.max(value, CpuInterface.LEAST_BPR0);
                            return CpuInterface.virtualGroup0(c) ? insert(stored, ICH_VMCR_EL2.VBPR0, point) : point;
                        }));
        add(
                all,
                either("ICC_IGRPEN0_EL1", SystemRegister.ICC_IGRPEN0_EL1, CpuInterface::virtualGroup0)
                        .bits("Enable", ICC_IGRPENn_EL1.Enable)
                        .rule(enable)
                        .rule(trap)
                        .onRead((c, r, stored) -> CpuInterface.virtualGroup0(c) ? stored & ICH_VMCR_EL2.VENG0 : stored)
                        .beforeWrite((c, r, stored, value) ->
                                CpuInterface.virtualGroup0(c) ? insert(stored, ICH_VMCR_EL2.VENG0, value) : value));
        add(
                all,
                either(
                                "ICC_AP0R0_EL1",
                                SystemRegister.ICC_AP0R0_EL1,
                                CpuInterface::virtualGroup0,
                                SystemRegister.ICH_AP0R0_EL2)
                        .field("P", 31, 0)
                        .rule(trap));
    }

    /** ICV_CTLR_EL1: the fields that ICH_VMCR_EL2 holds, the others as the physical interface has them. */
    private static long virtualControl(RegisterDefinition register, long vmcr) {
        long held = ((vmcr & ICH_VMCR_EL2.VEOIM) != 0 ? ICC_CTLR_EL1.EOImode : 0)
                | ((vmcr & ICH_VMCR_EL2.VCBPR) != 0 ? ICC_CTLR_EL1.CBPR : 0);
        return register.reset() & ~(ICC_CTLR_EL1.EOImode | ICC_CTLR_EL1.CBPR) | held;
    }

    private static long controlInVmcr(long vmcr, long control) {
        long held = ((control & ICC_CTLR_EL1.EOImode) != 0 ? ICH_VMCR_EL2.VEOIM : 0)
                | ((control & ICC_CTLR_EL1.CBPR) != 0 ? ICH_VMCR_EL2.VCBPR : 0);
        return vmcr & ~(ICH_VMCR_EL2.VEOIM | ICH_VMCR_EL2.VCBPR) | held;
    }

    /** ICC_BPR1_EL1 and ICV_BPR1_EL1 ignore writes while the binary point of Group 0 is common to both. */
    private static long binaryPoint(PeContext c, RegisterDefinition register, long stored, long value) {
        long point = Math.max(value, CpuInterface.LEAST_BPR1);
        if (CpuInterface.virtual(c)) {
            boolean common = (stored & ICH_VMCR_EL2.VCBPR) != 0;
            return common ? stored : insert(stored, ICH_VMCR_EL2.VBPR1, point);
        }
        return (c.register(SystemRegister.ICC_CTLR_EL1) & ICC_CTLR_EL1.CBPR) != 0 ? stored : point;
    }

    private static void el2(List<RegisterDefinition> all) {
        add(
                all,
                RegisterDefinition.of("ICC_SRE_EL2", SystemRegister.ICC_SRE_EL2)
                        .bits("Enable", ICC_SRE_ELx.Enable)
                        .res1(2, 0)
                        .reset(ICC_SRE_ELx.ALL)
                        .from(2));
        add(
                all,
                RegisterDefinition.of("ICH_AP0R0_EL2", SystemRegister.ICH_AP0R0_EL2)
                        .field("P", 31, 0)
                        .from(2)
                        .afterWrite(CpuInterfaceBank::update));
        add(
                all,
                RegisterDefinition.of("ICH_AP1R0_EL2", SystemRegister.ICH_AP1R0_EL2)
                        .field("P", 31, 0)
                        .from(2)
                        .afterWrite(CpuInterfaceBank::update));
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
                        .afterWrite(CpuInterfaceBank::update));
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
                        .bits("VPMR", Field.inPlace(CpuInterface.PRIORITY_BITS, ICH_VMCR_EL2.VPMR))
                        .from(2)
                        .afterWrite(CpuInterfaceBank::update));
        for (int n = 0; n < ListRegisters.COUNT; n++) {
            add(
                    all,
                    RegisterDefinition.of("ICH_LR" + n + "_EL2", SystemRegister.ICH_LR0_EL2 + n)
                            .bits("vINTID", Field.inPlace(INTIDS, ICH_LR_EL2.vINTID))
                            .bits("pINTID", ICH_LR_EL2.pINTID)
                            .bits("Priority", Field.inPlace(CpuInterface.PRIORITY_BITS, ICH_LR_EL2.Priority))
                            .bits("Group", ICH_LR_EL2.Group)
                            .bits("HW", ICH_LR_EL2.HW)
                            .bits("State", ICH_LR_EL2.State)
                            .from(2)
                            .afterWrite(CpuInterfaceBank::update));
        }
    }
}
