// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.TranslationListener;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.run.ExceptionClass;

/** Logs the walks of translation tables of one PE, and its modelled TLB with TLB maintenance, as far as each is asked for. */
final class TranslationLog implements TranslationListener {
    private static final String[] REGIMES = {"EL1&0", "EL2&0", "EL2", "EL3"};
    private static final String[] SHAREABILITY = {"non-shareable", "reserved", "outer shareable", "inner shareable"};
    /** The word of SYS with XZR. */
    private static final int SYS = 0xD508_001F;
    /** Of an encoding, what SYS has of it. */
    private static final int OPERATION = 0x3FFF;

    private final PeContext context;
    private final EventLog walks;
    private final EventLog tlb;

    /** Either log may be null. */
    TranslationLog(PeContext context, EventLog walks, EventLog tlb) {
        this.context = context;
        this.walks = walks;
        this.tlb = tlb;
    }

    @Override
    public void walked(int regime, int access, Translation result) {
        Line line = walks == null ? null : walks.begin(context);
        if (line == null) {
            return;
        }
        line.add(regime == STAGE_2 ? "stage 2" : REGIMES[regime]).add(' ').add(kind(access));
        line.add(regime == STAGE_2 ? " of IPA 0x" : " of VA 0x")
                .hex(result.va, 16)
                .add(": ");
        if (result.fault == Translation.NONE) {
            found(line, regime, result);
        } else {
            line.add(result.stage2 ? "stage 2 " : "stage 1 ").add(ExceptionClass.status(result.fault));
            if (result.stage2) {
                line.add(", IPA 0x").hex(result.ipa, 12);
            }
            line.add(result.onWalk ? ", on the walk of stage 1" : "");
        }
        walks.end();
    }

    /** Only the SPU and AT S1E1R and their like go past PSTATE.PAN, and AT is maintenance. */
    private static String kind(int access) {
        boolean instruction = (access & Translator.MAINTENANCE) != 0;
        String who = instruction
                ? "AT for a "
                : (access & Translator.IGNORE_PAN) != 0
                        ? "SPU's "
                        : (access & Translator.UNPRIVILEGED) != 0 ? "unprivileged " : "";
        if (instruction && (access & Translator.UNPRIVILEGED) != 0) {
            who += "unprivileged ";
        }
        return who
                + switch (access & (Translator.READ | Translator.WRITE | Translator.EXECUTE)) {
                    case Translator.READ -> "read";
                    case Translator.WRITE -> "write";
                    case Translator.EXECUTE -> "fetch";
                    default -> "read and write";
                };
    }

    private static void found(Line line, int regime, Translation result) {
        addresses(line, regime, result);
        line.add(", attributes 0x").hex(result.attributes, 2).add(result.device ? " (Device), " : ", ");
        line.add(SHAREABILITY[result.shareability]);
    }

    private static void addresses(Line line, int regime, Translation result) {
        if (regime == Translator.REGIME_EL10) {
            line.add("IPA 0x").hex(result.ipa, 12).add(' ');
        }
        line.add("PA 0x").hex(result.pa, 12).add(", ");
        size(line, result.pageBits);
        line.add(", ")
                .add((result.permissions & Translator.READ) != 0 ? 'r' : '-')
                .add((result.permissions & Translator.WRITE) != 0 ? 'w' : '-')
                .add((result.permissions & Translator.EXECUTE) != 0 ? 'x' : '-');
    }

    private static void size(Line line, int bits) {
        int unit = Math.min(bits / 10, 4);
        line.add(1L << bits - 10 * unit).add(unit == 0 ? " bytes" : " " + " KMGT".charAt(unit) + "iB");
    }

    @Override
    public void entered(int regime, Translation entry, int asid, int vmid) {
        Line line = tlb == null ? null : tlb.begin(context);
        if (line == null) {
            return;
        }
        line.add("entered ").add(REGIMES[regime]);
        if (regime <= Translator.REGIME_EL20) {
            line.add(asid < 0 ? " global" : " ASID ");
            if (asid >= 0) {
                line.add(asid);
            }
        }
        if (regime == Translator.REGIME_EL10) {
            line.add(" VMID ").add(vmid);
        }
        line.add(" VA 0x").hex(entry.va & -1L << entry.pageBits, 16).add(": ");
        addresses(line, regime, entry);
        tlb.end();
    }

    @Override
    public void replaced(int regime, long va, int bits) {
        Line line = tlb == null ? null : tlb.begin(context);
        if (line != null) {
            line.add("replaced ").add(REGIMES[regime]).add(" VA 0x").hex(va, 16).add(", ");
            size(line, bits);
            tlb.end();
        }
    }

    @Override
    public void invalidated(int encoding, long operand, int entries) {
        Line line = tlb == null ? null : tlb.begin(context);
        if (line != null) {
            DecodedInstruction decoded = DecodedInstruction.of(SYS | (encoding & OPERATION) << 5);
            line.add(decoded.instruction.name()).add(" 0x").hex(operand, 16).add(": ");
            line.add(entries).add(entries == 1 ? " entry gone" : " entries gone");
            tlb.end();
        }
    }
}
