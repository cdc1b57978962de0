// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.mmu.Translator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A translator of pages that a test maps, and that remembers what it was asked. */
final class PageMap implements Translator {
    static final int PAGE = 4096;

    private final long[] virtual = new long[64];
    private final long[] physical = new long[64];
    private int count;
    private final Map<Long, Integer> stage2Faults = new TreeMap<>();
    private long intermediate = -1;
    private long physicalOfIntermediate;
    int stage1Fault = 0x07;
    final List<Integer> regimes = new ArrayList<>();
    final List<Integer> accesses = new ArrayList<>();

    void map(long va, long pa, long size) {
        for (long o = 0; o < size; o += PAGE) {
            int i = find(va + o);
            if (i < 0) {
                i = count++;
            }
            virtual[i] = va + o;
            physical[i] = pa + o;
        }
    }

    void unmap(long va) {
        int i = find(va);
        count--;
        virtual[i] = virtual[count];
        physical[i] = physical[count];
    }

    private int find(long page) {
        for (int i = 0; i < count; i++) {
            if (virtual[i] == page) {
                return i;
            }
        }
        return -1;
    }

    void stage2Fault(long va, int fsc) {
        stage2Faults.put(va, fsc);
    }

    /** The one page of IPAs that stage 2 maps. */
    void intermediate(long ipa, long pa) {
        intermediate = ipa;
        physicalOfIntermediate = pa;
    }

    void mapStage2(long va) {
        stage2Faults.remove(va);
    }

    @Override
    public boolean translate(Translation out, int regime, long va, int access) {
        regimes.add(regime);
        accesses.add(access);
        long page = va & -PAGE;
        out.va = va;
        out.stage2 = false;
        if (!stage2Faults.isEmpty() && stage2Faults.containsKey(page)) {
            out.fault = stage2Faults.get(page);
            out.stage2 = true;
            return false;
        }
        int i = find(page);
        if (i < 0) {
            out.fault = stage1Fault;
            return false;
        }
        out.fault = Translation.NONE;
        out.pa = physical[i] + va - page;
        return true;
    }

    @Override
    public int regime() {
        throw new AssertionError("the SPU writes through the owning regime, not the current one");
    }

    @Override
    public boolean translate(Translation out, long va, int access) {
        throw new AssertionError("the SPU writes through the owning regime, not the current one");
    }

    @Override
    public boolean walkStage1(Translation out, long va, int access, DescriptorSource source) {
        throw new AssertionError("not for the SPU");
    }

    @Override
    public boolean translateStage2(Translation out, long ipa, int access) {
        out.stage2 = true;
        if ((ipa & -PAGE) != intermediate) {
            out.fault = 0x06;
            return false;
        }
        out.fault = Translation.NONE;
        out.pa = physicalOfIntermediate + ipa - intermediate;
        return true;
    }

    @Override
    public boolean invalidateTlb(int encoding, long operand) {
        return false;
    }

    @Override
    public boolean addressTranslate(int encoding, long va) {
        return false;
    }

    @Override
    public void attach(TranslationCache cache) {}

    @Override
    public void contextChanged() {}

    @Override
    public void invalidate() {}
}
