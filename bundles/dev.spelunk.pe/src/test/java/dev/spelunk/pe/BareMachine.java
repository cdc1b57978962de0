// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A PE with RAM, an identity mapping in which pages can be made to fault, and registers that only store. */
final class BareMachine {
    static final long BASE = 0x40000000L;
    static final int SIZE = 16 << 20;

    final PhysicalMemory memory = new PhysicalMemory(BASE, SIZE);
    final MachineState machine;
    final PeContext context;
    final PeState pe;
    final InterpreterCore core;
    final Registers registers = new Registers();
    final Identity translator = new Identity();
    private long at = BASE;

    BareMachine(String... features) {
        machine = new MachineState(1, memory, 1);
        context = new PeContext(machine, machine.pes[0]);
        pe = context.pe;
        context.architecture = new Architecture(85, Set.of(features), null, Map.of());
        context.registers = registers;
        context.translator = translator;
        context.records = (origin, data, offset, length) -> {};
        core = new InterpreterCore(context);
        pe.el = 1;
        pe.pc = BASE;
    }

    static final String[] ALL = {
        "FEAT_CRC32", "FEAT_DIT", "FEAT_DPB", "FEAT_DPB2", "FEAT_FlagM", "FEAT_FlagM2", "FEAT_LOR", "FEAT_LRCPC",
        "FEAT_LRCPC2", "FEAT_LSE", "FEAT_PAN", "FEAT_PAN2", "FEAT_RAS", "FEAT_SB", "FEAT_SPECRES", "FEAT_SSBS",
        "FEAT_UAO", "FEAT_VHE", "FEAT_EL2"
    };

    /** A machine with everything but EL3. */
    static BareMachine full() {
        BareMachine m = new BareMachine(ALL);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        return m;
    }

    /** Places instruction words one after the other, from BASE or where {@link #at(long)} said. */
    BareMachine code(int... words) {
        for (int w : words) {
            memory.write(at, 4, w);
            at += 4;
        }
        return this;
    }

    BareMachine at(long address) {
        at = address;
        return this;
    }

    long get(int encoding) {
        return pe.sys[registers.index(encoding)];
    }

    void set(int encoding, long value) {
        pe.sys[registers.index(encoding)] = value;
    }

    int run(long limit) {
        pe.changed = 0;
        return core.run(limit);
    }

    /** Registers that store what is written, made when they are first named; some encodings trap or are absent. */
    final class Registers implements RegisterFile {
        final Map<Integer, Integer> indices = new TreeMap<>();
        final Map<Integer, Integer> decisions = new HashMap<>();
        final List<Integer> absent = new ArrayList<>();

        @Override
        public int index(int encoding) {
            if (absent.contains(encoding)) {
                return -1;
            }
            if (pe().sys.length == 0) {
                pe().sys = new long[512];
            }
            return indices.computeIfAbsent(encoding, e -> indices.size());
        }

        private PeState pe() {
            return machine.pes[0];
        }

        @Override
        public RegisterDefinition definition(int encoding) {
            return null;
        }

        @Override
        public List<RegisterDefinition> definitions() {
            return List.of();
        }

        @Override
        public int decide(int encoding, boolean read) {
            return decisions.getOrDefault(encoding, absent.contains(encoding) ? Access.UNDEFINED : Access.ALLOWED);
        }

        @Override
        public long read(int encoding) {
            return pe().sys[index(encoding)];
        }

        @Override
        public void write(int encoding, long value) {
            pe().sys[index(encoding)] = value;
        }

        @Override
        public void reset() {
            throw new AssertionError("not called by a PE");
        }

        @Override
        public void reset(int level) {
            reset();
        }
    }

    /** Identity, except pages that fault or are Device. */
    static final class Identity implements Translator {
        /** Fault by page and access, -1 for every access. */
        final Map<Long, Integer> faults = new HashMap<>();

        final Map<Long, Integer> writeFaults = new HashMap<>();
        final Map<Long, Long> mapped = new HashMap<>();
        final Set<Long> guarded = new HashSet<>();
        boolean device;
        boolean stage2;
        TranslationCache cache;
        int translations;

        @Override
        public int regime() {
            return REGIME_EL10;
        }

        @Override
        public boolean translate(Translation out, long va, int access) {
            translations++;
            Integer fault = faults.get(va & ~0xFFFL);
            if (fault == null && (access & WRITE) != 0) {
                fault = writeFaults.get(va & ~0xFFFL);
            }
            out.va = va;
            out.pa = mapped.getOrDefault(va & ~0xFFFL, va & ~0xFFFL) | va & 0xFFF;
            out.ipa = out.pa;
            out.fault = fault == null ? Translation.NONE : fault;
            out.stage2 = fault != null && stage2;
            out.onWalk = false;
            out.write = (access & WRITE) != 0;
            out.device = device;
            out.walked = true;
            out.permissions = 7;
            out.guarded = guarded.contains(va & ~0xFFFL);
            return fault == null;
        }

        @Override
        public boolean translate(Translation out, int regime, long va, int access) {
            return translate(out, va, access);
        }

        @Override
        public boolean walkStage1(Translation out, long va, int access, DescriptorSource source) {
            return translate(out, va, access);
        }

        @Override
        public boolean translateStage2(Translation out, long ipa, int access) {
            return translate(out, ipa, access);
        }

        @Override
        public boolean invalidateTlb(int encoding, long operand) {
            cache.invalidateTranslations();
            return true;
        }

        @Override
        public boolean addressTranslate(int encoding, long va) {
            return true;
        }

        @Override
        public void attach(TranslationCache c) {
            cache = c;
        }

        @Override
        public void contextChanged() {
            cache.invalidateTranslations();
        }

        @Override
        public void invalidate() {
            cache.invalidateTranslations();
        }
    }
}
