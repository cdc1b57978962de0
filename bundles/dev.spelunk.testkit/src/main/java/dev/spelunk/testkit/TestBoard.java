// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * What a device is wired to: a machine, interrupt lines that the test reads, a terminal that it types at, and memory
 * that fails the test when the device reaches outside it.
 */
public class TestBoard extends TestMachine implements DeviceContext {
    /** A change of a line's level. */
    public record Edge(int pe, int intid, boolean level) {}

    /** Every change of a line, in order. */
    public final List<Edge> edges = new ArrayList<>();
    /** Bytes that the device asks the terminal for. */
    public final Deque<Integer> keys = new ArrayDeque<>();
    /** Bytes that the device wrote to the terminal. */
    public final List<Integer> terminal = new ArrayList<>();
    /** How often the device asked the terminal for a byte. */
    public long asked;
    /** The guest's memory, which counts accesses. */
    public final CheckedMemory memory;

    private static final int FRUITLESS = 1000;
    private final BitSet lines = new BitSet();
    private final Peripherals peripherals;
    private final long[] deadlines;

    public TestBoard(Builder machine) {
        this(machine, Peripherals.NONE);
    }

    /** @param peripherals what the run connects */
    public TestBoard(Builder machine, Peripherals peripherals) {
        super(machine);
        this.peripherals = peripherals;
        deadlines = new long[contexts.length];
        Arrays.fill(deadlines, Long.MAX_VALUE);
        memory = new CheckedMemory(this.machine.memory);
    }

    /** Level of a line of the first PE. */
    public boolean line(int intid) {
        return line(0, intid);
    }

    /** Level of a line: of a PE's own for INTIDs 16 to 31, else of the one for all. */
    public boolean line(int pe, int intid) {
        return lines.get(index(pe, intid));
    }

    /** INTIDs of the lines that rose, in order. */
    public List<Integer> rises() {
        return edges.stream().filter(Edge::level).map(Edge::intid).toList();
    }

    private static int index(int pe, int intid) {
        return intid < 32 ? pe * 32 + intid : (1 << 16) + intid;
    }

    /**
     * Lets the PE execute so many operations, with the stops that a run makes for the device: it is told of the
     * time at its deadlines, and at the end if one falls there.
     */
    public void run(Device device, long operations) {
        long end = pe.executed + operations;
        int advances = 0;
        while (true) {
            long due = deadline(pe.index) - pe.cycles();
            if (due <= 0) {
                device.advance(pe.index);
            }
            if (pe.executed == end) {
                return;
            }
            if (due > 0) {
                pe.executed += Math.min(due, end - pe.executed);
                advances = 0;
            } else if (++advances == FRUITLESS) {
                throw new AssertionError("the device's deadline stays in the past");
            }
        }
    }

    @Override
    public MachineState machine() {
        return machine;
    }

    @Override
    public PeContext[] pes() {
        return contexts;
    }

    @Override
    public void setLine(int pe, int intid, boolean level) {
        if (line(pe, intid) != level) {
            lines.set(index(pe, intid), level);
            edges.add(new Edge(pe, intid, level));
        }
    }

    /** What the device has said last for a PE: virtual time, or Long.MAX_VALUE for never. */
    public long deadline(int pe) {
        return deadlines[pe];
    }

    @Override
    public void deadline(int pe, long cycles) {
        deadlines[pe] = cycles;
    }

    @Override
    public void console(int value) {
        if ((value & ~0xFF) != 0) {
            throw new AssertionError("not a byte: " + value);
        }
        terminal.add(value);
    }

    @Override
    public int consoleInput() {
        asked++;
        return keys.isEmpty() ? -1 : keys.remove();
    }

    @Override
    public Peripherals peripherals() {
        return peripherals;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }
}
