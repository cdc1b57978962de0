// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import static dev.spelunk.api.registers.SystemRegister.ICC_AP0R0_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_BPR0_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_BPR1_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_CTLR_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_DIR_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_IGRPEN0_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_IGRPEN1_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_PMR_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_RPR_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICC_SGI1R_EL1;
import static dev.spelunk.api.registers.SystemRegister.ICH_AP0R0_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_AP1R0_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_EISR_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_ELRSR_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_HCR_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_LR0_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_MISR_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_VMCR_EL2;
import static dev.spelunk.api.registers.SystemRegister.ICH_VTR_EL2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The virtual CPU interface over the list registers (IHI 0069, 6, 12.3, 12.4)")
class VirtualInterfaceTest {
    private static final int SPURIOUS = 1023;
    private static final int MAINTENANCE = 25;
    private static final long PENDING = 1L << 62;
    private static final long ACTIVE = 1L << 63;
    private static final long HW = 1L << 61;
    private static final long GROUP1 = 1L << 60;
    private static final long EOI = 1L << 41;
    private static final long EN = 1;
    private static final long UIE = 1 << 1;
    private static final long LRENPIE = 1 << 2;
    private static final long NPIE = 1 << 3;

    private final Bench b = Bench.enabled();

    @BeforeEach
    void guestIsReady() {
        b.hypervisor().write(0, ICH_HCR_EL2, EN);
        b.guest().write(0, ICC_PMR_EL1, 0xF0);
        b.write(0, ICC_IGRPEN1_EL1, 1);
    }

    private void list(int n, long value) {
        b.hypervisor().write(0, ICH_LR0_EL2 + n, value);
        b.guest();
    }

    private long list(int n) {
        return b.register(ICH_LR0_EL2 + n);
    }

    private void host(int register, long value) {
        b.hypervisor().write(0, register, value);
        b.guest();
    }

    private long host(int register) {
        long value = b.hypervisor().read(0, register);
        b.guest();
        return value;
    }

    private static long lr(long state, int intid, int priority) {
        return state | GROUP1 | (long) priority << 48 | intid;
    }

    @Test
    @DisplayName("a pending list register raises the virtual IRQ only; IAR makes it active, EOIR invalid")
    void lifeCycle() {
        list(0, lr(PENDING, 27, 0xA0));
        assertThat(b.virq()).isTrue();
        assertThat(b.irq()).isFalse();
        assertThat(b.read(0, SystemRegister.ICC_HPPIR1_EL1)).isEqualTo(27);
        assertThat(b.acknowledge()).isEqualTo(27);
        assertThat(b.virq()).isFalse();
        assertThat(list(0)).isEqualTo(lr(ACTIVE, 27, 0xA0));
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0xA0);
        assertThat(b.register(ICH_AP1R0_EL2)).isEqualTo(1L << (0xA0 >> 3));
        assertThat(b.register(SystemRegister.ICC_AP1R0_EL1)).isZero();
        b.end(27);
        assertThat(list(0)).isEqualTo(lr(0, 27, 0xA0));
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0xFF);
        assertThat(b.acknowledge()).isEqualTo(SPURIOUS);
    }

    @Test
    @DisplayName("pending and active: not signalled until deactivated, then pending")
    void pendingAndActive() {
        list(0, lr(PENDING, 5, 0x80));
        assertThat(b.acknowledge()).isEqualTo(5);
        list(0, lr(PENDING | ACTIVE, 5, 0x80));
        assertThat(b.virq()).isFalse();
        b.end(5);
        assertThat(list(0)).isEqualTo(lr(PENDING, 5, 0x80));
        assertThat(b.virq()).isTrue();
    }

    @Test
    @DisplayName("HW: deactivation of the virtual interrupt deactivates the physical one")
    void hardware() {
        b.hypervisor().line(27, true);
        b.pes[0].registers.read(SystemRegister.ICC_IAR1_EL1);
        b.write(0, ICC_CTLR_EL1, 2);
        b.write(0, SystemRegister.ICC_EOIR1_EL1, 27);
        assertThat(b.gic.isActive(0, 27)).isTrue();
        list(0, lr(PENDING | HW | 27L << 32, 90, 0xA0));
        assertThat(b.acknowledge()).isEqualTo(90);
        assertThat(b.gic.isActive(0, 27)).isTrue();
        assertThat(b.irq()).isFalse();
        b.end(90);
        assertThat(b.gic.isActive(0, 27)).isFalse();
        assertThat(b.irq()).isTrue();
    }

    @Test
    @DisplayName("HW with a physical INTID that does not exist deactivates nothing")
    void hardwareAbsent() {
        list(0, lr(PENDING | HW | 0x1FFFL << 32, 90, 0xA0));
        assertThat(b.acknowledge()).isEqualTo(90);
        b.end(90);
        assertThat(list(0) & (PENDING | ACTIVE)).isZero();
    }

    @Test
    @DisplayName("EOI in a list register: a maintenance interrupt when it becomes invalid, told by EISR and not ELRSR")
    void endMaintenance() {
        list(1, lr(PENDING | EOI, 40, 0x80));
        assertThat(host(ICH_ELRSR_EL2)).isEqualTo(0b1101);
        assertThat(b.acknowledge()).isEqualTo(40);
        assertThat(host(ICH_MISR_EL2)).isZero();
        b.end(40);
        assertThat(host(ICH_EISR_EL2)).isEqualTo(0b10);
        assertThat(host(ICH_ELRSR_EL2)).isEqualTo(0b1101);
        assertThat(host(ICH_MISR_EL2)).isEqualTo(1);
        assertThat(b.gic.isPending(0, MAINTENANCE)).isTrue();
        assertThat(b.irq()).isTrue();
        list(1, 0);
        assertThat(b.gic.isPending(0, MAINTENANCE)).isFalse();
        assertThat(b.irq()).isFalse();
        assertThat(host(ICH_ELRSR_EL2)).isEqualTo(0b1111);
    }

    @Test
    @DisplayName("the highest priority of the list registers is taken first, preemption as in the physical interface")
    void priorities() {
        list(0, lr(PENDING, 50, 0x80));
        assertThat(b.acknowledge()).isEqualTo(50);
        list(1, lr(PENDING, 51, 0x80));
        assertThat(b.virq()).isFalse();
        list(2, lr(PENDING, 52, 0x40));
        list(3, lr(PENDING, 53, 0x20));
        assertThat(b.virq()).isTrue();
        assertThat(b.acknowledge()).isEqualTo(53);
        assertThat(b.acknowledge()).isEqualTo(SPURIOUS);
        b.end(53);
        assertThat(b.acknowledge()).isEqualTo(52);
        b.end(52);
        b.end(50);
        assertThat(b.acknowledge()).isEqualTo(51);
    }

    @Test
    @DisplayName("the guest's controls are fields of ICH_VMCR_EL2, the physical ones stay")
    void controls() {
        long physicalMask = b.register(ICC_PMR_EL1);
        b.write(0, ICC_PMR_EL1, 0x58);
        b.write(0, ICC_BPR1_EL1, 5);
        b.write(0, ICC_BPR0_EL1, 4);
        b.write(0, ICC_CTLR_EL1, 2);
        b.write(0, ICC_IGRPEN0_EL1, 1);
        long vmcr = b.register(ICH_VMCR_EL2);
        assertThat(vmcr >>> 24 & 0xFF).isEqualTo(0x58);
        assertThat(vmcr >>> 18 & 7).isEqualTo(5);
        assertThat(vmcr >>> 21 & 7).isEqualTo(4);
        assertThat(vmcr >>> 9 & 1).isEqualTo(1);
        assertThat(vmcr & 3).isEqualTo(3);
        assertThat(b.read(0, ICC_PMR_EL1)).isEqualTo(0x58);
        assertThat(b.read(0, ICC_BPR1_EL1)).isEqualTo(5);
        assertThat(b.read(0, ICC_BPR0_EL1)).isEqualTo(4);
        assertThat(b.read(0, ICC_CTLR_EL1)).isEqualTo(4 << 8 | 1 << 15 | 2);
        assertThat(b.read(0, ICC_IGRPEN0_EL1)).isEqualTo(1);
        assertThat(b.register(ICC_PMR_EL1)).isEqualTo(physicalMask);
        assertThat(b.register(ICC_BPR1_EL1)).isEqualTo(3);
        assertThat(b.register(ICC_CTLR_EL1) & 3).isZero();
        assertThat(b.register(ICC_IGRPEN0_EL1)).isZero();
        b.write(0, ICC_CTLR_EL1, 1);
        assertThat(b.read(0, ICC_BPR1_EL1)).isEqualTo(5);
        b.write(0, ICC_BPR1_EL1, 7);
        assertThat(b.register(ICH_VMCR_EL2) >>> 18 & 7).isEqualTo(5);
        b.write(0, ICC_AP0R0_EL1, 4);
        assertThat(b.register(ICH_AP0R0_EL2)).isEqualTo(4);
        assertThat(b.register(ICC_AP0R0_EL1)).isZero();
    }

    @Test
    @DisplayName("VPMR, VENG1 and ICH_HCR_EL2.En gate the virtual interrupt")
    void gates() {
        list(0, lr(PENDING, 27, 0xA0));
        b.write(0, ICC_PMR_EL1, 0xA0);
        assertThat(b.virq()).isFalse();
        b.write(0, ICC_PMR_EL1, 0xA8);
        assertThat(b.virq()).isTrue();
        b.write(0, ICC_IGRPEN1_EL1, 0);
        assertThat(b.virq()).isFalse();
        b.write(0, ICC_IGRPEN1_EL1, 1);
        assertThat(b.virq()).isTrue();
        host(ICH_HCR_EL2, 0);
        assertThat(b.virq()).isFalse();
        assertThat(b.acknowledge()).isEqualTo(SPURIOUS);
    }

    @Test
    @DisplayName("VEOIM 1: EOIR drops the priority, DIR deactivates")
    void splitEnd() {
        b.write(0, ICC_CTLR_EL1, 2);
        list(0, lr(PENDING, 27, 0xA0));
        assertThat(b.acknowledge()).isEqualTo(27);
        b.end(27);
        assertThat(list(0)).isEqualTo(lr(ACTIVE, 27, 0xA0));
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0xFF);
        b.write(0, ICC_DIR_EL1, 27);
        assertThat(list(0)).isEqualTo(lr(0, 27, 0xA0));
    }

    @Test
    @DisplayName("an end that no list register answers is counted, and LRENPIE asks for maintenance")
    void endCount() {
        host(ICH_HCR_EL2, EN | LRENPIE);
        assertThat(b.gic.isPending(0, MAINTENANCE)).isFalse();
        list(0, lr(PENDING, 60, 0x80));
        assertThat(b.acknowledge()).isEqualTo(60);
        list(0, 0);
        b.end(60);
        assertThat(b.register(ICH_HCR_EL2) >>> 27).isEqualTo(1);
        assertThat(host(ICH_MISR_EL2)).isEqualTo(4);
        assertThat(b.gic.isPending(0, MAINTENANCE)).isTrue();
        b.end(61);
        assertThat(b.register(ICH_HCR_EL2) >>> 27)
                .as("without an active priority EOIR does nothing")
                .isEqualTo(1);
    }

    @Test
    @DisplayName("more than four: with UIE the hypervisor hears when at most one list register is valid")
    void underflow() {
        for (int n = 0; n < 4; n++) {
            list(n, lr(PENDING, 100 + n, 0x80));
        }
        host(ICH_HCR_EL2, EN | UIE);
        for (int n = 0; n < 4; n++) {
            assertThat(b.irq()).as("with %d valid", 4 - n).isEqualTo(n > 2);
            assertThat(b.acknowledge()).isEqualTo(100 + n);
            b.end(100 + n);
        }
        assertThat(host(ICH_MISR_EL2)).isEqualTo(2);
    }

    @ParameterizedTest(name = "ICH_HCR_EL2 0x{0}, VENG 0b{1}, pending {2}: ICH_MISR_EL2 0x{3}")
    @CsvSource({
        "8, 10, false, 8", "8, 10, true, 0", "40, 10, false, 40", "40, 00, false, 0", "80, 00, false, 80",
        "80, 10, false, 0", "10, 01, false, 10", "10, 10, false, 0", "20, 10, false, 20", "20, 01, false, 0",
        "F8, 00, false, A8",
    })
    @DisplayName("the other maintenance reasons")
    void maintenanceReasons(String hcr, String enables, boolean pending, String misr) {
        host(ICH_VMCR_EL2, Long.parseLong(enables, 2));
        if (pending) {
            list(0, lr(PENDING, 70, 0x80));
        }
        long expected = Long.parseLong(misr, 16);
        host(ICH_HCR_EL2, Long.parseLong(hcr, 16));
        assertThat(host(ICH_MISR_EL2)).isEqualTo(expected);
        assertThat(b.gic.isPending(0, MAINTENANCE)).as("En is 0").isFalse();
        host(ICH_HCR_EL2, EN | Long.parseLong(hcr, 16));
        assertThat(b.gic.isPending(0, MAINTENANCE)).isEqualTo(expected != 0);
    }

    @Test
    @DisplayName("NPIE looks at the pending state alone: pending and active does not count")
    void noPending() {
        list(0, lr(PENDING | ACTIVE, 70, 0x80));
        host(ICH_HCR_EL2, EN | NPIE);
        assertThat(host(ICH_MISR_EL2)).isEqualTo(8);
    }

    @Test
    @DisplayName("ICH_VTR_EL2: five bits of priority and preemption, four list registers, A3V, nV4, TDS")
    void type() {
        long vtr = host(ICH_VTR_EL2);
        assertThat((vtr >>> 29 & 7) + 1).isEqualTo(5);
        assertThat((vtr >>> 26 & 7) + 1).isEqualTo(5);
        assertThat(vtr >>> 23 & 7).isZero();
        assertThat(vtr >>> 19 & 7).isEqualTo(7);
        assertThat((vtr & 31) + 1).isEqualTo(4);
        b.hypervisor();
        assertThat(b.pes[0].registers.decide(ICH_LR0_EL2 + 3, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.pes[0].registers.decide(ICH_LR0_EL2 + 4, true)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    @DisplayName("list registers keep the bits that they have")
    void listRegisterFields() {
        list(0, -1);
        assertThat(list(0)).isEqualTo(0xF0F8_1FFF_0000_FFFFL);
    }

    @ParameterizedTest(name = "ICH_HCR_EL2 bit {0} traps register {1}")
    @CsvSource({
        "10, ICC_PMR_EL1", "10, ICC_CTLR_EL1", "10, ICC_RPR_EL1", "10, ICC_DIR_EL1", "10, ICC_SGI1R_EL1",
        "11, ICC_BPR0_EL1", "11, ICC_IAR0_EL1", "11, ICC_IGRPEN0_EL1", "11, ICC_AP0R0_EL1", "11, ICC_EOIR0_EL1",
        "12, ICC_BPR1_EL1", "12, ICC_IAR1_EL1", "12, ICC_IGRPEN1_EL1", "12, ICC_AP1R0_EL1", "12, ICC_EOIR1_EL1",
        "12, ICC_HPPIR1_EL1", "14, ICC_DIR_EL1",
    })
    @DisplayName("TC, TALL0, TALL1 and TDIR trap their registers, each no others of these")
    void traps(int bit, String name) throws ReflectiveOperationException {
        int register = SystemRegister.class.getField(name).getInt(null);
        boolean read = !name.matches("ICC_(DIR|EOIR\\d|SGI1R)_EL1");
        b.pes[0].register(SystemRegister.HCR_EL2, 0);
        assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.ALLOWED);
        b.pes[0].register(ICH_HCR_EL2, 1L << bit);
        assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.trap(2));
        b.pes[0].register(ICH_HCR_EL2, name.equals("ICC_DIR_EL1") ? 3L << 11 : 0x5C00 & ~(1L << bit));
        assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.ALLOWED);
        b.pes[0].register(ICH_HCR_EL2, 0x5C00);
        b.pes[0].pe.el = 2;
        assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.ALLOWED);
        b.pes[0].pe.el = 0;
        assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.UNDEFINED);
    }

    @ParameterizedTest
    @ValueSource(ints = {ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL1})
    @DisplayName(
            "HFGRTR_EL2 and HFGWTR_EL2.ICC_IGRPENn_EL1 trap both enables, while SCR_EL3.FGTEn is 1 (DDI 0487, D24.2.73)")
    void fineGrainedTraps(int register) {
        b.pes[0].register(SystemRegister.HCR_EL2, 0);
        b.pes[0].register(SystemRegister.SCR_EL3, 1L << 27 | 1);
        for (boolean read : new boolean[] {true, false}) {
            int control = read ? SystemRegister.HFGRTR_EL2 : SystemRegister.HFGWTR_EL2;
            b.pes[0].register(control, 1L << 39);
            assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.trap(2));
            assertThat(b.pes[0].registers.decide(register, !read)).isEqualTo(Access.ALLOWED);
            b.pes[0].register(control, ~(1L << 39));
            assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.ALLOWED);
            b.pes[0].register(control, 1L << 39);
            b.pes[0].register(SystemRegister.SCR_EL3, 1);
            assertThat(b.pes[0].registers.decide(register, read)).isEqualTo(Access.ALLOWED);
            b.pes[0].register(SystemRegister.SCR_EL3, 1L << 27 | 1);
            b.pes[0].register(control, 0);
        }
    }

    @Test
    @DisplayName("SGIs of a guest trap while IMO or FMO is 1")
    void softwareGenerated() {
        for (long hcr : new long[] {0, Bench.IMO, Bench.FMO}) {
            b.pes[0].register(SystemRegister.HCR_EL2, hcr);
            assertThat(b.pes[0].registers.decide(ICC_SGI1R_EL1, false))
                    .isEqualTo(hcr == 0 ? Access.ALLOWED : Access.trap(2));
        }
    }

    @Test
    @DisplayName("without IMO the guest's accesses reach the physical interface")
    void physicalWithoutRouting() {
        b.pes[0].register(SystemRegister.HCR_EL2, 0);
        list(0, lr(PENDING, 90, 0x10));
        b.pes[0].register(SystemRegister.HCR_EL2, 0);
        b.line(27, true);
        assertThat(b.acknowledge()).isEqualTo(27);
        assertThat(list(0)).isEqualTo(lr(PENDING, 90, 0x10));
    }

    private static long lr0(long state, int intid, int priority) {
        return lr(state, intid, priority) & ~GROUP1;
    }

    private boolean vfiq() {
        return (b.pes[0].pe.interrupts & PeState.VFIQ) != 0;
    }

    @Test
    @DisplayName("Group 0: the virtual FIQ, acknowledged and ended by the Group 0 registers alone")
    void group0() {
        list(0, lr0(PENDING, 33, 0x80));
        assertThat(vfiq()).as("VENG0 is 0").isFalse();
        b.write(0, ICC_IGRPEN0_EL1, 1);
        assertThat(vfiq()).isTrue();
        assertThat(b.virq()).isFalse();
        assertThat(b.acknowledge()).as("Group 1's register").isEqualTo(SPURIOUS);
        assertThat(b.read(0, SystemRegister.ICC_HPPIR1_EL1)).isEqualTo(SPURIOUS);
        assertThat(b.read(0, SystemRegister.ICC_HPPIR0_EL1)).isEqualTo(33);
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(33);
        assertThat(vfiq()).isFalse();
        assertThat(list(0)).isEqualTo(lr0(ACTIVE, 33, 0x80));
        assertThat(b.register(ICH_AP0R0_EL2)).isEqualTo(1L << (0x80 >> 3));
        assertThat(b.register(ICH_AP1R0_EL2)).isZero();
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0x80);
        b.write(0, SystemRegister.ICC_EOIR0_EL1, 33);
        assertThat(list(0)).isEqualTo(lr0(0, 33, 0x80));
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0xFF);
    }

    @Test
    @DisplayName("the group of the highest priority is signalled; an interrupt of one group preempts one of the other")
    void bothGroups() {
        b.write(0, ICC_IGRPEN0_EL1, 1);
        list(0, lr(PENDING, 50, 0x80));
        list(1, lr0(PENDING, 51, 0x90));
        assertThat(b.virq()).isTrue();
        assertThat(vfiq()).isFalse();
        assertThat(b.acknowledge()).isEqualTo(50);
        assertThat(vfiq()).as("the lower priority waits").isFalse();
        list(2, lr0(PENDING, 52, 0x40));
        assertThat(vfiq()).isTrue();
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(52);
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0x40);
        b.write(0, SystemRegister.ICC_EOIR0_EL1, 52);
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0x80);
        b.end(50);
        assertThat(vfiq()).isTrue();
        b.write(0, ICC_IGRPEN0_EL1, 0);
        list(3, lr(PENDING, 53, 0xA0));
        assertThat(b.virq()).as("a group that is not enabled hides nothing").isTrue();
    }

    @Test
    @DisplayName("the Group 0 binary point leaves out one bit more than that of Group 1")
    void binaryPointOfGroup0() {
        b.write(0, ICC_IGRPEN0_EL1, 1);
        b.write(0, ICC_BPR0_EL1, 5);
        list(0, lr0(PENDING, 40, 0xB8));
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(40);
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0x80);
        list(1, lr0(PENDING, 41, 0x80));
        assertThat(vfiq()).as("the same group priority").isFalse();
        list(1, lr0(PENDING, 41, 0x78));
        assertThat(vfiq()).isTrue();
    }

    @Test
    @DisplayName("EOIR of the other group drops the priority and deactivates nothing; HW deactivates the physical one")
    void endOfTheOtherGroup() {
        b.write(0, ICC_IGRPEN0_EL1, 1);
        b.hypervisor().line(27, true);
        b.pes[0].registers.read(SystemRegister.ICC_IAR1_EL1);
        list(0, lr0(PENDING | HW | 27L << 32, 90, 0x80));
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(90);
        b.end(90);
        assertThat(list(0) & ACTIVE).isNotZero();
        assertThat(b.read(0, ICC_RPR_EL1)).isEqualTo(0xFF);
        assertThat(b.register(ICH_HCR_EL2) >>> 27).isZero();
        list(0, lr0(PENDING | HW | 27L << 32, 90, 0x80));
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(90);
        b.write(0, SystemRegister.ICC_EOIR0_EL1, 90);
        assertThat(b.gic.isActive(0, 27)).isFalse();
    }

    @Test
    @DisplayName("without FMO the Group 0 registers are the physical interface's, which has no such interrupts")
    void physicalGroup0() {
        b.write(0, ICC_IGRPEN0_EL1, 1);
        list(0, lr0(PENDING, 33, 0x80));
        b.pes[0].register(SystemRegister.HCR_EL2, Bench.IMO);
        assertThat(b.read(0, SystemRegister.ICC_IAR0_EL1)).isEqualTo(SPURIOUS);
        assertThat(b.read(0, SystemRegister.ICC_HPPIR0_EL1)).isEqualTo(SPURIOUS);
        assertThat(list(0)).isEqualTo(lr0(PENDING, 33, 0x80));
    }

    @Test
    @DisplayName("ICH registers are UNDEFINED at EL1")
    void hypervisorOnly() {
        for (int register :
                new int[] {ICH_HCR_EL2, ICH_VTR_EL2, ICH_VMCR_EL2, ICH_LR0_EL2, ICH_AP1R0_EL2, ICH_MISR_EL2}) {
            assertThat(b.pes[0].registers.decide(register, true)).isEqualTo(Access.UNDEFINED);
        }
    }
}
