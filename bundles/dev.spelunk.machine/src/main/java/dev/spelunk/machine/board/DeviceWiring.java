// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.wiring.PeContext;

/**
 * What a device sees of the machine.
 *
 * @param place the device's place among those of the board
 * @param memory the guest's memory, for what the device reads and writes by itself
 */
record DeviceWiring(Board board, int place, GuestMemory memory) implements DeviceContext {
    @Override
    public MachineState machine() {
        return board.state;
    }

    @Override
    public PeContext[] pes() {
        return board.pes;
    }

    @Override
    public void setLine(int pe, int intid, boolean level) {
        // PPIs are the PE's own and go to the host; SPIs are of devices that the VM's user space emulates.
        if (intid >= 32 && board.wiring.vm != null) {
            board.wiring.vm.setLine(pe, intid, level);
        } else {
            board.wiring.distributor.setLine(pe, intid, level);
        }
    }

    @Override
    public void deadline(int pe, long cycles) {
        board.wiring.deadlines.set(place, pe, cycles);
    }

    @Override
    public void console(int value) {
        board.console.write(value);
    }

    @Override
    public int consoleInput() {
        return board.console.read();
    }

    @Override
    public Peripherals peripherals() {
        return board.ends.peripherals;
    }

    @Override
    public int entryEl() {
        return board.options.el();
    }
}
