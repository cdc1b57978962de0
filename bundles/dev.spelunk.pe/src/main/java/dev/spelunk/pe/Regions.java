// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.fp.FpFeatures;
import dev.spelunk.a64.simd.AdvancedSimd;
import dev.spelunk.api.state.PeState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The translated regions of one PE. Every so many operations it is seen which block a run has come to; one that is seen
 * often is hot, and what runs after it becomes a region ({@link RegionTrace}). The block of an entry has
 * {@link Kinds#REGION} over its first operation.
 *
 * <p>Everything here is of the PE's thread but for {@link #translated}.
 */
final class Regions {
    /** Operations from one look to the next. */
    private static final int SLICE = 8192;
    /** Looks at a block after which it is hot. */
    private static final int HOT = 6;
    /** Heat of a block that has been dealt with. */
    private static final int DONE = -1;
    /** Most regions, and most bytes of their class files. */
    private static final int MOST_REGIONS = 1500;

    private static final int MOST_BYTES = 8 << 20;
    /** A page from which so many regions were thrown away because it was written is left to the interpreter. */
    private static final int CHANGING = 12;
    /** Entries after which it is looked again whether fetches see a region. */
    private static final int WAIT = 24;

    private final Processor p;
    private final PeState pe;
    private final BlockCache cache;
    private final Interpreter interpreter;
    private final RegionTranslator translator;
    private final List<Region> regions = new ArrayList<>();
    private final Map<Integer, int[]> changes = new HashMap<>();
    private final ConcurrentLinkedQueue<Region> finished = new ConcurrentLinkedQueue<>();
    private volatile boolean some;
    private long nextLook;
    private RegionTrace trace;
    private int bytes;
    private int random = 1;

    /** The region executed last, and how it was left. */
    private Region current;

    private long boundary;
    private int restAtBoundary;

    final RegionFrame frame;

    Regions(Processor p, BlockCache cache, Interpreter interpreter, RegionTranslator translator) {
        this.p = p;
        pe = p.pe;
        this.cache = cache;
        this.interpreter = interpreter;
        this.translator = translator;
        frame = new RegionFrame(pe) {
            @Override
            int slow(int inBlock, int operation, int restAfter, int flags) {
                Region region = current;
                int outcome = interpreter.slowInRegion(region, region.blocks[inBlock], operation, restAfter, flags);
                nzcv = pe.nzcv;
                return outcome;
            }
        };
        translator.open(this);
    }

    /** A frame to try code out. */
    RegionFrame scratch() {
        RegionFrame scratch = new RegionFrame(new PeState(0));
        resolve(scratch);
        return scratch;
    }

    /** Looks up again what is derived from the composition. */
    void resolve() {
        resolve(frame);
    }

    private void resolve(RegionFrame f) {
        f.simd = new AdvancedSimd(p.context.architecture);
        f.floatingPointFeatures = FpFeatures.of(p.context.architecture);
    }

    int features() {
        return p.features;
    }

    boolean sameMachine(Regions other) {
        return p.context.machine == other.p.context.machine;
    }

    /** A run begins at operation i of a block. @return how many operations it may have until it is looked again */
    int slice(Block block, int i) {
        if (some) {
            install();
        }
        if (translator.all()) {
            return sliceOfAll(block, i);
        }
        if (trace != null) {
            if (i != 0 || !trace.visit(block)) {
                return i < block.count ? block.count - i : Block.LIMIT;
            }
            finishTrace();
        }
        if (i == 0 && pe.executed >= nextLook) {
            look(block);
            nextLook = pe.executed + SLICE + (jitter() & 511);
        }
        return (int) Math.max(Math.min(nextLook - pe.executed, 2 * SLICE), Block.LIMIT);
    }

    private int jitter() {
        random = random * 1103515245 + 12345;
        return random >>> 16;
    }

    private void look(Block block) {
        boolean inRegion = pe.pc == boundary && interpreter.rest() == restAtBoundary;
        if (block.region != null || block.heat == DONE || inRegion) {
            return;
        }
        if (++block.heat < HOT) {
            return;
        }
        block.heat = DONE;
        if (changing(block) || adopt(block)) {
            return;
        }
        trace = new RegionTrace();
        trace.visit(block);
    }

    private void finishTrace() {
        Region region = trace.region(p.tlb.context[p.tlb.fetchSet()]);
        trace = null;
        if (region == null) {
            return;
        }
        for (Block b : region.blocks) {
            if (changing(b)) {
                return;
            }
        }
        enter(region);
        translator.order(this, region);
    }

    /** For tests: regions of all that is come to, runs of all lengths. */
    private int sliceOfAll(Block block, int i) {
        if (i == 0 && block.region == null && block.heat != DONE) {
            block.heat = DONE;
            Region region = RegionTrace.whole(block, cache);
            Region made = region == null ? null : translator.translate(region, this);
            if (made != null) {
                enter(made);
                install(made);
            }
        }
        return Block.LIMIT + (jitter() & 1023);
    }

    /** The same region of another PE of the machine, if it has one whose blocks are this one's too. */
    private boolean adopt(Block head) {
        for (Regions other : translator.others(this)) {
            for (Region region : other.regions) {
                for (Block entry : region.entries) {
                    if (entry.pc == head.pc && adopt(region)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean adopt(Region region) {
        if (region.code == null) {
            return false;
        }
        Block[] blocks = new Block[region.blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = cache.find(region.blocks[i].pc);
            if (blocks[i] == null || !Arrays.equals(blocks[i].words, region.blocks[i].words)) {
                return false;
            }
        }
        List<Block> theirs = Arrays.asList(region.blocks);
        Block[] entries = Arrays.stream(region.entries)
                .map(b -> blocks[theirs.indexOf(b)])
                .toArray(Block[]::new);
        Region mine = new Region(blocks, entries, region.heat);
        mine.code = region.code;
        mine.size = region.size;
        enter(mine);
        install(mine);
        return true;
    }

    private boolean changing(Block block) {
        int[] count = changes.get(block.index >>> 12);
        return count != null && count[0] >= CHANGING;
    }

    private static void enter(Region region) {
        for (Block b : region.blocks) {
            b.regions++;
        }
    }

    /** On the translator's thread: the code of a region, or of a part of it, or none, is there. */
    void translated(Region ordered, Region made) {
        if (made != null) {
            finished.add(made);
            some = true;
        }
    }

    private void install() {
        some = false;
        for (Region region = finished.poll(); region != null; region = finished.poll()) {
            if (!region.dead && Arrays.stream(region.blocks).allMatch(b -> b.live)) {
                install(region);
            }
        }
    }

    private void install(Region region) {
        if (regions.size() >= MOST_REGIONS || bytes > MOST_BYTES) {
            throwAwayColdHalf();
        }
        boolean entered = false;
        for (Block b : region.entries) {
            if (b.region == null) {
                entered = true;
                b.region = region;
                b.plain = b.kinds.clone();
                b.kinds[0] = Kinds.REGION;
            }
        }
        if (entered) {
            // A part of an ordered region has blocks that were counted; the others stay so, which costs little.
            regions.add(region);
            bytes += region.size;
        }
    }

    private void throwAwayColdHalf() {
        List<Region> cold = new ArrayList<>(regions);
        cold.sort(Comparator.comparingInt(r -> r.used));
        for (Region region : cold.subList(0, cold.size() / 2)) {
            remove(region);
        }
        for (Region region : regions) {
            region.used = 0;
        }
    }

    /** Takes a region out; its code is garbage then. */
    private void remove(Region region) {
        region.dead = true;
        regions.remove(region);
        bytes -= region.size;
        for (Block b : region.entries) {
            if (b.region == region) {
                b.region = null;
                b.kinds[0] = b.plain[0];
                b.plain = b.kinds;
                b.heat = 0;
            }
        }
    }

    /** Whether a region's blocks are what fetches see in that context. */
    boolean holds(Region region, int fetches) {
        if (region.wait > 0) {
            region.wait--;
            return false;
        }
        for (Block b : region.blocks) {
            if (!b.live) {
                remove(region);
                changes.computeIfAbsent(b.index >>> 12, i -> new int[1])[0]++;
                return false;
            }
            if (b.context != fetches && cache.find(b.pc) != b) {
                region.wait = WAIT;
                return false;
            }
        }
        if (region.dead) {
            return false;
        }
        region.context = fetches;
        return true;
    }

    /** Executes the region that begins with a block. */
    int run(Block block, long[] reads, long[] writes, int rest, int nzcv) {
        Region region = block.region;
        current = region;
        region.used++;
        int entry = 0;
        while (region.entries[entry] != block) {
            entry++;
        }
        int s = region.code.run(frame, pe.x, pe.v, p.context.memory.ram, reads, writes, entry, rest, nzcv);
        if (s == RegionCode.BOUNDARY) {
            boundary = frame.pc;
            restAtBoundary = frame.rest;
        }
        return s;
    }

    /** The block in which the last region was left. */
    Block left() {
        return current.blocks[frame.block];
    }

    /** Drops everything. */
    void clear() {
        for (Region region : new ArrayList<>(regions)) {
            remove(region);
        }
        trace = null;
        resolve();
    }

    void close() {
        translator.close(this);
        clear();
    }

    /** Regions that are installed. */
    int count() {
        return regions.size();
    }
}
