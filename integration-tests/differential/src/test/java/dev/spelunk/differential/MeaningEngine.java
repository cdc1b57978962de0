// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.a64.fp.DataMemory;
import dev.spelunk.a64.fp.FpFeatures;
import dev.spelunk.a64.fp.ScalarFloatingPoint;
import dev.spelunk.a64.fp.VectorLoadStore;
import dev.spelunk.a64.simd.AdvancedSimd;
import dev.spelunk.a64.simd.StructureLoadStore;
import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.state.PeState;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes SIMD&FP instructions by calling their meaning on plain state, without decoder, translation and run loop of
 * a processing element. Of other instructions it knows those with which {@link BlockGenerator} prepares.
 */
final class MeaningEngine implements Engine {
    private static final int FPCR = 0xd51b4400;
    private static final int FPSR = 0xd51b4420;
    private static final int READ = 1 << 21;

    private final PeState pe = new PeState(0);
    private final Window memory = new Window();
    private final int features;
    private final AdvancedSimd advancedSimd;
    private final StructureLoadStore structures = new StructureLoadStore(memory);

    MeaningEngine(Architecture architecture) {
        features = FpFeatures.of(architecture);
        advancedSimd = new AdvancedSimd(architecture);
    }

    @Override
    public String name() {
        return "spelunk";
    }

    @Override
    public List<Outcome> run(List<Block> blocks) {
        List<Outcome> outcomes = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            outcomes.add(run(block));
        }
        return outcomes;
    }

    private Outcome run(Block block) {
        MachineState state = block.initial().copy();
        System.arraycopy(state.x, 0, pe.x, 0, 31);
        pe.x[PeState.SP] = state.sp;
        System.arraycopy(state.v, 0, pe.v, 0, pe.v.length);
        pe.nzcv = (int) (state.pstate >>> 28);
        pe.fpcr = state.fpcr;
        pe.fpsr = state.fpsr;
        memory.block = block;
        memory.window = state.memory;
        Outcome.End end = Outcome.End.EXIT;
        pe.pc = block.address() + 4L * block.entry();
        for (int at = block.entry(); at < block.exit() && end == Outcome.End.EXIT; at++) {
            end = step(block.words()[at]);
            pe.pc += end == Outcome.End.EXIT ? 4 : 0;
        }
        System.arraycopy(pe.x, 0, state.x, 0, 31);
        state.sp = pe.x[PeState.SP];
        System.arraycopy(pe.v, 0, state.v, 0, pe.v.length);
        state.pstate = (long) pe.nzcv << 28;
        state.fpcr = pe.fpcr;
        state.fpsr = pe.fpsr;
        return new Outcome(end, pe.pc, state);
    }

    private Outcome.End step(int word) {
        try {
            return execute(word) ? Outcome.End.EXIT : Outcome.End.UNDEFINED;
        } catch (Unmapped e) {
            return Outcome.End.ABORT;
        }
    }

    private boolean execute(int word) {
        Instruction instruction = InstructionSet.whole().decode(word);
        Form form = instruction == null ? Form.UNALLOCATED : instruction.form();
        switch (form) {
            case UNALLOCATED:
                return false;
            case FLOAT:
                return ScalarFloatingPoint.execute(pe, word, features);
            case VECTOR_STRUCTURE:
                return structures.execute(pe, word);
            case VECTOR_LOAD_STORE_UNSIGNED:
            case VECTOR_LOAD_STORE_UNSCALED:
            case VECTOR_LOAD_STORE_PAIR:
            case VECTOR_LOAD_STORE:
                return VectorLoadStore.execute(pe, memory, word);
            default:
                return form.isSimd() ? advancedSimd.execute(pe, word, form) : prepare(word);
        }
    }

    /** MRS and MSR of FPCR and FPSR, MOV to SP, MOVZ, MOVN and MOVK (64-bit), NOP. */
    private boolean prepare(int word) {
        int rt = word & 31;
        int destination = rt == 31 ? PeState.DISCARD : rt;
        long value = rt == 31 ? 0 : pe.x[rt];
        switch (word & ~31) {
            case FPCR:
                pe.fpcr = (int) value;
                return true;
            case FPSR:
                pe.fpsr = (int) value;
                return true;
            case FPCR | READ:
                pe.x[destination] = pe.fpcr;
                return true;
            case FPSR | READ:
                pe.x[destination] = pe.fpsr;
                return true;
            default:
                break;
        }
        if ((word & 0xfffffc1f) == 0x9100001f) {
            pe.x[PeState.SP] = pe.x[word >>> 5 & 31];
            return true;
        }
        int shift = (word >>> 21 & 3) * 16;
        long immediate = (long) (word >>> 5 & 0xffff) << shift;
        switch (word >>> 23) {
            case 0b110100101:
                pe.x[destination] = immediate;
                return true;
            case 0b100100101:
                pe.x[destination] = ~immediate;
                return true;
            case 0b111100101:
                pe.x[destination] = value & ~(0xffffL << shift) | immediate;
                return true;
            default:
                return word == Layout.NOP;
        }
    }

    /** An access outside the memory window and the block's own words. */
    private static final class Unmapped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unmapped() {
            super("not mapped", null, false, false);
        }
    }

    /** The memory window, and the block's words for literals. Top Byte Ignore is on. */
    private static final class Window implements DataMemory {
        private Block block;
        private byte[] window;

        @Override
        public long read(long va, int size) {
            probe(va, size, 1, false);
            long value = 0;
            for (int i = 0; i < size; i++) {
                value |= (long) (get((va << 8 >> 8) + i) & 0xff) << 8 * i;
            }
            return value;
        }

        private int get(long va) {
            int code = (int) (va - block.address());
            return code >= 0 ? block.words()[code >> 2] >> 8 * (code & 3) : window[(int) (va - Layout.WINDOW_ADDRESS)];
        }

        @Override
        public void write(long va, int size, long value) {
            probe(va, size, 1, true);
            int at = (int) ((va << 8 >> 8) - Layout.WINDOW_ADDRESS);
            for (int i = 0; i < size; i++) {
                window[at + i] = (byte) (value >> 8 * i);
            }
        }

        @Override
        public void probe(long tagged, int size, int alignment, boolean write) {
            long va = tagged << 8 >> 8;
            boolean data = va >= Layout.WINDOW_ADDRESS && va + size <= Layout.WINDOW_ADDRESS + Layout.WINDOW_LENGTH;
            boolean code = va >= block.address() && va + size <= block.address() + 4L * block.words().length;
            if (!data && (write || !code)) {
                throw new Unmapped();
            }
        }

        @Override
        public void checkStackPointer(long sp) {
            // As SCTLR_EL1.SA0 = 0 has it.
        }
    }
}
