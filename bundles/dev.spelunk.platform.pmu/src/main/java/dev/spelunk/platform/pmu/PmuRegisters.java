// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.banks.RegisterDefinition.Builder;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.HDFGWTR_EL2;
import dev.spelunk.api.registers.fields.PMCR_EL0;
import dev.spelunk.api.registers.fields.PMEVTYPER_EL0;
import dev.spelunk.api.registers.fields.PMUSERENR_EL0;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * The registers of the performance monitors (DDI 0487, D24.5), in a machine with FEAT_PMUv3. A write takes effect
 * after the instruction that makes it: the one that disables a counter is counted, the one that enables it is not.
 */
@Component(
        service = RegisterBank.class,
        property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=pmu"})
public final class PmuRegisters implements RegisterBank {
    static final int PMSWINC_EL0 = Encoding.of(3, 3, 9, 12, 4);
    static final int PMSELR_EL0 = Encoding.of(3, 3, 9, 12, 5);
    static final int PMCEID0_EL0 = Encoding.of(3, 3, 9, 12, 6);
    static final int PMCEID1_EL0 = Encoding.of(3, 3, 9, 12, 7);
    static final int PMCCNTR_EL0 = Encoding.of(3, 3, 9, 13, 0);
    static final int PMXEVTYPER_EL0 = Encoding.of(3, 3, 9, 13, 1);
    static final int PMXEVCNTR_EL0 = Encoding.of(3, 3, 9, 13, 2);
    static final int PMMIR_EL1 = Encoding.of(3, 0, 9, 14, 6);
    private static final int PMEVCNTR0_EL0 = Encoding.of(3, 3, 14, 8, 0);
    private static final int PMEVTYPER0_EL0 = Encoding.of(3, 3, 14, 12, 0);
    static final int PMCCFILTR_EL0 = Encoding.of(3, 3, 14, 15, 7);

    /** PMEVTYPER&lt;n&gt;_EL0, or PMCCFILTR_EL0 of the cycle counter. */
    static int type(int counter) {
        return counter == PmuState.CYCLE_COUNTER ? PMCCFILTR_EL0 : PMEVTYPER0_EL0 + counter;
    }

    /** PMEVCNTR&lt;n&gt;_EL0, or PMCCNTR_EL0. */
    static int value(int counter) {
        return counter == PmuState.CYCLE_COUNTER ? PMCCNTR_EL0 : PMEVCNTR0_EL0 + counter;
    }

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        return architecture.has("FEAT_PMUv3") ? new Table(architecture).build() : List.of();
    }

    /** The definitions of one architecture. */
    private static final class Table {
        private final Architecture architecture;
        private final Counters counters;
        private final CountingRules rules;
        private final PmuTraps traps;
        private final List<Builder> all = new ArrayList<>();

        Table(Architecture architecture) {
            this.architecture = architecture;
            counters = new Counters(architecture);
            rules = counters.rules;
            traps = new PmuTraps(architecture);
        }

        List<RegisterDefinition> build() {
            control();
            bits(
                    "PMCNTENSET_EL0",
                    SystemRegister.PMCNTENSET_EL0,
                    SystemRegister.PMCNTENSET_EL0,
                    0,
                    HDFGRTR_EL2.PMCNTEN,
                    true);
            bits(
                    "PMCNTENCLR_EL0",
                    SystemRegister.PMCNTENCLR_EL0,
                    SystemRegister.PMCNTENSET_EL0,
                    0,
                    HDFGRTR_EL2.PMCNTEN,
                    false);
            bits("PMOVSSET_EL0", SystemRegister.PMOVSSET_EL0, SystemRegister.PMOVSSET_EL0, 0, HDFGRTR_EL2.PMOVS, true);
            bits("PMOVSCLR_EL0", SystemRegister.PMOVSCLR_EL0, SystemRegister.PMOVSSET_EL0, 0, HDFGRTR_EL2.PMOVS, false);
            bits(
                    "PMINTENSET_EL1",
                    SystemRegister.PMINTENSET_EL1,
                    SystemRegister.PMINTENSET_EL1,
                    1,
                    HDFGRTR_EL2.PMINTEN,
                    true);
            bits(
                    "PMINTENCLR_EL1",
                    SystemRegister.PMINTENCLR_EL1,
                    SystemRegister.PMINTENSET_EL1,
                    1,
                    HDFGRTR_EL2.PMINTEN,
                    false);
            identification();
            user();
            counter("PMCCNTR_EL0", PmuState.CYCLE_COUNTER, PMUSERENR_EL0.CR, HDFGRTR_EL2.PMCCNTR_EL0);
            type("PMCCFILTR_EL0", PmuState.CYCLE_COUNTER, HDFGRTR_EL2.PMCCFILTR_EL0);
            for (int n = 0; n < rules.counters; n++) {
                counter("PMEVCNTR" + n + "_EL0", n, PMUSERENR_EL0.ER, HDFGRTR_EL2.PMEVCNTRn_EL0);
                type("PMEVTYPER" + n + "_EL0", n, HDFGRTR_EL2.PMEVTYPERn_EL0);
            }
            selected();
            return all.stream().map(b -> b.rule(traps.monitor()).build()).toList();
        }

        private Builder add(String name, int encoding) {
            Builder b = RegisterDefinition.of(name, encoding).from(0);
            all.add(b);
            return b;
        }

        /** A register that follows the others' access: EL0 needs PMUSERENR_EL0.EN. */
        private Builder add(String name, int encoding, long bit) {
            return traps.guard(add(name, encoding), PMUSERENR_EL0.EN, PMUSERENR_EL0.EN, bit, bit);
        }

        private void control() {
            boolean p5 = architecture.has("FEAT_PMUv3p5");
            boolean p7 = architecture.has("FEAT_PMUv3p7");
            Builder b = traps.guard(
                            add("PMCR_EL0", SystemRegister.PMCR_EL0),
                            PMUSERENR_EL0.EN,
                            PMUSERENR_EL0.EN,
                            0,
                            HDFGWTR_EL2.PMCR_EL0)
                    .rule(traps.controlRegister())
                    .bits("E", PMCR_EL0.E)
                    .bits("P", PMCR_EL0.P)
                    .bits("C", PMCR_EL0.C)
                    .definedAtReset(PMCR_EL0.E | PMCR_EL0.P | PMCR_EL0.C)
                    .res1(6, 6)
                    .readOnlyBits("N", PMCR_EL0.N);
            if (p7
                    || architecture.has("FEAT_EL3")
                    || architecture.has("FEAT_EL2") && architecture.has("FEAT_PMUv3p1")) {
                b.bits("DP", PMCR_EL0.DP);
            }
            if (p5) {
                b.bits("LP", PMCR_EL0.LP);
            }
            if (p7) {
                b.bits("FZO", PMCR_EL0.FZO);
            } else {
                b.readOnlyField("IDCODE", 23, 16).readOnlyField("IMP", 31, 24);
            }
            if (architecture.has("FEAT_SPEv1p2")) {
                b.bits("FZS", PMCR_EL0.FZS);
            }
            long stated = architecture.registerValue("PMCR_EL0", 0) & ~0xFFFFL;
            b.reset(stated | (long) rules.counters << PMCR_EL0.N_SHIFT)
                    .onRead((c, r, stored) -> stored & ~PMCR_EL0.N | (long) rules.accessible(c) << PMCR_EL0.N_SHIFT)
                    .beforeWrite((c, r, stored, value) -> {
                        change(c);
                        return value & ~(PMCR_EL0.C | PMCR_EL0.P);
                    })
                    .afterWrite((c, r, before, value) -> {
                        if ((value & PMCR_EL0.C) != 0) {
                            c.register(PMCCNTR_EL0, 0);
                        }
                        if ((value & PMCR_EL0.P) != 0) {
                            for (int n = 0; n < rules.accessible(c); n++) {
                                c.register(PmuRegisters.value(n), 0);
                            }
                        }
                    });
        }

        /** One of a pair of registers that set and clear bits of the same state, which the one that sets them holds. */
        private void bits(String name, int encoding, int state, int el, long fineGrained, boolean sets) {
            Builder b = add(name, encoding, fineGrained).from(el).field("C", PmuState.CYCLE_COUNTER);
            if (rules.counters > 0) {
                b.field("P", rules.counters - 1, 0);
            }
            b.onRead((c, r, stored) -> {
                counters.synchronize(c);
                return c.register(state) & rules.accessMask(c);
            });
            b.storedIn(c -> state).beforeWrite((c, r, stored, value) -> {
                change(c);
                long mask = value & rules.accessMask(c);
                long old = c.register(state);
                return sets ? old | mask : old & ~mask;
            });
        }

        private void identification() {
            for (int i = 0; i < 2; i++) {
                traps.guard(
                        add("PMCEID" + i + "_EL0", PMCEID0_EL0 + i)
                                .constant(new CountableEvents(architecture).identification(i)),
                        PMUSERENR_EL0.EN,
                        0,
                        HDFGRTR_EL2.PMCEIDn_EL0,
                        0);
            }
            if (architecture.has("FEAT_PMUv3p4")) {
                // Operation slots are not modelled: SLOTS is 0, and no event counts them.
                traps.guard(add("PMMIR_EL1", PMMIR_EL1).constant(0).from(1).readOnly(), 0, 0, HDFGRTR_EL2.PMMIR_EL1, 0);
            }
        }

        private void user() {
            traps.guard(
                    add("PMUSERENR_EL0", SystemRegister.PMUSERENR_EL0)
                            .writesFrom(1)
                            .bits("EN", PMUSERENR_EL0.EN)
                            .bits("SW", PMUSERENR_EL0.SW)
                            .bits("CR", PMUSERENR_EL0.CR)
                            .bits("ER", PMUSERENR_EL0.ER),
                    0,
                    0,
                    HDFGRTR_EL2.PMUSERENR_EL0,
                    HDFGRTR_EL2.PMUSERENR_EL0);
            traps.guard(
                    add("PMSWINC_EL0", PMSWINC_EL0)
                            .writeOnly()
                            .field("P", 30, 0)
                            .action((c, r, before, value) -> {
                                change(c);
                                counters.softwareIncrement(c, value);
                            }),
                    0,
                    PMUSERENR_EL0.SW | PMUSERENR_EL0.EN,
                    0,
                    HDFGWTR_EL2.PMSWINC_EL0);
            traps.guard(
                    add("PMSELR_EL0", PMSELR_EL0).field("SEL", 4, 0),
                    PMUSERENR_EL0.ER | PMUSERENR_EL0.EN,
                    PMUSERENR_EL0.ER | PMUSERENR_EL0.EN,
                    HDFGRTR_EL2.PMSELR_EL0,
                    HDFGRTR_EL2.PMSELR_EL0);
        }

        private void counter(String name, int n, long readEnable, long fineGrained) {
            Builder b = traps.guard(
                    add(name, PmuRegisters.value(n)),
                    readEnable | PMUSERENR_EL0.EN,
                    PMUSERENR_EL0.EN,
                    fineGrained,
                    fineGrained);
            if (n == PmuState.CYCLE_COUNTER || rules.longCounters()) {
                b.whole();
            } else {
                b.field(name, 31, 0);
            }
            if (n != PmuState.CYCLE_COUNTER) {
                b.rule(traps.accessible(n));
            }
            b.onRead((c, r, stored) -> read(c, n)).beforeWrite((c, r, stored, value) -> {
                change(c);
                return value;
            });
        }

        private void type(String name, int n, long fineGrained) {
            Builder b = add(name, PmuRegisters.type(n), fineGrained);
            filters(b);
            if (n != PmuState.CYCLE_COUNTER) {
                b.field("evtCount", architecture.has("FEAT_PMUv3p1") ? 15 : 9, 0)
                        .rule(traps.accessible(n));
            }
            b.beforeWrite((c, r, stored, value) -> {
                change(c);
                // What it has counted up to is in terms of the old event.
                c.pe.pmu.active &= ~(1 << n);
                return value;
            });
        }

        private void filters(Builder b) {
            b.bits("P", PMEVTYPER_EL0.P).bits("U", PMEVTYPER_EL0.U);
            if (architecture.has("FEAT_EL3")) {
                b.bits("NSK", PMEVTYPER_EL0.NSK).bits("NSU", PMEVTYPER_EL0.NSU).bits("M", PMEVTYPER_EL0.M);
            }
            if (architecture.has("FEAT_EL2")) {
                b.bits("NSH", PMEVTYPER_EL0.NSH);
            }
        }

        /** PMXEVTYPER_EL0 and PMXEVCNTR_EL0: the registers of the counter that PMSELR_EL0 selects. */
        private void selected() {
            traps.guard(
                            add("PMXEVTYPER_EL0", PMXEVTYPER_EL0).whole().rule(traps.selectedImplemented(true)),
                            PMUSERENR_EL0.EN,
                            PMUSERENR_EL0.EN,
                            HDFGRTR_EL2.PMEVTYPERn_EL0,
                            HDFGRTR_EL2.PMEVTYPERn_EL0)
                    .rule(traps.selectedAccessible())
                    .onRead((c, r, stored) -> c.register(PmuRegisters.type(PmuTraps.selected(c))))
                    .action((c, r, before, value) -> c.registers.write(PmuRegisters.type(PmuTraps.selected(c)), value));
            traps.guard(
                            add("PMXEVCNTR_EL0", PMXEVCNTR_EL0).whole().rule(traps.selectedImplemented(false)),
                            PMUSERENR_EL0.ER | PMUSERENR_EL0.EN,
                            PMUSERENR_EL0.EN,
                            HDFGRTR_EL2.PMEVCNTRn_EL0,
                            HDFGRTR_EL2.PMEVCNTRn_EL0)
                    .rule(traps.selectedAccessible())
                    .onRead((c, r, stored) -> read(c, PmuTraps.selected(c)))
                    .action((c, r, before, value) ->
                            c.registers.write(PmuRegisters.value(PmuTraps.selected(c)), value));
        }

        private long read(PeContext c, int counter) {
            counters.synchronize(c);
            return c.register(PmuRegisters.value(counter));
        }

        /** Counts under the old values; what they are now holds from the next operation on. */
        private void change(PeContext c) {
            counters.synchronize(c);
            c.pe.changed |= PeState.CHANGED_EVENTS;
        }
    }
}
