// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.a64.fp.DataMemory;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LD1 to LD4, ST1 to ST4 and LDnR against the order of elements that the manual defines. */
class StructureLoadStoreTest {
    /** Memory of 256 bytes; the last 64 cannot be accessed. */
    private static final class Memory implements DataMemory {
        static final int END = 192;
        final byte[] bytes = new byte[256];

        @Override
        public long read(long va, int size) {
            check(va, size);
            long value = 0;
            for (int i = 0; i < size; i++) {
                value |= (bytes[(int) va + i] & 0xFFL) << 8 * i;
            }
            return value;
        }

        @Override
        public void write(long va, int size, long value) {
            check(va, size);
            for (int i = 0; i < size; i++) {
                bytes[(int) va + i] = (byte) (value >>> 8 * i);
            }
        }

        @Override
        public void probe(long va, int size, int alignment, boolean write) {
            check(va, size);
        }

        @Override
        public void checkStackPointer(long sp) {
            if ((sp & 15) != 0) {
                throw new IllegalArgumentException("SP");
            }
        }

        private static void check(long va, int size) {
            if (va + size > END) {
                throw new IndexOutOfBoundsException();
            }
        }
    }

    private final Memory memory = new Memory();
    private final StructureLoadStore instructions = new StructureLoadStore(memory);
    private final Vectors vectors = new Vectors(0);
    private final PeState pe = vectors.pe;

    private void fill() {
        vectors.fill();
        for (int i = 0; i < 256; i++) {
            memory.bytes[i] = (byte) vectors.next(256);
        }
    }

    private byte get(int register, int at) {
        return (byte) (pe.v[2 * register + (at >> 3)] >>> 8 * (at & 7));
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 4", "2, 4, 1", "4, 1, 3", "6, 3, 1", "7, 1, 1", "8, 1, 2", "10, 2, 1"})
    void multipleStructures(int opcode, int repeats, int structure) {
        for (int round = 0; round < 200; round++) {
            fill();
            int size = round % 4;
            boolean full = size == 3 && structure > 1 || vectors.next(2) == 0;
            int t = vectors.next(32);
            int base = vectors.next(64);
            boolean load = vectors.next(2) == 0;
            int width = 1 << size;
            int bytes = full ? 16 : 8;
            int total = bytes * repeats * structure;
            byte[] before = memory.bytes.clone();
            pe.x[3] = base;
            pe.x[9] = -5;
            int post = vectors.next(3);
            int word = 0x0C000060
                    | (full ? 1 << 30 : 0)
                    | (load ? 1 << 22 : 0)
                    | opcode << 12
                    | size << 10
                    | t
                    | (post == 0 ? 0 : 1 << 23 | (post == 1 ? 9 : 31) << 16);
            assertThat(DecodedInstruction.of(word).accessSize).isEqualTo(total);
            assertThat(instructions.execute(pe, word)).isTrue();
            assertThat(pe.x[3]).isEqualTo(base + (post == 0 ? 0 : post == 1 ? -5 : total));
            int at = base;
            for (int r = 0; r < repeats; r++) {
                for (int e = 0; e < bytes; e += width) {
                    for (int s = 0; s < structure; s++) {
                        for (int i = 0; i < width; i++) {
                            assertThat(get((t + r + s) % 32, e + i)).isEqualTo(memory.bytes[at]);
                            before[at] = memory.bytes[at++];
                        }
                    }
                }
            }
            assertThat(memory.bytes).isEqualTo(before);
            if (load && !full) {
                assertThat(pe.v[2 * t + 1]).isZero();
            }
        }
    }

    @Test
    void singleStructures() {
        for (int round = 0; round < 1000; round++) {
            fill();
            int size = round % 4;
            int width = 1 << size;
            int structure = 1 + vectors.next(4);
            int t = vectors.next(32);
            int index = vectors.next(16 >> size);
            boolean load = vectors.next(2) == 0;
            int base = vectors.next(64);
            pe.x[3] = base;
            int scale = size == 3 ? 2 << 14 | 1 << 10 : size << 14;
            int position = index << size;
            int word = 0x0D000060
                    | (load ? 1 << 22 : 0)
                    | (structure - 1 & 1) << 21
                    | (structure - 1 >> 1) << 13
                    | scale
                    | (position & 7) << 10
                    | (position >> 3) << 30
                    | t;
            byte[] registers = new byte[16 * structure];
            for (int s = 0; s < structure; s++) {
                for (int i = 0; i < 16; i++) {
                    registers[16 * s + i] = get((t + s) % 32, i);
                }
            }
            byte[] before = memory.bytes.clone();
            assertThat(instructions.execute(pe, word)).as("%08x", word).isTrue();
            for (int s = 0; s < structure; s++) {
                for (int i = 0; i < width; i++) {
                    int at = base + s * width + i;
                    if (load) {
                        registers[16 * s + position + i] = before[at];
                    } else {
                        before[at] = registers[16 * s + position + i];
                    }
                }
                for (int i = 0; i < 16; i++) {
                    assertThat(get((t + s) % 32, i)).isEqualTo(registers[16 * s + i]);
                }
            }
            assertThat(memory.bytes).isEqualTo(before);
            assertThat(DecodedInstruction.of(word).accessSize).isEqualTo(width * structure);
        }
    }

    @Test
    void replication() {
        fill();
        pe.x[3] = 10;
        for (int structure = 1; structure <= 4; structure++) {
            for (int size = 0; size < 4; size++) {
                boolean full = vectors.next(2) == 0;
                int word = 0x0D40C060
                        | (full ? 1 << 30 : 0)
                        | (structure - 1 & 1) << 21
                        | (structure - 1 >> 1) << 13
                        | size << 10
                        | 30;
                assertThat(instructions.execute(pe, word)).isTrue();
                for (int s = 0; s < structure; s++) {
                    for (int i = 0; i < 16; i++) {
                        int from = 10 + (s << size) + (i & (1 << size) - 1);
                        assertThat(get((30 + s) % 32, i)).isEqualTo(i < 8 || full ? memory.bytes[from] : 0);
                    }
                }
            }
        }
    }

    @Test
    void aFaultChangesNothing() {
        for (int load = 0; load < 2; load++) {
            // LD4 or ST4 {V0.16B...}, [X3], #64 and LD3 or ST3 {V0.D...}[1], [X3], #24
            for (int word : new int[] {0x4C9F0060 | load << 22, 0x4D9FA460 | load << 22}) {
                fill();
                pe.x[3] = Memory.END - 17;
                long[] v = pe.v.clone();
                byte[] before = memory.bytes.clone();
                assertThatThrownBy(() -> instructions.execute(pe, word)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThat(pe.v).isEqualTo(v);
                assertThat(memory.bytes).isEqualTo(before);
                assertThat(pe.x[3]).isEqualTo(Memory.END - 17);
            }
        }
    }

    @Test
    void theStackPointerIsCheckedAsABase() {
        pe.x[PeState.SP] = 32;
        // LD1 {V0.16B}, [SP], #16
        assertThat(instructions.execute(pe, 0x4CDF73E0)).isTrue();
        assertThat(pe.x[PeState.SP]).isEqualTo(48);
        pe.x[PeState.SP] = 40;
        assertThatThrownBy(() -> instructions.execute(pe, 0x4CDF73E0)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        // size 3 without Q, opcode 1, bit 21, a register without post-index, and of single structures: size 01 of
        // halfwords, size 1x of words, S with doublewords, a store that replicates, S with LD1R
        "0C408C60",
        "0C401060",
        "0C601060",
        "0C417060",
        "0D404460",
        "0D408860",
        "0D409460",
        "0D00C060",
        "0D40D060"
    })
    void unallocated(String word) {
        assertThat(InstructionSet.whole().decode((int) Long.parseLong(word, 16)))
                .isNull();
    }
}
