// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.report.ReportPage;
import dev.spelunk.cli.report.SavedProfile;
import dev.spelunk.cli.run.OutputFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the page of runs that are over. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Makes report.html, a page for the browser, from the files of an earlier run or "
                + "recording; with --compare, of several side by side.",
        footer = {
            "",
            "Of perf.data, also one that perf has written elsewhere, the page has what the records of SPE say. "
                    + "The page is one file and needs no network. 'spelunk run' writes it too. Functions have names as long as the "
                    + "guest's file is where it was."
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "DIR|FILE",
            description = "The output folder of run or record, or a perf.data file; the page goes into that folder.")
    private Path folder;

    @Option(
            names = "--compare",
            paramLabel = "DIR|FILE",
            arity = "1..*",
            description = "Others: the page compares them with the first.")
    private List<Path> others = new ArrayList<>();

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "A folder to look for bundles in, before the local Maven repository.")
    private Path bundles;

    @Mixin
    private SourceOptions source;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (Composition composition = new Composition("default", bundles)) {
            ProfileWriter profiles = composition.service(ProfileWriter.class);
            List<SavedProfile> saved = new ArrayList<>();
            saved.add(SavedProfile.of(folder, profiles, source.options()));
            others.forEach(other -> saved.add(SavedProfile.of(other, profiles, source.options())));
            String name = others.isEmpty() ? ReportPage.NAME : ReportPage.COMPARISON;
            try (OutputFolder output = new OutputFolder(saved.get(0).folder())) {
                List<ReportPage.Run> runs = new ArrayList<>();
                for (SavedProfile run : saved) {
                    StopRequests.ofProcess().check();
                    runs.add(run.run(profiles));
                }
                output.write(name, file -> ReportPage.write(file, runs));
            }
            spec.commandLine().getOut().println(saved.get(0).folder().resolve(name));
            spec.commandLine().getOut().flush();
        }
        return ExitCode.SUCCESS;
    }
}
