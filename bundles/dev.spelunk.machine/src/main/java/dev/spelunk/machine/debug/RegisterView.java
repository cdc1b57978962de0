// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.fields.SPSR_ELx;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The system registers of PEs by name, for who looks: no hook of an access runs, which could acknowledge an interrupt. What the
 * state of a PE holds in place of the register comes from there.
 */
public final class RegisterView {
    private final BoardWiring board;
    /** By PE: the registers by name, of the table that it had then. */
    private final Map<PeContext, Map<String, RegisterDescription>> tables = new HashMap<>();

    private final Map<PeContext, Object> of = new HashMap<>();

    public RegisterView(BoardWiring board) {
        this.board = board;
    }

    private Map<String, RegisterDescription> table(PeContext context) {
        if (of.get(context) != context.registers) {
            Map<String, RegisterDescription> table = new HashMap<>();
            for (RegisterDescription description : context.registers.descriptions()) {
                if (description.aliasOf() < 0) {
                    table.put(description.name(), description);
                }
            }
            tables.put(context, table);
            of.put(context, context.registers);
        }
        return tables.get(context);
    }

    /** Names of a PE's registers, those of its vCPU in memory last. */
    public List<String> names(PeContext context) {
        List<String> names = new ArrayList<>(table(context).keySet());
        names.sort(null);
        if (board.vm != null) {
            for (int encoding : board.vm.registersInMemory()) {
                names.add(Debugger.IN_MEMORY
                        + context.registers.description(encoding).name());
            }
        }
        return names;
    }

    /** The description of a register, also of one in memory. */
    public RegisterDescription description(PeContext context, String name) {
        String own = name.startsWith(Debugger.IN_MEMORY) ? name.substring(Debugger.IN_MEMORY.length()) : name;
        RegisterDescription description = table(context).get(own);
        if (description == null
                || own != name
                        && (board.vm == null || !board.vm.registersInMemory().contains(description.encoding()))) {
            throw new IllegalArgumentException("no system register " + name);
        }
        return description;
    }

    /** The value of a register. */
    public long value(PeContext context, String name) {
        RegisterDescription description = description(context, name);
        if (name.startsWith(Debugger.IN_MEMORY)) {
            return context.pe.vcpu < 0 ? 0 : board.vm.memory(context.pe.vcpu, description.encoding());
        }
        return value(context, description);
    }

    private static long value(PeContext context, RegisterDescription register) {
        PeState pe = context.pe;
        return switch (register.name()) {
            case "NZCV" -> (long) pe.nzcv << SPSR_ELx.NZCV_SHIFT;
            case "DAIF" -> (long) pe.daif << SPSR_ELx.DAIF_SHIFT;
            case "CurrentEL" -> (long) pe.el << SPSR_ELx.EL_SHIFT;
            case "SPSel" -> pe.spSel;
            case "PAN" -> pe.spsr() & SPSR_ELx.PAN;
            case "UAO" -> pe.spsr() & SPSR_ELx.UAO;
            case "DIT" -> pe.spsr() & SPSR_ELx.DIT;
            case "SSBS" -> pe.spsr() & SPSR_ELx.SSBS;
            case "FPCR" -> Integer.toUnsignedLong(pe.fpcr);
            case "FPSR" -> Integer.toUnsignedLong(pe.fpsr);
            case "SP_EL0" -> stackPointer(pe, 0);
            case "SP_EL1" -> stackPointer(pe, 1);
            case "SP_EL2" -> stackPointer(pe, 2);
            case "CNTPCT_EL0" -> pe.cycles() / MachineState.CYCLES_PER_TICK;
            default -> context.register(register.encoding());
        };
    }

    private static long stackPointer(PeState pe, int el) {
        return (pe.spSel == 0 ? 0 : pe.el) == el ? pe.x[PeState.SP] : pe.sp[el];
    }

    /** Sets a register. */
    public void set(PeContext context, String name, long value) {
        RegisterDescription description = description(context, name);
        if (name.startsWith(Debugger.IN_MEMORY)) {
            throw new IllegalArgumentException(name + " is the hypervisor's, and can only be read");
        }
        PeState pe = context.pe;
        switch (name) {
            case "NZCV" -> pe.nzcv = (int) (value >>> 28) & 15;
            case "DAIF" -> pe.daif = (int) (value >>> 6) & 15;
            case "FPCR" -> pe.fpcr = (int) value;
            case "FPSR" -> pe.fpsr = (int) value;
            case "SP_EL0" -> stackPointer(pe, 0, value);
            case "SP_EL1" -> stackPointer(pe, 1, value);
            case "SP_EL2" -> stackPointer(pe, 2, value);
            case "CurrentEL", "SPSel", "PAN", "UAO", "DIT", "SSBS", "CNTPCT_EL0" ->
                throw new IllegalArgumentException(name + " can only be read here; PSTATE is the register cpsr");
            default -> context.register(description.encoding(), value);
        }
    }

    private static void stackPointer(PeState pe, int el, long value) {
        if ((pe.spSel == 0 ? 0 : pe.el) == el) {
            pe.x[PeState.SP] = value;
        } else {
            pe.sp[el] = value;
        }
    }

    /** The value with its fields, from the highest bit on. */
    public String decoded(PeContext context, String name) {
        RegisterDescription description = description(context, name);
        long value = value(context, name);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-20s 0x%016x", name, value));
        List<Field> fields = new ArrayList<>(description.fields());
        fields.sort((a, b) -> Long.compareUnsigned(b.mask(), a.mask()));
        for (Field field : fields) {
            if (field.kind() != Field.Kind.RES1 && !field.name().equals(description.name())) {
                long bits = (value & field.mask()) >>> Long.numberOfTrailingZeros(field.mask());
                text.append(String.format(Locale.ROOT, "%n  %-18s 0x%x", field.name(), bits));
            }
        }
        return text.toString();
    }
}
