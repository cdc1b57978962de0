// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One PE with a register table, as the composition sets it up. */
final class Bench {
    static final Set<String> V85 = Set.of(
            "FEAT_EL2",
            "FEAT_EL3",
            "FEAT_VHE",
            "FEAT_FGT",
            "FEAT_LSE",
            "FEAT_PAN",
            "FEAT_UAO",
            "FEAT_LOR",
            "FEAT_CRC32",
            "FEAT_FlagM",
            "FEAT_FlagM2",
            "FEAT_DIT",
            "FEAT_SSBS",
            "FEAT_SSBS2",
            "FEAT_VMID16",
            "FEAT_TTST",
            "FEAT_LRCPC",
            "FEAT_LRCPC2",
            "FEAT_PAN2",
            "FEAT_HPDS",
            "FEAT_XNX",
            "FEAT_TTCNP",
            "FEAT_IDST",
            "FEAT_TTL",
            "FEAT_E0PD",
            "FEAT_CSV2",
            "FEAT_CSV3");

    final PeContext context;

    Bench(int version, Set<String> features, RegisterBank... banks) {
        MachineState machine = new MachineState(1, new PhysicalMemory(0x4000_0000L, 0x1000), 1);
        context = new PeContext(machine, machine.pes[0]);
        context.architecture = new Architecture(version, features, null, Map.of());
        context.registers = RegisterTable.create(context, List.of(banks), null);
        if (features.contains("FEAT_EL3")) {
            context.register(SystemRegister.SCR_EL3, 0x531);
            if (features.contains("FEAT_FGT")) {
                set(SystemRegister.SCR_EL3, 1L << 27);
            }
        }
        context.pe.el = 1;
    }

    /** Armv8.5 with everything but the features named. */
    static Bench without(String... missing) {
        Set<String> features = new TreeSet<>(V85);
        features.removeAll(Set.of(missing));
        return new Bench(85, features);
    }

    Bench el(int el) {
        context.pe.el = el;
        return this;
    }

    /** Sets bits in a register itself. */
    Bench set(int encoding, long bits) {
        context.register(encoding, context.register(encoding) | bits);
        return this;
    }

    int decide(int encoding, boolean read) {
        return context.registers.decide(encoding, read);
    }

    long read(int encoding) {
        return context.registers.read(encoding);
    }

    void write(int encoding, long value) {
        context.registers.write(encoding, value);
    }

    /** Counts what registers tell the MMU. */
    static class CountingTranslator implements Translator {
        int changes;

        @Override
        public int regime() {
            return REGIME_EL10;
        }

        @Override
        public boolean translate(Translation out, long va, int access) {
            throw new AssertionError("registers translate nothing");
        }

        @Override
        public boolean translate(Translation out, int regime, long va, int access) {
            throw new AssertionError("registers translate nothing");
        }

        @Override
        public boolean walkStage1(Translation out, long va, int access, DescriptorSource source) {
            throw new AssertionError("registers translate nothing");
        }

        @Override
        public boolean translateStage2(Translation out, long ipa, int access) {
            throw new AssertionError("registers translate nothing");
        }

        @Override
        public boolean invalidateTlb(int encoding, long operand) {
            throw new AssertionError("registers invalidate nothing");
        }

        @Override
        public boolean addressTranslate(int encoding, long va) {
            throw new AssertionError("registers translate nothing");
        }

        @Override
        public void attach(TranslationCache cache) {
            throw new AssertionError("registers attach nothing");
        }

        @Override
        public void contextChanged() {
            changes++;
        }

        @Override
        public void invalidate() {
            throw new AssertionError("registers invalidate nothing");
        }
    }
}
