// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.process.UserError;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** A guest that the user names, and its machine. */
public final class GuestOptions {
    private static final long MEMORY = 256 << 20;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GUEST",
            description =
                    "The guest: an AArch64 ELF file, an image with the Linux arm64 boot header, or with --load-address any image. "
                            + "Without it, the guest that comes with Spelunk.")
    private Path guest;

    @Option(
            names = "--append",
            paramLabel = "ARGS",
            defaultValue = "",
            description = "The guest's command line, as /chosen/bootargs of its device tree.")
    private String append;

    @Option(
            names = "--load-address",
            paramLabel = "ADDRESS",
            converter = LoadAddress.class,
            description = "The physical address to which the guest is loaded, such as 0x40200000: for an image without "
                    + "a header, which is entered there, and for a position-independent ELF.")
    private Long loadAddress;

    @Mixin
    private MachineOptions machine;

    /** Reads a physical address. */
    static final class LoadAddress implements ITypeConverter<Long> {
        private static final int PAGE = 4096;

        @Override
        public Long convert(String text) {
            try {
                long address = Long.decode(text);
                if (address >= 0 && address % PAGE == 0) {
                    return address;
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            throw new TypeConversionException("'" + text + "' is no address of a page; write for example 0x40200000");
        }
    }

    /** The options of its machine. */
    public MachineOptions machine() {
        return machine;
    }

    /**
     * What the machine is told.
     *
     * @param console gets what the guest prints
     * @param input the terminal's input; null for none
     * @throws UserError when the guest's file cannot be read, or options do not go together
     */
    public RunOptions runOptions(OutputStream console, InputStream input) {
        return runOptions(console, input, (Path) null);
    }

    /** The same for a command that has boot arguments of its own for the guest that comes with Spelunk. */
    public RunOptions runOptions(OutputStream console, InputStream input, String bundledArguments) {
        if (guest == null && append.isEmpty()) {
            append = bundledArguments;
        }
        return runOptions(console, input);
    }

    /**
     * The same with an initial RAM disk, for a command whose guest may be a Linux image.
     *
     * @param initrd null for none
     */
    public RunOptions runOptions(OutputStream console, InputStream input, Path initrd) {
        machine.allowHypervisorUnderGuest();
        RunOptions options = machine.runOptions(
                        new MachineOptions.Guest(guestFile(), initrd, append, MEMORY), console, input, false)
                .withPeripherals(Peripherals.NONE.withClock(machine.clock().forGuest()))
                .withLoadAddress(loadAddress == null ? -1 : loadAddress);
        if (options.under() != null && loadAddress != null) {
            throw new UserError("--load-address: the hypervisor under the guest loads it, where its file says");
        }
        return options;
    }

    /**
     * The guest where it is a program of Linux, which gets arguments and has no command line of a kernel.
     *
     * @throws UserError when there is none, or the user says what only a guest of its own has
     */
    public Path linuxProgram() {
        if (guest == null) {
            throw new UserError("--linux: name the program, and its arguments after it");
        }
        if (!append.isEmpty() || loadAddress != null) {
            throw new UserError((append.isEmpty() ? "--load-address" : "--append")
                    + ": with --linux the kernel is Debian's; give a kernel of your own as GUEST without --linux");
        }
        return guest;
    }

    /**
     * The guest's file.
     *
     * @throws UserError when it cannot be read
     */
    public Path guestFile() {
        Path file = guest == null ? Home.bundledGuest() : guest;
        if (Files.isDirectory(file)) {
            throw new UserError("the guest is a folder, not a file: " + file);
        }
        if (!Files.exists(file)) {
            throw new UserError("no such guest file: " + file);
        }
        if (!Files.isReadable(file)) {
            throw new UserError("the guest file cannot be read: " + file);
        }
        return file;
    }
}
