// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.cli.linux.FileDrive;
import dev.spelunk.cli.linux.PortFile;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.LimitedOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that connect something to the machine, and what they connect while the machine runs. */
public final class PeripheralOptions {
    private static final String READ_ONLY = ",readonly";
    private static final Pattern PORT = Pattern.compile("([!-<>-~]{1,64})=(.+)");

    /** What of the machine the terminal is. */
    enum Terminal {
        /** The PL011, ttyAMA0 under Linux. */
        uart,
        /** A virtio console, hvc0 under Linux. */
        virtio
    }

    @Option(
            names = "--drive",
            paramLabel = "FILE[,readonly]",
            description = "A file that the guest has as a disk (virtio; Linux: /dev/vda, the next one /dev/vdb, ...). "
                    + "May be given several times.")
    private List<String> drives = List.of();

    @Option(
            names = "--terminal",
            paramLabel = "uart|virtio",
            defaultValue = "uart",
            description = "Where the terminal's keys go: uart is ttyAMA0 of Linux, virtio is hvc0. What the guest "
                    + "prints on either is seen. Default: ${DEFAULT-VALUE}.")
    private Terminal terminal;

    @Option(
            names = "--port",
            paramLabel = "NAME=FILE",
            description = "A file for what the guest writes to the virtio port of that name (Linux: /dev/vportNpM, "
                    + "named in /sys/class/virtio-ports). May be given several times.")
    private List<String> ports = List.of();

    /** What is connected, with its files open. */
    public static final class Connected implements AutoCloseable {
        private final List<FileDrive> drives = new ArrayList<>();
        private final List<PortFile> files = new ArrayList<>();
        private final List<ConsolePort> ports = new ArrayList<>();
        private boolean console;

        /** What the machine is told. */
        public Peripherals peripherals() {
            return new Peripherals(List.<Drive>copyOf(drives), console, ports, true);
        }

        /** Closes the files; what went wrong with them is told on standard error. */
        @Override
        public void close() {
            drives.forEach(FileDrive::close);
            files.forEach(PortFile::close);
        }
    }

    /**
     * Opens the files.
     *
     * @param limit how many bytes the guest may write to each port
     * @param named the other files that the command line names
     * @throws UserError when one cannot be opened
     */
    public Connected connect(long limit, NamedFiles named) {
        Connected connected = new Connected();
        connected.console = terminal == Terminal.virtio;
        List<Path> disks = new ArrayList<>();
        for (String drive : drives) {
            disks.add(PathArgument.of(withoutReadOnly(drive), "--drive: "));
        }
        Map<String, Path> outputs = new LinkedHashMap<>();
        for (String port : ports) {
            Matcher matcher = PORT.matcher(port);
            if (!matcher.matches()) {
                throw new UserError(
                        "--port " + port + ": give a name of at most 64 characters without spaces, =, and a file");
            }
            if (outputs.put(matcher.group(1), PathArgument.of(matcher.group(2), "--port: ")) != null) {
                throw new UserError("--port " + port + ": there is a port of that name already");
            }
        }
        disks.forEach(disk -> named.reads("a drive", disk));
        outputs.forEach((name, file) -> named.writes("port " + name, file));
        named.check();
        try {
            for (int i = 0; i < disks.size(); i++) {
                connected.drives.add(new FileDrive(disks.get(i), drives.get(i).endsWith(READ_ONLY)));
            }
            outputs.forEach((name, path) -> {
                PortFile file = new PortFile(path);
                connected.files.add(file);
                connected.ports.add(new ConsolePort(name, new LimitedOutput("port " + name, file, limit), null));
            });
        } catch (RuntimeException e) {
            connected.close();
            throw e;
        }
        return connected;
    }

    private static String withoutReadOnly(String drive) {
        return drive.endsWith(READ_ONLY) ? drive.substring(0, drive.length() - READ_ONLY.length()) : drive;
    }
}
