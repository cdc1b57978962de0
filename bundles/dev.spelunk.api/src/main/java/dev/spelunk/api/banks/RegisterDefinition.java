// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.banks;

import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What one bank says of one system register: its description, what traps it, and hooks where a value is more
 * than stored bits. Made once with {@link #of}.
 */
public final class RegisterDefinition extends RegisterDescription {
    /** Computes the value that an access reads, in place of the stored one. */
    @FunctionalInterface
    public interface ReadHook {
        long read(PeContext context, RegisterDefinition register, long stored);
    }

    /** Is told of a write in place of the plain store; value has RES0, RES1 and RO bits already in place. */
    @FunctionalInterface
    public interface WriteHook {
        /** @return the value to store */
        long write(PeContext context, RegisterDefinition register, long stored, long value);
    }

    private final Predicate<PeContext> redirectedWhen;
    private final List<AccessRule> rules;
    private final ReadHook onRead;
    private final WriteHook onWrite;

    private RegisterDefinition(Builder b) {
        super(
                b.name,
                b.encoding,
                b.fields,
                b.reset,
                b.lowestReadEl,
                b.lowestWriteEl,
                b.aliasOf,
                b.redirectedAtEl2,
                b.definedAtReset);
        redirectedWhen = b.redirectedWhen;
        rules = List.copyOf(b.rules);
        onRead = b.onRead;
        onWrite = b.onWrite;
    }

    /** Begins the definition of the register with that name and encoding. It is RW from EL1 until said otherwise. */
    public static Builder of(String name, int encoding) {
        return new Builder(name, encoding);
    }

    /** What must also hold for {@link #redirectedAtEl2}; null when nothing must. */
    public Predicate<PeContext> redirectedWhen() {
        return redirectedWhen;
    }

    public List<AccessRule> rules() {
        return rules;
    }

    /** Null for a plain register. */
    public ReadHook onRead() {
        return onRead;
    }

    /** Null for a plain register. */
    public WriteHook onWrite() {
        return onWrite;
    }

    /** Collects one definition. */
    public static final class Builder {
        private final String name;
        private final int encoding;
        private final List<Field> fields = new ArrayList<>();
        private final List<AccessRule> rules = new ArrayList<>();
        private long reset;
        private long definedAtReset;
        private int lowestReadEl = 1;
        private int lowestWriteEl = 1;
        private int aliasOf = -1;
        private int redirectedAtEl2 = -1;
        private Predicate<PeContext> redirectedWhen;
        private ReadHook onRead;
        private WriteHook onWrite;

        private Builder(String name, int encoding) {
            this.name = name;
            this.encoding = encoding;
        }

        /** Encoding of the register. */
        public int encoding() {
            return encoding;
        }

        /** A read/write field. */
        public Builder field(String fieldName, int high, int low) {
            fields.add(new Field(fieldName, high, low, Field.Kind.RW));
            return this;
        }

        /**
         * A read/write field.
         *
         * @param mask its bits in place, a constant of {@code registers.fields}
         */
        public Builder bits(String fieldName, long mask) {
            return field(fieldName, Field.highest(mask), Field.lowest(mask));
        }

        /** A field that keeps its reset value; otherwise as {@link #bits}. */
        public Builder readOnlyBits(String fieldName, long mask) {
            return readOnlyField(fieldName, Field.highest(mask), Field.lowest(mask));
        }

        /** A read/write bit. */
        public Builder field(String fieldName, int bit) {
            return field(fieldName, bit, bit);
        }

        /** A field that keeps its reset value. */
        public Builder readOnlyField(String fieldName, int high, int low) {
            fields.add(new Field(fieldName, high, low, Field.Kind.RO));
            return this;
        }

        /** A RES1 field. */
        public Builder res1(int high, int low) {
            fields.add(new Field("RES1", high, low, Field.Kind.RES1));
            return this;
        }

        /** All 64 bits as one read/write field of the register's own name. */
        public Builder whole() {
            return field(name, 63, 0);
        }

        /** A constant, read-only register of this value. */
        public Builder constant(long value) {
            fields.clear();
            readOnlyField(name, 63, 0);
            return reset(value).readOnly();
        }

        /** Value after Warm reset; bits of no field are dropped. */
        public Builder reset(long value) {
            reset = value;
            return this;
        }

        /**
         * Fields that have a value after a Warm reset on which software may rely: {@link #reset}'s, or one that boot protocols
         * promise. Of all other writable fields of EL1's and EL0's registers it is UNKNOWN.
         *
         * @param mask their bits in place
         */
        public Builder definedAtReset(long mask) {
            definedAtReset |= mask;
            return this;
        }

        /** Reads and writes from this EL up. */
        public Builder from(int el) {
            lowestReadEl = el;
            lowestWriteEl = el;
            return this;
        }

        /** Writes only from this EL up. */
        public Builder writesFrom(int el) {
            lowestWriteEl = el;
            return this;
        }

        /** MSR is UNDEFINED. */
        public Builder readOnly() {
            lowestWriteEl = 4;
            return this;
        }

        /** MRS is UNDEFINED. */
        public Builder writeOnly() {
            lowestReadEl = 4;
            return this;
        }

        /** Another name (EL12, EL02) of a register: EL2 and EL3 only, UNDEFINED unless HCR_EL2.E2H is 1. */
        public Builder aliasOf(int other) {
            aliasOf = other;
            lowestReadEl = 2;
            lowestWriteEl = 2;
            return this;
        }

        /** At EL2 with HCR_EL2.E2H = 1 this name accesses the other register. */
        public Builder redirectedAtEl2(int other) {
            redirectedAtEl2 = other;
            return this;
        }

        /** As {@link #redirectedAtEl2(int)}, while a condition holds beside HCR_EL2.E2H. */
        public Builder redirectedAtEl2(int other, Predicate<PeContext> when) {
            redirectedWhen = when;
            return redirectedAtEl2(other);
        }

        /** Adds a trap control, after those added before. */
        public Builder rule(AccessRule rule) {
            rules.add(rule);
            return this;
        }

        /** The hook that is set, for who wraps it; null when there is none. */
        public ReadHook onRead() {
            return onRead;
        }

        public Builder onRead(ReadHook hook) {
            onRead = hook;
            return this;
        }

        public Builder onWrite(WriteHook hook) {
            onWrite = hook;
            return this;
        }

        public RegisterDefinition build() {
            return new RegisterDefinition(this);
        }
    }
}
