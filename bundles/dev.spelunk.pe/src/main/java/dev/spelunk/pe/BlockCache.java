// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.state.CodeHolder;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;

/** Fetches: decoded blocks by physical address, and a direct-mapped way to them by virtual address. */
final class BlockCache implements CodeHolder {
    private static final int GRANULE = 64;
    private static final int BUCKETS = 1 << 14;
    private static final int CAPACITY = 1 << 16;
    static final int WAYS_MASK = (1 << 14) - 1;

    private final Processor processor;
    private final PeContext context;
    private final PeState pe;
    private final PhysicalMemory memory;
    private final SoftwareTlb tlb;
    private final ControlRegisters control;
    private final SynchronousException exception;
    private final Translation out = new Translation();
    private final Decoder decoder = new Decoder();
    private final int[] words = new int[Block.LIMIT];
    private final long[] ops = new long[Block.LIMIT];

    /** Blocks by virtual address; an entry counts only when its pc and context are right. */
    final Block[] byPc = new Block[WAYS_MASK + 1];

    private final Block[] byIndex = new Block[BUCKETS];
    private final Block[] byPage;
    private int blocks;
    /** Addresses before which a run ends, in ascending order. No block holds one, and none is found at one. */
    private long[] stops = {};

    BlockCache(Processor p) {
        processor = p;
        context = p.context;
        pe = p.pe;
        memory = p.context.memory;
        tlb = p.tlb;
        control = p.control;
        exception = p.exception;
        byPage = new Block[(memory.ram.length >>> 12) + 1];
        Arrays.fill(byPc, Block.UNKNOWN);
    }

    static int way(long pc) {
        return (int) (pc >>> 2 ^ pc >>> 16) & WAYS_MASK;
    }

    /** The block at pc if fetching it needs no translation and no run ends before it, else null. */
    Block find(long pc) {
        int set = tlb.fetchSet();
        int way = way(pc);
        Block known = byPc[way];
        if (known.pc == pc && known.context == tlb.context[set]) {
            return known;
        }
        int page = tlb.fetchPage(set, pc);
        if (page < 0 || (pc & 3) != 0 || stopsAt(pc)) {
            return null;
        }
        return enter(set, way, pc, page + ((int) pc & 0xFFF));
    }

    /** The block that an indirect branch at the end of from goes to; null as for {@link #find} or if it must not go there. */
    Block target(Block from, long pc) {
        Block block = find(pc);
        if (block == null || !block.guarded) {
            return block;
        }
        int type = branchType(from);
        return type == 0 || BranchTargets.accepts(processor, block.landing(processor), type) ? block : null;
    }

    /** PSTATE.BTYPE after the branch at the end of a block. */
    int branchType(Block from) {
        return control.has(Features.BTI) ? from.branchType() : 0;
    }

    /** PSTATE.BTYPE after operation i of a block: only its last one branches. */
    int branchType(Block from, int i) {
        return i == from.count - 1 ? branchType(from) : 0;
    }

    /** The block at pc. @throws SynchronousException for what fetching there generates */
    Block fetch(long pc) {
        Block block = find(pc);
        if (block != null) {
            return block;
        }
        int index = fetchIndex(pc);
        return enter(tlb.fetchSet(), way(pc), pc, index);
    }

    /** Index in RAM of the instruction at pc. @throws SynchronousException for what fetching there generates */
    int fetchIndex(long pc) {
        if ((pc & 3) != 0) {
            exception.of(SynchronousException.PC_ALIGNMENT, 0, 0, pc);
            exception.onFetch = true;
            throw exception;
        }
        int set = tlb.fetchSet();
        int page = tlb.fetchPage(set, pc);
        if (page >= 0) {
            return page + ((int) pc & 0xFFF);
        }
        if (!context.translator.translate(out, pc, Translator.EXECUTE)) {
            throw abort(pc, out.fault | (out.onWalk ? 1 << 7 : 0), out.stage2);
        }
        if (!memory.isRam(out.pa, 4)) {
            boolean toEl2 = pe.el < 2 && (control.system.effectiveHcr() & HCR_EL2.TEA) != 0;
            abort(pc, SynchronousException.EXTERNAL_ABORT, false);
            exception.routedTo = toEl2 ? 2 : 0;
            throw exception;
        }
        int index = (int) (out.pa - memory.base);
        tlb.fillFetch(set, pc, index & ~0xFFF, out.guarded && control.has(Features.BTI));
        return index;
    }

    private SynchronousException abort(long pc, int iss, boolean stage2) {
        exception.of(SynchronousException.INSTRUCTION_ABORT, iss, stage2 ? 2 : 0, pc);
        exception.hasIpa = stage2;
        exception.ipa = out.ipa;
        exception.onFetch = true;
        return exception;
    }

    private Block enter(int set, int way, long pc, int index) {
        Block block = byIndex[index >>> 2 & BUCKETS - 1];
        while (block != null && (block.index != index || block.pc != pc)) {
            block = block.sameHash;
        }
        if (block == null) {
            block = decode(pc, index);
        }
        block.context = tlb.context[set];
        block.guarded = tlb.fetchGuarded(set, pc);
        byPc[way] = block;
        return block;
    }

    private Block decode(long pc, int index) {
        if (blocks >= CAPACITY) {
            clear();
        }
        int limit = Math.min(Block.LIMIT, 4096 - (index & 0xFFF) >>> 2);
        decoder.constants = 0;
        decoder.features = control.features();
        int count = 0;
        boolean ended = false;
        while (count < limit && !ended && !(count != 0 && stopsAt(pc + 4L * count))) {
            int word = PhysicalMemory.get32(memory.ram, index + 4 * count);
            long op = decoder.decode(word, pc + 4L * count);
            words[count] = word;
            ops[count++] = op;
            ended = Decoder.endsBlock(word, op);
        }
        long[] code = Arrays.copyOf(ops, count + 1 + decoder.constants);
        code[count] = Decoder.op(Kinds.FALL, 0, 0, 0, 0);
        System.arraycopy(decoder.pool, 0, code, count + 1, decoder.constants);
        for (int i = 0; i < count; i++) {
            if (Decoder.usesPool(code[i])) {
                code[i] += (long) (count + 1) << 16;
            }
        }
        Block block = new Block(pc, index, count, code, Arrays.copyOf(words, count));
        int bucket = index >>> 2 & BUCKETS - 1;
        block.sameHash = byIndex[bucket];
        byIndex[bucket] = block;
        block.samePage = byPage[index >>> 12];
        byPage[index >>> 12] = block;
        blocks++;
        memory.markCode(memory.base + index, 4 * count);
        return block;
    }

    /** Sets the addresses before which a run ends. */
    void stopBefore(long[] addresses) {
        stops = addresses.clone();
        Arrays.sort(stops);
        clear();
    }

    /** Whether a run ends before the operation at pc. */
    boolean stopsAt(long pc) {
        return stops.length != 0 && Arrays.binarySearch(stops, pc) >= 0;
    }

    /** Drops every block. */
    void clear() {
        for (int page = 0; page < byPage.length; page++) {
            for (Block b = byPage[page]; b != null; b = b.samePage) {
                b.context = Block.NO_CONTEXT;
                b.live = false;
            }
            byPage[page] = null;
        }
        Arrays.fill(byIndex, null);
        Arrays.fill(byPc, Block.UNKNOWN);
        tlb.newContexts();
        blocks = 0;
    }

    /** Drops the blocks that touch the 64-byte granules written, as every other holder of code does, and unmarks these. */
    @Override
    public void codeWritten(long pa, int size) {
        long first = pa & -GRANULE;
        long end = pa + size + GRANULE - 1 & -GRANULE;
        for (long page = first & ~0xFFFL; page < end; page += 4096) {
            dropBlocks((int) (page - memory.base) >>> 12, (int) (first - memory.base), (int) (end - memory.base));
        }
        memory.unmarkCode(first, (int) (end - first));
    }

    private void dropBlocks(int page, int from, int to) {
        Block kept = null;
        boolean translated = false;
        Block b = byPage[page];
        while (b != null) {
            Block following = b.samePage;
            if (b.index < to && b.index + 4 * b.count > from) {
                b.context = Block.NO_CONTEXT;
                b.live = false;
                translated |= b.regions != 0;
                unhash(b);
                blocks--;
            } else {
                b.samePage = kept;
                kept = b;
            }
            b = following;
        }
        byPage[page] = kept;
        if (translated) {
            // Every region looks again whether its blocks are there.
            tlb.newContexts();
        }
    }

    private void unhash(Block dropped) {
        int bucket = dropped.index >>> 2 & BUCKETS - 1;
        Block b = byIndex[bucket];
        if (b == dropped) {
            byIndex[bucket] = dropped.sameHash;
            return;
        }
        while (b != null && b.sameHash != dropped) {
            b = b.sameHash;
        }
        if (b != null) {
            b.sameHash = dropped.sameHash;
        }
    }

    @Override
    public void pageBecameCode(long pa) {
        tlb.pageBecameCode((int) (pa - memory.base));
    }
}
