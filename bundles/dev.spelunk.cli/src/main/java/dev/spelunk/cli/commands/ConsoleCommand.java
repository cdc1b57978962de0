// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.ConsoleServer;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.console.ConsoleSession;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.options.ListenOptions;
import dev.spelunk.cli.options.OutputOptions;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.FileInput;
import dev.spelunk.cli.variant.VariantReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows a machine in a browser. */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Shows a composed machine in a browser: starts it, looks into it, and changes what it is made of.",
        footer = {
            "",
            "It prints the address to open. Whoever has that address can do to the machine what you can, so it is served to "
                    + "this host's own programs alone unless --listen says otherwise. What the run leaves is that of 'run'.",
            "",
            "Exit code: that of the last run when the console is ended in the browser, 0 without a run; 2 bad input; "
                    + "130 interrupted with Ctrl-C, 143 with SIGTERM, 129 with SIGHUP."
        })
final class ConsoleCommand implements Callable<Integer> {
    private static final String BUNDLES = "console.json";

    @Mixin
    private GuestOptions options;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ListenOptions listen;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ConsoleServer.Address address = listen.address();
        if (options.machine().debug().streams()) {
            throw new UserError("--gdb stdio: the console prints on standard output; give a port");
        }
        String feature;
        try (InputStream stream = ConsoleCommand.class.getResourceAsStream(BUNDLES)) {
            feature = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // What the HTTP service notices of its clients is no matter of who reads this terminal.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        ConsoleSession.Wanted wanted = new ConsoleSession.Wanted(
                out -> options.runOptions(out, FileInput.standardInput()),
                output::records,
                memory -> output.recorder(Version.version(), options.machine().variant(), spec, memory),
                output.table(),
                output.folder());
        try (Composition composition = options.machine().compose();
                ConsoleSession session = new ConsoleSession(composition, wanted)) {
            composition.start(BUNDLES, new VariantReader(Home.features()).bundles(BUNDLES, feature));
            try (ConsoleServer.Serving serving =
                    composition.service(ConsoleServer.class).serve(session, address)) {
                System.out.println("Console: " + serving.url());
                System.out.flush();
                return composition.exitCode(session.await());
            }
        }
    }
}
