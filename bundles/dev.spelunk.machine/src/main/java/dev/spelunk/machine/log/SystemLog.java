// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.fields.ICC_EOIRn_EL1;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.run.ExceptionClass;

/** Logs what the software of one PE does to its system state: exceptions, system registers, interrupts, as far as each is asked for. */
final class SystemLog implements SystemListener {
    private static final String[] KINDS = {"synchronous", "IRQ", "FIQ", "SError"};

    private final PeContext context;
    private final EventLog exceptions;
    private final EventLog registers;
    private final EventLog interrupts;
    private final ExecLog exec;
    /** Who was told before there were logs, and still is; null for nobody. */
    final SystemListener next;

    /** @param logs of whom the ones that are null are not asked for */
    SystemLog(PeContext context, Logs logs, SystemListener next) {
        this.context = context;
        this.next = next;
        exceptions = logs.exceptions;
        registers = logs.registers;
        interrupts = logs.interrupts;
        exec = logs.exec;
    }

    @Override
    public void read(int encoding, long value) {
        if (next != null) {
            next.read(encoding, value);
        }
        register("MRS ", encoding, value);
        if (interrupts != null) {
            switch (name(encoding)) {
                case "ICC_IAR0_EL1", "ICC_IAR1_EL1", "ICC_NMIAR1_EL1" ->
                    interrupt("acknowledged INTID ", value & ICC_EOIRn_EL1.INTID);
                default -> {
                    // Nothing of an interrupt.
                }
            }
        }
    }

    @Override
    public void written(int encoding, long value) {
        if (next != null) {
            next.written(encoding, value);
        }
        register("MSR ", encoding, value);
        if (interrupts != null) {
            switch (name(encoding)) {
                case "ICC_EOIR0_EL1", "ICC_EOIR1_EL1" -> interrupt("ended INTID ", value & ICC_EOIRn_EL1.INTID);
                case "ICC_DIR_EL1" -> interrupt("deactivated INTID ", value & ICC_EOIRn_EL1.INTID);
                case "ICC_SGI0R_EL1", "ICC_SGI1R_EL1", "ICC_ASGI1R_EL1" -> interrupt("sent SGI ", value >>> 24 & 15);
                default -> {
                    // Nothing of an interrupt.
                }
            }
        }
    }

    private String name(int encoding) {
        RegisterDescription description = context.registers.description(encoding);
        return description == null ? "" : description.name();
    }

    private void register(String how, int encoding, long value) {
        Line line = registers == null ? null : registers.begin(context);
        if (line != null) {
            line.add(how).add(name(encoding)).add(" 0x").hex(value, 16);
            registers.end();
        }
    }

    private void interrupt(String what, long number) {
        Line line = interrupts.begin(context);
        if (line != null) {
            line.add(what).add(number);
            interrupts.end();
        }
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
        if (exec != null) {
            exec.taken(context, to, kind);
        }
        Line line = exceptions == null ? null : exceptions.begin(context);
        if (line != null) {
            line.add("taken to EL").add(to).add(", ").add(KINDS[kind]);
            if (kind == Core.SYNCHRONOUS || kind == Core.SERROR) {
                line.add(", ")
                        .add(ExceptionClass.name(syndrome))
                        .add(", ESR_EL")
                        .add(to);
                line.add(" 0x")
                        .hex(syndrome, 16)
                        .add(" FAR_EL")
                        .add(to)
                        .add(" 0x")
                        .hex(address, 16);
            }
            exceptions.end();
        }
        line = interrupts == null || kind == Core.SYNCHRONOUS ? null : interrupts.begin(context);
        if (line != null) {
            line.add(KINDS[kind]).add(" taken to EL").add(to);
            interrupts.end();
        }
    }

    @Override
    public void returned(int from) {
        if (next != null) {
            next.returned(from);
        }
        Line line = exceptions == null ? null : exceptions.begin(context);
        if (line != null) {
            line.add("returned from EL").add(from);
            exceptions.end();
        }
    }
}
