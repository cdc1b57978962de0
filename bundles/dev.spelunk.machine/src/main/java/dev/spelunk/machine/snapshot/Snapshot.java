// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.RandomStream;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.run.RunLoop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a snapshot holds: the whole state of a machine, the place of its run loop, and the records so far. */
public final class Snapshot {
    private static final int PAGE = 4096;
    /** Bytes of a reference, about. */
    private static final int REFERENCE = 4;

    private static final byte[] ZERO = new byte[PAGE];

    private final Board board;
    private final RunLoop loop;

    public Snapshot(Board board, RunLoop loop) {
        this.board = board;
        this.loop = loop;
    }

    void write(DataOutputStream out) throws IOException {
        writeState(out);
        writeMemory(out, board.state.memory);
        loop.write(out);
        board.ends.write(out);
        board.records.write(out);
    }

    /** All but memory. */
    private void writeState(DataOutputStream out) throws IOException {
        MachineState state = board.state;
        out.writeInt(state.pes.length);
        for (PeContext context : board.pes) {
            writePe(out, context);
        }
        for (PeContext context : board.vcpus) {
            writePe(out, context);
        }
        out.writeInt(state.blocks().size());
        for (StateBlock block : state.blocks().values()) {
            out.writeUTF(block.name);
            StateFields.writeWords(out, block.words);
            StateFields.writeBytes(out, block.bytes);
        }
        out.writeLong(state.seed());
        out.writeInt(state.randoms().size());
        for (Map.Entry<String, RandomStream> stream : state.randoms().entrySet()) {
            out.writeUTF(stream.getKey());
            out.writeLong(stream.getValue().state);
        }
    }

    /**
     * Puts a machine of the same composition into the state that was written.
     *
     * @throws IOException with a predicate of the file when it holds the state of another machine
     */
    void read(DataInputStream in) throws IOException {
        readState(in, false);
        readMemory(in, board.state.memory);
        loop.read(in);
        board.ends.read(in);
        board.records.read(in);
        board.stateReplaced();
    }

    /** @param anySize whether blocks may have grown since, which is the machine's own past */
    private void readState(DataInputStream in, boolean anySize) throws IOException {
        MachineState state = board.state;
        if (in.readInt() != state.pes.length) {
            throw new IOException("is of a machine with another number of PEs");
        }
        for (PeContext context : board.pes) {
            readPe(in, context);
        }
        for (PeContext context : board.vcpus) {
            readPe(in, context);
        }
        Set<String> written = new HashSet<>();
        for (int n = StateFields.count(in); n > 0; n--) {
            written.add(readBlock(in, state, anySize));
        }
        if (anySize) {
            // What has been made since holds nothing yet.
            state.blocks().values().stream()
                    .filter(b -> !written.contains(b.name))
                    .forEach(b -> {
                        Arrays.fill(b.words, 0);
                        Arrays.fill(b.bytes, (byte) 0);
                    });
        }
        // Streams that have been made since begin anew, as they would have.
        state.reseed(in.readLong());
        for (int n = StateFields.count(in); n > 0; n--) {
            state.random(in.readUTF()).state = in.readLong();
        }
    }

    /**
     * What the machine is now, in memory.
     *
     * @param before one whose pages serve where they are the same; null for none
     */
    public Checkpoint take(Checkpoint before) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeState(out);
            loop.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] ram = board.state.memory.ram;
        byte[][] pages = new byte[ram.length / PAGE][];
        long fresh = 0;
        for (int page = 0; page < pages.length; page++) {
            byte[] old = before == null ? null : before.pages[page];
            int from = page * PAGE;
            if (Arrays.equals(ram, from, from + PAGE, old == null ? ZERO : old, 0, PAGE)) {
                pages[page] = old;
            } else if (old == null || !zero(ram, page)) {
                pages[page] = Arrays.copyOfRange(ram, from, from + PAGE);
                fresh += PAGE;
            }
        }
        long own = bytes.size() + (long) pages.length * REFERENCE;
        return new Checkpoint(loop.executed(), bytes.toByteArray(), pages, board.ends.positions(), own + fresh);
    }

    /** The machine is again what it was. */
    public void restore(Checkpoint then) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(then.state))) {
            readState(in, true);
            loop.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] ram = board.state.memory.ram;
        for (int page = 0; page < then.pages.length; page++) {
            byte[] old = then.pages[page] == null ? ZERO : then.pages[page];
            int from = page * PAGE;
            if (!Arrays.equals(ram, from, from + PAGE, old, 0, PAGE)) {
                System.arraycopy(old, 0, ram, from, PAGE);
            }
        }
        board.ends.rewind(then.ends);
        board.stateReplaced();
    }

    /** A block may have grown since the machine was made, and never shrinks. */
    private static String readBlock(DataInputStream in, MachineState state, boolean anySize) throws IOException {
        String name = in.readUTF();
        long[] words = StateFields.readWords(in, -1);
        byte[] bytes = StateFields.readBytes(in, -1);
        StateBlock block = state.blocks().get(name);
        if (!anySize && block != null && (block.words.length > words.length || block.bytes.length > bytes.length)) {
            throw new IOException("has a state of another size");
        }
        state.restore(name, words, bytes);
        return name;
    }

    private static void writePe(DataOutputStream out, PeContext context) throws IOException {
        // What was written to XZR is never read, and not every engine keeps it.
        context.pe.x[PeState.DISCARD] = 0;
        new StateFields(context.pe, "sys").write(out);
        for (RegisterDescription register : context.registers.descriptions()) {
            if (register.aliasOf() < 0) {
                out.writeInt(register.encoding());
                out.writeLong(context.register(register.encoding()));
            }
        }
        out.writeInt(-1);
    }

    private static void readPe(DataInputStream in, PeContext context) throws IOException {
        PeState pe = context.pe;
        new StateFields(pe, "sys").read(in);
        for (int encoding = in.readInt(); encoding >= 0; encoding = in.readInt()) {
            if (context.registers.index(encoding) < 0) {
                throw new IOException("has a register that this machine does not have");
            }
            context.register(encoding, in.readLong());
        }
    }

    /** Runs of pages that are not all zero: their first page, their number, their bytes. */
    private static void writeMemory(DataOutputStream out, PhysicalMemory memory) throws IOException {
        int pages = memory.ram.length / PAGE;
        out.writeInt(pages);
        for (int page = 0; page < pages; page++) {
            int first = page;
            while (page < pages && !zero(memory.ram, page)) {
                page++;
            }
            if (page > first) {
                out.writeInt(first);
                out.writeInt(page - first);
                out.write(memory.ram, first * PAGE, (page - first) * PAGE);
            }
        }
        out.writeInt(-1);
    }

    private static boolean zero(byte[] ram, int page) {
        return Arrays.equals(ram, page * PAGE, (page + 1) * PAGE, ZERO, 0, PAGE);
    }

    private static void readMemory(DataInputStream in, PhysicalMemory memory) throws IOException {
        int pages = memory.ram.length / PAGE;
        if (in.readInt() != pages) {
            throw new IOException("is of a machine with another size of memory");
        }
        Arrays.fill(memory.ram, (byte) 0);
        for (int first = in.readInt(); first >= 0; first = in.readInt()) {
            int count = in.readInt();
            if (count < 0 || first > pages - count) {
                throw new IOException("has memory that this machine does not have");
            }
            in.readFully(memory.ram, first * PAGE, count * PAGE);
        }
    }

    /** For messages of a file that cannot be what it should be. */
    static BadInputException bad(Object file, String why) {
        return new BadInputException("snapshot " + file + " " + why);
    }
}
