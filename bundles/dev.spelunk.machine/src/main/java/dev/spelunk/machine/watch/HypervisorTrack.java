// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.watch;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ESR_ELx;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.ICH_LR_EL2;
import dev.spelunk.api.registers.fields.ICH_VTR_EL2;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.SymbolTables;
import dev.spelunk.machine.run.ExceptionClass;

/**
 * Tells the timeline what a hypervisor at EL2 does on one PE: who runs, host or guest by VMID, why and where EL2 was entered,
 * stage 2, the buffer registers in hardware and the list registers. It looks at the hardware only, as
 * {@link HypervisorWatch} does.
 */
public final class HypervisorTrack implements SystemListener {
    private static final String[] KINDS = {"synchronous", "IRQ", "FIQ", "SError"};
    private static final int[] BUFFER = {
        SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1
    };
    private static final String[] BUFFER_TRACKS = {
        TraceSink.HARDWARE + "PMBLIMITR_EL1", TraceSink.HARDWARE + "PMBPTR_EL1", TraceSink.HARDWARE + "PMBSR_EL1"
    };
    /** List registers whose encodings follow each other. */
    private static final int MOST_LISTED = 8;

    private static final String EL2 = "EL2";
    private static final String HOST_EL0 = "EL0 of the host";

    private final PeContext context;
    private final SymbolTables symbols;
    private final SystemListener next;
    private final long[] buffer = new long[BUFFER.length];
    private final long[] lists;
    /** Who runs, as {@link #who} says it; null before anybody was told. */
    private String shown;

    private String stage2;
    /** The last VM's name, and its VTTBR_EL2. */
    private String vm = "";

    private long vmTables;

    private HypervisorTrack(PeContext context, SymbolTables symbols) {
        this.context = context;
        this.symbols = symbols;
        next = context.listener;
        int count = context.registers.index(SystemRegister.ICH_VTR_EL2) < 0
                ? 0
                : 1 + (int) (context.register(SystemRegister.ICH_VTR_EL2) & ICH_VTR_EL2.ListRegs);
        lists = new long[Math.min(count, MOST_LISTED)];
    }

    /**
     * Follows a PE from now on, beside whoever does already.
     *
     * @param symbols of the hypervisor and its guests
     */
    public static void follow(PeContext context, SymbolTables symbols) {
        context.listener = new HypervisorTrack(context, symbols);
    }

    private void state(String track, String text) {
        context.trace.state(context.pe.vcpu, track, text, context.pe.cycles());
    }

    private String who() {
        if (context.pe.el == 2) {
            return EL2;
        }
        long control = context.register(SystemRegister.HCR_EL2);
        return (control & HCR_EL2.TGE) != 0 ? HOST_EL0 : (control & HCR_EL2.VM) != 0 ? vm() : TraceSink.WITHOUT_STAGE2;
    }

    private String vm() {
        long tables = context.register(SystemRegister.VTTBR_EL2);
        if (vm.isEmpty() || tables != vmTables) {
            vmTables = tables;
            vm = TraceSink.VMID + Field.valueIn(tables, TTBRn_ELx.VMID);
        }
        return vm;
    }

    private static String track(String who) {
        return who.equals(EL2) || who.equals(HOST_EL0) ? TraceSink.HOST : who;
    }

    /** Tells what differs from what was told last. */
    private void look() {
        String now = who();
        if (!now.equals(shown)) {
            if (shown != null && !track(shown).equals(track(now))) {
                state(track(shown), null);
            }
            state(track(now), now);
            state(TraceSink.RUN, now);
            shown = now;
        }
        lookAtHardware();
    }

    private void lookAtHardware() {
        long control = context.register(SystemRegister.HCR_EL2);
        String translated = (control & (HCR_EL2.VM | HCR_EL2.TGE)) == HCR_EL2.VM ? vm() : null;
        if (translated == null ? stage2 != null : !translated.equals(stage2)) {
            stage2 = translated;
            state(TraceSink.STAGE2, translated);
        }
        for (int i = 0; i < BUFFER.length; i++) {
            long value = context.register(BUFFER[i]);
            if (value != buffer[i]) {
                buffer[i] = value;
                state(BUFFER_TRACKS[i], String.format("0x%x", value));
            }
        }
        for (int i = 0; i < lists.length; i++) {
            long value = context.register(SystemRegister.ICH_LR0_EL2 + i);
            if (value != lists[i]) {
                lists[i] = value;
                state(TraceSink.LIST_REGISTER + i, interrupt(value));
            }
        }
    }

    private static String interrupt(long list) {
        if ((list & ICH_LR_EL2.State) == 0) {
            return null;
        }
        return "INTID " + Field.valueIn(list, ICH_LR_EL2.vINTID)
                + ((list & ICH_LR_EL2.State_PENDING) == 0 ? "" : " pending")
                + ((list & ICH_LR_EL2.State_ACTIVE) == 0 ? "" : " active");
    }

    @Override
    public void read(int encoding, long value) {
        if (next != null) {
            next.read(encoding, value);
        }
        if (encoding == SystemRegister.ICC_IAR1_EL1 || encoding == SystemRegister.ICC_IAR0_EL1) {
            look();
        }
    }

    @Override
    public void written(int encoding, long value) {
        if (next != null) {
            next.written(encoding, value);
        }
        look();
    }

    @Override
    public void barrier(int kind) {
        if (next != null) {
            next.barrier(kind);
        }
    }

    @Override
    public void taken(int to, int kind, long syndrome, long address) {
        if (next != null) {
            next.taken(to, kind, syndrome, address);
        }
        look();
        if (to != 2) {
            return;
        }
        boolean described = kind == Core.SYNCHRONOUS || kind == Core.SERROR;
        String reason = described ? ExceptionClass.name(syndrome) : KINDS[kind];
        long pc = context.pe.pc;
        if (context.pe.el == 2) {
            String place = symbols.at(2, pc);
            context.trace.instant(
                    context.pe.vcpu,
                    TraceSink.AT_EL2,
                    reason,
                    place.isEmpty() ? String.format("0x%x", pc) : place,
                    context.pe.cycles());
            return;
        }
        if (!track(shown).equals(TraceSink.HOST)) {
            state(track(shown), null);
        }
        state(TraceSink.HOST, EL2);
        context.trace.exit(
                context.pe.vcpu,
                new TraceSink.Exit(reason, access(described, syndrome), pc, symbols.at(context.pe.el, pc)),
                context.pe.cycles());
        shown = EL2;
    }

    /** The trapped access to a system register that an exception is; else empty. */
    private String access(boolean described, long syndrome) {
        if (!described || Field.valueIn(syndrome, ESR_ELx.EC) != Access.EC_SYSTEM_REGISTER) {
            return "";
        }
        long iss = syndrome & ESR_ELx.ISS;
        int encoding = Encoding.ofSyndrome(iss);
        RegisterDescription description = context.registers.description(encoding);
        String name = description == null ? Encoding.name(encoding) : description.name();
        return Encoding.readsBySyndrome(iss)
                ? "MRS " + name
                : String.format("MSR %s, 0x%x", name, context.pe.x[Encoding.transferOfSyndrome(iss)]);
    }

    @Override
    public void returned(int from) {
        if (next != null) {
            next.returned(from);
        }
        if (from == 2 && context.pe.el == 2) {
            context.trace.instant(
                    context.pe.vcpu,
                    TraceSink.AT_EL2,
                    "ERET",
                    String.format("0x%x", context.pe.pc),
                    context.pe.cycles());
        }
        look();
    }
}
