// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a block starts from and what it leaves: registers, condition flags, and the memory window. */
public final class MachineState {
    /** Number of 64-bit values before the memory. */
    static final int REGISTERS = 34;
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
    /** The memory at {@link Layout#WINDOW_ADDRESS}. */
    public final byte[] memory = new byte[Layout.WINDOW_LENGTH];

    public MachineState copy() {
        MachineState copy = new MachineState();
        System.arraycopy(x, 0, copy.x, 0, x.length);
        copy.sp = sp;
        copy.pstate = pstate;
        copy.tpidrEl0 = tpidrEl0;
        System.arraycopy(memory, 0, copy.memory, 0, memory.length);
        return copy;
    }

    /** A register by its place in the binary form: X0 to X30, SP, PSTATE, TPIDR_EL0. */
    public long get(int index) {
        return index < 31 ? x[index] : index == 31 ? sp : index == 32 ? pstate : tpidrEl0;
    }

    /** Sets a register by its place in the binary form. */
    public void set(int index, long value) {
        if (index < 31) {
            x[index] = value;
        } else if (index == 31) {
            sp = value;
        } else if (index == 32) {
            pstate = value;
        } else {
            tpidrEl0 = value;
        }
    }

    /** The name of a register by its place in the binary form. */
    public static String registerName(int index) {
        return index < 31 ? "x" + index : index == 31 ? "sp" : index == 32 ? "pstate" : "tpidr_el0";
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
                differences.add(String.format("%-18s %s %016x  %s %016x", registerName(i), name, get(i), otherName,
                        other.get(i)));
            }
        }
        ByteBuffer mine = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer its = ByteBuffer.wrap(other.memory).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < memory.length; i += 8) {
            if (mine.getLong(i) != its.getLong(i)) {
                differences.add(String.format("memory %011x %s %016x  %s %016x", Layout.WINDOW_ADDRESS + i, name,
                        mine.getLong(i), otherName, its.getLong(i)));
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
        return Arrays.equals(x, other.x) && sp == other.sp && pstate == other.pstate && tpidrEl0 == other.tpidrEl0
                && Arrays.equals(memory, other.memory);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(x) * 31 + Arrays.hashCode(memory);
    }
}
