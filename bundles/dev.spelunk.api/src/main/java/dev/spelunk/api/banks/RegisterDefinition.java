// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.banks;

import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What one bank says of one system register: its description, what traps it, and hooks where a value is more
 * than stored bits. Made once with {@link #of}.
 *
 * <p>A write has three steps: <em>before</em> decides what is stored, under the old value; <em>store</em> is the table's
 * alone; <em>after</em> is what follows from the new value, which is in place then. What a hook changes in the register
 * that is written, or in {@link Builder#storedIn the one that holds its value}, is therefore what it returns.
 */
public final class RegisterDefinition extends RegisterDescription {
    /** Computes the value that an access reads, in place of the stored one. */
    @FunctionalInterface
    public interface ReadHook {
        long read(PeContext context, RegisterDefinition register, long stored);
    }

    /** The first step of a write, while the old value holds: completes what happened under it, decides what is stored. */
    @FunctionalInterface
    public interface BeforeWrite {
        /**
         * @param stored what is stored when the write begins; a hook that changes it reads the register again
         * @param value what is written, with RES0, RES1 and RO bits in place
         * @return the value to store; the one that is stored for a write that is refused
         */
        long beforeWrite(PeContext context, RegisterDefinition register, long stored, long value);
    }

    /** The last step of a write, when the new value holds: tells those that depend on it. */
    @FunctionalInterface
    public interface AfterWrite {
        /**
         * @param before what was stored until now
         * @param value what was written, with RES0, RES1 and RO bits in place; what is stored is read as ever
         */
        void afterWrite(PeContext context, RegisterDefinition register, long before, long value);
    }

    private final Predicate<PeContext> redirectedWhen;
    private final List<AccessRule> rules;
    private final ToIntFunction<PeContext> storedIn;
    private final ReadHook onRead;
    private final BeforeWrite beforeWrite;
    private final AfterWrite afterWrite;

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
        storedIn = b.storedIn;
        onRead = b.onRead;
        beforeWrite = b.beforeWrite;
        afterWrite = b.afterWrite;
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

    /** Encoding of the register that holds this one's value at an access; null where it holds its own. */
    public ToIntFunction<PeContext> storedIn() {
        return storedIn;
    }

    /** Null for a plain register. */
    public ReadHook onRead() {
        return onRead;
    }

    /** Null where what is written is stored. */
    public BeforeWrite beforeWrite() {
        return beforeWrite;
    }

    /** Null where nothing follows from a write. */
    public AfterWrite afterWrite() {
        return afterWrite;
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
        private ToIntFunction<PeContext> storedIn;
        private ReadHook onRead;
        private BeforeWrite beforeWrite;
        private AfterWrite afterWrite;

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

        /**
         * This register is a view of another's value: what its hooks get as stored, and return to be stored, is the other's.
         * The fields stay its own, the other's hooks are not called.
         *
         * @param register encoding of the register that holds the value at an access, which may be this one
         */
        public Builder storedIn(ToIntFunction<PeContext> register) {
            storedIn = register;
            return this;
        }

        public Builder beforeWrite(BeforeWrite hook) {
            beforeWrite = hook;
            return this;
        }

        public Builder afterWrite(AfterWrite hook) {
            afterWrite = hook;
            return this;
        }

        /** A write does this and stores nothing. */
        public Builder action(AfterWrite hook) {
            return beforeWrite((context, register, stored, value) -> stored).afterWrite(hook);
        }

        public RegisterDefinition build() {
            return new RegisterDefinition(this);
        }
    }
}
