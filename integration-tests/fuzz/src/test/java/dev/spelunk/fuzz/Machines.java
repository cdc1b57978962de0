// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.cli.composition.Composition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** Machines for guests that an input says, composed by the classes of the command line. */
public final class Machines {
    static final int MEMORY = 1 << 20;
    private static Composition composition;

    static {
        System.setProperty("spelunk.home", System.getProperty("spelunk.root"));
    }

    private Machines() {}

    private static synchronized Composition composition() {
        if (composition == null) {
            composition = new Composition("default", null);
        }
        return composition;
    }

    /** How a guest is run. */
    public record Setup(String hypervisor, int el, boolean virtio, long limit) {
        RunOptions options(Path guest) {
            RunOptions options = RunOptions.of(guest)
                    .withHypervisor(hypervisor)
                    .withEl(el)
                    .withMemory(MEMORY)
                    .withMaxInstructions(limit);
            if (hypervisor.equals("kvm")) {
                options = options.withVm(new VmOptions(
                        true,
                        false,
                        ProfilingAttributes.DEFAULT,
                        0,
                        1_000_000,
                        new TreeSet<>(),
                        List.of(),
                        false,
                        false));
            }
            return virtio ? options.withPeripherals(peripherals()) : options;
        }
    }

    private static Peripherals peripherals() {
        return new Peripherals(
                List.of(new Disk(new byte[1 << 14])),
                true,
                List.of(new ConsolePort(
                        "port", OutputStream.nullOutputStream(), new ByteArrayInputStream(new byte[1000]))),
                true);
    }

    private record Disk(byte[] content) implements Drive {
        @Override
        public long size() {
            return content.length;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void read(long offset, byte[] to, int at, int length) {
            System.arraycopy(content, (int) offset, to, at, length);
        }

        @Override
        public void write(long offset, byte[] from, int at, int length) {
            System.arraycopy(from, at, content, (int) offset, length);
        }

        @Override
        public void flush() {
            // It is in memory.
        }
    }

    /** Composes a machine; the caller closes it. */
    public static Machine compose(Path guest, Setup setup, Snapshots snapshots) {
        return composition().machine(setup.options(guest).withSnapshots(snapshots));
    }

    /**
     * Runs a guest, and holds that it ends as guests do, with records that are all right.
     *
     * @return how it ended
     */
    public static Machine.Result run(Path guest, Setup setup) {
        try (Machine machine = compose(guest, setup, Snapshots.NONE)) {
            Machine.Result result = machine.run();
            if (result.ending() == Machine.Ending.INVARIANT_BROKEN || result.ending() == Machine.Ending.HOST_FAILED) {
                throw new AssertionError(result.message());
            }
            if (machine.dump().isEmpty()) {
                throw new AssertionError("there is no dump");
            }
            ProfileWriter writer = composition().service(ProfileWriter.class);
            for (RecordStream stream : machine.records()) {
                try (InputStream in = stream.open()) {
                    long count = writer.count(in);
                    if (count != stream.records()) {
                        throw new AssertionError(stream.records() + " records, of which " + count + " are read");
                    }
                }
            }
            return result;
        } catch (MalformedRecordException e) {
            throw new AssertionError("a record is none: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
