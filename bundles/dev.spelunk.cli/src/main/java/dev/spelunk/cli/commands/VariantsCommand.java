// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantReader;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the variants. */
@Command(
        name = "variants",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Lists the hardware variants in the folder features/.")
final class VariantsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        VariantReader reader = new VariantReader(Home.features());
        PrintWriter out = spec.commandLine().getOut();
        List<String> names = reader.names();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        int failed = 0;
        for (String name : names) {
            try {
                VariantDefinition variant = reader.read(name);
                out.printf("%-" + width + "s  %s  %s%n", name, variant.version(), variant.description());
            } catch (UserError e) {
                failed++;
                spec.commandLine().getErr().println("spelunk: " + e.getMessage());
            }
        }
        return failed == 0 ? ExitCode.SUCCESS : ExitCode.BAD_INPUT;
    }
}
