// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import java.util.Arrays;
import java.util.List;

/** Some blocks of one PE that are translated together. */
final class Region {
    final Block[] blocks;
    /** Blocks that may be entered, by number of the entry. */
    final Block[] entries;
    /** Whether it uses the SIMD&amp;FP registers. */
    final boolean vectors;
    /** How many operations its trace had, or how often it was met: the hottest is translated first. */
    final int heat;

    /** Null until it is translated. */
    RegionCode code;
    /** Bytes of its class file. */
    int size;
    /** The context of fetches in which all its blocks were found last. */
    int context = Block.NO_CONTEXT;
    /** Entries since the last time that regions were thrown away. */
    int used;
    /** Entries for which it is not looked again whether fetches see its blocks. */
    int wait;

    boolean dead;

    Region(Block[] blocks, Block[] entries, int heat) {
        this.blocks = blocks;
        this.entries = entries;
        this.heat = heat;
        boolean any = false;
        for (Block b : blocks) {
            for (int i = 0; i < b.count; i++) {
                int kind = Decoder.kind(b.ops[i]);
                any |= kind >= Kinds.VECTOR && kind < Kinds.REGION;
            }
        }
        vectors = any;
    }

    /** The first half of its blocks, of which there must be two; the first of them is an entry. */
    Region half() {
        List<Block> kept = Arrays.asList(blocks).subList(0, blocks.length / 2);
        Block[] left = Arrays.stream(entries).filter(kept::contains).toArray(Block[]::new);
        return new Region(kept.toArray(Block[]::new), left.length == 0 ? new Block[] {blocks[0]} : left, heat);
    }
}
