// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Debugger.Space;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The Gogo commands of scope {@code spelunk} that show what the guest is about; GDB's {@code monitor} has them too. */
@Component(
        service = ViewCommands.class,
        property = {
            "osgi.command.scope=spelunk",
            "osgi.command.function=where",
            "osgi.command.function=backtrace",
            "osgi.command.function=memory",
            "osgi.command.function=disassemble",
            "osgi.command.function=register"
        })
public final class ViewCommands {
    private static final int LINE = 16;
    private static final int MOST_BYTES = 4096;
    private static final int INSTRUCTIONS = 8;
    private static final int MOST_FRAMES = 64;
    private static final int FRAME_POINTER = 29;
    private static final int LINK_REGISTER = 30;
    /** Bits above those that an address uses hold a pointer authentication code, or repeat bit 55. */
    private static final int ADDRESS_BITS = 48;

    private static final int SELECTS_RANGE = 55;

    private final Machine machine;
    private final GuestView view;

    /**
     * Made by SCR.
     *
     * @param machine the composed machine
     */
    @Activate
    public ViewCommands(@Reference Machine machine) {
        this.machine = machine;
        view = new GuestView(machine);
    }

    private Debugger debugger() {
        return machine.debugger();
    }

    /** Says where PEs are. */
    @Descriptor("say where the PEs are, with their next instructions")
    public String where() {
        return view.where();
    }

    /** Disassembles. */
    @Descriptor("print the next instructions of PE 0")
    public String disassemble() {
        return disassemble(String.format("0x%x", machine.pes().get(0).pe.pc), INSTRUCTIONS);
    }

    /** Disassembles. */
    @Descriptor("print the instructions at an address or function")
    public String disassemble(@Descriptor("address or function") String address) {
        return disassemble(address, INSTRUCTIONS);
    }

    /** Disassembles. */
    @Descriptor("print instructions")
    public String disassemble(@Descriptor("address or function") String address, @Descriptor("how many") int count) {
        long at = view.address(address) & -4L;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(count, MOST_BYTES); i++) {
            String name = debugger().symbol(at + 4L * i);
            if (!name.isEmpty() && (i == 0 || name.indexOf('+') < 0)) {
                text.append(name).append(":\n");
            }
            text.append("  ").append(view.instruction(0, at + 4L * i)).append('\n');
        }
        return text.toString().stripTrailing();
    }

    /** Prints memory. */
    @Descriptor("print 64 bytes of memory at an address of PE 0")
    public String memory(@Descriptor("address or function") String address) {
        return memory(address, 4 * LINE, "current");
    }

    /** Prints memory. */
    @Descriptor("print memory at an address of PE 0")
    public String memory(@Descriptor("address or function") String address, @Descriptor("bytes") int size) {
        return memory(address, size, "current");
    }

    /** Prints memory. */
    @Descriptor("print memory by another translation")
    public String memory(
            @Descriptor("address or function") String address,
            @Descriptor("bytes") int size,
            @Descriptor("current, el1, el2 or physical") String space) {
        Space by;
        try {
            by = Space.valueOf(space.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("by current, el1, el2 or physical; not " + space, e);
        }
        byte[] bytes = new byte[Math.max(0, Math.min(size, MOST_BYTES))];
        long at = view.address(address);
        int read = debugger().read(0, by, at, bytes);
        if (read == 0 && size != 0) {
            throw new IllegalArgumentException(
                    String.format("nothing can be read at 0x%x: it is not mapped, or no RAM", at));
        }
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < read; line += LINE) {
            text.append(String.format(Locale.ROOT, "%016x ", at + line));
            StringBuilder letters = new StringBuilder();
            for (int i = line; i < Math.min(read, line + LINE); i++) {
                text.append(String.format(Locale.ROOT, " %02x", bytes[i]));
                letters.append(bytes[i] >= ' ' && bytes[i] < 127 ? (char) bytes[i] : '.');
            }
            text.append("   ".repeat(LINE - letters.length()))
                    .append("  ")
                    .append(letters)
                    .append('\n');
        }
        return text.toString().stripTrailing();
    }

    /** Prints who called. */
    @Descriptor("print the callers of PE 0's function")
    public String backtrace() {
        return backtrace(0);
    }

    /** Prints who called. */
    @Descriptor("print the callers of a PE's function")
    public String backtrace(@Descriptor("index of the PE, from 0") int pe) {
        PeContext context = machine.pes().get(view.checked(pe));
        List<Long> frames = new ArrayList<>();
        frames.add(context.pe.pc);
        long frame = context.pe.x[FRAME_POINTER];
        byte[] pair = new byte[2 * Long.BYTES];
        while (frames.size() < MOST_FRAMES
                && frame != 0
                && (frame & 7) == 0
                && debugger().read(pe, Space.CURRENT, frame, pair) == pair.length) {
            long caller = address(pair, Long.BYTES);
            if (caller == 0) {
                break;
            }
            frames.add(canonical(caller));
            long next = address(pair, 0);
            // Stacks grow downwards: a caller's frame is above.
            if (Long.compareUnsigned(next, frame) <= 0) {
                break;
            }
            frame = next;
        }
        if (frames.size() == 1 && context.pe.x[LINK_REGISTER] != 0) {
            frames.add(canonical(context.pe.x[LINK_REGISTER]));
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < frames.size(); i++) {
            text.append(String.format(Locale.ROOT, "#%-3d %s%n", i, view.place(frames.get(i))));
        }
        return text.toString().stripTrailing();
    }

    private static long address(byte[] bytes, int from) {
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = value << 8 | bytes[from + i] & 0xFF;
        }
        return value;
    }

    private static long canonical(long value) {
        long low = value & (1L << ADDRESS_BITS) - 1;
        return (value >>> SELECTS_RANGE & 1) != 0 ? low | -1L << ADDRESS_BITS : low;
    }

    /** Prints a register with its fields. */
    @Descriptor("print a system register of PE 0 with its fields; vcpu_NAME is what the hypervisor keeps in memory")
    public String register(@Descriptor("its name") String name) {
        return register(name, 0);
    }

    /** Prints a register with its fields. */
    @Descriptor("print a system register of a PE with its fields")
    public String register(@Descriptor("its name") String name, @Descriptor("index of the PE, from 0") int pe) {
        return debugger().decoded(view.checked(pe), name);
    }
}
