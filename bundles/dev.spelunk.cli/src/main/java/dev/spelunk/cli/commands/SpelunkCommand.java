// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.Stopped;
import dev.spelunk.cli.process.UserError;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program: {@code spelunk run}, {@code boot}, {@code record}, {@code nested}, {@code debian fetch}, {@code variants},
 * {@code variant}, {@code policies}, {@code decode}, {@code report}, {@code export}, {@code query}, {@code shell} and {@code console}.
 */
@Command(
        name = "spelunk",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            BootCommand.class,
            RecordCommand.class,
            NestedCommand.class,
            DebianCommand.class,
            VariantsCommand.class,
            VariantCommand.class,
            PoliciesCommand.class,
            DecodeCommand.class,
            ReportCommand.class,
            ExportCommand.class,
            QueryCommand.class,
            LockstepCommand.class,
            ShellCommand.class,
            ConsoleCommand.class,
            HelpCommand.class
        },
        description = "An executable Arm machine whose Statistical Profiling Extension (SPE) is real.",
        footer = {
            "",
            "Start with: spelunk run",
            "",
            "Exit codes:",
            "  0    done, or the guest powered off with PSCI SYSTEM_OFF",
            "  2    bad input, or a problem of the host",
            "  3    the guest failed or reset itself",
            "  4    --max-instructions or --max-record-bytes ended the run",
            "  5    a checked invariant broke",
            "  130  interrupted with Ctrl-C (SIGINT); 143 with SIGTERM, 129 with SIGHUP",
            "  Any other code is the one that the guest passed to its semihosting exit call."
        })
public final class SpelunkCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /**
     * Runs the program.
     *
     * @param arguments the command line
     * @return the exit code
     */
    public static int execute(String... arguments) {
        CommandLine program = new CommandLine(new SpelunkCommand());
        GroupedHelp.of(program);
        return program.registerConverter(Path.class, new PathArgument())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((e, args) -> badCommandLine(e))
                .setExecutionExceptionHandler((e, commandLine, result) -> failed(e, commandLine.getErr()))
                .execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int badCommandLine(ParameterException e) {
        CommandLine commandLine = e.getCommandLine();
        String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("bad command line");
        commandLine
                .getErr()
                .println("spelunk: " + problem + " (see "
                        + commandLine.getCommandSpec().qualifiedName() + " --help)");
        return commandLine.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int failed(Exception e, PrintWriter err) throws Exception {
        if (e instanceof Stopped) {
            // What is said of it, and the exit code, is decided at the end.
            return ExitCode.INTERRUPTED;
        }
        if (e instanceof InvalidPathException path) {
            err.println("spelunk: " + PathArgument.problem(path.getInput()));
            return ExitCode.BAD_INPUT;
        }
        if (e instanceof UserError || e instanceof BadInputException) {
            err.println("spelunk: " + e.getMessage());
            return ExitCode.BAD_INPUT;
        }
        if (e instanceof BrokenInvariantException) {
            err.println("spelunk: " + e.getMessage());
            return ExitCode.INVARIANT_BROKEN;
        }
        throw e;
    }
}
