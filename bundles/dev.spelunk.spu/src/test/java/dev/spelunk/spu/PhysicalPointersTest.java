// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.SpuState;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** FEAT_SPE_nVM: profiling buffer pointers that stage 1 does not translate (DDI 0487, D17.7.2). */
class PhysicalPointersTest {
    private static final long NVM = 1 << 7;
    private static final long ENVM = 1 << 11;
    private static final long E = 1;

    private static Bench bench(Set<String> features, long pointer) {
        Bench b = new Bench(features, Map.of(), FeatureSets.beside(1, "FEAT_SPE_nVM"));
        b.write(SystemRegister.PMSIRR_EL1, 1 << 8);
        b.write(SystemRegister.PMBPTR_EL1, pointer);
        b.write(SystemRegister.PMBLIMITR_EL1, pointer + 0x4000 | NVM | E);
        b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE);
        return b;
    }

    @Test
    @DisplayName("Without EL2 pointers are physical addresses, where no virtual address is mapped")
    void physical() {
        Bench b = bench(Set.of(), Bench.RAM + 0x8000).run(300);
        assertThat(b.counter(SpuState.RECORDS_WRITTEN)).isEqualTo(1);
        assertThat(b.context.memory.ram[0x8000]).isEqualTo((byte) 0x98);
        assertThat(b.pmbptr()).isEqualTo(Bench.RAM + 0x8040);
        assertThat(b.pages.regimes).as("no translation was asked for").isEmpty();
    }

    @Test
    @DisplayName("With nVM = 0 pointers are virtual as before")
    void virtual() {
        Bench b = bench(Set.of(), Bench.BUFFER);
        b.write(SystemRegister.PMBLIMITR_EL1, Bench.BUFFER + 0x4000 | E);
        assertThat(b.run(300).counter(SpuState.RECORDS_WRITTEN)).isEqualTo(1);
        assertThat(b.pages.regimes).isNotEmpty();
    }

    @Test
    @DisplayName("EL1's buffer under EL2 has IPAs, and only if PMSCR_EL2.EnVM allows it; EL2's has physical addresses")
    void underEl2() {
        Set<String> el2 = Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2");
        Bench denied = bench(el2, Bench.BUFFER).run(300);
        assertThat(denied.pages.regimes).as("EnVM = 0: virtual").isNotEmpty();
        Bench b = bench(el2, 0x7000_0000L);
        b.context.register(SystemRegister.PMSCR_EL2, ENVM);
        b.pages.intermediate(0x7000_0000L, Bench.RAM + 0x9000);
        b.run(300);
        assertThat(b.counter(SpuState.RECORDS_WRITTEN)).isEqualTo(1);
        assertThat(b.context.memory.ram[0x9000]).isEqualTo((byte) 0x98);
        Bench fault = bench(el2, 0x7000_0000L);
        fault.context.register(SystemRegister.PMSCR_EL2, ENVM);
        fault.run(300);
        assertThat(fault.pmbsr()).as("EC 0x25, translation fault, S").isEqualTo(0x25L << 26 | 1 << 17 | 0x06);
        assertThat(fault.pmbptr()).isEqualTo(0x7000_0000L);
    }

    @Test
    @DisplayName("An address beyond the physical address size is a stage 1 Address size fault")
    void addressSize() {
        Bench b = bench(Set.of(), 1L << 48).run(300);
        assertThat(b.pmbsr()).isEqualTo(0x24L << 26 | 1 << 17);
        assertThat(b.counter(SpuState.STAGE1_FAULT)).isEqualTo(1);
    }
}
