// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.mmu.Translator;
import java.util.ArrayList;
import java.util.List;

/**
 * An MMU without tables: pages of 4 KiB that a test maps, lets fault, or makes Device or guarded. It remembers what it
 * was asked. One mapping holds for every translation regime and privilege.
 */
public final class PageMap implements Translator {
    public static final int PAGE = 0x1000;
    private static final int PAGE_BITS = 12;
    private static final int TRANSLATION_FAULT = 0x07;
    private static final int STAGE2_TRANSLATION_FAULT = 0x06;
    private static final int ALL = READ | WRITE | EXECUTE;

    /** What is known of one page. */
    private static final class Page {
        final long address;
        long pa;
        boolean mapped;
        boolean guarded;
        int fault = Translation.NONE;
        int writeFault = Translation.NONE;
        int stage2Fault = Translation.NONE;

        Page(long address) {
            this.address = address;
        }
    }

    private final boolean identity;
    /** Searched from the first on: a look-up allocates nothing, as tests of parts count allocations. */
    private final List<Page> pages = new ArrayList<>();

    private final List<Page> intermediate = new ArrayList<>();
    private boolean currentRegime = true;
    private TranslationCache cache;

    /** Fault status code of a page that is not mapped; a level 3 translation fault unless the test says otherwise. */
    public int unmapped = TRANSLATION_FAULT;
    /** Whether all memory is Device. */
    public boolean device;
    /** Regimes of the translations that named one, in order. */
    public final List<Integer> regimes = new ArrayList<>();
    /** Accesses of those translations. */
    public final List<Integer> accesses = new ArrayList<>();
    /** Translations of the current regime. */
    public int translations;
    /** Calls of {@link #contextChanged}. */
    public int contextChanges;

    private PageMap(boolean identity) {
        this.identity = identity;
    }

    /** Every page is mapped to the physical address that is its own, until the test says otherwise. */
    public static PageMap identity() {
        return new PageMap(true);
    }

    /** No page is mapped until the test maps it. */
    public static PageMap empty() {
        return new PageMap(false);
    }

    /** A translation of the PE's current regime fails the test: the part under test names the regime. */
    public PageMap namedRegimesOnly() {
        currentRegime = false;
        return this;
    }

    private static Page find(List<Page> among, long address) {
        for (int i = 0; i < among.size(); i++) {
            Page page = among.get(i);
            if (page.address == address) {
                return page;
            }
        }
        return null;
    }

    private static Page page(List<Page> among, long address) {
        Page page = find(among, address);
        if (page == null) {
            page = new Page(address);
            among.add(page);
        }
        return page;
    }

    private static void map(Page page, long pa) {
        page.pa = pa;
        page.mapped = true;
    }

    /** Maps pages. All three are multiples of 4 KiB. */
    public PageMap map(long va, long pa, long size) {
        for (long offset = 0; offset < size; offset += PAGE) {
            map(page(pages, va + offset), pa + offset);
        }
        return this;
    }

    /** Takes {@link #map} back. */
    public void unmap(long va) {
        page(pages, va).mapped = false;
    }

    /** Every access to the page faults at stage 1 with that status code. */
    public void fault(long va, int status) {
        page(pages, va).fault = status;
    }

    /** Writes to the page fault at stage 1 with that status code. */
    public void writeFault(long va, int status) {
        page(pages, va).writeFault = status;
    }

    /** Every access to the page faults at stage 2 with that status code. */
    public void stage2Fault(long va, int status) {
        page(pages, va).stage2Fault = status;
    }

    /** Takes {@link #stage2Fault} back. */
    public void mapStage2(long va) {
        page(pages, va).stage2Fault = Translation.NONE;
    }

    /** Maps a page of IPAs by stage 2, for {@link #translateStage2}. In an {@link #identity} map all are mapped. */
    public void intermediate(long ipa, long pa) {
        map(page(intermediate, ipa), pa);
    }

    /** The page is guarded (FEAT_BTI). */
    public void guard(long va) {
        page(pages, va).guarded = true;
    }

    @Override
    public int regime() {
        expectCurrent();
        return REGIME_EL10;
    }

    @Override
    public boolean translate(Translation out, long va, int access) {
        expectCurrent();
        translations++;
        return find(out, va, access);
    }

    private void expectCurrent() {
        if (!currentRegime) {
            throw new AssertionError("a regime must be named, the current one is not asked for");
        }
    }

    @Override
    public boolean translate(Translation out, int regime, long va, int access) {
        regimes.add(regime);
        accesses.add(access);
        return find(out, va, access);
    }

    private boolean find(Translation out, long va, int access) {
        Page page = find(pages, va & -PAGE);
        out.va = va;
        out.pa = (page != null && page.mapped ? page.pa : va & -PAGE) | va & PAGE - 1;
        out.ipa = out.pa;
        out.write = (access & WRITE) != 0;
        out.fault = fault(page, out.write);
        out.stage2 = out.fault == Translation.NONE && page != null && page.stage2Fault != Translation.NONE;
        if (out.stage2) {
            out.fault = page.stage2Fault;
        } else if (out.fault == Translation.NONE && !identity && (page == null || !page.mapped)) {
            out.fault = unmapped;
        }
        out.onWalk = false;
        out.device = device;
        out.walked = true;
        out.pageBits = PAGE_BITS;
        out.permissions = ALL;
        out.guarded = page != null && page.guarded;
        return out.fault == Translation.NONE;
    }

    private static int fault(Page page, boolean write) {
        if (page == null) {
            return Translation.NONE;
        }
        return page.fault == Translation.NONE && write ? page.writeFault : page.fault;
    }

    @Override
    public boolean walkStage1(Translation out, long va, int access, DescriptorSource source) {
        return find(out, va, access);
    }

    @Override
    public boolean translateStage2(Translation out, long ipa, int access) {
        Page page = find(intermediate, ipa & -PAGE);
        if (page == null && identity) {
            return find(out, ipa, access);
        }
        out.stage2 = true;
        if (page == null) {
            out.fault = STAGE2_TRANSLATION_FAULT;
            return false;
        }
        out.fault = Translation.NONE;
        out.pa = page.pa | ipa & PAGE - 1;
        return true;
    }

    /** Drops all that the PE's cache holds. */
    @Override
    public boolean invalidateTlb(int encoding, long operand) {
        invalidate();
        return true;
    }

    @Override
    public boolean addressTranslate(int encoding, long va) {
        return true;
    }

    @Override
    public void attach(TranslationCache translations) {
        cache = translations;
    }

    @Override
    public void contextChanged() {
        contextChanges++;
        invalidate();
    }

    @Override
    public void invalidate() {
        if (cache != null) {
            cache.invalidateTranslations();
        }
    }
}
