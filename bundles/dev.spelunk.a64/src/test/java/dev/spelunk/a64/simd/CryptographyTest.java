// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.PeState;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Whole ciphers and digests made of the instructions, against the Java platform's. */
class CryptographyTest {
    private static final int AESE = 0x4E284800;
    private static final int AESD = 0x4E285800;
    private static final int AESMC = 0x4E286800;
    private static final int AESIMC = 0x4E287800;

    private final AdvancedSimd simd = new AdvancedSimd(-1);
    private final PeState pe = new PeState(0);

    private void execute(int base, int d, int n, int m) {
        assertThat(simd.execute(pe, base | m << 16 | n << 5 | d)).isTrue();
    }

    private void set(int register, byte[] bytes, int at) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        pe.v[2 * register] = buffer.getLong(at);
        pe.v[2 * register + 1] = buffer.getLong(at + 8);
    }

    private byte[] get(int register) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(pe.v[2 * register])
                .putLong(pe.v[2 * register + 1])
                .array();
    }

    /** The round keys of AES-128; the substitution is that of AESE on a word repeated in all columns. */
    private byte[][] expand(byte[] key) {
        byte[][] keys = new byte[11][];
        keys[0] = key;
        int constant = 1;
        for (int round = 1; round <= 10; round++) {
            byte[] last = keys[round - 1];
            byte[] word = new byte[16];
            for (int i = 0; i < 16; i++) {
                word[i] = last[12 + (i + 1) % 4];
            }
            set(5, word, 0);
            pe.v[12] = 0;
            pe.v[13] = 0;
            execute(AESE, 5, 6, 0);
            byte[] substituted = get(5);
            byte[] next = new byte[16];
            for (int i = 0; i < 16; i++) {
                int left = i < 4 ? substituted[i] ^ (i == 0 ? constant : 0) : next[i - 4];
                next[i] = (byte) (last[i] ^ left);
            }
            keys[round] = next;
            constant = constant << 1 ^ (constant >> 7) * 0x11B;
        }
        return keys;
    }

    @Test
    void aes128() throws Exception {
        byte[] key = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] plain = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
        Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        byte[] expected = cipher.doFinal(plain);
        byte[][] keys = expand(key);
        set(0, plain, 0);
        for (int round = 0; round < 10; round++) {
            set(1, keys[round], 0);
            execute(AESE, 0, 1, 0);
            if (round < 9) {
                execute(AESMC, 0, 0, 0);
            }
        }
        set(1, keys[10], 0);
        pe.v[0] ^= pe.v[2];
        pe.v[1] ^= pe.v[3];
        assertThat(get(0)).isEqualTo(expected);
        assertThat(HexFormat.of().formatHex(expected)).isEqualTo("69c4e0d86a7b0430d8cdb78070b4c55a");
        for (int round = 10; round > 0; round--) {
            set(1, keys[round], 0);
            if (round < 10) {
                execute(AESIMC, 1, 1, 0);
            }
            execute(AESD, 0, 1, 0);
            if (round > 1) {
                execute(AESIMC, 0, 0, 0);
            }
        }
        set(1, keys[0], 0);
        pe.v[0] ^= pe.v[2];
        pe.v[1] ^= pe.v[3];
        assertThat(get(0)).isEqualTo(plain);
    }

    /** The single padded block of "abc", its words in the order of memory on a little-endian machine. */
    private static int[] block() {
        int[] words = new int[16];
        words[0] = 0x61626380;
        words[15] = 24;
        return words;
    }

    private void setWords(int register, int w0, int w1, int w2, int w3) {
        pe.v[2 * register] = w0 & 0xFFFFFFFFL | (long) w1 << 32;
        pe.v[2 * register + 1] = w2 & 0xFFFFFFFFL | (long) w3 << 32;
    }

    private int word(int register, int e) {
        return (int) (pe.v[2 * register + e / 2] >>> 32 * (e % 2));
    }

    @Test
    void sha1() throws Exception {
        int[] m = block();
        for (int i = 0; i < 4; i++) {
            setWords(16 + i, m[4 * i], m[4 * i + 1], m[4 * i + 2], m[4 * i + 3]);
        }
        int[] constants = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
        int[] start = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
        setWords(0, start[0], start[1], start[2], start[3]);
        setWords(1, start[4], 0, 0, 0);
        int[] rounds = {0x5E000000, 0x5E001000, 0x5E002000, 0x5E001000};
        for (int group = 0; group < 20; group++) {
            int w = 16 + group % 4;
            int k = constants[group / 5];
            setWords(3, word(w, 0) + k, word(w, 1) + k, word(w, 2) + k, word(w, 3) + k);
            // SHA1H S2, S0, then SHA1C, SHA1P or SHA1M Q0, S1, V3.4S
            execute(0x5E280800, 2, 0, 0);
            execute(rounds[group / 5], 0, 1, 3);
            setWords(1, word(2, 0), 0, 0, 0);
            // SHA1SU0 and SHA1SU1 make the words that this group's place takes next.
            execute(0x5E003000, w, 16 + (group + 1) % 4, 16 + (group + 2) % 4);
            execute(0x5E281800, w, 16 + (group + 3) % 4, 0);
        }
        ByteBuffer digest = ByteBuffer.allocate(20);
        for (int i = 0; i < 4; i++) {
            digest.putInt(word(0, i) + start[i]);
        }
        digest.putInt(word(1, 0) + start[4]);
        assertThat(digest.array()).isEqualTo(MessageDigest.getInstance("SHA-1").digest("abc".getBytes()));
    }

    @Test
    void sha256() throws Exception {
        int[] m = block();
        for (int i = 0; i < 4; i++) {
            setWords(16 + i, m[4 * i], m[4 * i + 1], m[4 * i + 2], m[4 * i + 3]);
        }
        int[] start = new int[8];
        int[] constants = new int[64];
        int found = 0;
        for (int prime = 2; found < 64; prime++) {
            if (BigInteger.valueOf(prime).isProbablePrime(30)) {
                if (found < 8) {
                    start[found] = (int) (long) ((Math.sqrt(prime) % 1) * 0x1p32);
                }
                constants[found++] = (int) (long) ((Math.cbrt(prime) % 1) * 0x1p32);
            }
        }
        setWords(0, start[0], start[1], start[2], start[3]);
        setWords(1, start[4], start[5], start[6], start[7]);
        for (int group = 0; group < 16; group++) {
            int w = 16 + group % 4;
            int k = 4 * group;
            setWords(
                    3,
                    word(w, 0) + constants[k],
                    word(w, 1) + constants[k + 1],
                    word(w, 2) + constants[k + 2],
                    word(w, 3) + constants[k + 3]);
            pe.v[4] = pe.v[0];
            pe.v[5] = pe.v[1];
            // SHA256H Q0, Q1, V3.4S and SHA256H2 Q1, Q2, V3.4S
            execute(0x5E004000, 0, 1, 3);
            execute(0x5E005000, 1, 2, 3);
            // SHA256SU0 and SHA256SU1
            execute(0x5E282800, w, 16 + (group + 1) % 4, 0);
            execute(0x5E006000, w, 16 + (group + 2) % 4, 16 + (group + 3) % 4);
        }
        ByteBuffer digest = ByteBuffer.allocate(32);
        for (int i = 0; i < 8; i++) {
            digest.putInt(word(i / 4, i % 4) + start[i]);
        }
        assertThat(digest.array())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest("abc".getBytes()));
    }
}
