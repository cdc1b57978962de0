// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * The system registers of one PE (DDI 0487, D24.1): definitions in order of encoding, found through one
 * array over all encodings. A name that is an alias has a definition of its own and the storage of the
 * register that it names.
 */
final class RegisterTable implements RegisterFile {
    private static final int ENCODINGS = 1 << 16;
    private static final int OP1_EL2 = 4;
    private static final int OP1_EL12 = 5;
    /** {@link RegisterDefinition#lowestWriteEl} of a register that no software writes. */
    private static final int NO_EL = 4;

    private final PeContext context;
    private final PeState pe;
    /** Position in the arrays below for each encoding, -1 for none. */
    private final short[] positions = new short[ENCODINGS];

    private final RegisterDefinition[] definitions;
    private final List<RegisterDescription> descriptions;
    private final AccessRule[][] rules;
    /** Position of the register whose storage and hooks an access has. */
    private final short[] targets;
    /** The same for an access at EL2 with HCR_EL2.E2H = 1. */
    private final short[] hostTargets;

    private final byte[] lowestReadEl;
    private final byte[] lowestWriteEl;
    private final RegisterDefinition.ReadHook[] onRead;
    private final RegisterDefinition.BeforeWrite[] beforeWrite;
    private final RegisterDefinition.AfterWrite[] afterWrite;
    private final int hcr;

    /** Assembles the base banks and the contributed ones; see {@link dev.spelunk.api.parts.RegisterModel#create}. */
    static RegisterTable create(PeContext context, List<RegisterBank> banks, RegisterFile previous) {
        Map<Integer, RegisterDefinition> base = new TreeMap<>();
        for (RegisterBank bank : BaseBanks.ALL) {
            add(base, bank, context);
        }
        Map<Integer, RegisterDefinition> contributed = new TreeMap<>();
        for (RegisterBank bank : banks) {
            add(contributed, bank, context);
        }
        base.putAll(contributed);
        RegisterTable table = new RegisterTable(context, base.values().toArray(RegisterDefinition[]::new));
        table.layOut(previous);
        return table;
    }

    private static void add(Map<Integer, RegisterDefinition> all, RegisterBank bank, PeContext context) {
        for (RegisterDefinition definition : bank.registers(context.architecture)) {
            RegisterDefinition other = all.put(definition.encoding(), definition);
            if (other != null) {
                throw new IllegalArgumentException("two register banks define " + Encoding.name(definition.encoding())
                        + ": " + other.name() + " and " + definition.name() + ", the second in "
                        + bank.getClass().getName() + "; leave one of them out of the variant");
            }
        }
    }

    private RegisterTable(PeContext context, RegisterDefinition[] definitions) {
        this.context = context;
        this.pe = context.pe;
        this.definitions = definitions;
        descriptions = List.of(definitions);
        int n = definitions.length;
        Arrays.fill(positions, (short) -1);
        for (int i = 0; i < n; i++) {
            positions[definitions[i].encoding()] = (short) i;
        }
        rules = new AccessRule[n][];
        targets = new short[n];
        hostTargets = new short[n];
        lowestReadEl = new byte[n];
        lowestWriteEl = new byte[n];
        onRead = new RegisterDefinition.ReadHook[n];
        beforeWrite = new RegisterDefinition.BeforeWrite[n];
        afterWrite = new RegisterDefinition.AfterWrite[n];
        for (int i = 0; i < n; i++) {
            RegisterDefinition d = definitions[i];
            rules[i] = d.rules().toArray(AccessRule[]::new);
            targets[i] = d.aliasOf() < 0 ? (short) i : named(d, d.aliasOf());
            hostTargets[i] = d.redirectedAtEl2() < 0 ? targets[i] : named(d, d.redirectedAtEl2());
            lowestReadEl[i] = (byte) d.lowestReadEl();
            lowestWriteEl[i] = (byte) d.lowestWriteEl();
            onRead[i] = d.onRead();
            beforeWrite[i] = d.beforeWrite();
            afterWrite[i] = d.afterWrite();
        }
        hcr = positions[SystemRegister.HCR_EL2];
    }

    private short named(RegisterDefinition d, int encoding) {
        short p = positions[encoding];
        if (p < 0) {
            throw new IllegalArgumentException(
                    d.name() + " names the register " + Encoding.name(encoding) + ", which no register bank defines");
        }
        return p;
    }

    /** Gives every register its place in {@code pe.sys}; values come from the previous layout or are reset values. */
    private void layOut(RegisterFile previous) {
        long[] old = pe.sys;
        pe.sys = new long[definitions.length];
        reset();
        if (previous == null || old.length == 0) {
            return;
        }
        for (int i = 0; i < definitions.length; i++) {
            RegisterDefinition d = definitions[i];
            RegisterDescription before = previous.description(d.encoding());
            if (before == null || d.aliasOf() >= 0) {
                continue;
            }
            long value = old[previous.index(d.encoding())];
            // A bank that states another constant means it; otherwise read-only state goes on as it was.
            pe.sys[i] = d.merge(before.reset() == d.reset() ? value : d.reset(), value);
        }
    }

    @Override
    public int index(int encoding) {
        int p = positions[encoding & 0xFFFF];
        return p < 0 ? -1 : targets[p];
    }

    @Override
    public RegisterDescription description(int encoding) {
        int p = positions[encoding & 0xFFFF];
        return p < 0 ? null : definitions[p];
    }

    @Override
    public List<RegisterDescription> descriptions() {
        return descriptions;
    }

    @Override
    public int decide(int encoding, boolean read) {
        int p = positions[encoding & 0xFFFF];
        if (p < 0 || pe.el < (read ? lowestReadEl[p] : lowestWriteEl[p])) {
            return Access.UNDEFINED;
        }
        if (targets[p] != p && !hostExtensions()) {
            return Access.UNDEFINED;
        }
        for (AccessRule rule : rules[p]) {
            int decision = rule.decide(context, read);
            if (decision != Access.ALLOWED) {
                return decision;
            }
        }
        return Access.ALLOWED;
    }

    @Override
    public long read(int encoding) {
        int t = target(encoding);
        long stored = pe.sys[storage(t)];
        RegisterDefinition.ReadHook hook = onRead[t];
        return hook == null ? stored : hook.read(context, definitions[t], stored);
    }

    @Override
    public void write(int encoding, long value) {
        int t = target(encoding);
        RegisterDefinition d = definitions[t];
        int s = storage(t);
        long written = d.merge(pe.sys[t], value);
        RegisterDefinition.BeforeWrite before = beforeWrite[t];
        long stored = before == null ? written : before.beforeWrite(context, d, pe.sys[s], written);
        long old = pe.sys[s];
        pe.sys[s] = stored;
        RegisterDefinition.AfterWrite after = afterWrite[t];
        if (after != null) {
            after.afterWrite(context, d, old, written);
        }
    }

    /** Index of the register that holds the value of the one at that position, at this access. */
    private int storage(int position) {
        ToIntFunction<PeContext> held = definitions[position].storedIn();
        if (held == null) {
            return position;
        }
        int encoding = held.applyAsInt(context);
        int i = index(encoding);
        return i < 0 ? named(definitions[position], encoding) : i;
    }

    private int target(int encoding) {
        int p = positions[encoding & 0xFFFF];
        if (p < 0) {
            throw new IllegalArgumentException("no register has the encoding " + Encoding.name(encoding));
        }
        if (pe.el != 2 || !hostExtensions()) {
            return targets[p];
        }
        Predicate<PeContext> when = definitions[p].redirectedWhen();
        return when == null || when.test(context) ? hostTargets[p] : targets[p];
    }

    /** HCR_EL2.E2H, which is RES0 without FEAT_VHE. */
    private boolean hostExtensions() {
        return hcr >= 0 && (pe.sys[hcr] >>> HCR_EL2.E2H_SHIFT & 1) != 0;
    }

    @Override
    public void reset() {
        for (int i = 0; i < definitions.length; i++) {
            pe.sys[i] = context.afterReset(definitions[i]);
        }
        // Affinity is the one identification that differs between PEs; VMPIDR_EL2 resets to it (D24.2.219).
        long affinity = IdentificationRegisters.affinity(pe.index);
        pe.sys[index(SystemRegister.MPIDR_EL1)] |= affinity;
        int virtual = index(SystemRegister.VMPIDR_EL2);
        if (virtual >= 0) {
            pe.sys[virtual] = pe.sys[index(SystemRegister.MPIDR_EL1)];
        }
    }

    @Override
    public void reset(int level) {
        for (RegisterDefinition register : definitions) {
            int op1 = Encoding.op1(register.encoding());
            boolean higher = op1 > OP1_EL12 || op1 == OP1_EL2 && level < 2;
            if (!higher && register.aliasOf() < 0 && register.lowestWriteEl() < NO_EL) {
                pe.sys[index(register.encoding())] = context.afterReset(register);
            }
        }
        int virtual = index(SystemRegister.VMPIDR_EL2);
        if (level == 2 && virtual >= 0) {
            pe.sys[virtual] = pe.sys[index(SystemRegister.MPIDR_EL1)];
        }
    }
}
