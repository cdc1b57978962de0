// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.machine.ends.LoggedInput;
import dev.spelunk.machine.ends.OnceOutput;
import dev.spelunk.machine.ends.OnceTrace;
import dev.spelunk.machine.ends.Rewindable;
import dev.spelunk.machine.ends.UndoneDrive;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a machine is connected to in its host, which no snapshot can hold: input, output and drives. A snapshot says
 * how far each was, so that a machine that is restored goes on there, or is refused.
 */
public final class HostEnds {
    private static final int CHUNK = 1 << 20;
    private static final int PATIENCE_MILLISECONDS = 5000;

    /** The terminal's input; null for none. */
    final InputStream input;
    /** As the devices see them. */
    final Peripherals peripherals;

    private final boolean person;
    private final List<LoggedInput> inputs = new ArrayList<>();
    private final SortedMap<String, OnceOutput> outputs = new TreeMap<>();
    private final List<UndoneDrive> drives = new ArrayList<>();
    /** Everything that can be gone through again, always in the same order. */
    private final List<Rewindable> all = new ArrayList<>();

    /** What the guest prints. */
    final OutputStream output;
    /** The timeline; null when nobody asked for one. */
    public final OnceTrace trace;

    private SortedMap<String, Long> passed = Collections.emptySortedMap();

    HostEnds(RunOptions options) {
        person = options.paced();
        input = counted("the terminal", options.input());
        OnceOutput printed = new OnceOutput(options.console());
        all.add(printed);
        output = printed;
        trace = options.trace() == null ? null : new OnceTrace(options.trace());
        if (trace != null) {
            all.add(trace);
        }
        Peripherals connected = options.peripherals();
        for (Drive drive : connected.drives()) {
            drives.add(new UndoneDrive(drive));
        }
        all.addAll(drives);
        List<ConsolePort> ports = new ArrayList<>();
        for (ConsolePort port : connected.ports()) {
            ports.add(new ConsolePort(port.name(), counted(port), counted(ofPort(port.name()), port.input())));
        }
        peripherals = new Peripherals(
                List.copyOf(drives), connected.console(), ports, connected.entropy(), connected.clock());
    }

    /** From now on everything is kept that a machine needs which goes back to here. */
    public void keepLog() {
        inputs.forEach(LoggedInput::keepLog);
        drives.forEach(UndoneDrive::keepLog);
    }

    /** How far the machine is with everything. */
    public long[] positions() {
        return all.stream().mapToLong(Rewindable::position).toArray();
    }

    /** The machine is where it was when {@link #positions} were these. */
    public void rewind(long[] positions) {
        for (int i = 0; i < positions.length; i++) {
            all.get(i).rewind(positions[i]);
        }
    }

    /** Nobody goes back to before these positions. */
    public void forget(long[] positions) {
        for (int i = 0; i < positions.length; i++) {
            all.get(i).forget(positions[i]);
        }
    }

    /** Bytes that are kept for going back. */
    public long logBytes() {
        return drives.stream().mapToLong(UndoneDrive::bytes).sum();
    }

    /** Adds something that the machine has to do with. */
    public void add(Rewindable end) {
        all.add(end);
    }

    /** Sets what happens when the guest reads the first byte of a port. */
    void atFirstRead(String port, Runnable action) {
        inputs.stream().filter(in -> in.name.equals(ofPort(port))).forEach(in -> in.atFirst(action));
    }

    private static String ofPort(String name) {
        return "port " + name;
    }

    private InputStream counted(String name, InputStream in) {
        if (in == null) {
            return null;
        }
        LoggedInput counted = new LoggedInput(name, in);
        inputs.add(counted);
        all.add(counted);
        all.add(counted.bytes());
        all.add(counted.hash());
        return counted;
    }

    private OutputStream counted(ConsolePort port) {
        if (port.output() == null) {
            return null;
        }
        OnceOutput counted = new OnceOutput(port.output());
        outputs.put(port.name(), counted);
        all.add(counted);
        return counted;
    }

    /** Bytes that the guest had written to each port when the snapshot was made from which the machine began. */
    public SortedMap<String, Long> passed() {
        return passed;
    }

    public void write(DataOutputStream out) throws IOException {
        out.writeInt(inputs.size());
        for (LoggedInput in : inputs) {
            out.writeUTF(in.name);
            out.writeLong(in.count);
            out.writeLong(in.content);
            out.writeBoolean(in.ended);
        }
        for (OnceOutput port : outputs.values()) {
            out.writeLong(port.count);
        }
        for (Drive drive : peripherals.drives()) {
            out.write(digest(drive));
        }
    }

    /** @throws IOException with a predicate of the file when what is connected now does not go with it */
    public void read(DataInputStream in) throws IOException {
        for (int n = in.readInt(); n > 0; n--) {
            String name = in.readUTF();
            skip(name, in.readLong(), in.readLong(), in.readBoolean());
        }
        passed = new TreeMap<>();
        for (SortedMap.Entry<String, OnceOutput> port : outputs.entrySet()) {
            port.getValue().begin(in.readLong());
            if (port.getValue().count != 0) {
                passed.put(port.getKey(), port.getValue().count);
            }
        }
        for (int i = 0; i < peripherals.drives().size(); i++) {
            if (!Arrays.equals(in.readNBytes(32), digest(peripherals.drives().get(i)))) {
                throw new IOException(
                        "does not go with what drive " + i + " holds now: give the guest the drive's file as it was "
                                + "when the state was saved (a run with --max-instructions of the same number ends there)");
            }
        }
    }

    /** The guest has read so much already. A person goes on typing; other input is given again from its beginning. */
    private void skip(String name, long bytes, long content, boolean ended) throws IOException {
        LoggedInput end =
                inputs.stream().filter(e -> e.name.equals(name)).findFirst().orElse(null);
        if (end != null && person) {
            end.count = bytes;
            end.content = content;
        } else if (bytes != 0 && (end == null || !skipAll(end, bytes))) {
            throw new IOException("is of a guest that had read " + bytes + " bytes of " + name + "'s input, and "
                    + (end == null ? "this one has none" : "that ends, or waits, after " + end.count)
                    + ": give the same input from its beginning");
        } else if (end != null && end.content != content) {
            throw new IOException("is of a guest whose first " + bytes + " bytes of " + name
                    + "'s input were others: give the same input from its beginning");
        } else if (end != null) {
            // The guest may have seen the end; what would come after it now was not there.
            end.ended = ended;
        }
    }

    private static byte[] digest(Drive drive) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK];
            for (long at = 0; at < drive.size(); at += CHUNK) {
                int length = (int) Math.min(CHUNK, drive.size() - at);
                drive.read(at, chunk, 0, length);
                digest.update(chunk, 0, length);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads so much; false where the input ends before, or for a while nothing comes. */
    private static boolean skipAll(LoggedInput in, long bytes) throws IOException {
        int waited = 0;
        if (bytes != 0) {
            // It has happened before.
            in.atFirst(() -> {});
        }
        while (in.count < bytes) {
            try {
                if (in.available() > 0) {
                    in.read();
                } else if (waited++ < PATIENCE_MILLISECONDS) {
                    Thread.sleep(1);
                } else {
                    return false;
                }
            } catch (EOFException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
