// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.mmu.MmuComponent;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The profiling buffer behind real translation tables of both stages (DDI 0487, D8 and D17.8.3). */
class TranslatedBufferTest {
    private static final long ROOT = Bench.RAM + 0x10000;
    private static final long STAGE2 = Bench.RAM + 0x20000;
    private static final long TABLE = 3;
    private static final long PAGE = 3 | 1 << 10 | 3 << 8;
    private static final long READ_ONLY = 1 << 7;
    private static final long EL0 = 1 << 6;
    private static final long S2_PAGE = 3 | 1 << 10 | 3 << 8 | 3 << 6 | 0xF << 2;

    private final Bench bench = new Bench(Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_PAN"), Map.of("alignment", 16));

    /** Stage 1 at EL1: 4K granule, 48 bits, four levels, one table of each. */
    private void stage1() {
        put(ROOT, 0, ROOT + 0x1000 | TABLE);
        put(ROOT + 0x1000, 0, ROOT + 0x2000 | TABLE);
        put(ROOT + 0x2000, 0, ROOT + 0x3000 | TABLE);
        for (int i = 0; i < 4; i++) {
            page(i, Bench.RAM + 0x1000L * i | PAGE);
        }
        bench.context.translator = new MmuComponent().create(bench.context);
        bench.write(SystemRegister.TTBR0_EL1, ROOT);
        bench.write(SystemRegister.TCR_EL1, 16 | 1 << 23 | 16L << 16 | 2L << 30 | 5L << 32);
        bench.write(SystemRegister.MAIR_EL1, 0xFF);
        bench.write(SystemRegister.SCTLR_EL1, bench.read(SystemRegister.SCTLR_EL1) | 1);
        bench.context.translator.contextChanged();
    }

    /** Stage 2: 4K granule, 40 bits, two levels below one concatenated root; identity of the RAM in use. */
    private void stage2() {
        long level2 = STAGE2 + 0x2000;
        long level3 = STAGE2 + 0x3000;
        put(STAGE2, 1, level2 | TABLE);
        put(level2, 0, level3 | TABLE);
        for (int i = 0; i < 64; i++) {
            put(level3, i, Bench.RAM + 0x1000L * i | S2_PAGE);
        }
        bench.at(2, () -> {
            bench.write(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 3 << 8 | 3 << 10 | 3 << 12 | 2L << 16 | 1L << 31);
            bench.write(SystemRegister.VTTBR_EL2, STAGE2);
            bench.write(SystemRegister.HCR_EL2, 1 | 1L << 31);
        });
        bench.context.translator.contextChanged();
    }

    private void page(int index, long descriptor) {
        put(ROOT + 0x3000, 0x100 + index, descriptor);
    }

    private void put(long table, int index, long descriptor) {
        PhysicalMemory.put64(bench.context.memory.ram, (int) (table - Bench.RAM) + index * 8, descriptor);
    }

    private long event() {
        bench.profile(1, false).run(300);
        return bench.pmbsr();
    }

    private static long fault(int ec, int fsc) {
        return PMBSR_ELx.S | (long) ec << 26 | fsc;
    }

    @Test
    @DisplayName("Records land in the pages that stage 1 maps")
    void written() {
        stage1();
        page(0, Bench.RAM + 0x7000 | PAGE);
        assertThat(event()).isZero();
        assertThat(bench.records).hasSize(1);
        assertThat(bench.memory(Bench.BUFFER + 0x7000, bench.records.get(0).length))
                .isEqualTo(bench.records.get(0));
    }

    @Test
    @Tag("T83")
    @DisplayName("T83: a stage 1 hole at any level: EC = 0x24, FSC = 0x04 + level, PTR = VA; read-only: 0x0C + level")
    void stage1Faults() {
        stage1();
        page(0, 0);
        assertThat(event()).isEqualTo(fault(0x24, 0x07));
        assertThat(bench.pmbptr()).isEqualTo(Bench.BUFFER);
        page(0, Bench.RAM | PAGE | READ_ONLY);
        assertThat(event()).isEqualTo(fault(0x24, 0x0F));
        page(0, Bench.RAM | PAGE & ~(1 << 10));
        assertThat(event()).as("Access flag").isEqualTo(fault(0x24, 0x0B));
        put(ROOT + 0x2000, 0, 0);
        assertThat(event()).isEqualTo(fault(0x24, 0x06));
        put(ROOT + 0x1000, 0, 0);
        assertThat(event()).isEqualTo(fault(0x24, 0x05));
        put(ROOT, 0, 0);
        assertThat(event()).isEqualTo(fault(0x24, 0x04));
    }

    @Test
    @Tag("T84")
    @DisplayName("T84: a stage 2 hole: EC = 0x25, FSC = 0x04 + level, PTR still holds the VA")
    void stage2Faults() {
        stage1();
        stage2();
        assertThat(event()).isZero();
        put(STAGE2 + 0x3000, 1, 0);
        bench.buffer(Bench.BUFFER + 0x1000, Bench.BUFFER + Bench.BUFFER_SIZE).run(300);
        assertThat(bench.pmbsr()).isEqualTo(fault(0x25, 0x07));
        assertThat(bench.pmbptr()).isEqualTo(Bench.BUFFER + 0x1000);
    }

    @Test
    @Tag("T85")
    @DisplayName("T85: a record torn by an unmapped page: DL = 1 and PTR at the page")
    void torn() {
        stage1();
        page(1, 0);
        bench.profile(1, false)
                .buffer(Bench.BUFFER + 0x1000 - 16, Bench.BUFFER + Bench.BUFFER_SIZE)
                .run(300);
        assertThat(bench.pmbsr()).isEqualTo(fault(0x24, 0x07) | PMBSR_ELx.DL);
        assertThat(bench.pmbptr()).isEqualTo(Bench.BUFFER + 0x1000);
    }

    @Test
    @Tag("T90")
    @DisplayName("T90: PAN = 1 does not make a write to a page that EL0 may write fault")
    void privilegedAccessNever() {
        stage1();
        page(0, Bench.RAM | PAGE | EL0);
        bench.pe.pan = true;
        assertThat(event()).isZero();
        assertThat(bench.records).hasSize(1);
    }
}
