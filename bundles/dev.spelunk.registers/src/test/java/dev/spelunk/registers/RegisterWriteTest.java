// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.TCR_EL1;
import dev.spelunk.api.state.PeState;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A write is before, store, after, and the table alone stores. */
class RegisterWriteTest {
    private static final int STATE_EL1 = Encoding.of(3, 0, 15, 0, 0);
    private static final int SET_EL1 = Encoding.of(3, 0, 15, 0, 1);
    private static final int CLR_EL1 = Encoding.of(3, 0, 15, 0, 2);
    private static final int STATE_EL2 = Encoding.of(3, 4, 15, 0, 0);
    private static final int STATE_EL12 = Encoding.of(3, 5, 15, 0, 0);
    private static final int ABSENT = Encoding.of(3, 0, 15, 7, 7);

    private final List<String> steps = new ArrayList<>();

    private static Bench bench(RegisterDefinition.Builder... builders) {
        return new Bench(85, Bench.V85, architecture -> List.of(builders).stream()
                .map(RegisterDefinition.Builder::build)
                .toList());
    }

    /** Says at each step what the hook was given, and what the register holds at that time. */
    private RegisterDefinition.Builder told(String name, int encoding) {
        return RegisterDefinition.of(name, encoding)
                .field("A", 7, 0)
                .res1(8, 8)
                .beforeWrite((c, r, stored, value) -> {
                    steps.add("before %s %x %x holds %x".formatted(r.name(), stored, value, c.register(encoding)));
                    return value + 1;
                })
                .afterWrite((c, r, before, value) ->
                        steps.add("after %s %x %x holds %x".formatted(r.name(), before, value, c.register(encoding))));
    }

    @Test
    void theHooksAreCalledAroundTheStore() {
        Bench b = bench(told("STATE_EL1", STATE_EL1).reset(5));
        b.write(STATE_EL1, 0xFF10);
        assertThat(steps)
                .containsExactly(
                        "before STATE_EL1 105 110 holds 105", //
                        "after STATE_EL1 105 110 holds 111");
        assertThat(b.read(STATE_EL1)).isEqualTo(0x111);
    }

    @Test
    void aWriteThatIsRefusedLeavesTheRegister() {
        Bench b = bench(RegisterDefinition.of("STATE_EL1", STATE_EL1)
                .field("A", 7, 0)
                .reset(5)
                .beforeWrite((c, r, stored, value) -> value == 9 ? stored : value)
                .afterWrite((c, r, before, value) -> steps.add(before + " " + value + " " + c.register(STATE_EL1))));
        b.write(STATE_EL1, 9);
        b.write(STATE_EL1, 8);
        assertThat(steps).containsExactly("5 9 5", "5 8 8");
        assertThat(b.read(STATE_EL1)).isEqualTo(8);
    }

    @Test
    void whatTheFirstStepBringsUpToDateIsWhatTheLastSeesAsOld() {
        Bench b = bench(RegisterDefinition.of("STATE_EL1", STATE_EL1)
                .whole()
                .beforeWrite((c, r, stored, value) -> {
                    c.register(STATE_EL1, 7);
                    return value;
                })
                .afterWrite((c, r, before, value) -> steps.add(before + " " + value)));
        b.write(STATE_EL1, 1);
        assertThat(steps).containsExactly("7 1");
    }

    @Test
    void anActionStoresNothing() {
        Bench b = bench(RegisterDefinition.of("STATE_EL1", STATE_EL1)
                .field("A", 7, 0)
                .writeOnly()
                .action((c, r, before, value) -> steps.add("does " + value)));
        b.write(STATE_EL1, 0x1FF);
        assertThat(steps).containsExactly("does 255");
        assertThat(b.context.register(STATE_EL1)).isZero();
    }

    @Test
    void namesThatSetAndClearAreViewsOfTheSameState() {
        Bench b = bench(
                RegisterDefinition.of("STATE_EL1", STATE_EL1).whole().reset(0xF0),
                RegisterDefinition.of("SET_EL1", SET_EL1)
                        .field("P", 7, 0)
                        .storedIn(c -> STATE_EL1)
                        .beforeWrite((c, r, stored, value) -> stored | value)
                        .afterWrite((c, r, before, value) ->
                                steps.add(r.name() + " %x %x".formatted(before, c.register(STATE_EL1)))),
                RegisterDefinition.of("CLR_EL1", CLR_EL1)
                        .field("P", 7, 0)
                        .storedIn(c -> STATE_EL1)
                        .beforeWrite((c, r, stored, value) -> stored & ~value)
                        .afterWrite((c, r, before, value) ->
                                steps.add(r.name() + " %x %x".formatted(before, c.register(STATE_EL1)))));
        b.write(SET_EL1, 0xF0C);
        b.write(CLR_EL1, 0xF84);
        assertThat(steps).containsExactly("SET_EL1 f0 fc", "CLR_EL1 fc 78");
        assertThat(List.of(b.read(STATE_EL1), b.read(SET_EL1), b.read(CLR_EL1))).containsOnly(0x78L);
        assertThat(b.context.register(SET_EL1)).as("its own place").isZero();
        assertThat(b.context.register(CLR_EL1)).as("its own place").isZero();
    }

    @Test
    void whereAValueIsHeldIsAskedAtEachAccess() {
        Bench b = bench(
                RegisterDefinition.of("STATE_EL1", STATE_EL1)
                        .field("A", 7, 0)
                        .storedIn(c -> c.pe.el == 1 ? STATE_EL2 : STATE_EL1),
                RegisterDefinition.of("STATE_EL2", STATE_EL2).whole().from(2).reset(0x1000));
        b.el(2).write(STATE_EL1, 1);
        b.el(1).write(STATE_EL1, 2);
        assertThat(b.context.register(STATE_EL1)).isEqualTo(1);
        assertThat(b.context.register(STATE_EL2)).isEqualTo(2);
        assertThat(b.read(STATE_EL1)).isEqualTo(2);
        assertThat(b.el(2).read(STATE_EL1)).isEqualTo(1);
    }

    @Test
    void aHolderThatNoBankDefinesIsNamed() {
        Bench b = bench(
                RegisterDefinition.of("STATE_EL1", STATE_EL1).field("A", 7, 0).storedIn(c -> ABSENT));
        assertThatThrownBy(() -> b.write(STATE_EL1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("STATE_EL1")
                .hasMessageContaining(Encoding.name(ABSENT));
    }

    @Test
    void aRedirectedNameHasTheHooksOfTheRegisterThatItReaches() {
        Bench b = bench(
                told("STATE_EL1", STATE_EL1).redirectedAtEl2(STATE_EL2),
                told("STATE_EL2", STATE_EL2).from(2),
                RegisterDefinition.of("STATE_EL12", STATE_EL12).aliasOf(STATE_EL1));
        b.set(SystemRegister.HCR_EL2, HCR_EL2.E2H).el(2);
        b.write(STATE_EL1, 1);
        b.write(STATE_EL12, 2);
        b.el(1).write(STATE_EL1, 3);
        assertThat(steps)
                .containsExactly(
                        "before STATE_EL2 100 101 holds 100",
                        "after STATE_EL2 100 101 holds 102",
                        "before STATE_EL1 100 102 holds 100",
                        "after STATE_EL1 100 102 holds 103",
                        "before STATE_EL1 103 103 holds 103",
                        "after STATE_EL1 103 103 holds 104");
        assertThat(b.context.register(STATE_EL2)).isEqualTo(0x102);
    }

    @Test
    void aWriteThroughEveryHookAllocatesNothing() {
        Bench b = bench(
                RegisterDefinition.of("STATE_EL1", STATE_EL1).whole(),
                RegisterDefinition.of("SET_EL1", SET_EL1)
                        .whole()
                        .storedIn(c -> STATE_EL1)
                        .beforeWrite((c, r, stored, value) -> stored | value)
                        .afterWrite((c, r, before, value) -> c.pe.changed |= PeState.CHANGED_EVENTS),
                RegisterDefinition.of("CLR_EL1", CLR_EL1).whole().action((c, r, before, value) -> c.pe.daif = 0));
        b.set(SystemRegister.HCR_EL2, HCR_EL2.E2H).el(2);
        writes(b, 20_000);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        writes(b, 10_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for 40,000 writes")
                .isLessThan(4096);
    }

    private static void writes(Bench b, int times) {
        for (int i = 0; i < times; i++) {
            b.write(SET_EL1, i);
            b.write(CLR_EL1, i);
            b.write(SystemRegister.TCR_EL1, i & 63);
            b.write(SystemRegister.HCR_EL2, HCR_EL2.E2H | (i & 1) * HCR_EL2.TGE);
        }
    }

    @Test
    void theTranslatorIsToldWhenTheNewControlHolds() {
        Bench b = new Bench(85, Bench.V85);
        List<Long> seen = new ArrayList<>();
        b.context.translator = (Translator) Proxy.newProxyInstance(
                Translator.class.getClassLoader(), new Class<?>[] {Translator.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("contextChanged");
                    seen.add(b.context.register(SystemRegister.TCR_EL2));
                    return null;
                });
        b.set(SystemRegister.HCR_EL2, HCR_EL2.E2H).el(2);
        b.write(SystemRegister.TCR_EL1, TCR_EL1.A1 | 16);
        assertThat(seen).containsExactly(TCR_EL1.A1 | 16);
        b.write(SystemRegister.HCR_EL2, b.read(SystemRegister.HCR_EL2));
        assertThat(seen).as("nothing changed").hasSize(1);
        b.context.pe.changed = 0;
        b.write(SystemRegister.HCR_EL2, HCR_EL2.E2H | HCR_EL2.TGE);
        assertThat(seen).hasSize(2);
        assertThat(b.context.pe.changed).isEqualTo(PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS);
    }
}
