// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.debian.Fetch;
import dev.spelunk.cli.debian.HostTools;
import dev.spelunk.cli.options.DebianOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.record.SavedGuests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Debian's arm64 kernel and tools. */
@Command(
        name = "debian",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {DebianCommand.FetchCommand.class, DebianCommand.GcCommand.class},
        description = "Gets Debian's arm64 kernel and what is needed to profile in it.")
final class DebianCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: fetch or gc");
    }

    /** Gets and unpacks the packages. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Gets the arm64 kernel (cloud flavour) with its modules, busybox-static, and linux-perf with "
                    + "its libraries, and unpacks them. Nothing is installed and no root rights are needed.",
            footer = {
                "",
                "Packages come from the apt sources of this host, or from its Debian mirror for the release that --release names, through apt with a state of its own, and are "
                        + "verified as apt does. What an interrupted fetch has got is not fetched again.",
                "",
                "Exit codes: 0 done, 2 not, with the reason."
            })
    static final class FetchCommand implements Callable<Integer> {
        @Mixin
        private DebianOptions debian;

        @Option(
                names = "--from",
                paramLabel = "DIR",
                description = "Take the packages (.deb files) of this folder, without network. They are trusted.")
        private Path from;

        @Option(
                names = "--also",
                paramLabel = "PACKAGE",
                split = ",",
                description = "Get these packages too, with the libraries that they need, for dynamic programs and for "
                        + "guests of your own. May be given more than once.")
        private List<String> also = List.of();

        @Override
        public Integer call() {
            // What is half fetched or unpacked is fetched or unpacked anew.
            StopRequests.ofProcess().endingAtOnce();
            Fetch fetch = new Fetch(debian.cache(), debian.release(), new HostTools(), System.out, also);
            if (from == null) {
                fetch.fromSources();
            } else {
                fetch.fromFolder(from);
            }
            return ExitCode.SUCCESS;
        }
    }

    /** Removes what can be made again. */
    @Command(
            name = "gc",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description =
                    "Removes guests that 'record' has saved after their boot and that nobody has used for some time. At "
                            + "most eight are kept for each kernel in any case.",
            footer = {"", "Exit codes: 0 done, 2 not, with the reason."})
    static final class GcCommand implements Callable<Integer> {
        @Mixin
        private DebianOptions debian;

        @Option(
                names = "--unused",
                paramLabel = "DAYS",
                defaultValue = "30",
                converter = Days.class,
                description = "For how many days; 0 removes all. Default: ${DEFAULT-VALUE}.")
        private Duration unused;

        @Override
        public Integer call() {
            long freed = new SavedGuests(debian.cache()).clean(unused);
            System.out.println(String.format(Locale.ROOT, "%,d bytes freed", freed));
            return ExitCode.SUCCESS;
        }
    }

    /** Reads a number of days. */
    static final class Days implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            if (!text.matches("\\d{1,5}")) {
                throw new TypeConversionException("'" + text + "' is no number of days");
            }
            return Duration.ofDays(Long.parseLong(text));
        }
    }
}
