// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
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
    private final List<CountedInput> inputs = new ArrayList<>();
    private final SortedMap<String, CountedOutput> outputs = new TreeMap<>();
    private SortedMap<String, Long> passed = Collections.emptySortedMap();

    HostEnds(RunOptions options) {
        person = options.paced();
        input = counted("the terminal", options.input());
        Peripherals connected = options.peripherals();
        List<ConsolePort> ports = new ArrayList<>();
        for (ConsolePort port : connected.ports()) {
            ports.add(new ConsolePort(port.name(), counted(port), counted("port " + port.name(), port.input())));
        }
        peripherals =
                new Peripherals(connected.drives(), connected.console(), ports, connected.entropy(), connected.clock());
    }

    private InputStream counted(String name, InputStream in) {
        if (in == null) {
            return null;
        }
        CountedInput counted = new CountedInput(name, in);
        inputs.add(counted);
        return counted;
    }

    private OutputStream counted(ConsolePort port) {
        if (port.output() == null) {
            return null;
        }
        CountedOutput counted = new CountedOutput(port.output());
        outputs.put(port.name(), counted);
        return counted;
    }

    /** Bytes that the guest had written to each port when the snapshot was made from which the machine began. */
    public SortedMap<String, Long> passed() {
        return passed;
    }

    public void write(DataOutputStream out) throws IOException {
        out.writeInt(inputs.size());
        for (CountedInput in : inputs) {
            out.writeUTF(in.name);
            out.writeLong(in.count);
            out.writeBoolean(in.ended);
        }
        for (CountedOutput port : outputs.values()) {
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
            skip(name, in.readLong(), in.readBoolean());
        }
        passed = new TreeMap<>();
        for (SortedMap.Entry<String, CountedOutput> port : outputs.entrySet()) {
            port.getValue().count = in.readLong();
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
    private void skip(String name, long bytes, boolean ended) throws IOException {
        CountedInput end =
                inputs.stream().filter(e -> e.name.equals(name)).findFirst().orElse(null);
        if (end != null && person) {
            end.count = bytes;
        } else if (bytes != 0 && (end == null || !end.skipAll(bytes))) {
            throw new IOException("is of a guest that had read " + bytes + " bytes of " + name + "'s input, and "
                    + (end == null ? "this one has none" : "that ends, or waits, after " + end.count)
                    + ": give the same input from its beginning");
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

    /** Counts what the guest has read. */
    private static final class CountedInput extends FilterInputStream {
        private final String name;
        private long count;
        private boolean ended;

        private CountedInput(String name, InputStream in) {
            super(in);
            this.name = name;
        }

        @Override
        public int available() throws IOException {
            if (ended) {
                throw new EOFException("the input has ended");
            }
            try {
                return in.available();
            } catch (IOException e) {
                ended = true;
                throw e;
            }
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = in.read(bytes, offset, length);
            count += Math.max(n, 0);
            return n;
        }

        /** Reads so much; false where it ends before, or for a while nothing comes. */
        private boolean skipAll(long bytes) throws IOException {
            int waited = 0;
            while (count < bytes) {
                try {
                    if (in.available() > 0) {
                        read();
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

    /** Counts what the guest has written. */
    private static final class CountedOutput extends FilterOutputStream {
        private long count;

        private CountedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }
    }
}
