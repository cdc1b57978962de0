// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.mmu.TranslationListener;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.TlbListener;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.api.wiring.SystemFunctions;

/**
 * Address translation of one PE (DDI 0487, D8): both stages, and the modelled TLB in the PE's state. Faults are
 * not cached; an entry that does not permit an access is dropped and the tables are walked, so that the fault
 * or the new permission is what the tables say.
 */
final class Vmsa64Translator implements Translator, TlbListener, Tlb.Eviction {
    /** log2 of the smallest mapping that a translation reports. */
    private static final int PAGE = 12;

    private final PeContext context;
    private final PeState pe;
    private final SystemFunctions system;
    private final Controls controls;
    private final Tlb tlb;
    private final Stage2Walk stage2;
    private final Stage1Walk stage1;
    private final TlbMaintenance maintenance;
    private final AddressTranslation addressTranslation;
    private final CacheContexts contexts = new CacheContexts();
    private TranslationCache cache;

    Vmsa64Translator(PeContext context) {
        this.context = context;
        pe = context.pe;
        system = context.system;
        controls = new Controls(context);
        tlb = new Tlb(pe.tlb);
        stage2 = new Stage2Walk(context.memory, controls.stage2);
        stage1 = new Stage1Walk(context.memory, controls.stage2, stage2);
        maintenance = new TlbMaintenance(context, controls);
        addressTranslation = new AddressTranslation(context, controls, this);
    }

    @Override
    public int regime() {
        return system.translationRegime(pe.el);
    }

    @Override
    public boolean translate(Translation out, long va, int access) {
        return translate(out, regime(), va, pe.el == 0 ? access | UNPRIVILEGED : access);
    }

    @Override
    public boolean translate(Translation out, int regime, long va, int access) {
        Regime r = controls.regimes[regime];
        begin(out, va, access);
        if (!r.stage1 && !r.stage2) {
            return flat(out, r, va, access) && end(out, PAGE, Permissions.ALL, access);
        }
        long page = Tlb.canonical(va);
        boolean fetch = (access & EXECUTE) != 0;
        VaRange range = r.range(va);
        // Without a top byte to ignore, only what is sign-extended can be in the TLB; E0PD counts for entries too.
        if ((page == va || range.ignoresTop(access))
                && !(range.unprivilegedDisabled && (access & UNPRIVILEGED) != 0 && r.stage1)) {
            int e = tlb.find(r, page, fetch);
            if (e >= 0) {
                int may = Permissions.of(tlb.permissions(e), access, pe.pan);
                if ((access & ~may & (READ | WRITE | EXECUTE)) == 0) {
                    return hit(out, e, va, may);
                }
            }
        }
        return walk(out, r, va, page, access);
    }

    private static void begin(Translation out, long va, int access) {
        out.va = va;
        out.fault = Translation.NONE;
        out.stage2 = false;
        out.onWalk = false;
        // An access that reads and writes reports the read wherever a read would have faulted.
        out.write = (access & (READ | WRITE)) == WRITE;
        out.walked = false;
        out.guarded = false;
    }

    private boolean hit(Translation out, int e, long va, int may) {
        out.ipa = tlb.ipa(e, va);
        out.pa = tlb.pa(e, va);
        out.pageBits = tlb.size(e);
        out.permissions = may;
        out.attributes = tlb.attributes(e);
        out.device = tlb.device(e);
        out.guarded = tlb.guarded(e);
        out.shareability = tlb.shareability(e);
        return true;
    }

    /** Both stages from the tables; a success is entered in the TLB, but for maintenance, which leaves descriptors as they are. */
    private boolean walk(Translation out, Regime r, long va, long page, int access) {
        out.walked = true;
        int permissions;
        int size;
        int stage1Size;
        boolean global;
        if (r.stage1) {
            if (!stage1(out, r, va, access, null)) {
                return told(r.index, out, access, false);
            }
            permissions = stage1.permissions;
            size = stage1.size;
            stage1Size = size;
            global = stage1.global;
        } else {
            if (!flat(out, r, va, access)) {
                return told(r.index, out, access, false);
            }
            permissions = Permissions.ALL;
            size = 48;
            stage1Size = 0;
            global = true;
        }
        if (r.stage2) {
            if (!stage2(out, out.ipa, access)) {
                return told(r.index, out, access, false);
            }
            permissions = Permissions.combine(permissions, stage2.permissions);
            size = Math.min(size, stage2.size);
        }
        end(out, size, permissions, access);
        long word1 =
                out.pa & -1L << size | permissions | (out.device ? Tlb.DEVICE : 0) | (out.guarded ? Tlb.GUARDED : 0);
        long word2 = out.ipa & -1L << size | out.attributes | (long) out.shareability << 8;
        told(r.index, out, access, true);
        if (updates(access)) {
            tlb.enter(r, page, (access & EXECUTE) != 0, size, r.stage1 ? stage1Size : size, global, word1, word2, this);
            if (context.translationListener != null) {
                context.translationListener.entered(r.index, out, global ? -1 : r.asid, r.vmid);
            }
        }
        return true;
    }

    /** Says what a walk for an access found. */
    private boolean told(int regime, Translation out, int access, boolean translated) {
        if (context.translationListener != null && updates(access)) {
            context.translationListener.walked(regime, access, out);
        }
        return translated;
    }

    /** Says what a walk for an AT instruction found. */
    void toldOfAddressTranslation(int regime, Translation out, int access) {
        if (context.translationListener != null) {
            context.translationListener.walked(regime, access, out);
        }
    }

    /** The walk of stage 1 and its permissions; the output is in out.ipa and out.pa. */
    private boolean stage1(Translation out, Regime r, long va, int access, DescriptorSource source) {
        if (!stage1.walk(out, r, va, access, source)) {
            return false;
        }
        if (!permitted(out, Permissions.of(stage1.permissions, access, pe.pan), access)) {
            return FaultStatus.stage1(out, FaultStatus.PERMISSION, stage1.level);
        }
        if (source == null && updates(access) && !stage1.update(out, r, (access & WRITE) != 0)) {
            return false;
        }
        output(out, stage1.address, stage1.attributes, stage1.shareability);
        out.guarded = stage1.guarded;
        return true;
    }

    /** Stage 2 of an access to ipa: the physical address and the combined attributes go to out. */
    private boolean stage2(Translation out, long ipa, int access) {
        if (!stage2.walk(out, ipa, false)) {
            return false;
        }
        if (!permitted(out, Permissions.of(stage2.permissions, access, false), access)) {
            return FaultStatus.stage2(out, FaultStatus.PERMISSION, stage2.level, ipa, false);
        }
        if (updates(access) && !stage2.update(out, (access & WRITE) != 0, ipa, false)) {
            return false;
        }
        int attributes = MemoryAttributes.combine(out.attributes, stage2.memAttr, controls.stage2.forcedWriteBack);
        int shareability = MemoryAttributes.shareability(
                attributes, MemoryAttributes.combineShareability(out.shareability, stage2.shareability));
        output(out, stage2.pa, attributes, shareability);
        out.ipa = ipa;
        return true;
    }

    /** AT and cache maintenance update no descriptor, and are as if the Access flag were 1. */
    private static boolean updates(int access) {
        return (access & MAINTENANCE) == 0;
    }

    /** Whether the access may; if not, says whether a read would have failed too. */
    private static boolean permitted(Translation out, int may, int access) {
        int missing = access & ~may & (READ | WRITE | EXECUTE);
        if (missing == 0) {
            return true;
        }
        out.write = (missing & READ) == 0 && (missing & WRITE) != 0;
        return false;
    }

    /** Output of a disabled stage 1 (AArch64.S1DisabledOutput). */
    private boolean flat(Translation out, Regime r, long va, int access) {
        VaRange range = r.range(va);
        long address = range.ignoresTop(access) ? va & 0x00FF_FFFF_FFFF_FFFFL : va;
        if (address >>> controls.physicalSize() != 0) {
            return FaultStatus.stage1(out, FaultStatus.ADDRESS_SIZE, 0);
        }
        int attributes;
        int shareability = MemoryAttributes.OUTER_SHAREABLE;
        if (r.defaultCacheable) {
            attributes = MemoryAttributes.NORMAL_WRITE_BACK;
            shareability = 0;
        } else if ((access & EXECUTE) == 0) {
            attributes = MemoryAttributes.DEVICE_NGNRNE;
        } else {
            attributes =
                    r.instructionCache ? MemoryAttributes.NORMAL_WRITE_THROUGH : MemoryAttributes.NORMAL_NON_CACHEABLE;
        }
        output(out, address, attributes, shareability);
        return true;
    }

    private static void output(Translation out, long address, int attributes, int shareability) {
        out.ipa = address;
        out.pa = address;
        out.attributes = attributes;
        out.device = MemoryAttributes.device(attributes);
        out.shareability = shareability;
    }

    private boolean end(Translation out, int size, int permissions, int access) {
        out.pageBits = size;
        out.permissions = Permissions.of(permissions, access, pe.pan);
        return true;
    }

    @Override
    public boolean walkStage1(Translation out, long va, int access, DescriptorSource source) {
        return walkStage1(out, REGIME_EL10, va, access, source);
    }

    /** Stage 1 alone, from the tables. */
    boolean walkStage1(Translation out, int regime, long va, int access, DescriptorSource source) {
        Regime r = controls.regimes[regime];
        begin(out, va, access);
        if (!r.stage1) {
            return flat(out, r, va, access) && end(out, PAGE, Permissions.ALL, access);
        }
        out.walked = true;
        return stage1(out, r, va, access, source) && end(out, stage1.size, stage1.permissions, access);
    }

    /** Both stages of a regime from the tables, past the TLB. */
    boolean walkBoth(Translation out, int regime, long va, int access) {
        if (!walkStage1(out, regime, va, access, null)) {
            return false;
        }
        return !controls.regimes[regime].stage2 || stage2(out, out.ipa, access);
    }

    @Override
    public boolean translateStage2(Translation out, long ipa, int access) {
        begin(out, ipa, access);
        output(out, ipa, MemoryAttributes.NORMAL_WRITE_BACK, 0);
        if (!controls.regimes[REGIME_EL10].stage2) {
            return end(out, PAGE, Permissions.ALL, access);
        }
        out.walked = true;
        boolean translated = stage2(out, ipa, access) && end(out, stage2.size, stage2.permissions, access);
        return told(TranslationListener.STAGE_2, out, access, translated);
    }

    @Override
    public boolean invalidateTlb(int encoding, long operand) {
        int before = maintenance.invalidated();
        boolean executed = maintenance.execute(encoding, operand);
        if (executed && context.translationListener != null) {
            context.translationListener.invalidated(encoding, operand, maintenance.invalidated() - before);
        }
        return executed;
    }

    @Override
    public boolean addressTranslate(int encoding, long va) {
        return addressTranslation.execute(encoding, va);
    }

    @Override
    public Translation addressTranslateAbort() {
        return addressTranslation.abort();
    }

    @Override
    public void attach(TranslationCache newCache) {
        cache = newCache;
        pe.tlb.listener = this;
        tlbInvalidated();
        contexts.clear();
        enterContext();
    }

    @Override
    public void contextChanged() {
        if (controls.changed()) {
            controls.refresh();
            enterContext();
        }
    }

    private void enterContext() {
        if (cache != null) {
            contexts.enter(controls, cache);
        }
    }

    @Override
    public void invalidate() {
        controls.lookUp();
        pe.tlb.listener = this;
        tlbInvalidated();
        contexts.clear();
        enterContext();
    }

    @Override
    public void tlbInvalidated() {
        if (cache != null) {
            cache.invalidateTranslations();
        }
    }

    @Override
    public void tlbInvalidated(long va, long size) {
        if (cache != null) {
            cache.invalidateTranslations(va, size);
        }
    }

    @Override
    public void evicted(int regime, long va, int bits) {
        tlbInvalidated(va, 1L << bits);
        if (context.translationListener != null) {
            context.translationListener.replaced(regime, va, bits);
        }
    }
}
