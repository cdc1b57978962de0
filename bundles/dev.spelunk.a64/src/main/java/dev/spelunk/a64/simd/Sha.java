// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Cryptographic three-register SHA" and "Cryptographic two-register SHA": SHA-1 and SHA-256 (FIPS 180-4). */
final class Sha {
    private Sha() {}

    static boolean executeThree(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 7;
        int needed = opcode < 4 ? SimdFeatures.SHA1 : SimdFeatures.SHA256;
        if ((word >>> 22 & 3) != 0 || opcode == 7 || (features & needed) == 0) {
            return false;
        }
        long[] v = pe.v;
        int d = 2 * (word & 31);
        int n = 2 * (word >>> 5 & 31);
        int m = 2 * (word >>> 16 & 31);
        switch (opcode) {
            case 3:
                long low = v[d] ^ v[d + 1] ^ v[m];
                v[d + 1] ^= v[n] ^ v[m + 1];
                v[d] = low;
                break;
            case 4:
                hash256(v, d, d, n, m, true);
                break;
            case 5:
                hash256(v, d, n, d, m, false);
                break;
            case 6:
                schedule256(v, d, n, m);
                break;
            default:
                hash1(v, d, (int) v[n], m, opcode);
                break;
        }
        return true;
    }

    static boolean executeTwo(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 31;
        int needed = opcode < 2 ? SimdFeatures.SHA1 : SimdFeatures.SHA256;
        if ((word >>> 22 & 3) != 0 || opcode > 2 || (features & needed) == 0) {
            return false;
        }
        long[] v = pe.v;
        int d = 2 * (word & 31);
        int n = 2 * (word >>> 5 & 31);
        switch (opcode) {
            case 0:
                v[d] = Integer.rotateLeft((int) v[n], 30) & 0xFFFFFFFFL;
                v[d + 1] = 0;
                break;
            case 1:
                long low = v[d] ^ (v[n] >>> 32 | v[n + 1] << 32);
                long high = v[d + 1] ^ v[n + 1] >>> 32;
                int first = (int) low;
                v[d] = pack(Integer.rotateLeft(first, 1), Integer.rotateLeft((int) (low >>> 32), 1));
                v[d + 1] = pack(
                        Integer.rotateLeft((int) high, 1),
                        Integer.rotateLeft((int) (high >>> 32), 1) ^ Integer.rotateLeft(first, 2));
                break;
            default:
                int e0 = (int) v[d] + small0((int) (v[d] >>> 32));
                int e1 = (int) (v[d] >>> 32) + small0((int) v[d + 1]);
                int e2 = (int) v[d + 1] + small0((int) (v[d + 1] >>> 32));
                int e3 = (int) (v[d + 1] >>> 32) + small0((int) v[n]);
                v[d] = pack(e0, e1);
                v[d + 1] = pack(e2, e3);
                break;
        }
        return true;
    }

    private static long pack(int low, int high) {
        return low & 0xFFFFFFFFL | (long) high << 32;
    }

    /** SHA1C, SHA1P, SHA1M: four rounds, with the function that the opcode says. */
    private static void hash1(long[] v, int d, int y, int m, int opcode) {
        int x0 = (int) v[d];
        int x1 = (int) (v[d] >>> 32);
        int x2 = (int) v[d + 1];
        int x3 = (int) (v[d + 1] >>> 32);
        int e = y;
        for (int round = 0; round < 4; round++) {
            int w = (int) (v[m + (round >> 1)] >>> 32 * (round & 1));
            int t = opcode == 0 ? (x2 ^ x3) & x1 ^ x3 : opcode == 1 ? x1 ^ x2 ^ x3 : x1 & x2 | (x1 | x2) & x3;
            int next = e + Integer.rotateLeft(x0, 5) + t + w;
            e = x3;
            x3 = x2;
            x2 = Integer.rotateLeft(x1, 30);
            x1 = x0;
            x0 = next;
        }
        v[d] = pack(x0, x1);
        v[d + 1] = pack(x2, x3);
    }

    /** SHA256hash: four rounds on two registers; the first or the second is the result. */
    private static void hash256(long[] v, int d, int x, int y, int m, boolean first) {
        int x0 = (int) v[x];
        int x1 = (int) (v[x] >>> 32);
        int x2 = (int) v[x + 1];
        int x3 = (int) (v[x + 1] >>> 32);
        int y0 = (int) v[y];
        int y1 = (int) (v[y] >>> 32);
        int y2 = (int) v[y + 1];
        int y3 = (int) (v[y + 1] >>> 32);
        for (int round = 0; round < 4; round++) {
            int w = (int) (v[m + (round >> 1)] >>> 32 * (round & 1));
            int sigma1 = Integer.rotateRight(y0, 6) ^ Integer.rotateRight(y0, 11) ^ Integer.rotateRight(y0, 25);
            int sigma0 = Integer.rotateRight(x0, 2) ^ Integer.rotateRight(x0, 13) ^ Integer.rotateRight(x0, 22);
            int t = y3 + sigma1 + ((y1 ^ y2) & y0 ^ y2) + w;
            int nextY = t + x3;
            int nextX = t + sigma0 + (x0 & x1 | (x0 | x1) & x2);
            x3 = x2;
            x2 = x1;
            x1 = x0;
            x0 = nextX;
            y3 = y2;
            y2 = y1;
            y1 = y0;
            y0 = nextY;
        }
        v[d] = first ? pack(x0, x1) : pack(y0, y1);
        v[d + 1] = first ? pack(x2, x3) : pack(y2, y3);
    }

    /** SHA256SU1. */
    private static void schedule256(long[] v, int d, int n, int m) {
        int e0 = (int) v[d] + (int) (v[n] >>> 32) + small1((int) v[m + 1]);
        int e1 = (int) (v[d] >>> 32) + (int) v[n + 1] + small1((int) (v[m + 1] >>> 32));
        int e2 = (int) v[d + 1] + (int) (v[n + 1] >>> 32) + small1(e0);
        int e3 = (int) (v[d + 1] >>> 32) + (int) v[m] + small1(e1);
        v[d] = pack(e0, e1);
        v[d + 1] = pack(e2, e3);
    }

    private static int small0(int a) {
        return Integer.rotateRight(a, 7) ^ Integer.rotateRight(a, 18) ^ a >>> 3;
    }

    private static int small1(int a) {
        return Integer.rotateRight(a, 17) ^ Integer.rotateRight(a, 19) ^ a >>> 10;
    }
}
