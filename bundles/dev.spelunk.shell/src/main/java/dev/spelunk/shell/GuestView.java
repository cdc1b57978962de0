// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.a64.Disassembler;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Debugger.Space;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.state.PeState;
import java.util.Locale;

/** What commands say of a place in the guest, and how a person names one. */
final class GuestView {
    private final Machine machine;

    GuestView(Machine machine) {
        this.machine = machine;
    }

    private Debugger debugger() {
        return machine.debugger();
    }

    /** Where all PEs are. */
    String where() {
        StringBuilder text = new StringBuilder();
        for (int pe = 0; pe < machine.pes().size(); pe++) {
            text.append(where(pe)).append('\n');
        }
        return text.toString().stripTrailing();
    }

    /** Where a PE is, with its next instruction. */
    String where(int pe) {
        PeState state = machine.pes().get(pe).pe;
        return String.format(
                Locale.ROOT,
                "PE %d, operation %,d of all, EL%d%s, in %s%n  %s",
                pe,
                debugger().place(),
                state.el,
                !state.powered ? ", off" : state.waiting ? ", waits" : "",
                place(state.pc),
                instruction(pe, state.pc));
    }

    /** An address with its function. */
    String place(long address) {
        String name = debugger().symbol(address);
        return name.isEmpty()
                ? String.format(Locale.ROOT, "0x%x", address)
                : String.format(Locale.ROOT, "%s (0x%x)", name, address);
    }

    /** The instruction at an address of a PE. */
    String instruction(int pe, long address) {
        byte[] bytes = new byte[4];
        if (debugger().read(pe, Space.CURRENT, address, bytes) < bytes.length) {
            return String.format(Locale.ROOT, "%016x  cannot be read", address);
        }
        int word = (bytes[3] & 0xFF) << 24 | (bytes[2] & 0xFF) << 16 | (bytes[1] & 0xFF) << 8 | bytes[0] & 0xFF;
        return String.format(Locale.ROOT, "%016x  %08x  %s", address, word, Disassembler.disassemble(word, address));
    }

    /** @throws IllegalArgumentException when there is no such PE */
    int checked(int pe) {
        if (pe < 0 || pe >= machine.pes().size()) {
            throw new IllegalArgumentException(
                    "no PE " + pe + "; the machine has " + machine.pes().size() + ", counted from 0");
        }
        return pe;
    }

    /**
     * What a person has called an address.
     *
     * @throws IllegalArgumentException when it is neither a number nor a function
     */
    long address(String text) {
        if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        if (text.matches("[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        long address = debugger().address(text);
        if (address == -1) {
            throw new IllegalArgumentException(
                    "no function " + text + " in the guest's symbols, and no address (0x...)");
        }
        return address;
    }
}
