// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.state.BusListener;
import dev.spelunk.api.wiring.PeContext;
import java.util.function.Supplier;

/** Logs accesses of devices. */
final class DeviceLog implements BusListener {
    private final EventLog log;
    private final Supplier<PeContext> current;

    /** @param current gives the PE whose turn it is */
    DeviceLog(EventLog log, Supplier<PeContext> current) {
        this.log = log;
        this.current = current;
    }

    @Override
    public void read(long address, int size, long value) {
        access("read of ", address, size, " gave 0x", value);
    }

    @Override
    public void written(long address, int size, long value) {
        access("write of ", address, size, " with 0x", value);
    }

    private void access(String how, long address, int size, String what, long value) {
        Line line = log.begin(current.get());
        if (line != null) {
            line.add(how)
                    .add(size)
                    .add(" bytes at 0x")
                    .hex(address, 12)
                    .add(what)
                    .hex(value, 2 * size);
            log.end();
        }
    }

    @Override
    public void aborted(long address, int size, boolean write) {
        Line line = log.begin(current.get());
        if (line != null) {
            line.add(write ? "External abort of the write of " : "External abort of the read of ");
            line.add(size).add(" bytes at 0x").hex(address, 12);
            log.end();
        }
    }
}
