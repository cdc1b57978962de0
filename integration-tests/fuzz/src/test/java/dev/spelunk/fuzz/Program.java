// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import dev.spelunk.api.registers.Encoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A guest made of single instructions, behind the Linux arm64 boot header, loaded at the start of RAM. */
public final class Program {
    public static final long BASE = 0x4000_0000L;
    private static final int HEADER = 64;
    private static final int MOST = 4000;
    private int[] words = new int[256];
    private int count;

    /** Whether it has all the instructions that it may have. */
    public boolean full() {
        return count > MOST;
    }

    public Program word(int word) {
        if (count == words.length) {
            words = Arrays.copyOf(words, 2 * count);
        }
        words[count++] = word;
        return this;
    }

    /** MOVZ and MOVK of a value into Xd. */
    public Program load(int d, long value) {
        word(0xD2800000 | (int) (value & 0xFFFF) << 5 | d);
        for (int i = 1; i < 4; i++) {
            int half = (int) (value >>> 16 * i) & 0xFFFF;
            if (half != 0) {
                word(0xF2800000 | i << 21 | half << 5 | d);
            }
        }
        return this;
    }

    /** Writes an immediate to memory or a device: 1, 2, 4 or 8 bytes. */
    public Program store(long address, int log2, long value) {
        return load(1, address).load(2, value).word(0x38000022 | log2 << 30);
    }

    /** Reads from memory or a device. */
    public Program fetch(long address, int log2) {
        return load(1, address).word(0x38400022 | log2 << 30);
    }

    public Program msr(int encoding, long value) {
        return load(1, value).word(0xD5000000 | operands(encoding) | 1);
    }

    public Program mrs(int encoding) {
        return word(0xD5200000 | operands(encoding) | 1);
    }

    private static int operands(int encoding) {
        return Encoding.op0(encoding) << 19
                | Encoding.op1(encoding) << 16
                | Encoding.crn(encoding) << 12
                | Encoding.crm(encoding) << 8
                | Encoding.op2(encoding) << 5;
    }

    /** Vectors that skip the instruction that was trapped, so that the guest goes on; then the program. */
    public byte[] image(boolean el2) {
        int vectors = 0x800;
        int start = 0x1000;
        ByteBuffer image = ByteBuffer.allocate(start + 4 * (count + 16)).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0x14000000 | HEADER / 4)
                .putInt(0)
                .putLong(0)
                .putLong(image.capacity())
                .putLong(0b1010);
        image.position(56);
        image.putInt(0x644d5241).putInt(0);
        Program head = new Program();
        head.load(0, BASE + vectors).word(el2 ? 0xD51CC000 : 0xD518C000);
        for (int i = 0; i < head.count; i++) {
            image.putInt(head.words[i]);
        }
        image.putInt(0x14000000 | (start - image.position()) / 4 & 0x3FFFFFF);
        for (int vector = 0; vector < 16; vector++) {
            image.position(vectors + vector * 0x80);
            boolean synchronous = vector % 4 == 0;
            // MRS X9, ELR; ADD X9, X9, #4; MSR ELR, X9; ERET
            image.putInt(el2 ? 0xD53C4029 : 0xD5384029);
            image.putInt(synchronous ? 0x91001129 : 0xD503201F);
            image.putInt(el2 ? 0xD51C4029 : 0xD5184029);
            image.putInt(0xD69F03E0);
        }
        image.position(start);
        for (int i = 0; i < count; i++) {
            image.putInt(words[i]);
        }
        // HLT #0xF000 with SYS_EXIT in X0, and a branch to itself.
        image.putInt(0xD2800300).putInt(0xD2800001).putInt(0xD45E0000).putInt(0x14000000);
        return image.array();
    }
}
