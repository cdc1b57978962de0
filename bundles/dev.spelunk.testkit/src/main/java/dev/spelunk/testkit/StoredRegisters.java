// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Registers that store what is written. Each exists, with value 0, from the moment that it is named. */
public final class StoredRegisters implements RegisterFile {
    private static final int CAPACITY = 512;
    private static final short NONE = -1;

    private final PeState pe;
    private final short[] indices = new short[1 << 16];
    private final Map<Integer, Integer> decisions = new HashMap<>();
    private final Set<Integer> absent = new HashSet<>();
    private int count;

    /** @param pe the PE, whose storage of system registers is replaced */
    public StoredRegisters(PeState pe) {
        this.pe = pe;
        pe.sys = new long[CAPACITY];
        Arrays.fill(indices, NONE);
    }

    /** From now on the register does not exist. */
    public void remove(int encoding) {
        absent.add(encoding);
    }

    /** From now on every access to the register leads to that, see {@link Access}. */
    public void decide(int encoding, int decision) {
        decisions.put(encoding, decision);
    }

    @Override
    public int index(int encoding) {
        if (absent.contains(encoding)) {
            return -1;
        }
        if (indices[encoding] == NONE) {
            if (count == CAPACITY) {
                throw new IllegalStateException("a test names more than " + CAPACITY + " registers");
            }
            indices[encoding] = (short) count++;
        }
        return indices[encoding];
    }

    /** Null: the registers have no description. */
    @Override
    public RegisterDescription description(int encoding) {
        return null;
    }

    @Override
    public List<RegisterDescription> descriptions() {
        return List.of();
    }

    @Override
    public int decide(int encoding, boolean read) {
        return decisions.getOrDefault(encoding, absent.contains(encoding) ? Access.UNDEFINED : Access.ALLOWED);
    }

    @Override
    public long read(int encoding) {
        return pe.sys[index(encoding)];
    }

    @Override
    public void write(int encoding, long value) {
        pe.sys[index(encoding)] = value;
    }

    @Override
    public void reset() {
        Arrays.fill(pe.sys, 0);
    }

    @Override
    public void reset(int level) {
        reset();
    }
}
