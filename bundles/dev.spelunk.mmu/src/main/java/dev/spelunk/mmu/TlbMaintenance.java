// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.TlbListener;
import dev.spelunk.api.wiring.PeContext;

/**
 * TLBI instructions (DDI 0487, C5.5, D8.17), also those by range: which regime, which VMID and ASID, on which PEs. The walks of the
 * last level and of all levels are cached as one, so the forms for the last level do the same as the others.
 * The Inner and the Outer Shareable domain are all PEs of the machine.
 */
final class TlbMaintenance {
    private static final int NOT_IMPLEMENTED = -1;
    /** What is invalidated. */
    private static final int REGIME = 0;

    private static final int ADDRESS = 1;
    private static final int ASID = 2;
    private static final int ADDRESS_ALL_ASID = 3;
    private static final int IPA = 4;
    private static final int RANGE = 5;
    private static final int RANGE_ALL_ASID = 6;
    private static final int IPA_RANGE = 7;

    private final PeContext context;
    private final Controls controls;
    private final Tlb[] tlbs;

    TlbMaintenance(PeContext context, Controls controls) {
        this.context = context;
        this.controls = controls;
        PeState[] pes = context.machine.pes;
        tlbs = new Tlb[pes.length];
        for (int i = 0; i < pes.length; i++) {
            tlbs[i] = new Tlb(pes[i].tlb);
        }
    }

    /** See {@link Translator#invalidateTlb}. */
    boolean execute(int encoding, long operand) {
        int op1 = Encoding.op1(encoding);
        int crm = Encoding.crm(encoding);
        int op2 = Encoding.op2(encoding);
        if (Encoding.op0(encoding) != 1 || Encoding.crn(encoding) != 8) {
            return false;
        }
        if (op1 == 4 && (crm == 0 || crm == 4)) {
            return stage2(crm, op2, operand);
        }
        if (crm == 2 || crm == 5 || crm == 6) {
            return range(op1, crm, op2, operand);
        }
        boolean outer = crm == 1;
        if (crm != 7 && crm != 3 && !outer || outer && !context.architecture.has("FEAT_TLBIOS")) {
            return false;
        }
        boolean broadcast = crm != 7 || op1 == 0 && context.pe.el == 1 && (controls.hcr & HCR_EL2.FB) != 0;
        switch (op1) {
            case 0:
                return el1(op2, operand, broadcast);
            case 4:
                return el2(op2, operand, broadcast);
            case 6:
                int what = op2 == 0 ? REGIME : op2 == 1 || op2 == 5 ? ADDRESS : NOT_IMPLEMENTED;
                return apply(what, Translator.REGIME_EL3, operand, 0, broadcast);
            default:
                return false;
        }
    }

    /** VMALLE1, VAE1, ASIDE1, VAAE1, VALE1, VAALE1: the EL2&amp;0 regime while HCR_EL2.{E2H,TGE} is {1,1}. */
    private boolean el1(int op2, long operand, boolean broadcast) {
        boolean host = controls.hostEl0 && context.pe.el >= 2;
        int regime = host ? Translator.REGIME_EL20 : Translator.REGIME_EL10;
        int vmid = host ? 0 : controls.vmid();
        switch (op2) {
            case 0:
                return apply(REGIME, regime, 0, vmid, broadcast);
            case 1:
            case 5:
                return apply(ADDRESS, regime, operand, vmid, broadcast);
            case 2:
                return apply(ASID, regime, operand, vmid, broadcast);
            case 3:
            case 7:
                return apply(ADDRESS_ALL_ASID, regime, operand, vmid, broadcast);
            default:
                return false;
        }
    }

    /** ALLE2, VAE2, VALE2 of the regime that HCR_EL2.E2H selects; ALLE1 and VMALLS12E1. */
    private boolean el2(int op2, long operand, boolean broadcast) {
        boolean hostExtensions = (controls.hcr & HCR_EL2.E2H) != 0;
        int regime = hostExtensions ? Translator.REGIME_EL20 : Translator.REGIME_EL2;
        switch (op2) {
            case 0:
                return apply(REGIME, regime, 0, 0, broadcast);
            case 1:
            case 5:
                return apply(ADDRESS, regime, operand, 0, broadcast);
            case 4:
                return apply(REGIME, Translator.REGIME_EL10, 0, -1, broadcast);
            case 6:
                return apply(REGIME, Translator.REGIME_EL10, 0, controls.vmid(), broadcast);
            default:
                return false;
        }
    }

    /** RVAE1, RVAAE1, RVALE1, RVAALE1, RVAE2, RVALE2, RVAE3 and RVALE3 of FEAT_TLBIRANGE. */
    private boolean range(int op1, int crm, int op2, long operand) {
        boolean allAsids = op2 == 3 || op2 == 7;
        if ((op2 & 1) == 0 || allAsids && op1 != 0 || op1 != 0 && op1 != 4 && op1 != 6 || !hasRange(crm == 5)) {
            return false;
        }
        boolean host = controls.hostEl0 && context.pe.el >= 2;
        int vmid = 0;
        int regime = Translator.REGIME_EL3;
        if (op1 == 0) {
            regime = host ? Translator.REGIME_EL20 : Translator.REGIME_EL10;
            vmid = host ? 0 : controls.vmid();
        } else if (op1 == 4) {
            regime = (controls.hcr & HCR_EL2.E2H) != 0 ? Translator.REGIME_EL20 : Translator.REGIME_EL2;
        }
        boolean broadcast = crm != 6 || op1 == 0 && context.pe.el == 1 && (controls.hcr & HCR_EL2.FB) != 0;
        return apply(allAsids ? RANGE_ALL_ASID : RANGE, regime, operand, vmid, broadcast);
    }

    private boolean hasRange(boolean outer) {
        return context.architecture.has("FEAT_TLBIRANGE") && (!outer || context.architecture.has("FEAT_TLBIOS"));
    }

    /** IPAS2E1, IPAS2LE1, RIPAS2E1 and RIPAS2LE1. */
    private boolean stage2(int crm, int op2, long operand) {
        if ((op2 & 2) != 0) {
            boolean outer = (op2 & 1) != 0;
            boolean local = crm == 4 && !outer;
            return (crm == 4 || !outer)
                    && hasRange(outer)
                    && apply(IPA_RANGE, Translator.REGIME_EL10, operand, controls.vmid(), !local);
        }
        boolean inner = crm == 0 && (op2 == 1 || op2 == 5);
        boolean local = crm == 4 && (op2 == 1 || op2 == 5);
        boolean outer = crm == 4 && (op2 == 0 || op2 == 4) && context.architecture.has("FEAT_TLBIOS");
        if (!inner && !local && !outer) {
            return false;
        }
        return apply(IPA, Translator.REGIME_EL10, operand, controls.vmid(), !local);
    }

    /** Entries that have been invalidated, ever. */
    int invalidated() {
        int sum = 0;
        for (Tlb tlb : tlbs) {
            sum += tlb.invalidated;
        }
        return sum;
    }

    private boolean apply(int what, int regime, long operand, int vmid, boolean broadcast) {
        if (what == NOT_IMPLEMENTED) {
            return false;
        }
        PeState[] pes = context.machine.pes;
        if (!broadcast) {
            apply(pes[context.pe.index], tlbs[context.pe.index], what, regime, operand, vmid);
            return true;
        }
        for (int i = 0; i < pes.length; i++) {
            apply(pes[i], tlbs[i], what, regime, operand, vmid);
        }
        return true;
    }

    private void apply(PeState pe, Tlb tlb, int what, int regime, long operand, int vmid) {
        TlbListener listener = pe.tlb.listener;
        switch (what) {
            case ADDRESS:
            case ADDRESS_ALL_ASID:
                // Xt holds VA[55:12], and bits above come from bit 55.
                long va = operand << 20 >> 8;
                boolean asids = what == ADDRESS && regime <= Translator.REGIME_EL20;
                int asid = asids ? (int) (operand >>> 48) & controls.asidMask(regime) : -1;
                int size = Math.max(tlb.invalidateAddress(regime, va, asid, vmid), 12);
                if (listener != null) {
                    listener.tlbInvalidated(va & -1L << size, 1L << size);
                }
                return;
            case RANGE:
            case RANGE_ALL_ASID:
                int only = what == RANGE && regime <= Translator.REGIME_EL20
                        ? (int) (operand >>> 48) & controls.asidMask(regime)
                        : -1;
                // BaseADDR is the top of an address of 49, 51 or 53 bits, and bits above come from its highest.
                long from = operand << 27 >> 27 << granule(operand);
                long bytes = length(operand);
                long largest = 1L << Math.max(tlb.invalidateRange(regime, from, bytes, only, vmid), 12);
                if (listener != null) {
                    listener.tlbInvalidated(from & -largest, (from + bytes - 1 | largest - 1) + 1 - (from & -largest));
                }
                return;
            case IPA_RANGE:
                tlb.invalidateIpaRange(regime, (operand & (1L << 37) - 1) << granule(operand), length(operand), vmid);
                break;
            case ASID:
                tlb.invalidateAsid(regime, (int) (operand >>> 48) & controls.asidMask(regime), vmid);
                break;
            case IPA:
                tlb.invalidateIpa(regime, (operand & 0xF_FFFF_FFFFL) << 12, vmid);
                break;
            default:
                tlb.invalidateRegime(regime, vmid);
                break;
        }
        if (listener != null) {
            listener.tlbInvalidated();
        }
    }

    /** log2 of the granule that TG says; the reserved value counts as 64 KiB. */
    private static int granule(long operand) {
        int tg = (int) (operand >>> 46) & 3;
        return tg == 0 ? 16 : 10 + 2 * tg;
    }

    /** Bytes of the range: (NUM + 1) × 2^(5 × SCALE + 1) granules. */
    private static long length(long operand) {
        return (operand >>> 39 & 31) + 1 << 5 * (int) (operand >>> 44 & 3) + 1 + granule(operand);
    }
}
