// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.fp.DataMemory;
import dev.spelunk.a64.fp.FpFeatures;
import dev.spelunk.a64.fp.ScalarFloatingPoint;
import dev.spelunk.a64.fp.VectorLoadStore;
import dev.spelunk.a64.simd.AdvancedSimd;
import dev.spelunk.a64.simd.StructureLoadStore;
import dev.spelunk.api.state.PeState;

/**
 * The instructions on the SIMD&FP registers, for {@link Instructions}: whether they exist here, whether access is
 * enabled (DDI 0487, J1.1, CheckFPAdvSIMDEnabled64), then their meanings.
 */
final class VectorInstructions {
    private static final int EC_ACCESS = 0x07;
    /** CV = 1, COND = 0b1110, as for every A64 instruction. */
    private static final int ISS_ACCESS = 1 << 24 | 0xE << 20;

    private final Processor p;
    private final DataMemory memory;
    private final StructureLoadStore structures;
    /** Where a word whose access is trapped is tried, to tell a trap from an UNDEFINED encoding. */
    private final PeState scratch = new PeState(0);

    private final StructureLoadStore scratchStructures = new StructureLoadStore(NoMemory.INSTANCE);
    private AdvancedSimd simd;
    private int floatingPointFeatures;

    VectorInstructions(Processor p) {
        this.p = p;
        memory = new Memory(p.data);
        structures = new StructureLoadStore(memory);
    }

    /** Looks up again what is derived from the composition. */
    void resolve() {
        simd = new AdvancedSimd(p.context.architecture);
        floatingPointFeatures = FpFeatures.of(p.context.architecture);
    }

    /** Whether the registers exist and may be accessed at the current EL. */
    boolean enabled() {
        return p.has(Features.FP) && p.system.fpAdvSimdTrap() == 0;
    }

    /** Data processing, and loads and stores, by word and form. @return {@link Processor#NEXT} */
    int execute(int word, Form form) {
        if (!p.has(Features.FP)) {
            throw p.undefined();
        }
        int target = p.system.fpAdvSimdTrap();
        if (target != 0) {
            boolean untold = target == 3 || target == 1 && p.system.effectiveTge();
            if (untold || !allocated(scratch, NoMemory.INSTANCE, scratchStructures, word, form)) {
                throw p.undefined();
            }
            throw p.trap(target, EC_ACCESS, ISS_ACCESS);
        }
        p.data.word = word;
        if (!allocated(p.pe, memory, structures, word, form)) {
            throw p.undefined();
        }
        return Processor.NEXT;
    }

    /** Executes an Advanced SIMD word of a form, access being enabled. @return whether it is allocated */
    boolean simd(int word, Form form) {
        return simd.execute(p.pe, word, form);
    }

    /** Executes a scalar floating-point word, access being enabled. @return whether it is allocated */
    boolean scalar(int word) {
        return ScalarFloatingPoint.execute(p.pe, word, floatingPointFeatures);
    }

    private boolean allocated(PeState pe, DataMemory data, StructureLoadStore structure, int word, Form form) {
        switch (form) {
            case FLOAT:
                return ScalarFloatingPoint.execute(pe, word, floatingPointFeatures);
            case VECTOR_STRUCTURE:
                return structure.execute(pe, word);
            case VECTOR_LOAD_STORE_UNSIGNED:
            case VECTOR_LOAD_STORE_UNSCALED:
            case VECTOR_LOAD_STORE_PAIR:
            case VECTOR_LOAD_STORE:
                return VectorLoadStore.execute(pe, data, word);
            default:
                return simd.execute(pe, word, form);
        }
    }

    /** Memory as the PE's plain accesses reach it. */
    private record Memory(DataAccess data) implements DataMemory {
        @Override
        public long read(long va, int size) {
            return data.read(va, size, DataAccess.PLAIN);
        }

        @Override
        public void write(long va, int size, long value) {
            data.write(va, size, value, DataAccess.PLAIN);
        }

        @Override
        public void probe(long va, int size, int alignment, boolean write) {
            data.probe(va, size, alignment, DataAccess.PLAIN, write);
        }

        @Override
        public void checkStackPointer(long sp) {
            data.checkStackPointer(sp);
        }
    }

    /** Memory that reads zero and takes everything. */
    private enum NoMemory implements DataMemory {
        INSTANCE;

        @Override
        public long read(long va, int size) {
            return 0;
        }

        @Override
        public void write(long va, int size, long value) {
            // Nothing is kept of a trial.
        }

        @Override
        public void probe(long va, int size, int alignment, boolean write) {
            // Nothing faults in a trial.
        }

        @Override
        public void checkStackPointer(long sp) {
            // Nothing faults in a trial.
        }
    }
}
