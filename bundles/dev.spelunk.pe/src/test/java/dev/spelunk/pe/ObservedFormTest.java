// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one operation in observed form says of itself (DDI 0487, D17.6 and D18.2). */
class ObservedFormTest {
    private static final long DATA = BareMachine.BASE + 0x100000;
    private static final int RETIRED = 2;

    private static Operation observe(BareMachine m) {
        Operation o = new Operation();
        m.core.runObserved(o);
        assertThat(m.core.observed()).isTrue();
        return o;
    }

    private static BareMachine machine(String word) {
        BareMachine m = BareMachine.full();
        m.set(SystemRegister.DCZID_EL0, 4);
        m.pe.x[0] = DATA;
        return m.code((int) (long) Long.decode(word));
    }

    @ParameterizedTest
    @CsvSource({
        "0xf9400001, 1, 8", "0xf9000001, 2, 8", "0xb9400402, 1, 4", "0xa9401404, 1, 16", "0xa9000801, 2, 16",
        "0xf8408401, 1, 8", "0xc85f7c01, 9, 8", "0xc8027c03, 10, 8", "0x88dffc06, 17, 4", "0xb8e10007, 23, 4",
        "0xb821001f, 6, 4", "0xc8a17c02, 7, 8", "0xf8218002, 7, 8", "0xd50b7420, 0x2002, 64", "0xf8bfc001, 17, 8",
        "0x58000041, 1, 8", "0xf8400801, 1, 8"
    })
    void loadsAndStores(String word, String flags, int size) {
        BareMachine m = machine(word);
        Operation o = observe(m);
        long address = word.equals("0x58000041") ? BareMachine.BASE + 8 : word.equals("0xb9400402") ? DATA + 4 : DATA;
        assertThat(o.operationClass).isEqualTo(Operation.LOAD_STORE);
        int described = Operation.HAS_VA | Operation.HAS_PA | Operation.TLB_WALK;
        assertThat(o.flags).isEqualTo(Integer.decode(flags) | described);
        assertThat(o.accessSize).isEqualTo(size);
        assertThat(o.va).isEqualTo(address);
        assertThat(o.pa).isEqualTo(address);
        assertThat(o.pc).isEqualTo(BareMachine.BASE);
        assertThat(o.events).isEqualTo(RETIRED);
        assertThat(o.word).isEqualTo((int) (long) Long.decode(word));
        assertThat(m.pe.executed).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0xd65f03c0, 0x140", "0xd61f0000, 0x40", "0xd63f0000, 0xC0", "0x94000002, 0x80", "0x14000002, 0"})
    void takenBranches(String word, String flags) {
        BareMachine m = machine(word);
        m.pe.x[0] = BareMachine.BASE + 8;
        m.pe.x[30] = BareMachine.BASE + 8;
        Operation o = observe(m);
        assertThat(o.operationClass).isEqualTo(Operation.BRANCH);
        assertThat(o.flags).isEqualTo(Integer.decode(flags) | Operation.TAKEN);
        assertThat(o.target).isEqualTo(BareMachine.BASE + 8);
        assertThat(o.targetEl).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0x54000040, 4, 0", "0xb4000040, 0, 0", "0x37180040, 0, 8"})
    void conditionalBranches(String word, int nzcvTaken, long x0Taken) {
        BareMachine taken = machine(word);
        taken.pe.nzcv = nzcvTaken;
        taken.pe.x[0] = x0Taken;
        Operation o = observe(taken);
        assertThat(o.flags).isEqualTo(Operation.CONDITIONAL | Operation.TAKEN);
        assertThat(o.events).isEqualTo(RETIRED);
        BareMachine not = machine(word);
        not.pe.x[0] = x0Taken ^ 8;
        Operation n = observe(not);
        assertThat(n.flags).isEqualTo(Operation.CONDITIONAL | Operation.CONDITION_FAILED);
        assertThat(n.events).isEqualTo(RETIRED | 1 << 6);
        assertThat(not.pe.pc).isEqualTo(BareMachine.BASE + 4);
    }

    @Test
    void exceptionReturnTellsTheLevelAfterIt() {
        BareMachine m = machine("0xd69f03e0");
        m.set(SystemRegister.ELR_EL1, DATA);
        m.set(SystemRegister.SPSR_EL1, 0);
        Operation o = observe(m);
        assertThat(o.flags).isEqualTo(Operation.INDIRECT | Operation.EXCEPTION_RETURN | Operation.TAKEN);
        assertThat(o.el).isEqualTo(1);
        assertThat(o.targetEl).isZero();
        assertThat(o.target).isEqualTo(DATA);
    }

    @ParameterizedTest
    @CsvSource({"0x9a820020", "0xfa411000"})
    void conditionalSelectAndCompare(String word) {
        BareMachine m = machine(word);
        m.pe.nzcv = word.equals("0x9a820020") ? 4 : 0;
        Operation o = observe(m);
        assertThat(o.operationClass).isEqualTo(Operation.OTHER);
        assertThat(o.flags).isEqualTo(Operation.CONDITIONAL);
        BareMachine failed = machine(word);
        failed.pe.nzcv = word.equals("0x9a820020") ? 0 : 4;
        assertThat(observe(failed).events).isEqualTo(RETIRED | 1 << 6);
    }

    @Test
    void exceptionsAreFlagged() {
        Operation o = observe(machine("0xd4000241"));
        assertThat(o.flags).isEqualTo(Operation.EXCEPTION);
        assertThat(o.operationClass).isEqualTo(Operation.OTHER);
        assertThat(o.events).isEqualTo(RETIRED | 1);
    }

    @Test
    void faultingAccessHasNoPhysicalAddress() {
        BareMachine m = machine("0xf9400001");
        m.translator.fault(DATA, 7);
        Operation o = observe(m);
        assertThat(o.flags).isEqualTo(Operation.LOAD | Operation.HAS_VA | Operation.TLB_WALK | Operation.EXCEPTION);
        assertThat(m.pe.executed).isEqualTo(1);
    }

    @Test
    void misalignedAccess() {
        BareMachine m = machine("0xf9400001");
        m.pe.x[0] = DATA + 3;
        assertThat(observe(m).is(Operation.MISALIGNED)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0xf9800000", "0xd50b7b20"})
    void maintenanceAndPrefetchAreNeitherLoadNorStore(String word) {
        Operation o = observe(machine(word));
        assertThat(o.operationClass).isEqualTo(Operation.OTHER);
        assertThat(o.flags).isEqualTo(Operation.MAINTENANCE);
    }

    @Test
    void fetchAbortIsNoOperation() {
        BareMachine m = BareMachine.full();
        m.pe.pc = 0x3000;
        m.core.runObserved(new Operation());
        assertThat(m.core.observed()).isFalse();
        assertThat(m.pe.executed).isZero();
    }

    @Test
    void unprivilegedAccessIsTranslatedAsOne() {
        BareMachine m = machine("0xf8400801");
        m.pe.x[PeState.SP] = 0;
        assertThat(observe(m).va).isEqualTo(DATA);
    }

    @ParameterizedTest
    @CsvSource({"0xf9400001", "0xf9000001", "0xa9401404", "0xf8bfc001"})
    void anAccessIsTranslatedOnce(String word) {
        BareMachine m = machine(word);
        m.translator.translations = 0;
        assertThat(observe(m).is(Operation.HAS_PA)).isTrue();
        assertThat(m.translator.translations)
                .as("of the fetch and of the access")
                .isEqualTo(2);
        m.pe.pc = BareMachine.BASE;
        observe(m);
        assertThat(m.translator.translations)
                .as("the fetch is in the software TLB")
                .isEqualTo(3);
    }
}
