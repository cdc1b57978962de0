// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.a64.fp.DataMemory;
import dev.spelunk.api.state.PeState;

/**
 * "Advanced SIMD load/store multiple structures" and "... single structure", with and without post-index: LD1 to
 * LD4, ST1 to ST4, LD1R to LD4R. An instruction that faults changes no register and no memory.
 */
public final class StructureLoadStore {
    private final DataMemory memory;
    /** The bytes of memory that the instruction transfers. */
    private final long[] bytes = new long[8];

    public StructureLoadStore(DataMemory memory) {
        this.memory = memory;
    }

    /**
     * Executes a word of these groups.
     *
     * @return false, with nothing changed, when the encoding is UNALLOCATED
     */
    public boolean execute(PeState pe, int word) {
        boolean postIndex = (word >>> 23 & 1) != 0;
        boolean single = (word >>> 24 & 1) != 0;
        return single ? single(pe, word, postIndex) : multiple(pe, word, postIndex);
    }

    private boolean multiple(PeState pe, int word, boolean postIndex) {
        int registers = registers(word);
        boolean interleaved = (word >>> 12 & 2) == 0;
        int size = word >>> 10 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        if (registers == 0 || interleaved && size == 3 && !full) {
            return false;
        }
        int total = (full ? 16 : 8) * registers;
        long va = address(pe, word);
        int t = word & 31;
        if ((word >>> 22 & 1) != 0) {
            read(va, total, size);
            load(pe.v, t, registers, size, full, interleaved);
        } else {
            memory.probe(va, total, 1 << size, true);
            store(pe.v, t, registers, size, full, interleaved);
            write(va, total, size);
        }
        writeBack(pe, word, postIndex, va, total);
        return true;
    }

    /** Of an instruction on multiple structures: registers in all, 0 where the encoding is UNALLOCATED. */
    private static int registers(int word) {
        switch (word >>> 12 & 15) {
            case 0b0000:
            case 0b0010:
                return 4;
            case 0b0100:
            case 0b0110:
                return 3;
            case 0b0111:
                return 1;
            case 0b1000:
            case 0b1010:
                return 2;
            default:
                return 0;
        }
    }

    private long address(PeState pe, int word) {
        int n = word >>> 5 & 31;
        if (n != 31) {
            return pe.x[n];
        }
        long sp = pe.x[PeState.SP];
        memory.checkStackPointer(sp);
        return sp;
    }

    private static void writeBack(PeState pe, int word, boolean postIndex, long va, int total) {
        if (postIndex) {
            int n = word >>> 5 & 31;
            int m = word >>> 16 & 31;
            pe.x[n == 31 ? PeState.SP : n] = va + (m == 31 ? total : pe.x[m]);
        }
    }

    /** The width of single accesses, as large as alignment allows, and at least that of the elements. */
    private static int width(long va, int size) {
        return Math.max(1 << size, (int) Long.lowestOneBit(va | 8));
    }

    private void read(long va, int total, int size) {
        int width = width(va, size);
        for (int at = 0; at < total; at += 8) {
            long value = 0;
            for (int i = 0; i < 8; i += width) {
                value |= memory.read(va + at + i, width) << 8 * i;
            }
            bytes[at >> 3] = value;
        }
    }

    private void write(long va, int total, int size) {
        int width = width(va, size);
        for (int at = 0; at < total; at += 8) {
            for (int i = 0; i < 8; i += width) {
                memory.write(va + at + i, width, bytes[at >> 3] >>> 8 * i);
            }
        }
    }

    /** From bytes to registers. */
    private void load(long[] v, int t, int registers, int size, boolean full, boolean interleaved) {
        if (!interleaved || registers == 1) {
            for (int r = 0; r < registers; r++) {
                Elements.write(v, t + r & 31, full, bytes[full ? 2 * r : r], full ? bytes[2 * r + 1] : 0);
            }
            return;
        }
        if (registers == 2) {
            int second = full ? 2 : 0;
            long low = bytes[0];
            long high = bytes[1];
            long lowOfHigh = bytes[second];
            long highOfHigh = bytes[second + 1];
            Elements.write(v, t, full, Lanes.even(size, low, high), Lanes.even(size, lowOfHigh, highOfHigh));
            Elements.write(v, t + 1 & 31, full, Lanes.odd(size, low, high), Lanes.odd(size, lowOfHigh, highOfHigh));
            return;
        }
        int perLong = 8 >> size;
        int elements = full ? 2 * perLong : perLong;
        for (int r = 0; r < registers; r++) {
            long low = 0;
            long high = 0;
            for (int e = 0; e < elements; e++) {
                long element = element(e * registers + r, size) << ((e << 3 + size) & 63);
                if (e < perLong) {
                    low |= element;
                } else {
                    high |= element;
                }
            }
            Elements.write(v, t + r & 31, full, low, high);
        }
    }

    private long element(int number, int size) {
        int at = number << 3 + size;
        return bytes[at >> 6] >>> (at & 63) & Lanes.mask(size);
    }

    /** From registers to bytes. */
    private void store(long[] v, int t, int registers, int size, boolean full, boolean interleaved) {
        if (!interleaved || registers == 1) {
            for (int r = 0; r < registers; r++) {
                int from = 2 * (t + r & 31);
                bytes[full ? 2 * r : r] = v[from];
                if (full) {
                    bytes[2 * r + 1] = v[from + 1];
                }
            }
            return;
        }
        if (registers == 2) {
            int a = 2 * t;
            int b = 2 * (t + 1 & 31);
            bytes[0] = Lanes.interleaveLow(size, v[a], v[b]);
            bytes[1] = Lanes.interleaveHigh(size, v[a], v[b]);
            bytes[2] = Lanes.interleaveLow(size, v[a + 1], v[b + 1]);
            bytes[3] = Lanes.interleaveHigh(size, v[a + 1], v[b + 1]);
            return;
        }
        int elements = (full ? 16 : 8) >> size;
        for (int i = 0; i < registers * 2; i++) {
            bytes[i] = 0;
        }
        for (int r = 0; r < registers; r++) {
            for (int e = 0; e < elements; e++) {
                int at = e * registers + r << 3 + size;
                bytes[at >> 6] |= Elements.get(v, t + r & 31, size, e) << (at & 63);
            }
        }
    }

    /** Of an instruction on a single structure: its elements. */
    private static int structures(int word) {
        return (word >>> 12 & 2 | word >>> 21 & 1) + 1;
    }

    /** Of an instruction on a single structure: the element's size, -1 where the encoding is UNALLOCATED. */
    private static int scale(int word) {
        int size = word >>> 10 & 3;
        int s = word >>> 12 & 1;
        switch (word >>> 14 & 3) {
            case 0:
                return 0;
            case 1:
                return (size & 1) == 0 ? 1 : -1;
            case 2:
                return (size & 2) != 0 ? -1 : size == 0 ? 2 : s == 0 ? 3 : -1;
            default:
                return (word >>> 22 & 1) != 0 && s == 0 ? size : -1;
        }
    }

    private boolean single(PeState pe, int word, boolean postIndex) {
        int scale = scale(word);
        if (scale < 0) {
            return false;
        }
        int structures = structures(word);
        int width = 1 << scale;
        int total = structures << scale;
        int t = word & 31;
        long va = address(pe, word);
        boolean replicate = (word >>> 14 & 3) == 3;
        int index = (word >>> 27 & 8 | word >>> 10 & 7) >> scale;
        if ((word >>> 22 & 1) != 0) {
            for (int s = 0; s < structures; s++) {
                bytes[s] = memory.read(va + (s << scale), width);
            }
            for (int s = 0; s < structures; s++) {
                if (replicate) {
                    long all = Lanes.replicate(scale, bytes[s]);
                    Elements.write(pe.v, t + s & 31, (word >>> 30 & 1) != 0, all, all);
                } else {
                    Elements.set(pe.v, t + s & 31, scale, index, bytes[s]);
                }
            }
        } else {
            memory.probe(va, total, width, true);
            for (int s = 0; s < structures; s++) {
                memory.write(va + (s << scale), width, Elements.get(pe.v, t + s & 31, scale, index));
            }
        }
        writeBack(pe, word, postIndex, va, total);
        return true;
    }
}
