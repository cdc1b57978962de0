// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.state.PeState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Addressing, sizes, writeback and faults of the SIMD&FP loads and stores. */
class VectorLoadStoreTest {
    /** Memory of four pages; an access to what lies beyond faults. */
    private static final class Memory implements DataMemory {
        final ByteBuffer bytes = ByteBuffer.allocate(16384).order(ByteOrder.LITTLE_ENDIAN);
        boolean mustAlign;
        long checkedStackPointer = -1;

        @Override
        public long read(long va, int size) {
            check(va, size, size);
            long value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = value << 8 | bytes.get((int) va + i) & 0xFF;
            }
            return value;
        }

        @Override
        public void write(long va, int size, long value) {
            check(va, size, size);
            for (int i = 0; i < size; i++) {
                bytes.put((int) va + i, (byte) (value >>> 8 * i));
            }
        }

        @Override
        public void probe(long va, int size, int alignment, boolean write) {
            check(va, size, alignment);
        }

        private void check(long va, int size, int alignment) {
            if (va < 0 || va + size > bytes.capacity()) {
                throw new IllegalStateException("fault");
            }
            if (mustAlign && (va & alignment - 1) != 0) {
                throw new IllegalStateException("alignment");
            }
        }

        @Override
        public void checkStackPointer(long sp) {
            checkedStackPointer = sp;
        }
    }

    private final PeState pe = new PeState(0);
    private final Memory memory = new Memory();

    VectorLoadStoreTest() {
        for (int i = 0; i < memory.bytes.capacity(); i++) {
            memory.bytes.put(i, (byte) (i * 37 + (i >> 8)));
        }
        Arrays.fill(pe.v, -1L);
        pe.x[1] = 0x1000;
    }

    private void run(int word) {
        assertThat(VectorLoadStore.execute(pe, memory, word)).isTrue();
    }

    private void loaded(int register, long va, int size) {
        assertThat(pe.v[2 * register]).isEqualTo(memory.read(va, Math.min(size, 8)));
        assertThat(pe.v[2 * register + 1]).isEqualTo(size == 16 ? memory.read(va + 8, 8) : 0);
    }

    @Test
    void unsignedImmediatesScaleBySize() {
        int[] words = {0x3D400C20, 0x7D400C20, 0xBD400C20, 0xFD400C20, 0x3DC00C20};
        for (int scale = 0; scale <= 4; scale++) {
            run(words[scale]);
            loaded(0, 0x1000 + (3L << scale), 1 << scale);
        }
    }

    @Test
    void unscaledPreAndPost() {
        run(0x3CDFD020); // ldur q0, [x1, #-3]
        loaded(0, 0xFFD, 16);
        assertThat(pe.x[1]).isEqualTo(0x1000);
        run(0xFC408420); // ldr d0, [x1], #8
        loaded(0, 0x1000, 8);
        assertThat(pe.x[1]).isEqualTo(0x1008);
        run(0x3CDF0C20); // ldr q0, [x1, #-16]!
        loaded(0, 0xFF8, 16);
        assertThat(pe.x[1]).isEqualTo(0xFF8);
    }

    @Test
    void registerOffsets() {
        pe.x[2] = 0xFFFFFFFF_FFFFFFFEL;
        run(0x3CE2F820); // ldr q0, [x1, x2, sxtx #4]
        loaded(0, 0x1000 - 32, 16);
        run(0xBC62C820); // ldr s0, [x1, w2, sxtw]
        loaded(0, 0x1000 - 2, 4);
        pe.x[2] = 0xFFFFFFFF_00000005L;
        run(0x7C625820); // ldr h0, [x1, w2, uxtw #1]
        loaded(0, 0x1000 + 10, 2);
        pe.x[2] = 7;
        run(0x3C626820); // ldr b0, [x1, x2]
        loaded(0, 0x1007, 1);
    }

    @Test
    void literals() {
        pe.pc = 0x2000;
        run(0x1C000040); // ldr s0, pc+8
        loaded(0, 0x2008, 4);
        run(0x5CFFFFC0); // ldr d0, pc-8
        loaded(0, 0x1FF8, 8);
        run(0x9C000100); // ldr q0, pc+32
        loaded(0, 0x2020, 16);
        assertThat(VectorLoadStore.execute(pe, memory, 0xDC000100)).isFalse();
    }

    @Test
    void pairs() {
        run(0xAD400820); // ldp q0, q2, [x1]
        loaded(0, 0x1000, 16);
        loaded(2, 0x1010, 16);
        run(0x6DFF0820); // ldp d0, d2, [x1, #-16]!
        loaded(0, 0xFF0, 8);
        loaded(2, 0xFF8, 8);
        assertThat(pe.x[1]).isEqualTo(0xFF0);
        run(0x2CC10820); // ldp s0, s2, [x1], #8
        loaded(0, 0xFF0, 4);
        loaded(2, 0xFF4, 4);
        assertThat(pe.x[1]).isEqualTo(0xFF8);
        run(0x6C410820); // ldnp d0, d2, [x1, #16]
        loaded(0, 0x1008, 8);
        pe.v[0] = 1;
        pe.v[1] = 2;
        pe.v[4] = 3;
        pe.v[5] = 4;
        run(0xAD3F0820); // stp q0, q2, [x1, #-32]
        for (int i = 0; i < 4; i++) {
            assertThat(memory.read(0xFD8 + 8 * i, 8)).isEqualTo(i + 1);
        }
        assertThat(VectorLoadStore.execute(pe, memory, 0xED400820)).isFalse();
    }

    @Test
    void storesWriteTheirBytesAlone() {
        pe.v[0] = 0x1122334455667788L;
        pe.v[1] = 0x99AABBCCDDEEFF00L;
        int[] words = {0x3D000020, 0x7D000020, 0xBD000020, 0xFD000020, 0x3D800020};
        for (int scale = 0; scale <= 4; scale++) {
            memory.write(0x1000, 8, 0);
            memory.write(0x1008, 8, 0);
            run(words[scale]);
            assertThat(memory.read(0x1000, 8)).isEqualTo(scale >= 3 ? pe.v[0] : pe.v[0] & (1L << (8 << scale)) - 1);
            assertThat(memory.read(0x1008, 8)).isEqualTo(scale == 4 ? pe.v[1] : 0);
        }
    }

    @Test
    void aFaultChangesNothing() {
        pe.x[1] = 16384 - 8;
        long[] before = pe.v.clone();
        assertThatThrownBy(() -> VectorLoadStore.execute(pe, memory, 0x3CC10420))
                .hasMessage("fault");
        assertThatThrownBy(() -> VectorLoadStore.execute(pe, memory, 0x6CC10820))
                .hasMessage("fault");
        long bytes = memory.read(16384 - 8, 8);
        assertThatThrownBy(() -> VectorLoadStore.execute(pe, memory, 0x3C810420))
                .hasMessage("fault");
        assertThatThrownBy(() -> VectorLoadStore.execute(pe, memory, 0x6C810820))
                .hasMessage("fault");
        assertThat(memory.read(16384 - 8, 8)).isEqualTo(bytes);
        assertThat(pe.x[1]).isEqualTo(16384 - 8);
        assertThat(pe.v).containsExactly(before);
    }

    @Test
    void aQuadwordMustBeAlignedToSixteenBytesWhereAlignmentIsChecked() {
        memory.mustAlign = true;
        pe.x[1] = 0x1008;
        assertThatThrownBy(() -> VectorLoadStore.execute(pe, memory, 0x3DC00020))
                .hasMessage("alignment");
        assertThatThrownBy(() -> VectorLoadStore.execute(pe, memory, 0xAD000820))
                .hasMessage("alignment");
        run(0xFD400020);
    }

    @Test
    void theStackPointerIsCheckedAsBase() {
        pe.x[PeState.SP] = 0x2000;
        run(0xFD4003E0); // ldr d0, [sp]
        assertThat(memory.checkedStackPointer).isEqualTo(0x2000);
        loaded(0, 0x2000, 8);
        run(0x6CC10BE0); // ldp d0, d2, [sp], #16
        assertThat(pe.x[PeState.SP]).isEqualTo(0x2010);
        assertThat(pe.x[31]).isZero();
    }

    @Test
    void unallocatedForms() {
        int[] words = {0x7DC00020, 0xBC408820, 0x3C628020, 0xFDC00020, 0xBCE26820, 0xFC620020, 0xFC628820};
        for (int word : words) {
            assertThat(VectorLoadStore.execute(pe, memory, word))
                    .as(Integer.toHexString(word))
                    .isFalse();
        }
    }
}
