// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.TableMemory;
import dev.spelunk.testkit.TestMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** PEs with translators over registers that hold whatever a test puts there, and memory for its tables. */
final class Bench extends TestMachine {
    static final int RAM_SIZE = 16 << 20;
    /** Attributes 0..7: Device-nGnRnE, Normal WB, Normal NC, Normal WT, Device-nGnRE, Device-GRE, 0, 0. */
    static final long MAIR = 0x0C_04_AA_44_FF_00L;

    private static final Set<String> FEATURES =
            Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_PAN", "FEAT_PAN2", "FEAT_VMID16", "FEAT_XNX", "FEAT_E0PD");

    static final long AF = 1L << 10;
    static final long HCR_VM = 1;
    static final long HCR_E2H = 1L << 34;
    static final long HCR_TGE = 1L << 27;

    final List<Vmsa64Translator> translators = new ArrayList<>();
    final List<RecordingCache> caches = new ArrayList<>();
    Vmsa64Translator mmu;
    final Translation out = new Translation();
    final TableMemory tables = new TableMemory(machine.memory, RAM);

    Bench(String... features) {
        this(1, features);
    }

    Bench(int pes, String... features) {
        super(TestMachine.builder().pes(pes).ram(RAM_SIZE).features(FEATURES).features(features));
        for (PeContext c : contexts) {
            c.register(SystemRegister.ID_AA64MMFR0_EL1, 0x0010_0025);
            c.register(SystemRegister.MAIR_EL1, MAIR);
            c.register(SystemRegister.MAIR_EL2, MAIR);
            Vmsa64Translator t = new Vmsa64Translator(c);
            c.translator = t;
            RecordingCache cache = new RecordingCache();
            t.attach(cache);
            translators.add(t);
            caches.add(cache);
        }
        mmu = translators.get(0);
    }

    Bench set(int register, long value) {
        for (PeContext c : contexts) {
            c.register(register, value);
            c.translator.contextChanged();
        }
        return this;
    }

    Bench el(int el) {
        for (PeContext c : contexts) {
            c.pe.el = el;
        }
        return this;
    }

    void put(long pa, long descriptor) {
        tables.store(pa, descriptor);
    }

    long get(long pa) {
        return tables.load(pa);
    }

    boolean translate(long va, int access) {
        return mmu.translate(out, va, access);
    }

    /** Remembers what it was told to drop. */
    static final class RecordingCache implements TranslationCache {
        int all;
        int context;
        boolean anew;
        final List<long[]> ranges = new ArrayList<>();

        @Override
        public void enterContext(int number, boolean isAnew) {
            context = number;
            anew = isAnew;
        }

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
