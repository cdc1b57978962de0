// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** PEs with translators over registers that hold whatever a test puts there, and memory for its tables. */
final class Bench {
    static final long RAM = 0x4000_0000L;
    static final int RAM_SIZE = 16 << 20;
    /** Attributes 0..7: Device-nGnRnE, Normal WB, Normal NC, Normal WT, Device-nGnRE, Device-GRE, 0, 0. */
    static final long MAIR = 0x0C_04_AA_44_FF_00L;

    static final long AF = 1L << 10;
    static final long HCR_VM = 1;
    static final long HCR_E2H = 1L << 34;
    static final long HCR_TGE = 1L << 27;

    final MachineState machine;
    final List<PeContext> contexts = new ArrayList<>();
    final List<Vmsa64Translator> translators = new ArrayList<>();
    final List<RecordingCache> caches = new ArrayList<>();
    final PeContext context;
    Vmsa64Translator mmu;
    final Translation out = new Translation();
    private long free = RAM;

    Bench(String... features) {
        this(1, features);
    }

    Bench(int pes, String... features) {
        machine = new MachineState(pes, new PhysicalMemory(RAM, RAM_SIZE), 1);
        for (int i = 0; i < pes; i++) {
            PeContext c = new PeContext(machine, machine.pes[i]);
            Set<String> all = new java.util.TreeSet<>(
                    Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_PAN", "FEAT_PAN2", "FEAT_VMID16", "FEAT_XNX", "FEAT_E0PD"));
            all.addAll(List.of(features));
            c.architecture = new Architecture(85, all, null, Map.of());
            PlainRegisters registers = new PlainRegisters();
            c.registers = registers;
            c.pe.sys = new long[registers.count()];
            c.register(SystemRegister.ID_AA64MMFR0_EL1, 0x0010_0025);
            c.register(SystemRegister.MAIR_EL1, MAIR);
            c.register(SystemRegister.MAIR_EL2, MAIR);
            c.pe.el = 1;
            Vmsa64Translator t = new Vmsa64Translator(c);
            c.translator = t;
            RecordingCache cache = new RecordingCache();
            t.attach(cache);
            contexts.add(c);
            translators.add(t);
            caches.add(cache);
        }
        context = contexts.get(0);
        mmu = translators.get(0);
    }

    Bench set(int register, long value) {
        for (int i = 0; i < contexts.size(); i++) {
            contexts.get(i).register(register, value);
            translators.get(i).contextChanged();
        }
        return this;
    }

    Bench el(int el) {
        contexts.forEach(c -> c.pe.el = el);
        return this;
    }

    /** Zeroed memory for tables: bytes of them, aligned to a power of two. */
    long allocate(long bytes, long alignment) {
        free = free + alignment - 1 & -alignment;
        long at = free;
        free += bytes;
        if (free > RAM + RAM_SIZE) {
            throw new IllegalStateException("the test needs more memory");
        }
        return at;
    }

    void put(long pa, long descriptor) {
        machine.memory.write(pa, 8, descriptor);
    }

    long get(long pa) {
        return machine.memory.read(pa, 8);
    }

    boolean translate(long va, int access) {
        return mmu.translate(out, va, access);
    }

    /** What the reserved registers of a fake table are is of no interest here: each known encoding has a place. */
    static final class PlainRegisters implements RegisterFile {
        private final short[] indices = new short[1 << 16];
        private int count;

        PlainRegisters() {
            java.util.Arrays.fill(indices, (short) -1);
            for (java.lang.reflect.Field f : SystemRegister.class.getFields()) {
                try {
                    indices[f.getInt(null)] = (short) count++;
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }

        int count() {
            return count;
        }

        @Override
        public int index(int encoding) {
            return indices[encoding];
        }

        @Override
        public RegisterDefinition definition(int encoding) {
            throw new AssertionError("the MMU asks for no definition");
        }

        @Override
        public List<RegisterDefinition> definitions() {
            throw new AssertionError("the MMU asks for no definition");
        }

        @Override
        public int decide(int encoding, boolean read) {
            throw new AssertionError("the MMU decides no access");
        }

        @Override
        public long read(int encoding) {
            throw new AssertionError("the MMU reads registers themselves");
        }

        @Override
        public void write(int encoding, long value) {
            throw new AssertionError("the MMU writes registers themselves");
        }

        @Override
        public void reset() {
            throw new AssertionError("the MMU resets nothing");
        }

        @Override
        public void reset(int level) {
            reset();
        }
    }

    /** Remembers what it was told to drop. */
    static final class RecordingCache implements TranslationCache {
        int all;
        final List<long[]> ranges = new ArrayList<>();

        @Override
        public void invalidateTranslations() {
            all++;
        }

        @Override
        public void invalidateTranslations(long va, long size) {
            ranges.add(new long[] {va, size});
        }
    }
}
