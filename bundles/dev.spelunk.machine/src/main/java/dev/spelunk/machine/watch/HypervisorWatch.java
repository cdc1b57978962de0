// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.watch;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.wiring.PeContext;

/**
 * Follows a hypervisor at EL2 on one PE, and holds it to the {@link Rule}s. It knows nothing of how a hypervisor keeps its
 * vCPUs: a context is what runs below EL2 under one VTTBR_EL2 and one VMPIDR_EL2, or without stage 2. What it looks at is
 * the hardware, and it changes nothing of it.
 */
public final class HypervisorWatch implements SystemListener {
    /** Contexts that are no VM's: nobody's, and what runs below EL2 without stage 2. */
    private static final long NOBODY = 0;

    private static final long NO_STAGE2 = 1;
    private static final long PMSCR_SAMPLES = PMSCR_EL1.E0SPE | PMSCR_EL1.E1SPE;
    /** The sampling controls, which a VM writes without a trap. */
    private static final int[] CONTROLS = {
        SystemRegister.PMSCR_EL1,
        SystemRegister.PMSICR_EL1,
        SystemRegister.PMSIRR_EL1,
        SystemRegister.PMSFCR_EL1,
        SystemRegister.PMSEVFR_EL1,
        SystemRegister.PMSLATFR_EL1,
        SystemRegister.PMSNEVFR_EL1
    };

    /** How far the buffer has been drained since the last exit. */
    private enum Drained {
        NOT,
        SYNCHRONIZED,
        WRITTEN
    }

    private final PeContext context;
    private final Findings findings;
    private final RegisterChanges registers;
    private final Translation translation = new Translation();
    private final DescriptorSource tables = new Tables();
    /** For whom E was set; {@link #NOBODY} while it is 0. */
    private long buffer;
    /** Who has written each of the sampling controls; {@link #NOBODY} for EL2, which writes them for whom it likes. */
    private final long[] controls = new long[CONTROLS.length];
    /** Whose event PMBSR_EL1.S tells. */
    private long status;
    /** Who runs below EL2; {@link #NOBODY} while the PE is at EL2. */
    private long running;

    private boolean pointerWritten;
    private Drained drained;

    public HypervisorWatch(PeContext context, Findings findings) {
        this.context = context;
        this.findings = findings;
        registers = new RegisterChanges(context);
        running = context.pe.el < 2 ? below() : NOBODY;
        // What was before is not known, and nobody is blamed for it.
        buffer = enabled() && el1Owns() ? running : NOBODY;
        status = running;
        pointerWritten = true;
        drained = Drained.WRITTEN;
    }

    private boolean el1Owns() {
        return (registers.value(RegisterChanges.OWNER) & MDCR_EL2.E2PB) != 0;
    }

    private boolean stage2() {
        return (registers.value(RegisterChanges.CONTROL) & (HCR_EL2.VM | HCR_EL2.TGE)) == HCR_EL2.VM;
    }

    private boolean enabled() {
        return (registers.value(RegisterChanges.LIMIT) & PMBLIMITR_EL1.E) != 0;
    }

    private boolean eventTold() {
        return (registers.value(RegisterChanges.STATUS) & PMBSR_ELx.S) != 0;
    }

    private static boolean isVm(long who) {
        return who != NOBODY && who != NO_STAGE2;
    }

    /** Who would run below EL2 with these registers. Two vCPUs of a VM differ in VMPIDR_EL2. */
    private long below() {
        if (!stage2()) {
            return NO_STAGE2;
        }
        return registers.value(RegisterChanges.TABLES) * 31 + registers.value(RegisterChanges.VCPU) | 1L << 63;
    }

    private void found(Rule rule, String detail) {
        findings.add(context, rule, detail, registers.history());
    }

    private String value(int which) {
        return String.format("%s is 0x%x", RegisterChanges.name(which), registers.value(which));
    }

    @Override
    public void written(int encoding, long value) {
        boolean wasEnabled = enabled();
        boolean told = eventTold();
        boolean hadStage2 = stage2();
        boolean el1Owned = el1Owns();
        boolean statusChanged = false;
        for (int i = 0; i < registers.count(); i++) {
            boolean changed = registers.changed(i);
            statusChanged |= changed && i == RegisterChanges.STATUS;
        }
        boolean atEl2 = context.pe.el == 2;
        pointerWritten |= encoding == SystemRegister.PMBPTR_EL1;
        control(encoding, atEl2);
        if (statusChanged && !told && eventTold()) {
            status = atEl2 ? NOBODY : running;
            if (atEl2) {
                found(Rule.STATUS_SET, value(RegisterChanges.STATUS));
            }
        }
        if (!wasEnabled && enabled()) {
            enable(atEl2);
        } else if (wasEnabled && atEl2 && isVm(buffer)) {
            takenAway(hadStage2, el1Owned);
        }
        if (!enabled()) {
            buffer = NOBODY;
        }
    }

    private void control(int encoding, boolean atEl2) {
        // At EL2 with E2H = 1, PMSCR_EL1 names PMSCR_EL2.
        boolean named = atEl2 && (registers.value(RegisterChanges.CONTROL) & HCR_EL2.E2H) != 0;
        int written = encoding == SystemRegister.PMSCR_EL12
                ? SystemRegister.PMSCR_EL1
                : named && encoding == SystemRegister.PMSCR_EL1 ? SystemRegister.PMSCR_EL2 : encoding;
        for (int i = 0; i < CONTROLS.length; i++) {
            if (CONTROLS[i] == written) {
                controls[i] = atEl2 ? NOBODY : running;
            }
        }
    }

    private void enable(boolean atEl2) {
        if (!atEl2) {
            buffer = running;
            return;
        }
        if (!el1Owns()) {
            buffer = NOBODY;
            return;
        }
        buffer = below();
        if (!stage2() && registers.value(RegisterChanges.TABLES) != 0) {
            found(Rule.STAGE2_OFF, value(RegisterChanges.CONTROL));
        } else if (stage2() && !pointerWritten) {
            found(Rule.POINTER_NOT_WRITTEN, value(RegisterChanges.POINTER));
        }
    }

    /** EL2 has written a register while the buffer of a VM was enabled. */
    private void takenAway(boolean hadStage2, boolean el1Owned) {
        if (!enabled()) {
            drained();
        } else if (hadStage2 && !stage2()) {
            found(Rule.STAGE2_OFF, value(RegisterChanges.CONTROL));
        } else if (el1Owned && !el1Owns()) {
            drained();
            found(Rule.BUFFER_OF_ANOTHER, value(RegisterChanges.OWNER));
        }
    }

    private void drained() {
        if (drained != Drained.WRITTEN) {
            found(
                    Rule.NOT_DRAINED,
                    drained == Drained.NOT ? "no PSB CSYNC since the exit" : "no DSB after the PSB CSYNC");
        }
    }

    @Override
    public void barrier(int kind) {
        if (context.pe.el == 2) {
            if (kind == PSB_CSYNC) {
                drained = Drained.SYNCHRONIZED;
            } else if (kind == DSB && drained == Drained.SYNCHRONIZED) {
                drained = Drained.WRITTEN;
            }
        }
    }

    @Override
    public void taken(int to, int kind, long syndrome, long address) {
        look();
        if (to == 2 && context.pe.el < 2) {
            drained = Drained.NOT;
            pointerWritten = false;
            running = NOBODY;
        }
    }

    /** Takes in what the SPU has changed. */
    private void look() {
        boolean told = eventTold();
        for (int i = RegisterChanges.LIMIT; i <= RegisterChanges.STATUS; i++) {
            registers.changed(i);
        }
        if (!told && eventTold()) {
            status = running;
        }
    }

    @Override
    public void returned(int from) {
        look();
        if (from != 2 || context.pe.el >= 2) {
            return;
        }
        running = below();
        if (isVm(running) && eventTold()) {
            boolean trapped = (registers.value(RegisterChanges.OWNER) & MDCR_EL2.E2PB) == 2L << MDCR_EL2.E2PB_SHIFT;
            if (trapped || isVm(status) && status != running) {
                found(Rule.STATUS_LEFT, value(RegisterChanges.STATUS));
            }
        }
        if (!enabled()) {
            return;
        }
        if (isVm(buffer) && running == NO_STAGE2) {
            found(Rule.STAGE2_OFF, value(RegisterChanges.CONTROL));
        } else if (isVm(buffer) && buffer != running) {
            found(Rule.BUFFER_OF_ANOTHER, value(RegisterChanges.TABLES));
        }
        if (isVm(running) && !eventTold() && (registers.value(RegisterChanges.SAMPLING) & PMSCR_SAMPLES) != 0) {
            for (int i = 0; i < CONTROLS.length; i++) {
                if (controls[i] != NOBODY && controls[i] != running) {
                    found(
                            Rule.CONTROLS_OF_ANOTHER,
                            context.registers.description(CONTROLS[i]).name() + " was last written by another");
                    return;
                }
            }
        }
    }

    /** A record has been written: what the tables say now of where it went. */
    void record(RecordOrigin origin) {
        Translator translator = context.translator;
        if (origin.owningEl != 1
                || !stage2()
                || origin.physicalAddress == RecordOrigin.UNKNOWN_ADDRESS
                || !translator.walkStage1(translation, origin.address, Translator.WRITE, tables)) {
            return;
        }
        long ipa = translation.pa;
        if (!translator.translateStage2(translation, ipa, Translator.WRITE | Translator.MAINTENANCE)) {
            found(
                    Rule.STALE_TRANSLATION,
                    String.format("IPA 0x%x is not mapped, 0x%x was written", ipa, origin.physicalAddress));
        } else if (translation.pa != origin.physicalAddress) {
            found(
                    Rule.STALE_TRANSLATION,
                    String.format(
                            "IPA 0x%x is mapped to 0x%x, 0x%x was written",
                            ipa, translation.pa, origin.physicalAddress));
        }
    }

    /** The tables of stage 1, which lie behind stage 2. */
    private final class Tables implements DescriptorSource {
        private final Translation table = new Translation();

        @Override
        public boolean accessible(long ipa) {
            return context.translator.translateStage2(table, ipa, Translator.READ | Translator.MAINTENANCE)
                    && context.memory.isRam(table.pa, Long.BYTES);
        }

        @Override
        public long read(long ipa) {
            return context.translator.translateStage2(table, ipa, Translator.READ | Translator.MAINTENANCE)
                    ? context.memory.read(table.pa, Long.BYTES)
                    : 0;
        }
    }
}
