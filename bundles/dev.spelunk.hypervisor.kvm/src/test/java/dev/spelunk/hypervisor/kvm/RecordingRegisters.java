// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/** The real register file, with every write by the host written down together with what stage 2 was. */
final class RecordingRegisters implements RegisterFile {
    /** One write at EL2. */
    record Write(int encoding, long value, boolean stage2On) {}

    private final PeContext context;
    private final RegisterFile real;
    final List<Write> writes = new ArrayList<>();
    private final Map<Integer, LongUnaryOperator> changes = new TreeMap<>();
    private final Map<Integer, Runnable> consequences = new TreeMap<>();
    private final Set<Integer> dropped = new TreeSet<>();

    RecordingRegisters(PeContext context, RegisterFile real) {
        this.context = context;
        this.real = real;
    }

    @Override
    public int index(int encoding) {
        return real.index(encoding);
    }

    @Override
    public RegisterDescription description(int encoding) {
        return real.description(encoding);
    }

    @Override
    public List<RegisterDescription> descriptions() {
        return real.descriptions();
    }

    @Override
    public int decide(int encoding, boolean read) {
        return real.decide(encoding, read);
    }

    @Override
    public long read(int encoding) {
        return real.read(encoding);
    }

    @Override
    public void write(int encoding, long value) {
        if (context.pe.el == 2) {
            Runnable after = consequences.get(encoding);
            if (dropped.contains(encoding)) {
                return;
            }
            LongUnaryOperator change = changes.get(encoding);
            if (change != null || after != null) {
                real.write(encoding, change == null ? value : change.applyAsLong(value));
                if (after != null) {
                    after.run();
                }
                return;
            }
            writes.add(new Write(encoding, value, (context.register(SystemRegister.HCR_EL2) & 1) != 0));
        }
        real.write(encoding, value);
    }

    @Override
    public void reset() {
        real.reset();
    }

    @Override
    public void reset(int level) {
        real.reset(level);
    }

    /** From now on the host writes other values to a register. */
    void spoil(int encoding, LongUnaryOperator change) {
        changes.put(encoding, change);
    }

    /** From now on the host does something else, too, when it writes a register. */
    void after(int encoding, Runnable consequence) {
        consequences.put(encoding, consequence);
    }

    /** From now on the host's writes to a register are lost. */
    void drop(int encoding) {
        dropped.add(encoding);
    }

    /** Values written to a register, in order. */
    List<Long> values(int encoding) {
        return writes.stream()
                .filter(w -> w.encoding == encoding)
                .map(Write::value)
                .toList();
    }

    /** Position of the last write to a register, -1 when there is none. */
    int last(int encoding) {
        for (int i = writes.size() - 1; i >= 0; i--) {
            if (writes.get(i).encoding == encoding) {
                return i;
            }
        }
        return -1;
    }
}
