// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.registers.RegisterDefinition;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import java.util.ArrayList;
import java.util.List;

/** The real register file, with every write by the host written down together with what stage 2 was. */
final class RecordingRegisters implements RegisterFile {
    /** One write at EL2. */
    record Write(int encoding, long value, boolean stage2On) {
    }

    private final PeContext context;
    private final RegisterFile real;
    final List<Write> writes = new ArrayList<>();

    RecordingRegisters(PeContext context, RegisterFile real) {
        this.context = context;
        this.real = real;
    }

    @Override
    public int index(int encoding) {
        return real.index(encoding);
    }

    @Override
    public RegisterDefinition definition(int encoding) {
        return real.definition(encoding);
    }

    @Override
    public List<RegisterDefinition> definitions() {
        return real.definitions();
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
            writes.add(new Write(encoding, value, (context.register(SystemRegister.HCR_EL2) & 1) != 0));
        }
        real.write(encoding, value);
    }

    @Override
    public void reset() {
        real.reset();
    }

    /** Values written to a register, in order. */
    List<Long> values(int encoding) {
        return writes.stream().filter(w -> w.encoding == encoding).map(Write::value).toList();
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
