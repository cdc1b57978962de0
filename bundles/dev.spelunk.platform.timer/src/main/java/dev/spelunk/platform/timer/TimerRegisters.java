// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.banks.RegisterDefinition.Builder;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNTHCTL_EL2;
import dev.spelunk.api.registers.fields.CNTKCTL_EL1;
import dev.spelunk.api.registers.fields.CNT_CTL;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * The registers of the generic timer (DDI 0487, D24.10). The Secure timers are not here: nothing executes in
 * Secure state, and from Non-secure EL2 and EL1 their names are UNDEFINED.
 */
@Component(
        service = RegisterBank.class,
        property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=timer"})
public final class TimerRegisters implements RegisterBank {
    private static final int CNTPCTSS_EL0 = Encoding.of(3, 3, 14, 0, 5);
    private static final int CNTVCTSS_EL0 = Encoding.of(3, 3, 14, 0, 6);
    /** EL1PCTEN and EL1PCEN, and where they are with E2H = 1: an EL1 guest with nothing at EL2 can use its timers. */
    private static final long CNTHCTL_RESET =
            CNTHCTL_EL2.EL1PCTEN | CNTHCTL_EL2.EL1PCEN | CNTHCTL_EL2.HOST_EL1PCTEN | CNTHCTL_EL2.HOST_EL1PTEN;

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        boolean el2 = architecture.has("FEAT_EL2");
        boolean vhe = el2 && architecture.has("FEAT_VHE");
        List<RegisterDefinition> all = new ArrayList<>();
        counters(all, architecture);
        controls(all, architecture, el2, vhe);
        timer(all, Timer.CNTP, "CNTP", 0, TimerTraps.physicalTimer(), vhe ? Timer.CNTHP : null);
        timer(all, Timer.CNTV, "CNTV", 0, TimerTraps.virtualTimer(), vhe ? Timer.CNTHV : null);
        if (el2) {
            timer(all, Timer.CNTHP, "CNTHP", 2, null, null);
        }
        if (vhe) {
            timer(all, Timer.CNTHV, "CNTHV", 2, null, null);
            aliases(all, Timer.CNTP, "CNTP");
            aliases(all, Timer.CNTV, "CNTV");
            all.add(RegisterDefinition.of("CNTKCTL_EL12", alias(SystemRegister.CNTKCTL_EL1))
                    .aliasOf(SystemRegister.CNTKCTL_EL1)
                    .build());
        }
        return all;
    }

    private static void counters(List<RegisterDefinition> all, Architecture architecture) {
        int highest = architecture.has("FEAT_EL3") ? 3 : architecture.has("FEAT_EL2") ? 2 : 1;
        all.add(RegisterDefinition.of("CNTFRQ_EL0", SystemRegister.CNTFRQ_EL0)
                .field("ClockFreq", 31, 0)
                .from(0)
                .writesFrom(highest)
                .reset(MachineState.COUNTER_FREQUENCY)
                .rule(TimerTraps.frequency())
                .build());
        counter(all, "CNTPCT_EL0", SystemRegister.CNTPCT_EL0, TimerTraps.physicalCounter(), Counter::readPhysical);
        counter(all, "CNTVCT_EL0", SystemRegister.CNTVCT_EL0, TimerTraps.virtualCounter(), Counter::readVirtual);
        if (architecture.has("FEAT_ECV")) {
            counter(all, "CNTPCTSS_EL0", CNTPCTSS_EL0, TimerTraps.physicalCounter(), Counter::readPhysical);
            counter(all, "CNTVCTSS_EL0", CNTVCTSS_EL0, TimerTraps.virtualCounter(), Counter::readVirtual);
        }
    }

    /** Reads a counter at the current EL. */
    @FunctionalInterface
    private interface Count {
        long read(PeContext context);
    }

    private static void counter(List<RegisterDefinition> all, String name, int encoding, AccessRule rule, Count count) {
        all.add(RegisterDefinition.of(name, encoding)
                .whole()
                .from(0)
                .readOnly()
                .rule(rule)
                .onRead((c, r, stored) -> count.read(c))
                .build());
    }

    private static void controls(List<RegisterDefinition> all, Architecture architecture, boolean el2, boolean vhe) {
        boolean ecv = architecture.has("FEAT_ECV");
        Builder kernel = RegisterDefinition.of("CNTKCTL_EL1", SystemRegister.CNTKCTL_EL1)
                .bits("EL0PCTEN", CNTKCTL_EL1.EL0PCTEN)
                .bits("EL0VCTEN", CNTKCTL_EL1.EL0VCTEN)
                .bits("EVNTEN", CNTKCTL_EL1.EVNTEN)
                .bits("EVNTDIR", CNTKCTL_EL1.EVNTDIR)
                .bits("EVNTI", CNTKCTL_EL1.EVNTI)
                .bits("EL0VTEN", CNTKCTL_EL1.EL0VTEN)
                .bits("EL0PTEN", CNTKCTL_EL1.EL0PTEN);
        if (ecv) {
            kernel.bits("EVNTIS", CNTKCTL_EL1.EVNTIS);
        }
        if (vhe) {
            kernel.redirectedAtEl2(SystemRegister.CNTHCTL_EL2);
        }
        all.add(kernel.build());
        if (!el2) {
            return;
        }
        // Bits 0 and 1 have other names with E2H = 1, and bits 11:8 a meaning only then.
        Builder hypervisor = RegisterDefinition.of("CNTHCTL_EL2", SystemRegister.CNTHCTL_EL2)
                .from(2)
                .bits("EL1PCTEN", CNTHCTL_EL2.EL1PCTEN)
                .bits("EL1PCEN", CNTHCTL_EL2.EL1PCEN)
                .bits("EVNTEN", CNTHCTL_EL2.EVNTEN)
                .bits("EVNTDIR", CNTHCTL_EL2.EVNTDIR)
                .bits("EVNTI", CNTHCTL_EL2.EVNTI)
                .reset(CNTHCTL_RESET)
                .afterWrite(TimerRegisters::timersChanged);
        if (vhe) {
            hypervisor
                    .bits("EL0VTEN", CNTHCTL_EL2.EL0VTEN)
                    .bits("EL0PTEN", CNTHCTL_EL2.EL0PTEN)
                    .field("E2H_EL1PCTEN", 10)
                    .bits("EL1PTEN", CNTHCTL_EL2.EL1PTEN);
        }
        if (ecv) {
            hypervisor
                    .bits("EL1TVT", CNTHCTL_EL2.EL1TVT)
                    .bits("EL1TVCT", CNTHCTL_EL2.EL1TVCT)
                    .bits("EL1NVPCT", CNTHCTL_EL2.EL1NVPCT)
                    .bits("EL1NVVCT", CNTHCTL_EL2.EL1NVVCT)
                    .bits("EVNTIS", CNTHCTL_EL2.EVNTIS);
        }
        all.add(RegisterDefinition.of("CNTVOFF_EL2", SystemRegister.CNTVOFF_EL2)
                .whole()
                .from(2)
                .afterWrite(TimerRegisters::timersChanged)
                .build());
        if (architecture.has("FEAT_ECV_POFF")) {
            hypervisor.bits("ECV", CNTHCTL_EL2.ECV);
            Builder offset = RegisterDefinition.of("CNTPOFF_EL2", SystemRegister.CNTPOFF_EL2)
                    .whole()
                    .from(2)
                    .afterWrite(TimerRegisters::timersChanged);
            all.add(offset.rule(TrapControls.trapToEl3(SystemRegister.SCR_EL3, SCR_EL3.ECVEn, 0))
                    .build());
        }
        all.add(hypervisor.build());
    }

    /** The run loop must look at the deadline again. */
    private static void timersChanged(PeContext c, RegisterDefinition register, long before, long value) {
        c.pe.changed |= PeState.CHANGED_TIMERS;
    }

    /**
     * The three registers of a timer.
     *
     * @param prefix of their names
     * @param el lowest EL with access, also the suffix of their names
     * @param rule null when nothing traps them
     * @param host the timer whose registers these names access at EL2 with E2H = 1, null for none
     */
    private static void timer(
            List<RegisterDefinition> all, Timer timer, String prefix, int el, AccessRule rule, Timer host) {
        Builder control = RegisterDefinition.of(prefix + "_CTL_EL" + el, timer.control)
                .bits("ENABLE", CNT_CTL.ENABLE)
                .bits("IMASK", CNT_CTL.IMASK)
                .readOnlyBits("ISTATUS", CNT_CTL.ISTATUS)
                .storedIn(c -> timer.reached(c).control)
                .onRead((c, r, stored) -> control(c, timer.reached(c), stored));
        Builder compareValue = RegisterDefinition.of(prefix + "_CVAL_EL" + el, timer.compareValue)
                .whole()
                .storedIn(c -> timer.reached(c).compareValue);
        Builder timerValue = RegisterDefinition.of(prefix + "_TVAL_EL" + el, timer.timerValue)
                .field("TimerValue", 31, 0)
                .storedIn(c -> timer.reached(c).compareValue)
                .onRead((c, r, stored) -> stored - timer.reached(c).count(c) & 0xFFFFFFFFL)
                .beforeWrite((c, r, stored, value) -> timer.reached(c).count(c) + (int) value);
        Builder[] builders = {control, compareValue, timerValue};
        int[] hosts = host == null ? null : new int[] {host.control, host.compareValue, host.timerValue};
        for (int i = 0; i < builders.length; i++) {
            builders[i].from(el).afterWrite(TimerRegisters::timersChanged);
            if (rule != null) {
                builders[i].rule(rule);
            }
            if (hosts != null) {
                builders[i].redirectedAtEl2(hosts[i]);
            }
            all.add(builders[i].build());
        }
    }

    /** ISTATUS is UNKNOWN while the timer is disabled; it reads 0 then. */
    private static long control(PeContext c, Timer t, long stored) {
        long control = stored & (CNT_CTL.ENABLE | CNT_CTL.IMASK);
        return (control & CNT_CTL.ENABLE) != 0 && t.conditionMet(c) ? control | CNT_CTL.ISTATUS : control;
    }

    /** The EL02 names. */
    private static void aliases(List<RegisterDefinition> all, Timer timer, String prefix) {
        all.add(RegisterDefinition.of(prefix + "_CTL_EL02", alias(timer.control))
                .aliasOf(timer.control)
                .build());
        all.add(RegisterDefinition.of(prefix + "_CVAL_EL02", alias(timer.compareValue))
                .aliasOf(timer.compareValue)
                .build());
        all.add(RegisterDefinition.of(prefix + "_TVAL_EL02", alias(timer.timerValue))
                .aliasOf(timer.timerValue)
                .build());
    }

    private static int alias(int encoding) {
        return Encoding.of(3, 5, Encoding.crn(encoding), Encoding.crm(encoding), Encoding.op2(encoding));
    }
}
