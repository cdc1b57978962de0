// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RegisterTableTest {
    private static final long HCR_E2H = 1L << 34;
    private static final int CUSTOM = Encoding.of(3, 0, 15, 0, 0);
    private static final int CUSTOM_LATER = Encoding.of(3, 0, 11, 15, 7);

    private static RegisterBank bank(RegisterDefinition... definitions) {
        return architecture -> List.of(definitions);
    }

    @Test
    void unknownEncodingsAreUndefinedAtEveryExceptionLevel() {
        Bench bench = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, HCR_E2H);
        Set<Integer> known = bench.context.registers.descriptions().stream()
                .map(RegisterDescription::encoding)
                .collect(Collectors.toSet());
        assertThat(known).hasSizeGreaterThan(150);
        for (int encoding = 0; encoding < 1 << 16; encoding++) {
            if (!known.contains(encoding)) {
                for (int el = 0; el <= 3; el++) {
                    assertThat(bench.el(el).decide(encoding, true)).isEqualTo(Access.UNDEFINED);
                    assertThat(bench.el(el).decide(encoding, false)).isEqualTo(Access.UNDEFINED);
                }
                assertThat(bench.context.registers.index(encoding)).isEqualTo(-1);
                assertThat(bench.context.registers.description(encoding)).isNull();
            }
        }
    }

    @Test
    void definitionsAreInOrderOfEncodingAndNamedOnce() {
        List<RegisterDescription> all = new Bench(85, Bench.V85).context.registers.descriptions();
        assertThat(all).extracting(RegisterDescription::encoding).isSorted().doesNotHaveDuplicates();
        assertThat(all).extracting(RegisterDescription::name).doesNotHaveDuplicates();
    }

    @Test
    void constantsOfTheContractNameTheSameRegisters() throws IllegalAccessException {
        RegisterFile table = new Bench(85, Bench.V85).context.registers;
        int compared = 0;
        for (java.lang.reflect.Field constant : SystemRegister.class.getFields()) {
            RegisterDescription definition = table.description(constant.getInt(null));
            if (definition != null) {
                assertThat(definition.name()).isEqualTo(constant.getName());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(80);
    }

    @Test
    void registersOfHigherExceptionLevelsAreUndefinedBelowThem() {
        Bench bench = new Bench(85, Bench.V85);
        for (int encoding : new int[] {SystemRegister.HCR_EL2, SystemRegister.TTBR0_EL2, SystemRegister.HFGRTR_EL2}) {
            assertThat(bench.el(0).decide(encoding, true)).isEqualTo(Access.UNDEFINED);
            assertThat(bench.el(1).decide(encoding, true)).isEqualTo(Access.UNDEFINED);
            assertThat(bench.el(2).decide(encoding, true)).isEqualTo(Access.ALLOWED);
        }
        assertThat(bench.el(2).decide(SystemRegister.SCR_EL3, true)).isEqualTo(Access.UNDEFINED);
        assertThat(bench.el(3).decide(SystemRegister.SCR_EL3, true)).isEqualTo(Access.ALLOWED);
        assertThat(bench.el(0).decide(SystemRegister.SCTLR_EL1, true)).isEqualTo(Access.UNDEFINED);
        assertThat(bench.el(0).decide(SystemRegister.TPIDRRO_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(bench.el(0).decide(SystemRegister.TPIDRRO_EL0, false)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    void el1NamesReachEl2RegistersAtEl2WithE2h() {
        Bench bench = new Bench(85, Bench.V85);
        List<RegisterDescription> redirected = bench.context.registers.descriptions().stream()
                .filter(d -> d.redirectedAtEl2() >= 0)
                .toList();
        assertThat(redirected)
                .extracting(RegisterDescription::name)
                .containsExactlyInAnyOrder(
                        "SCTLR_EL1",
                        "TCR_EL1",
                        "TTBR0_EL1",
                        "TTBR1_EL1",
                        "MAIR_EL1",
                        "AMAIR_EL1",
                        "CPACR_EL1",
                        "CONTEXTIDR_EL1",
                        "VBAR_EL1",
                        "ESR_EL1",
                        "FAR_EL1",
                        "AFSR0_EL1",
                        "AFSR1_EL1",
                        "ELR_EL1",
                        "SPSR_EL1");
        for (RegisterDescription d : redirected) {
            if (d.fields().isEmpty() || d.encoding() == SystemRegister.CPACR_EL1) {
                continue;
            }
            for (int el = 1; el <= 2; el++) {
                for (long e2h : new long[] {0, HCR_E2H}) {
                    Bench b = new Bench(85, Bench.V85)
                            .set(SystemRegister.HCR_EL2, e2h)
                            .el(el);
                    long own = b.context.register(d.encoding());
                    long other = b.context.register(d.redirectedAtEl2());
                    // Bit 2 of ASID or of any other field that exists in both: take one that both can hold.
                    long bit = Long.highestOneBit(writable(d)
                            & writable(b.context.registers.description(d.redirectedAtEl2()))
                            & 0x0000_0000_0FFF_FFFFL);
                    b.write(d.encoding(), bit);
                    boolean toEl2 = el == 2 && e2h != 0;
                    assertThat(b.context.register(toEl2 ? d.redirectedAtEl2() : d.encoding()) & bit)
                            .as("%s at EL%d, E2H %x", d, el, e2h)
                            .isEqualTo(bit);
                    assertThat(b.context.register(toEl2 ? d.encoding() : d.redirectedAtEl2()))
                            .as("%s at EL%d, E2H %x", d, el, e2h)
                            .isEqualTo(toEl2 ? own : other);
                    assertThat(b.read(d.encoding()) & bit).isEqualTo(bit);
                }
            }
        }
    }

    @Test
    void theFirstOfAllEncodingsIsARegisterAsOthers() {
        Bench b = new Bench(85, Bench.V85);
        RegisterDescription first = b.context.registers.descriptions().get(0);
        assertThat(b.context.registers.description(first.encoding())).isSameAs(first);
        assertThat(b.context.registers.index(first.encoding())).isZero();
        assertThat(b.decide(first.encoding(), true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void aRegisterMayBeRedirectedUnderACondition() {
        int own = Encoding.of(3, 3, 11, 0, 0);
        int other = Encoding.of(3, 4, 11, 0, 0);
        boolean[] when = new boolean[1];
        Bench b = new Bench(
                        85,
                        Bench.V85,
                        bank(
                                RegisterDefinition.of("OWN_EL0", own)
                                        .whole()
                                        .redirectedAtEl2(other, c -> when[0])
                                        .build(),
                                RegisterDefinition.of("OTHER_EL2", other)
                                        .whole()
                                        .build()))
                .set(SystemRegister.HCR_EL2, HCR_E2H)
                .el(2);
        b.write(own, 1);
        when[0] = true;
        b.write(own, 2);
        assertThat(b.context.register(own)).isEqualTo(1);
        assertThat(b.context.register(other)).isEqualTo(2);
        assertThat(b.read(own)).isEqualTo(2);
        assertThat(b.el(1).read(own)).isEqualTo(1);
    }

    @Test
    void aNameOfARegisterThatNobodyDefinesIsRefused() {
        assertThatThrownBy(() -> new Bench(
                        85,
                        Bench.V85,
                        bank(RegisterDefinition.of("ALIAS_EL12", CUSTOM)
                                .aliasOf(CUSTOM_LATER)
                                .build())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ALIAS_EL12 names the register S3_0_C11_C15_7, which no register bank defines");
    }

    private static long writable(RegisterDescription d) {
        return d.merge(0, -1L) & ~d.merge(0, 0);
    }

    @Test
    void el12NamesReachEl1RegistersFromEl2WithE2hOnly() {
        Bench bench = new Bench(85, Bench.V85);
        List<RegisterDescription> aliases = bench.context.registers.descriptions().stream()
                .filter(d -> d.aliasOf() >= 0)
                .toList();
        assertThat(aliases).hasSize(15).allSatisfy(d -> {
            assertThat(d.name()).endsWith("_EL12");
            assertThat(Encoding.op1(d.encoding())).isEqualTo(5);
            assertThat(bench.context.registers.index(d.encoding()))
                    .isEqualTo(bench.context.registers.index(d.aliasOf()));
        });
        for (RegisterDescription d : aliases) {
            for (int el = 0; el <= 3; el++) {
                Bench off = new Bench(85, Bench.V85).el(el);
                assertThat(off.decide(d.encoding(), true)).isEqualTo(Access.UNDEFINED);
                Bench on = new Bench(85, Bench.V85)
                        .set(SystemRegister.HCR_EL2, HCR_E2H)
                        .el(el);
                assertThat(on.decide(d.encoding(), true)).isEqualTo(el >= 2 ? Access.ALLOWED : Access.UNDEFINED);
                assertThat(on.decide(d.encoding(), false)).isEqualTo(el >= 2 ? Access.ALLOWED : Access.UNDEFINED);
            }
        }
        Bench b = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, HCR_E2H).el(2);
        b.write(Encoding.of(3, 5, 12, 0, 0), 0xFFFF_8000_0000_0800L);
        assertThat(b.context.register(SystemRegister.VBAR_EL1)).isEqualTo(0xFFFF_8000_0000_0800L);
        assertThat(b.context.register(SystemRegister.VBAR_EL2)).isZero();
    }

    @Test
    void withoutVheThereAreNoAliasesAndE2hIsRes0() {
        Bench b = Bench.without("FEAT_VHE").el(2);
        assertThat(b.context.registers.descriptions()).noneMatch(d -> d.aliasOf() >= 0 || d.redirectedAtEl2() >= 0);
        b.write(SystemRegister.HCR_EL2, -1L);
        assertThat(b.read(SystemRegister.HCR_EL2) & HCR_E2H).isZero();
        assertThat(b.decide(SystemRegister.TTBR1_EL2, true)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    void reservedBitsKeepTheirValuesWhateverIsWritten() {
        Bench b = new Bench(85, Bench.V85);
        int checked = 0;
        for (RegisterDescription each : b.context.registers.descriptions()) {
            RegisterDefinition d = (RegisterDefinition) each;
            if (d.beforeWrite() != null
                    || d.afterWrite() != null
                    || d.onRead() != null
                    || d.lowestWriteEl() > 3
                    || d.aliasOf() >= 0) {
                continue;
            }
            long one = 0;
            long rw = 0;
            for (Field f : d.fields()) {
                one |= f.kind() == Field.Kind.RES1 ? f.mask() : 0;
                rw |= f.kind() == Field.Kind.RW ? f.mask() : 0;
            }
            b.el(3).write(d.encoding(), -1L);
            assertThat(b.context.register(d.encoding())).as("%s", d).isEqualTo(rw | one);
            b.write(d.encoding(), 0);
            assertThat(b.context.register(d.encoding())).as("%s", d).isEqualTo(one);
            checked++;
        }
        assertThat(checked).isGreaterThan(60);
    }

    @Test
    void aRegisterThatIsReadOnlyHasNoWritesAndAWriteOnlyOneNoReads() {
        Bench b = new Bench(85, Bench.V85).el(3);
        assertThat(b.decide(SystemRegister.MIDR_EL1, false)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(SystemRegister.ID_AA64PFR0_EL1, false)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(SystemRegister.CurrentEL, false)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(SystemRegister.ISR_EL1, false)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(Encoding.of(2, 0, 1, 0, 4), true)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(Encoding.of(2, 0, 1, 0, 4), false)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(Encoding.of(2, 0, 1, 1, 4), false)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    void overlappingRegistersShareNoStorage() {
        RegisterFile table = new Bench(85, Bench.V85).context.registers;
        long plain = table.descriptions().stream().filter(d -> d.aliasOf() < 0).count();
        assertThat(table.descriptions().stream()
                        .filter(d -> d.aliasOf() < 0)
                        .map(d -> table.index(d.encoding()))
                        .distinct())
                .hasSize((int) plain);
    }

    @Test
    void aContributedBankAddsRegistersAndReplacesOnesOfTheBase() {
        Bench b = new Bench(
                85,
                Bench.V85,
                bank(
                        RegisterDefinition.of("CUSTOM_EL1", CUSTOM)
                                .field("A", 3, 0)
                                .reset(5)
                                .build(),
                        RegisterDefinition.of("ACTLR_EL1", SystemRegister.ACTLR_EL1)
                                .whole()
                                .build()));
        assertThat(b.read(CUSTOM)).isEqualTo(5);
        b.write(SystemRegister.ACTLR_EL1, 0x77);
        assertThat(b.read(SystemRegister.ACTLR_EL1)).isEqualTo(0x77);
    }

    @Test
    void twoContributedBanksMayNotDefineTheSameRegister() {
        RegisterDefinition one =
                RegisterDefinition.of("ONE_EL1", CUSTOM).whole().build();
        RegisterDefinition two =
                RegisterDefinition.of("TWO_EL1", CUSTOM).whole().build();
        assertThatThrownBy(() -> new Bench(85, Bench.V85, bank(one), bank(two)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("S3_0_C15_C0_0")
                .hasMessageContaining("ONE_EL1")
                .hasMessageContaining("TWO_EL1");
    }

    @Test
    void valuesAreCarriedByEncodingIntoANewLayout() {
        Bench b = new Bench(
                85,
                Bench.V85,
                bank(RegisterDefinition.of("CUSTOM_EL1", CUSTOM).whole().build()));
        b.write(SystemRegister.TTBR0_EL1, 0x0001_0000_4000_1000L);
        b.write(SystemRegister.TPIDR_EL0, 42);
        b.write(CUSTOM, 0xABCD);
        int before = b.context.registers.index(SystemRegister.TTBR0_EL1);
        RegisterFile old = b.context.registers;
        b.context.registers = RegisterTable.create(
                b.context,
                List.of(bank(
                        RegisterDefinition.of("LATER_EL1", CUSTOM_LATER)
                                .field("B", 7, 0)
                                .reset(9)
                                .build(),
                        RegisterDefinition.of("CUSTOM_EL1", CUSTOM)
                                .field("LOW", 7, 0)
                                .build())),
                old);
        assertThat(b.context.pe.sys).hasSize(b.context.registers.descriptions().size());
        assertThat(b.read(SystemRegister.TTBR0_EL1)).isEqualTo(0x0001_0000_4000_1000L);
        assertThat(b.read(SystemRegister.TPIDR_EL0)).isEqualTo(42);
        assertThat(b.read(CUSTOM_LATER))
                .as("a new register starts with its reset value")
                .isEqualTo(9);
        assertThat(b.read(CUSTOM)).as("a bit that is RES0 now is gone").isEqualTo(0xCD);
        assertThat(b.context.registers.index(SystemRegister.TTBR0_EL1)).isEqualTo(before);
        assertThat(b.context.registers.index(SystemRegister.TPIDR_EL0))
                .as("the layout did move")
                .isEqualTo(old.index(SystemRegister.TPIDR_EL0) + 1);
    }

    @Test
    void carryOverKeepsReadOnlyStateButTakesANewConstant() {
        RegisterDefinition state =
                RegisterDefinition.of("CUSTOM_EL1", CUSTOM).constant(0).build();
        Bench b = new Bench(85, Bench.V85, bank(state));
        b.context.register(CUSTOM, 3);
        b.context.registers = RegisterTable.create(b.context, List.of(bank(state)), b.context.registers);
        assertThat(b.read(CUSTOM)).isEqualTo(3);
        b.context.registers = RegisterTable.create(
                b.context,
                List.of(bank(
                        RegisterDefinition.of("CUSTOM_EL1", CUSTOM).constant(8).build())),
                b.context.registers);
        assertThat(b.read(CUSTOM)).isEqualTo(8);
    }

    @Test
    void resetRestoresEveryRegister() {
        Bench b = new Bench(85, Bench.V85);
        long[] fresh = b.context.pe.sys.clone();
        b.el(2).write(SystemRegister.HCR_EL2, HCR_E2H | 1);
        b.write(SystemRegister.VBAR_EL2, 0x800);
        b.write(SystemRegister.VMPIDR_EL2, 0);
        b.context.registers.reset();
        b.set(SystemRegister.SCR_EL3, 0x531 | 1L << 27);
        assertThat(b.context.pe.sys).isEqualTo(fresh);
    }
}
