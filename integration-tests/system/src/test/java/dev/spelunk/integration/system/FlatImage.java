// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import dev.spelunk.api.registers.Encoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A guest made of single instructions, behind the Linux arm64 boot header. Loaded at and entered at {@link #BASE}. */
final class FlatImage {
    static final long BASE = 0x4000_0000L;
    static final int HLT_SEMIHOSTING = 0xD45E0000;
    static final int HVC = 0xD4000002;
    static final int SMC = 0xD4000003;
    static final int WFI = 0xD503207F;
    static final int B_SELF = 0x14000000;
    static final int ERET = 0xD69F03E0;
    static final int ISB = 0xD5033FDF;
    private static final int HEADER = 64;
    private static final long ADP_STOPPED_APPLICATION_EXIT = 0x20026;

    private int[] words = new int[64];
    private int count;

    /** Address of the next instruction. */
    long here() {
        return BASE + HEADER + 4L * count;
    }

    FlatImage word(int word) {
        if (count == words.length) {
            words = Arrays.copyOf(words, 2 * count);
        }
        words[count++] = word;
        return this;
    }

    /** MOVZ and MOVK of a value into Xd. */
    FlatImage load(int d, long value) {
        word(0xD2800000 | (int) (value & 0xFFFF) << 5 | d);
        for (int i = 1; i < 4; i++) {
            int half = (int) (value >>> 16 * i) & 0xFFFF;
            if (half != 0) {
                word(0xF2800000 | i << 21 | half << 5 | d);
            }
        }
        return this;
    }

    /** STR Xt, [Xn, #offset]; the offset is a multiple of 8. */
    FlatImage store(int t, int n, int offset) {
        return word(0xF9000000 | offset / 8 << 10 | n << 5 | t);
    }

    FlatImage msr(int encoding, int t) {
        return word(0xD5000000 | systemOperands(encoding) | t);
    }

    FlatImage mrs(int t, int encoding) {
        return word(0xD5200000 | systemOperands(encoding) | t);
    }

    /** The operand fields of MSR, MRS, SYS and SYSL. */
    static int systemOperands(int encoding) {
        return Encoding.op0(encoding) << 19
                | Encoding.op1(encoding) << 16
                | Encoding.crn(encoding) << 12
                | Encoding.crm(encoding) << 8
                | Encoding.op2(encoding) << 5;
    }

    /** A semihosting call that ends the guest with a code; the block goes to RAM behind the image. */
    FlatImage exit(int operation, long code) {
        load(1, BASE + 0x8_0000);
        load(2, ADP_STOPPED_APPLICATION_EXIT).store(2, 1, 0);
        load(2, code).store(2, 1, 8);
        return load(0, operation).word(HLT_SEMIHOSTING).word(B_SELF);
    }

    byte[] bytes() {
        int size = HEADER + 4 * count;
        ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0x14000000 | HEADER / 4).putInt(0).putLong(0).putLong(size).putLong(0b1010);
        image.position(56);
        image.putInt(0x644d5241).putInt(0);
        for (int i = 0; i < count; i++) {
            image.putInt(words[i]);
        }
        return image.array();
    }

    Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
