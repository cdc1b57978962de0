// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A machine's state with the contexts of its PEs, and no parts but those that a test puts in. A bench of one bundle
 * extends it by its part and by what its tests say often.
 */
public class TestMachine {
    /** Where RAM begins unless the test says otherwise. */
    public static final long RAM = 0x4000_0000L;

    public final MachineState machine;
    /** One context for each PE. */
    public final PeContext[] contexts;
    /** One context for each vCPU that shares the PEs, where it is while it is on none; none unless the test says so. */
    public final PeContext[] vcpus;
    /** The records that reached {@code PeContext.records}, of all PEs, in order. */
    public final List<byte[]> records = new ArrayList<>();

    /** The PE that the test plays: the first, until {@link #select}. */
    public PeContext context;

    public PeState pe;

    protected TestMachine(Builder b) {
        machine = new MachineState(b.pes, b.vcpus, new PhysicalMemory(b.ram, b.size), b.seed);
        Architecture architecture = new Architecture(b.version, b.features, b.profiling, b.stated);
        contexts = contexts(machine.pes, architecture, b);
        vcpus = contexts(machine.vcpus, architecture, b);
        play(0);
    }

    private PeContext[] contexts(PeState[] of, Architecture architecture, Builder b) {
        PeContext[] made =
                Arrays.stream(of).map(state -> new PeContext(machine, state)).toArray(PeContext[]::new);
        for (PeContext c : made) {
            c.architecture = architecture;
            c.records =
                    (origin, data, offset, length) -> records.add(Arrays.copyOfRange(data, offset, offset + length));
            c.registers = b.model == null ? new StoredRegisters(c.pe) : b.model.create(c, b.banks, null);
            c.pe.el = b.el;
        }
        return made;
    }

    private void play(int index) {
        context = contexts[index];
        pe = context.pe;
    }

    /** Plays another PE from now on. */
    public TestMachine select(int index) {
        play(index);
        return this;
    }

    /** Begins the description of a machine: one PE at EL1, 4 KiB of RAM, Armv8.5 without any feature, seed 1. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a machine is to be. */
    public static final class Builder {
        private int pes = 1;
        private int vcpus;
        private long ram = RAM;
        private int size = 0x1000;
        private long seed = 1;
        private int version = 85;
        private int el = 1;
        private final Set<String> features = new TreeSet<>();
        private ProfilingExtension profiling;
        private Map<String, Long> stated = Map.of();
        private RegisterModel model;
        private List<RegisterBank> banks = List.of();

        private Builder() {}

        public Builder pes(int count) {
            pes = count;
            return this;
        }

        /** Contexts of vCPUs that share the PEs. */
        public Builder vcpus(int count) {
            vcpus = count;
            return this;
        }

        /**
         * Size and place of RAM.
         *
         * @param base physical address, a multiple of 4 KiB
         * @param bytes a multiple of 4 KiB
         */
        public Builder ram(long base, int bytes) {
            ram = base;
            size = bytes;
            return this;
        }

        /** Size of RAM in bytes, from {@link TestMachine#RAM}. */
        public Builder ram(int bytes) {
            return ram(RAM, bytes);
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Architecture version in two digits: 82 is Armv8.2. */
        public Builder version(int digits) {
            version = digits;
            return this;
        }

        /** The Exception level at which every PE is at first. */
        public Builder el(int level) {
            el = level;
            return this;
        }

        /** Architecture features that the machine has, beside those named before. */
        public Builder features(String... names) {
            return features(List.of(names));
        }

        /** As {@link #features(String...)}. */
        public Builder features(Collection<String> names) {
            features.addAll(names);
            return this;
        }

        /** What SPE implements, of the rules that a {@code SamplingUnit} composes. */
        public Builder profiling(ProfilingExtension extension) {
            profiling = extension;
            return this;
        }

        /** Values of identification registers that the variant states, by name. */
        public Builder stating(Map<String, Long> registers) {
            stated = registers;
            return this;
        }

        /**
         * The register table is made by that model, with these banks beside its own. Without this, registers store
         * what is written and have no rules ({@link StoredRegisters}).
         */
        public Builder registers(RegisterModel registerModel, RegisterBank... registerBanks) {
            model = registerModel;
            banks = List.of(registerBanks);
            return this;
        }

        public TestMachine build() {
            return new TestMachine(this);
        }
    }

    /** An MRS at the PE's Exception level that is allowed. */
    public long read(int encoding) {
        return context.registers.read(encoding);
    }

    /** An MSR at the PE's Exception level that is allowed. Nothing is settled after it. */
    public TestMachine write(int encoding, long value) {
        context.registers.write(encoding, value);
        return this;
    }

    /** What an access by the PE leads to, see {@link dev.spelunk.api.registers.Access}. */
    public int decide(int encoding, boolean read) {
        return context.registers.decide(encoding, read);
    }

    /** Does something while the PE is at another Exception level. */
    public void at(int el, Runnable what) {
        int old = pe.el;
        pe.el = el;
        what.run();
        pe.el = old;
    }

    /** The bytes of RAM from a physical address on. */
    public byte[] ram(long pa, int length) {
        int from = Math.toIntExact(pa - machine.memory.base);
        return Arrays.copyOfRange(machine.memory.ram, from, from + length);
    }

    /** Places instruction words one after the other; returns the address after them. */
    public long place(long pa, int... words) {
        for (int word : words) {
            machine.memory.write(pa, 4, word & 0xFFFF_FFFFL);
            pa += 4;
        }
        return pa;
    }
}
