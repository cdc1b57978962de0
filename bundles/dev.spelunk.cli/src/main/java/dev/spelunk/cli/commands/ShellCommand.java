// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.options.RecordLimit;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.MachineRun;
import dev.spelunk.cli.variant.VariantReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Opens the Gogo shell on a composed machine. */
@Command(
        name = "shell",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Opens the Gogo shell on a composed machine that has not started yet.",
        footer = {
            "",
            "Commands are read from standard input: typed, or piped in for a script; 'help' lists them.",
            "The machine: start, pause, resume, await, status, registers, dump, records, swap.",
            "Bundles and services: lb, headers, inspect, and Gogo's other commands.",
            "",
            "Exit code: 0, or 2 when a command of a script failed."
        })
final class ShellCommand implements Callable<Integer> {
    private static final String BUNDLES = "shell.json";
    private static final String SESSION = "(spelunk.session=shell)";

    @Mixin
    private GuestOptions options;

    @Mixin
    private RecordLimit recordLimit;

    @Override
    public Integer call() throws Exception {
        String feature;
        try (InputStream stream = ShellCommand.class.getResourceAsStream(BUNDLES)) {
            feature = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options.guestFile();
        RunOptions runOptions = options.runOptions(System.out, null).withRecords(recordLimit.options(null));
        // The timeline ends last, when the machine runs no more.
        try (TraceSink trace = runOptions.trace();
                Composition composition = options.machine().compose();
                Machine machine = composition.machine(runOptions)) {
            composition.share(machine);
            composition.start(BUNDLES, new VariantReader(Home.features()).bundles(BUNDLES, feature));
            StopRequests.ofProcess().endingAtOnce(() -> {
                machine.pause();
                if (trace != null) {
                    trace.close();
                }
                composition.endLogs();
            });
            int code = session(composition.context()).call();
            MachineRun.remarks(machine);
            return composition.exitCode(code);
        }
    }

    @SuppressWarnings("unchecked")
    private static Callable<Integer> session(BundleContext context) throws InvalidSyntaxException {
        // The session's type is the JDK's, so that the launcher needs no type of the shell's bundle.
        for (ServiceReference<?> reference : context.getServiceReferences(Callable.class, SESSION)) {
            return (Callable<Integer>) context.getService(reference);
        }
        throw new UserError(BUNDLES + ": no bundle of it publishes the shell's session");
    }
}
