// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;

/**
 * Table walks of the tests' own, by the letter of DDI 0487, D8.2 and D8.3, without any TLB: stage 1 with
 * TTBR0_EL1, 4 KiB granule and 39 bits; stage 2 as VTCR_EL2 of the KVM model says.
 */
final class PlayedTranslator implements Translator {
    private static final long ADDRESS = 0x0000_FFFF_FFFF_F000L;
    private final PeContext context;
    private final Translation walk = new Translation();

    PlayedTranslator(PeContext context) {
        this.context = context;
    }

    private boolean fault(Translation out, int fsc, boolean stage2) {
        out.fault = fsc;
        out.stage2 = stage2;
        return false;
    }

    @Override
    public boolean walkStage1(Translation out, long va, int access, DescriptorSource source) {
        out.va = va;
        out.fault = Translation.NONE;
        out.stage2 = false;
        out.onWalk = false;
        if ((context.register(SystemRegister.SCTLR_EL1) & 1) == 0) {
            out.ipa = out.pa = va;
            out.pageBits = 12;
            return true;
        }
        if (va >>> 39 != 0) {
            return fault(out, 0x04, false);
        }
        long table = context.register(SystemRegister.TTBR0_EL1) & ADDRESS;
        for (int level = 1; ; level++) {
            int shift = 12 + 9 * (3 - level);
            long at = table + (va >>> shift & 511) * 8;
            if (!source.accessible(at)) {
                out.ipa = at;
                return fault(out, 0x14 + level, false);
            }
            long descriptor = source.read(at);
            boolean leaf = level == 3 || (descriptor & 2) == 0;
            if ((descriptor & 1) == 0 || level == 3 && (descriptor & 2) == 0) {
                return fault(out, 0x04 + level, false);
            }
            if (leaf) {
                if ((descriptor & 1 << 10) == 0) {
                    return fault(out, 0x08 + level, false);
                }
                if ((access & WRITE) != 0 && (descriptor & 1 << 7) != 0) {
                    return fault(out, 0x0C + level, false);
                }
                long mask = (1L << shift) - 1;
                out.ipa = out.pa = descriptor & ADDRESS & ~mask | va & mask;
                out.pageBits = shift;
                return true;
            }
            table = descriptor & ADDRESS;
        }
    }

    @Override
    public boolean translateStage2(Translation out, long ipa, int access) {
        out.ipa = out.pa = ipa;
        out.fault = Translation.NONE;
        if ((context.register(SystemRegister.HCR_EL2) & 1) == 0) {
            return true;
        }
        long vtcr = context.register(SystemRegister.VTCR_EL2);
        if (ipa >>> 64 - (vtcr & 0x3F) != 0) {
            return fault(out, 0x04, true);
        }
        long table = context.register(SystemRegister.VTTBR_EL2) & ADDRESS;
        for (int level = 1; ; level++) {
            int shift = 12 + 9 * (3 - level);
            long index = level == 1 ? ipa >>> shift : ipa >>> shift & 511;
            long descriptor = context.memory.read(table + index * 8, 8);
            if ((descriptor & 1) == 0) {
                return fault(out, 0x04 + level, true);
            }
            if (level == 3 || (descriptor & 2) == 0) {
                if ((descriptor >>> 6 & 3 & access) == 0) {
                    return fault(out, 0x0C + level, true);
                }
                long mask = (1L << shift) - 1;
                out.pa = descriptor & ADDRESS & ~mask | ipa & mask;
                return true;
            }
            table = descriptor & ADDRESS;
        }
    }

    @Override
    public boolean translate(Translation out, int regime, long va, int access) {
        boolean[] walkFault = new boolean[1];
        boolean done = walkStage1(out, va, access, new DescriptorSource() {
            @Override
            public boolean accessible(long ipa) {
                walkFault[0] = !translateStage2(walk, ipa, READ);
                return !walkFault[0];
            }

            @Override
            public long read(long ipa) {
                translateStage2(walk, ipa, READ);
                return context.memory.read(walk.pa, 8);
            }
        });
        if (walkFault[0]) {
            out.onWalk = true;
            return fault(out, walk.fault, true);
        }
        if (!done) {
            return false;
        }
        out.va = va;
        long ipa = out.ipa;
        boolean ok = translateStage2(out, ipa, WRITE);
        out.ipa = ipa;
        return ok;
    }

    @Override
    public int regime() {
        return REGIME_EL10;
    }

    @Override
    public boolean translate(Translation out, long va, int access) {
        return translate(out, REGIME_EL10, va, access);
    }

    @Override
    public boolean invalidateTlb(int encoding, long operand) {
        return true;
    }

    @Override
    public boolean addressTranslate(int encoding, long va) {
        return false;
    }

    @Override
    public void attach(TranslationCache cache) {
        // There is no cache.
    }

    @Override
    public void contextChanged() {
        // Nothing is kept.
    }

    @Override
    public void invalidate() {
        // Nothing is kept.
    }
}
