// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.linux.RawTerminal;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.options.RecordLimit;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.MachineRun;
import dev.spelunk.cli.variant.VariantReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Opens the Gogo shell on a composed machine. */
@Command(
        name = "shell",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Opens the Gogo shell on a composed machine that has not started yet.",
        footer = {
            "",
            "Commands are typed, piped in or read from a file; 'help' lists them. At a terminal, Tab completes commands, "
                    + "parts, registers and functions, Ctrl-R looks through what was typed before, and Ctrl-C pauses the "
                    + "guest.",
            "Bundles and services: lb, headers, inspect, and Gogo's other commands.",
            "",
            "Exit code: 0, or 2 when a command of a script failed; the script goes on after it."
        })
final class ShellCommand implements Callable<Integer> {
    private static final String BUNDLES = "shell.json";
    private static final String SESSION = "(spelunk.session=shell)";

    @Mixin
    private GuestOptions options;

    @Mixin
    private RecordLimit recordLimit;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "Reads commands from a file, one a line; # begins a comment.",
            converter = PathArgument.class)
    private Path script;

    @Override
    public Integer call() throws Exception {
        String feature;
        try (InputStream stream = ShellCommand.class.getResourceAsStream(BUNDLES)) {
            feature = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options.guestFile();
        if (script != null) {
            if (!Files.isReadable(script) || Files.isDirectory(script)) {
                throw new UserError("--script: " + script + " cannot be read");
            }
            System.setProperty("spelunk.script", script.toString());
        }
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
            int code = run(session(composition.context()));
            MachineRun.remarks(machine);
            return composition.exitCode(code);
        }
    }

    /** At a terminal, on the screen too, a person edits lines. */
    private int run(Callable<Integer> session) throws Exception {
        boolean typed = script == null
                && Boolean.getBoolean("spelunk.interactive")
                && System.getProperty("spelunk.columns") != null
                && System.getenv("TERM") != null
                && !System.getenv("TERM").equals("dumb");
        try (RawTerminal terminal = typed ? RawTerminal.forEditing() : null) {
            System.setProperty("spelunk.editing", Boolean.toString(terminal != null));
            return session.call();
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
