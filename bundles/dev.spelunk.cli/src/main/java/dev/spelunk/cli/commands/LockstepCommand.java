// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.Lockstep;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares two engines over the run of a guest. */
@Command(
        name = "lockstep",
        modelTransformer = LeftOut.OfLockstep.class,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Runs a guest with two engines and compares the machine's whole state again and again.",
        footer = {
            "",
            "A machine is deterministic, so that its state after so many instructions must not depend on the engine. "
                    + "Where it does, the first instruction after which it does is found by snapshots, and told with the registers "
                    + "that differ. The guest's terminal shows nothing and gives no input.",
            "",
            "Exit codes: 0 the engines agree, 1 they do not, 2 bad input or a problem of the host."
        })
final class LockstepCommand implements Callable<Integer> {
    @Mixin
    private GuestOptions options;

    @Option(names = "--initrd", paramLabel = "FILE", description = "The initial RAM disk of a Linux image.")
    private Path initrd;

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "Compare after each so many instructions. Default: ${DEFAULT-VALUE}.")
    private long every;

    @Option(
            names = "--engines",
            paramLabel = "A,B",
            split = ",",
            defaultValue = "interpreter,translator",
            description = "The engines. Default: ${DEFAULT-VALUE}.")
    private List<String> engines;

    @Override
    public Integer call() {
        if (every < 1) {
            throw new UserError("--every: must be at least 1, is " + every);
        }
        if (engines.size() != 2) {
            throw new UserError("--engines: give two names, such as interpreter,translator");
        }
        RunOptions run =
                options.runOptions(OutputStream.nullOutputStream(), new ByteArrayInputStream(new byte[0]), initrd);
        try (Composition composition = options.machine().compose()) {
            List<Variant> variants = new ArrayList<>();
            for (String engine : engines) {
                variants.add(composition.variant().withPart(Parts.PE, engine));
            }
            return composition.exitCode(new Lockstep(
                            engines,
                            (engine, with) -> composition.machine(variants.get(engine), with),
                            run,
                            every,
                            System.out)
                    .call());
        }
    }
}
