// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers;

import java.util.List;

/** One system register as its table describes it: encoding, fields, reset value, and from which EL it is accessed. */
public class RegisterDescription {
    private static final int NO_EL = 4;
    /** op1 of the first registers of EL2; below are those of EL1 and EL0. */
    private static final int OP1_EL2 = 4;

    private final String name;
    private final int encoding;
    private final List<Field> fields;
    private final long reset;
    private final int lowestReadEl;
    private final int lowestWriteEl;
    private final int aliasOf;
    private final int redirectedAtEl2;
    private final long writeMask;
    private final long res1;
    private final long readOnlyMask;
    private final long unknownAtReset;

    /**
     * @param name as the manual spells it
     * @param encoding see {@link Encoding#of}
     * @param fields all bits that are not RES0
     * @param reset value after a Warm reset; bits of no field are dropped
     * @param lowestReadEl 4 when it cannot be read
     * @param lowestWriteEl 4 when it cannot be written
     * @param aliasOf see {@link #aliasOf()}
     * @param redirectedAtEl2 see {@link #redirectedAtEl2()}
     * @param definedAtReset bits of writable fields that have a value after a Warm reset on which software may rely
     */
    protected RegisterDescription(
            String name,
            int encoding,
            List<Field> fields,
            long reset,
            int lowestReadEl,
            int lowestWriteEl,
            int aliasOf,
            int redirectedAtEl2,
            long definedAtReset) {
        this.name = name;
        this.encoding = encoding;
        this.fields = List.copyOf(fields);
        this.lowestReadEl = lowestReadEl;
        this.lowestWriteEl = lowestWriteEl;
        this.aliasOf = aliasOf;
        this.redirectedAtEl2 = redirectedAtEl2;
        long rw = 0;
        long one = 0;
        long ro = 0;
        for (Field f : fields) {
            switch (f.kind()) {
                case RW -> rw |= f.mask();
                case RO -> ro |= f.mask();
                case RES1 -> one |= f.mask();
            }
        }
        writeMask = rw;
        res1 = one;
        readOnlyMask = ro;
        this.reset = reset & (rw | ro) | one;
        boolean readAndWritten = lowestReadEl < NO_EL && lowestWriteEl < NO_EL && aliasOf < 0;
        boolean belowEl2 = Encoding.op1(encoding) < OP1_EL2;
        unknownAtReset = readAndWritten && belowEl2 ? writeMask & ~definedAtReset : 0;
    }

    public final String name() {
        return name;
    }

    public final int encoding() {
        return encoding;
    }

    public final List<Field> fields() {
        return fields;
    }

    /** The field of that name. @throws IllegalArgumentException when there is none */
    public final Field field(String fieldName) {
        return fields.stream()
                .filter(f -> f.name().equals(fieldName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " has no field " + fieldName));
    }

    /** Value after a Warm reset. Where the architecture says UNKNOWN it is 0, unless {@link #unknownAtReset} is filled. */
    public final long reset() {
        return reset;
    }

    /**
     * Bits of a register of EL1 or EL0 whose value after a Warm reset is UNKNOWN (DDI 0487, D24: "resets to an architecturally
     * UNKNOWN value") and that no boot protocol promises. Nearly all writable fields are: definitions name those that are not.
     */
    public final long unknownAtReset() {
        return unknownAtReset;
    }

    /** Lowest EL with read access; 4 when the register cannot be read. */
    public final int lowestReadEl() {
        return lowestReadEl;
    }

    /** Lowest EL with write access; 4 when the register cannot be written. */
    public final int lowestWriteEl() {
        return lowestWriteEl;
    }

    /** Encoding of the register that this name is another name of (EL12 and EL02 names), or -1. */
    public final int aliasOf() {
        return aliasOf;
    }

    /** Encoding of the register that this name accesses at EL2 when HCR_EL2.E2H is 1, or -1. */
    public final int redirectedAtEl2() {
        return redirectedAtEl2;
    }

    /** What a write leaves in the register before hooks: RW bits taken, RO bits kept, RES0 and RES1 in place. */
    public final long merge(long stored, long written) {
        return written & writeMask | stored & readOnlyMask | res1;
    }

    @Override
    public final String toString() {
        return name;
    }
}
