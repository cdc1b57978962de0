// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.api.machine.RunOptions;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The options that say which machine is composed, and with which guest. */
final class MachineOptions {
    /** Who is between the guest and the machine. */
    enum HypervisorKind {
        /** The KVM model. */
        kvm,
        /** Nobody: the guest runs on the machine itself. */
        none
    }

    @Parameters(index = "0", arity = "0..1", paramLabel = "GUEST",
            description = "The guest: an AArch64 ELF file, or an image with the Linux arm64 boot header. "
                    + "Without it, the guest that comes with Spelunk.")
    Path guest;

    @Option(names = "--variant", paramLabel = "NAME|FILE.json", defaultValue = "default",
            description = "The hardware variant: a name that 'spelunk variants' lists, or a feature JSON file. "
                    + "Default: ${DEFAULT-VALUE}.")
    String variant;

    @Option(names = "--bundles", paramLabel = "DIR",
            description = "A folder to look for the variant's bundles in, in Maven layout or with the jars directly "
                    + "in it, before the local Maven repository.")
    Path bundles;

    @Option(names = "--hypervisor", paramLabel = "kvm|none", defaultValue = "kvm",
            description = "kvm: the guest is a virtual machine of the KVM model; none: it runs on the machine "
                    + "itself. Default: ${DEFAULT-VALUE}.")
    HypervisorKind hypervisor;

    @Option(names = "--el", paramLabel = "1|2", defaultValue = "1",
            description = "The Exception level at which the guest is entered; 2 needs --hypervisor none. "
                    + "Default: ${DEFAULT-VALUE}.")
    int el;

    @Option(names = "--append", paramLabel = "ARGS", defaultValue = "",
            description = "The guest's command line, as /chosen/bootargs of its device tree.")
    String append;

    @Option(names = "--memory", paramLabel = "SIZE", defaultValue = "256M", converter = Size.class,
            description = "The guest's memory in bytes, or with one of K, M, G after the number. "
                    + "Default: ${DEFAULT-VALUE}.")
    long memory;

    @Option(names = "--max-instructions", paramLabel = "N", converter = Count.class,
            description = "End the run with exit code 4 when the guest has executed so many instructions.")
    Long maxInstructions;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", converter = Seed.class,
            description = "The seed of every random choice, decimal or with 0x in front. The same variant, guest and "
                    + "seed give the same records. Default: ${DEFAULT-VALUE}.")
    long seed;

    RunOptions runOptions(OutputStream console, InputStream input) {
        if (el != 1 && el != 2) {
            throw new UserError("--el: must be 1 or 2, is " + el);
        }
        if (el == 2 && hypervisor == HypervisorKind.kvm) {
            throw new UserError("--el 2 needs --hypervisor none: under kvm, EL2 is the hypervisor's");
        }
        return new RunOptions(guestFile(), hypervisor.name(), el, append, memory,
                maxInstructions == null ? Long.MAX_VALUE : maxInstructions, seed, console, input);
    }

    Path guestFile() {
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

    /** Reads a size such as 64M. */
    static final class Size implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,15})([KMG]?)i?B?", Pattern.CASE_INSENSITIVE);

        @Override
        public Long convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "' is not a size; write for example 256M");
            }
            int shift = 10 * "KMG".indexOf(matcher.group(2).toUpperCase(Locale.ROOT)) + 10;
            long size = Long.parseLong(matcher.group(1));
            if (!matcher.group(2).isEmpty()) {
                size = size > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : size << shift;
            }
            return size;
        }
    }

    /** Reads a positive number. */
    static final class Count implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                long count = Long.parseLong(text.replace("_", ""));
                if (count > 0) {
                    return count;
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a number");
            }
            throw new TypeConversionException("'" + text + "' is not above 0");
        }
    }

    /** Reads a seed of 64 bits. */
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return text.startsWith("0x") || text.startsWith("0X")
                        ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a number of 64 bits");
            }
        }
    }
}
