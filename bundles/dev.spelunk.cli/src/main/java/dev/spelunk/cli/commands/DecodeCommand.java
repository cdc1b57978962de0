// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints sample records. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Prints raw sample records, such as records.bin, in a layout close to that of 'perf report -D'.")
final class DecodeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "A file of raw sample records.")
    private Path file;

    @Option(
            names = "--variant",
            paramLabel = "NAME|FILE.json",
            defaultValue = "default",
            description =
                    "The variant whose decoder is used, and whose core (MIDR_EL1) tells what events without an architected name "
                            + "are. Default: ${DEFAULT-VALUE}.")
    private String variant;

    @Option(
            names = "--strict",
            description = "Refuse bytes that are no sample record, instead of skipping them up to the next one.")
    private boolean strict;

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "A folder to look for the variant's bundles in, before the local Maven repository.")
    private Path bundles;

    @Override
    public Integer call() {
        if (!Files.exists(file) || Files.isDirectory(file)) {
            Path partial = Path.of(file + ".partial");
            throw new UserError((Files.exists(file) ? "not a file: " : "no such file: ")
                    + file
                    + (Files.isRegularFile(partial)
                            ? "; a run that still lasts, or was killed, has recorded into " + partial
                            : ""));
        }
        try (InputStream records = new ProgressInput(new BufferedInputStream(Files.newInputStream(file)), file);
                Composition composition = new Composition(variant, bundles)) {
            PrintWriter out = spec.commandLine().getOut();
            StopRequests.ofProcess().endingAtOnce();
            try {
                long midr = composition.variant().registers().getOrDefault("MIDR_EL1", 0L);
                told(composition.service(ProfileWriter.class).decode(records, out, new DecodeOptions(strict, midr)));
            } finally {
                out.flush();
            }
        } catch (MalformedRecordException e) {
            throw new UserError(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage());
        }
        return ExitCode.SUCCESS;
    }

    private void told(DecodeOptions.Outcome outcome) {
        if (outcome.damaged() != 0) {
            spec.commandLine()
                    .getErr()
                    .println(String.format(
                            Locale.ROOT,
                            "spelunk: %s: %d bytes in %d places are no sample record, and are skipped",
                            file,
                            outcome.damagedBytes(),
                            outcome.damaged()));
        }
    }
}
