// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;

/**
 * Writes the operations of one block of a region. Each does what {@link Interpreter} and those that it calls do for its
 * kind; an access that misses the software TLB leaves the region before it. What has no kind is called by its word.
 */
final class OperationEmitter {
    /** Which registers a region reads and writes. */
    static final class Marks {
        final boolean[] used = new boolean[34];
        final boolean[] written = new boolean[34];
    }

    private final Block block;
    private final DataEmitter data;
    private final BranchEmitter branches;
    private final MemoryEmitter memory;
    private final VectorEmitter vectors;
    private final WordEmitter words;

    OperationEmitter(RegionEmitter emitter, Block block, int number, int features) {
        this.block = block;
        ConditionEmitter conditions = new ConditionEmitter(emitter);
        data = new DataEmitter(emitter, block, number, conditions, features);
        branches = new BranchEmitter(emitter, block, number, conditions);
        memory = new MemoryEmitter(emitter, block, number);
        vectors = new VectorEmitter(emitter, block, number);
        words = new WordEmitter(emitter, block, number);
    }

    /** Emits operation i. @return false when nothing of the block follows it */
    boolean emit(int index) {
        int kind = Decoder.kind(block.ops[index]);
        if (kind == SLOW) {
            return byWord(index);
        }
        if (kind >= B && kind < DATA) {
            branches.at(index);
            branches.emit(kind);
            return false;
        }
        if (kind >= MEMORY) {
            memory.at(index);
            return memory.emitOther(kind) || byWord(index);
        }
        if (kind >= VECTOR) {
            vectors.at(index);
            vectors.emit(kind);
        } else if (kind >= LDR_X && kind < B) {
            memory.at(index);
            memory.emit(kind);
        } else {
            data.at(index);
            data.emit(kind);
        }
        return true;
    }

    private boolean byWord(int index) {
        words.at(index);
        return words.emit();
    }
}
