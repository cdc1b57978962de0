// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a block starts from and what it leaves: general-purpose and SIMD&FP registers, condition flags, FPCR and
 * FPSR, and the memory window.
 */
public final class MachineState {
    /** Number of 64-bit values before the memory. */
    static final int REGISTERS = 100;

    private static final int V = 34;
    private static final String[] OTHERS = {"sp", "pstate", "tpidr_el0", "fpcr", "fpsr"};
    /** Length of the binary form, in bytes. */
    public static final int BYTES = REGISTERS * 8 + Layout.WINDOW_LENGTH;
    /** N, Z, C, V in PSTATE's positions of SPSR_EL1. */
    public static final long NZCV = 0xf0000000L;
    /** DIT in its position of SPSR_EL1. */
    public static final long DIT = 1L << 24;

    /** X0 to X30. */
    public final long[] x = new long[31];

    public long sp;
    /** NZCV and DIT, in their positions of SPSR_EL1. */
    public long pstate;

    public long tpidrEl0;
    /** V0 to V31, the low half of Vn at 2n, the high half at 2n + 1. */
    public final long[] v = new long[64];

    public int fpcr;
    public int fpsr;
    /** The memory at {@link Layout#WINDOW_ADDRESS}. */
    public final byte[] memory = new byte[Layout.WINDOW_LENGTH];

    public MachineState copy() {
        MachineState copy = new MachineState();
        System.arraycopy(x, 0, copy.x, 0, x.length);
        copy.sp = sp;
        copy.pstate = pstate;
        copy.tpidrEl0 = tpidrEl0;
        System.arraycopy(v, 0, copy.v, 0, v.length);
        copy.fpcr = fpcr;
        copy.fpsr = fpsr;
        System.arraycopy(memory, 0, copy.memory, 0, memory.length);
        return copy;
    }

    /** A register by its place in the binary form: X0 to X30, SP, PSTATE, TPIDR_EL0, V0 to V31, FPCR, FPSR. */
    public long get(int index) {
        if (index < 31) {
            return x[index];
        }
        if (index >= V && index < V + 64) {
            return v[index - V];
        }
        switch (index) {
            case 31:
                return sp;
            case 32:
                return pstate;
            case 33:
                return tpidrEl0;
            case V + 64:
                return fpcr;
            default:
                return fpsr;
        }
    }

    /** Sets a register by its place in the binary form. */
    public void set(int index, long value) {
        if (index < 31) {
            x[index] = value;
        } else if (index >= V && index < V + 64) {
            v[index - V] = value;
        } else if (index == 31) {
            sp = value;
        } else if (index == 32) {
            pstate = value;
        } else if (index == 33) {
            tpidrEl0 = value;
        } else if (index == V + 64) {
            fpcr = (int) value;
        } else {
            fpsr = (int) value;
        }
    }

    /** The name of a register by its place in the binary form. */
    public static String registerName(int index) {
        if (index < 31) {
            return "x" + index;
        }
        if (index >= V && index < V + 64) {
            return "v" + (index - V >> 1) + ((index - V & 1) == 0 ? ".low" : ".high");
        }
        return OTHERS[index < V ? index - 31 : index - V - 61];
    }

    /** Appends the binary form. */
    public void write(ByteBuffer out) {
        for (int i = 0; i < REGISTERS; i++) {
            out.putLong(get(i));
        }
        out.put(memory);
    }

    /** Reads the binary form. */
    public static MachineState read(ByteBuffer in) {
        MachineState state = new MachineState();
        for (int i = 0; i < REGISTERS; i++) {
            state.set(i, in.getLong());
        }
        in.get(state.memory);
        return state;
    }

    /** What differs, one line for each register or aligned eight bytes of memory. */
    public List<String> differences(String name, MachineState other, String otherName) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < REGISTERS; i++) {
            if (get(i) != other.get(i)) {
                differences.add(String.format(
                        "%-18s %s %016x  %s %016x", registerName(i), name, get(i), otherName, other.get(i)));
            }
        }
        ByteBuffer mine = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer its = ByteBuffer.wrap(other.memory).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < memory.length; i += 8) {
            if (mine.getLong(i) != its.getLong(i)) {
                differences.add(String.format(
                        "memory %011x %s %016x  %s %016x",
                        Layout.WINDOW_ADDRESS + i, name, mine.getLong(i), otherName, its.getLong(i)));
            }
        }
        return differences;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof MachineState)) {
            return false;
        }
        MachineState other = (MachineState) object;
        return Arrays.equals(x, other.x)
                && sp == other.sp
                && pstate == other.pstate
                && tpidrEl0 == other.tpidrEl0
                && Arrays.equals(v, other.v)
                && fpcr == other.fpcr
                && fpsr == other.fpsr
                && Arrays.equals(memory, other.memory);
    }

    @Override
    public int hashCode() {
        return (Arrays.hashCode(x) * 31 + Arrays.hashCode(v)) * 31 + Arrays.hashCode(memory);
    }
}
