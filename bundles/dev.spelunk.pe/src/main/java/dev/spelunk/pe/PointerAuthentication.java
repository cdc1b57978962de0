// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

import dev.spelunk.a64.integer.Qarma5;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.registers.fields.TCR_EL1;
import dev.spelunk.api.registers.fields.TCR_EL2;
import dev.spelunk.api.state.PeState;

/**
 * FEAT_PAuth with QARMA5 and without the later extensions: a pointer that does not authenticate gets an error
 * code in its extension bits (DDI 0487, D8.8 and J1.1, AddPAC, Auth, Strip).
 */
final class PointerAuthentication {
    /** Keys: instruction A and B, data A and B, generic. Bit 0 is the key number of an error code. */
    private static final int TG0_64K = 1;

    private static final int TG1_64K = 3;
    private static final int IA = 0;

    private static final int DA = 2;
    private static final int GA = 4;
    private static final int[] CRM_OP2 = {1 << 3, 1 << 3 | 2, 2 << 3, 2 << 3 | 2, 3 << 3};
    private static final long[] ENABLES = {SCTLR_ELx.EnIA, SCTLR_ELx.EnIB, SCTLR_ELx.EnDA, SCTLR_ELx.EnDB};

    private static final int TRAPPED = 0x09;

    /** Enciphered values by what they were made of: data, modifier and both halves of the key, then the result. */
    private static final int MEMO_BITS = 10;

    private static final int MEMO_WORDS = 5;
    /** The golden ratio's fraction. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final Processor p;
    private final PeState pe;
    private final long[] memo = new long[MEMO_WORDS << MEMO_BITS];
    private final int[] low = new int[5];
    private final int[] high = new int[5];
    private boolean smallTables;

    PointerAuthentication(Processor p) {
        this.p = p;
        pe = p.pe;
        // Zeros are looked up in the first entry.
        memo[MEMO_WORDS - 1] = Qarma5.encipher(0, 0, 0, 0);
    }

    /** Looks the key registers up again. */
    void resolve() {
        if (!p.has(Features.PAUTH)) {
            return;
        }
        for (int key = IA; key <= GA; key++) {
            low[key] = p.context.registers.index(Encoding.of(3, 0, 2, 0, 0) | CRM_OP2[key]);
            high[key] = p.context.registers.index(Encoding.of(3, 0, 2, 0, 1) | CRM_OP2[key]);
        }
        smallTables = p.context.architecture.has("FEAT_TTST");
    }

    /** What a pointer is signed and authenticated with is the same, so half of all are found in the memo at least. */
    private long cipher(long data, long modifier, int key) {
        long key0 = pe.sys[high[key]];
        long key1 = pe.sys[low[key]];
        long mixed = (data ^ Long.rotateLeft(modifier, 23) ^ key0) * SPREAD;
        int at = (int) (mixed >>> 64 - MEMO_BITS) * MEMO_WORDS;
        boolean known = memo[at] == data && memo[at + 1] == modifier && memo[at + 2] == key0 && memo[at + 3] == key1;
        if (!known) {
            memo[at] = data;
            memo[at + 1] = modifier;
            memo[at + 2] = key0;
            memo[at + 3] = key1;
            memo[at + 4] = Qarma5.encipher(data, modifier, key0, key1);
        }
        return memo[at + 4];
    }

    /** Data processing instructions with one and two sources. @return {@link Processor#NEXT} */
    int execute(int word) {
        int d = word & 31;
        int n = word >>> 5 & 31;
        boolean generic = (word >>> 30 & 1) == 0;
        if (generic) {
            checkTraps();
            long modifier = p.x[orStackPointer(word >>> 16 & 31)];
            p.x[destination(d)] = cipher(p.x[n], modifier, GA) & 0xFFFFFFFF00000000L;
            return Processor.NEXT;
        }
        int opcode = word >>> 10 & 0x3F;
        long pointer = p.x[d];
        if (opcode > 15) {
            p.x[destination(d)] = strip(pointer, opcode == 17);
        } else {
            long modifier = opcode > 7 ? 0 : p.x[orStackPointer(n)];
            p.x[destination(d)] = (opcode & 4) == 0
                    ? sign(pointer, modifier, opcode & 3)
                    : authenticate(pointer, modifier, opcode & 3);
        }
        return Processor.NEXT;
    }

    /** Executes a hint by its number. @return {@link Processor#NEXT} */
    int hint(int number) {
        if (number == 7) {
            p.x[30] = strip(p.x[30], false);
        } else if (number < 16) {
            int key = number >>> 1 & 1;
            p.x[17] = number < 12 ? sign(p.x[17], p.x[16], key) : authenticate(p.x[17], p.x[16], key);
        } else {
            int key = number >>> 1 & 1;
            long modifier = (number & 1) != 0 ? p.x[PeState.SP] : 0;
            p.x[30] = number < 28 ? sign(p.x[30], modifier, key) : authenticate(p.x[30], modifier, key);
        }
        return Processor.NEXT;
    }

    /** Target of a branch, of RETAA and of RETAB, authenticated. */
    long target(int word) {
        boolean returns = (word >>> 21 & 7) == 2;
        int n = returns ? 30 : word >>> 5 & 31;
        long modifier = returns || (word >>> 24 & 1) != 0 ? p.x[returns ? PeState.SP : orStackPointer(word & 31)] : 0;
        return authenticate(p.x[n], modifier, word >>> 10 & 1);
    }

    /** ELR_ELx authenticated with the stack pointer, for ERETAA and ERETAB. */
    long returnAddress(long address, int word) {
        return authenticate(address, p.x[PeState.SP], word >>> 10 & 1);
    }

    /** LDRAA and LDRAB. @return {@link Processor#NEXT} */
    int load(int word) {
        long base = p.x[orStackPointer(word >>> 5 & 31)];
        if ((word >>> 5 & 31) == 31) {
            p.data.checkStackPointer(base);
        }
        long va = loadAddress(word);
        p.x[destination(word & 31)] = p.data.read(va, 8, DataAccess.PLAIN);
        if ((word >>> 11 & 1) != 0) {
            p.x[orStackPointer(word >>> 5 & 31)] = va;
        }
        return Processor.NEXT;
    }

    /** Address of LDRAA and LDRAB. */
    long loadAddress(int word) {
        int immediate = word >>> 12 & 0x1FF | word >>> 13 & 0x200;
        long base = p.x[orStackPointer(word >>> 5 & 31)];
        return authenticate(base, 0, DA | word >>> 23 & 1) + ((long) (immediate << 22 >> 22) << 3);
    }

    /** Whether SCTLR of the current regime enables the key; it comes before every trap. */
    private boolean enabled(int key) {
        if ((p.control.sctlr(pe.el) & ENABLES[key]) == 0) {
            return false;
        }
        checkTraps();
        return true;
    }

    private void checkTraps() {
        boolean toEl2 = pe.el < 2
                && p.system.el2Enabled()
                && (p.system.effectiveHcr() & HCR_EL2.API) == 0
                && !(pe.el == 0 && p.system.elIsInHost(0));
        boolean toEl3 = p.has(Features.EL3) && (p.control.scr() & SCR_EL3.API) == 0;
        if (toEl2) {
            throw p.trap(2, TRAPPED, 0);
        }
        if (toEl3) {
            throw p.undefined();
        }
    }

    /** Whether the regime has one VA range only: EL2 without E2H. */
    private boolean oneRange() {
        return pe.el == 2 && !p.system.isInHost();
    }

    private long tcr() {
        return p.control.tcr(pe.el == 2 || p.system.isInHost() ? 2 : 1);
    }

    private static boolean ignoresTop(long tcr, long tbi, long tbid, boolean data) {
        return (tcr & tbi) != 0 && (data || (tcr & tbid) == 0);
    }

    /** EffectiveTBI for the range that bit 55 selects. */
    private boolean topByteIgnored(long pointer, boolean data) {
        long tcr = tcr();
        if (oneRange()) {
            return ignoresTop(tcr, TCR_EL2.TBI, TCR_EL2.TBID, data);
        }
        return (pointer >>> 55 & 1) == 0
                ? ignoresTop(tcr, TCR_EL1.TBI0, TCR_EL1.TBID0, data)
                : ignoresTop(tcr, TCR_EL1.TBI1, TCR_EL1.TBID1, data);
    }

    /** CalculateBottomPACBit for the upper or the lower range. */
    private int bottomBit(boolean upper) {
        long tcr = tcr();
        boolean second = upper && !oneRange();
        int txsz = (int) Field.valueIn(tcr, second ? TCR_EL1.T1SZ : TCR_EL1.T0SZ);
        boolean large =
                second ? Field.valueIn(tcr, TCR_EL1.TG1) == TG1_64K : Field.valueIn(tcr, TCR_EL1.TG0) == TG0_64K;
        int most = !smallTables ? 39 : large ? 47 : 48;
        return 64 - Math.max(16, Math.min(most, txsz));
    }

    /** Mask of the bits from low up to, not including, high. */
    private static long bits(int low, int high) {
        return (high == 64 ? 0 : 1L << high) - (1L << low);
    }

    /** Bits of a pointer that hold a PAC, and bit 55. */
    private static long field(boolean tbi, int bottom) {
        return bits(bottom, tbi ? 56 : 64);
    }

    private long sign(long pointer, long modifier, int key) {
        if (!enabled(key)) {
            return pointer;
        }
        boolean data = key >= DA;
        boolean tbi = topByteIgnored(pointer, data);
        boolean upper = (pointer >>> (selectedByBit55(tbi, data) ? 55 : 63) & 1) != 0;
        int bottom = bottomBit(upper);
        if (tbi && bottom >= 55) {
            return pointer;
        }
        long field = field(tbi, bottom);
        long pac = cipher(upper ? pointer | field : pointer & ~field, modifier, key);
        // What is not the sign extension of a good pointer spoils the PAC; a tag that is ignored does not.
        if ((pointer & field) != 0 && (pointer & field) != field) {
            pac ^= 1L << (tbi ? 54 : 62);
        }
        long placed = field & ~(1L << 55);
        return pointer & ~field | pac & placed | (upper ? 1L << 55 : 0);
    }

    private boolean selectedByBit55(boolean tbi, boolean data) {
        if (oneRange()) {
            return tbi;
        }
        long tcr = tcr();
        return ignoresTop(tcr, 37, 51, data) || ignoresTop(tcr, 38, 52, data);
    }

    private static long extended(long pointer, long field) {
        return (pointer >>> 55 & 1) != 0 ? pointer | field : pointer & ~field;
    }

    private long authenticate(long pointer, long modifier, int key) {
        if (!enabled(key)) {
            return pointer;
        }
        boolean tbi = topByteIgnored(pointer, key >= DA);
        int bottom = bottomBit((pointer >>> 55 & 1) != 0);
        if (tbi && bottom >= 55) {
            return pointer;
        }
        long field = field(tbi, bottom);
        long original = extended(pointer, field);
        if (((cipher(original, modifier, key) ^ pointer) & field & ~(1L << 55)) == 0) {
            return original;
        }
        int code = tbi ? 53 : 61;
        return original & ~(3L << code) | ((key & 1) == 0 ? 1L : 2L) << code;
    }

    private long strip(long pointer, boolean data) {
        boolean tbi = topByteIgnored(pointer, data);
        int bottom = bottomBit((pointer >>> 55 & 1) != 0);
        return tbi && bottom >= 55 ? pointer : extended(pointer, field(tbi, bottom));
    }
}
