// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Judgement;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.variant.NewVariant;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantDifference;
import dev.spelunk.cli.variant.VariantReader;
import dev.spelunk.cli.variant.VariantReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, judges and compares hardware variants. */
@Command(
        name = "variant",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            VariantCommand.NewCommand.class,
            VariantCommand.CheckCommand.class,
            VariantCommand.DiffCommand.class
        },
        description = "Makes, judges and compares hardware variants.")
final class VariantCommand implements Runnable {
    private static final String VARIANT = "NAME|FILE.json";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: new, check or diff");
    }

    private static VariantDefinition read(String nameOrFile) {
        return new VariantReader(Home.features()).read(nameOrFile);
    }

    /** Starts a custom variant. */
    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Starts a variant of your own: writes NAME.json, which extends another variant.",
            footer = {"", "Exit codes: 0 written, 2 not, with the reason. A file that is there is never replaced."})
    static final class NewCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = "NAME", description = "Its name, or the path of its file.")
        private String name;

        @Option(
                names = "--from",
                paramLabel = VARIANT,
                defaultValue = "default",
                description = "The variant to extend. Default: ${DEFAULT-VALUE}.")
        private String from;

        @Override
        public Integer call() {
            Path file = NewVariant.write(name, from, read(from));
            spec.commandLine().getOut().println("wrote " + file + "; next: spelunk variant check " + file);
            return ExitCode.SUCCESS;
        }
    }

    /** Judges a variant. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Judges a variant without running it: what it provides, requires and lacks.",
            footer = {"", "Exit codes: 0 a legal machine, 2 not, with the reasons."})
    static final class CheckCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = VARIANT, description = "The variant.")
        private String variant;

        @Option(
                names = "--bundles",
                paramLabel = "DIR",
                description = "A folder to look for the variant's bundles in, before the local Maven repository.")
        private Path bundles;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            VariantDefinition definition = read(variant);
            Judgement judgement;
            try (Composition composition = new Composition(variant, bundles)) {
                judgement = composition.judge();
            }
            VariantReport.print(out, definition, judgement);
            out.flush();
            if (!judgement.problems().isEmpty()) {
                throw new UserError("variant " + definition.name() + " is not a legal machine: "
                        + String.join("; ", judgement.problems()));
            }
            return ExitCode.SUCCESS;
        }
    }

    /** Compares two variants. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Compares two variants: - is in the first only, + in the second only.",
            footer = {"", "Exit codes: 0 compared, 2 one of them cannot be read."})
    static final class DiffCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = "A", description = "The first, a name or a file.")
        private String first;

        @Parameters(index = "1", paramLabel = "B", description = "The second, a name or a file.")
        private String second;

        @Override
        public Integer call() {
            List<String> lines = VariantDifference.between(read(first), read(second));
            PrintWriter out = spec.commandLine().getOut();
            lines.forEach(out::println);
            if (lines.isEmpty()) {
                out.println("they describe the same machine");
            }
            return ExitCode.SUCCESS;
        }
    }
}
