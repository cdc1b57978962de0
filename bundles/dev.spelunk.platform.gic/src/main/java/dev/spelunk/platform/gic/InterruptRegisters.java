// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

/** The register groups that GICD and GICR's SGI frame share: one bit, byte or pair of bits for each INTID. */
final class InterruptRegisters {
    private InterruptRegisters() {}

    /** Whether the offset lies in a group that this class serves. */
    static boolean serves(long offset) {
        return offset >= 0x80 && offset < 0x800 || offset >= 0xC00 && offset < 0xD80;
    }

    /** The bytes of a word that a narrower access at that offset reads. */
    static long part(long word, long offset, int size) {
        return word >>> 8 * (offset & 3) & (1L << 8 * size) - 1;
    }

    /** Reads 4 or 8 bytes; registers of INTIDs outside first..last read 0. */
    static long read(InterruptState state, int pe, long offset, int size, int first, int last) {
        if (offset >= 0x400 && offset < 0x800) {
            long value = 0;
            for (int i = 0; i < size; i++) {
                int intid = (int) (offset - 0x400) + i;
                if (intid >= first && intid < last) {
                    value |= (long) state.priority(pe, intid) << 8 * i;
                }
            }
            return value;
        }
        if (offset >= 0xC00 && offset < 0xD00) {
            int from = (int) (offset - 0xC00) * 4;
            long value = 0;
            for (int i = 0; i < 16; i++) {
                int intid = from + i;
                if (intid >= first && intid < last && (intid < 16 || state.get(InterruptState.EDGE, pe, intid))) {
                    value |= 2L << 2 * i;
                }
            }
            return value;
        }
        int from = (int) (offset & 0x7C) * 8;
        if (from < first || from >= last) {
            return 0;
        }
        switch ((int) offset >>> 7) {
            case 1:
                return ~state.get32(InterruptState.GROUP0, pe, from) & 0xFFFFFFFFL;
            case 2, 3:
                return state.get32(InterruptState.ENABLED, pe, from) & 0xFFFFFFFFL;
            case 4, 5:
                return pending(state, pe, from);
            case 6, 7:
                return state.get32(InterruptState.ACTIVE, pe, from) & 0xFFFFFFFFL;
            default:
                return 0;
        }
    }

    private static long pending(InterruptState state, int pe, int from) {
        int level = state.get32(InterruptState.LINE, pe, from) & ~state.get32(InterruptState.EDGE, pe, from);
        return (state.get32(InterruptState.LATCHED, pe, from) | level) & 0xFFFFFFFFL;
    }

    /** Writes. Only priorities can be accessed by bytes (IHI 0069, 12.1.3); other narrow writes are ignored. */
    static void write(InterruptState state, int pe, long offset, int size, long value, int first, int last) {
        if (offset >= 0x400 && offset < 0x800) {
            for (int i = 0; i < size; i++) {
                int intid = (int) (offset - 0x400) + i;
                if (intid >= first && intid < last) {
                    state.priority(pe, intid, (int) (value >>> 8 * i) & 0xFF);
                }
            }
            return;
        }
        if (size < 4) {
            return;
        }
        if (offset >= 0xC00 && offset < 0xD00) {
            int from = (int) (offset - 0xC00) * 4;
            for (int i = 0; i < 16; i++) {
                int intid = from + i;
                if (intid >= Math.max(first, 16) && intid < last) {
                    state.set(InterruptState.EDGE, pe, intid, (value >>> 2 * i + 1 & 1) != 0);
                }
            }
            return;
        }
        int from = (int) (offset & 0x7C) * 8;
        if (from < first || from >= last) {
            return;
        }
        int bits = (int) value;
        switch ((int) offset >>> 7) {
            case 1 -> state.set32(InterruptState.GROUP0, pe, from, ~bits);
            case 2 -> or(state, InterruptState.ENABLED, pe, from, bits);
            case 3 -> clear(state, InterruptState.ENABLED, pe, from, bits);
            case 4 -> or(state, InterruptState.LATCHED, pe, from, bits);
            case 5 -> clear(state, InterruptState.LATCHED, pe, from, bits);
            case 6 -> or(state, InterruptState.ACTIVE, pe, from, bits);
            case 7 -> clear(state, InterruptState.ACTIVE, pe, from, bits);
            default -> {}
        }
    }

    private static void or(InterruptState state, int map, int pe, int from, int bits) {
        state.set32(map, pe, from, state.get32(map, pe, from) | bits);
    }

    private static void clear(InterruptState state, int map, int pe, int from, int bits) {
        state.set32(map, pe, from, state.get32(map, pe, from) & ~bits);
    }
}
