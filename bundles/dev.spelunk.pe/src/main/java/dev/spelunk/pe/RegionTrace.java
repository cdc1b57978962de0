// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which blocks a PE runs after it has come to a hot one, block by block for some hundred blocks, and the region that
 * follows from it: the blocks that it ran most often, with the entries by which it came to them from elsewhere.
 */
final class RegionTrace {
    /** Blocks that are followed. */
    private static final int LENGTH = 400;
    /** Most blocks and operations of a region. */
    static final int MOST_BLOCKS = 48;

    static final int MOST_OPERATIONS = 160;
    private static final int MOST_ENTRIES = 24;
    /** A block that runs less often than the most frequent one by this factor stays out. */
    private static final int RARE = 12;

    private final Map<Block, int[]> visits = new LinkedHashMap<>();
    private final List<Block> path = new ArrayList<>();

    /** Enters the next block. @return whether the trace is long enough */
    boolean visit(Block block) {
        visits.computeIfAbsent(block, b -> new int[1])[0]++;
        path.add(block);
        return path.size() >= LENGTH;
    }

    /** The region of what was run; null when nothing is left of it. */
    Region region(int context) {
        int most = 0;
        for (int[] count : visits.values()) {
            most = Math.max(most, count[0]);
        }
        int least = Math.max(1, most / RARE);
        List<Block> frequent = new ArrayList<>();
        visits.forEach((block, count) -> {
            if (count[0] >= least && block.live && block.context == context) {
                frequent.add(block);
            }
        });
        frequent.sort(Comparator.comparing((Block b) -> visits.get(b)[0]).reversed());
        Set<Block> chosen = new LinkedHashSet<>();
        Map<Long, Block> byPc = new HashMap<>();
        int operations = 0;
        for (Block b : frequent) {
            if (operations + b.count <= MOST_OPERATIONS
                    && chosen.size() < MOST_BLOCKS
                    && byPc.putIfAbsent(b.pc, b) == null) {
                chosen.add(b);
                operations += b.count;
            }
        }
        Set<Block> entries = entries(chosen);
        if (entries.isEmpty()) {
            return null;
        }
        return new Region(chosen.toArray(Block[]::new), entries.toArray(Block[]::new), operations * most);
    }

    private Set<Block> entries(Set<Block> chosen) {
        Set<Block> entries = new LinkedHashSet<>();
        Block before = null;
        for (Block b : path) {
            boolean inside = before != null && chosen.contains(before) && leads(before, b, chosen);
            boolean loops = inside && b.pc <= before.pc;
            if (chosen.contains(b) && b.region == null && (!inside || loops) && entries.size() < MOST_ENTRIES) {
                entries.add(b);
            }
            before = b;
        }
        return entries;
    }

    /** Whether translated code goes from one block to the other without leaving. */
    private static boolean leads(Block from, Block to, Set<Block> chosen) {
        int last = Decoder.kind(from.ops[from.count - 1]);
        if (last == Kinds.BR && (from.words[from.count - 1] >>> 21 & 3) == 2) {
            return chosen.stream().anyMatch(b -> b.nextPc == to.pc && calls(b));
        }
        if (last == Kinds.BR || last == Kinds.BLR) {
            return false;
        }
        if (last == Kinds.SLOW && Decoder.endsBlock(from.words[from.count - 1], Decoder.SLOW)) {
            return false;
        }
        return to.pc == from.nextPc || to.pc == from.takenPc;
    }

    private static boolean calls(Block block) {
        int last = Decoder.kind(block.ops[block.count - 1]);
        return last == Kinds.BL || last == Kinds.BLR;
    }

    /** The region of a block and of all that direct branches lead to from it, run or not. */
    static Region whole(Block head, BlockCache cache) {
        Set<Block> chosen = new LinkedHashSet<>();
        Set<Block> entries = new LinkedHashSet<>();
        entries.add(head);
        List<Block> open = new ArrayList<>(List.of(head));
        int operations = 0;
        while (!open.isEmpty() && chosen.size() < MOST_BLOCKS) {
            Block b = open.remove(0);
            if (operations + b.count > MOST_OPERATIONS || !chosen.add(b)) {
                continue;
            }
            operations += b.count;
            int last = Decoder.kind(b.ops[b.count - 1]);
            boolean direct = last >= Kinds.B && last < Kinds.DATA && last != Kinds.BR && last != Kinds.BLR;
            Block next = last == Kinds.B || last == Kinds.BR ? null : cache.find(b.nextPc);
            Block taken = direct ? cache.find(b.takenPc) : null;
            for (Block found : new Block[] {next, taken}) {
                if (found != null && found.count > 0) {
                    open.add(found);
                }
            }
            if (next != null && (calls(b) || last == Kinds.SLOW)) {
                entries.add(next);
            }
            if (taken != null && taken.pc <= b.pc) {
                entries.add(taken);
            }
        }
        entries.retainAll(chosen);
        entries.removeIf(b -> b.region != null);
        return entries.isEmpty() ? null : new Region(chosen.toArray(Block[]::new), entries.toArray(Block[]::new), 0);
    }
}
