// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.testkit.PageMap;
import dev.spelunk.testkit.StoredRegisters;
import dev.spelunk.testkit.TestMachine;

/** A PE with RAM, an identity mapping in which pages can be made to fault, and registers that only store. */
final class BareMachine extends TestMachine {
    static final long BASE = RAM;
    static final int SIZE = 16 << 20;
    /** The build runs the tests once more with the engine that translates everything. */
    static final boolean TRANSLATES = "translator".equals(System.getProperty("spelunk.engine"));

    final PhysicalMemory memory = machine.memory;
    final InterpreterCore core;
    final StoredRegisters registers = (StoredRegisters) context.registers;
    final PageMap translator = PageMap.identity();
    private long at = BASE;

    BareMachine(String... features) {
        this(TRANSLATES ? new RegionTranslator(true) : null, features);
    }

    /** @param engine null for the interpreter alone */
    BareMachine(RegionTranslator engine, String... features) {
        super(TestMachine.builder().ram(SIZE).features(features));
        context.translator = translator;
        core = new InterpreterCore(context, engine);
        pe.pc = BASE;
    }

    static final String[] ALL = {
        "FEAT_CRC32", "FEAT_DIT", "FEAT_DPB", "FEAT_DPB2", "FEAT_FlagM", "FEAT_FlagM2", "FEAT_LOR", "FEAT_LRCPC",
        "FEAT_LRCPC2", "FEAT_LSE", "FEAT_PAN", "FEAT_PAN2", "FEAT_RAS", "FEAT_SB", "FEAT_SPECRES", "FEAT_SSBS",
        "FEAT_UAO", "FEAT_VHE", "FEAT_EL2", "FEAT_FGT"
    };

    /** A machine with everything but EL3. */
    static BareMachine full() {
        BareMachine m = new BareMachine(ALL);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        return m;
    }

    /** Places instruction words one after the other, from BASE or where {@link #at(long)} said. */
    BareMachine code(int... words) {
        at = place(at, words);
        return this;
    }

    BareMachine at(long address) {
        at = address;
        return this;
    }

    long get(int encoding) {
        return context.register(encoding);
    }

    void set(int encoding, long value) {
        context.register(encoding, value);
    }

    int run(long limit) {
        pe.changed = 0;
        return core.run(limit);
    }
}
