// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.report.ReportPage;
import dev.spelunk.cli.report.SavedRun;
import dev.spelunk.cli.run.OutputFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the page of runs that are over. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Makes report.html, a page for the browser, from the files of an earlier run; with --compare, of "
                + "several runs side by side.",
        footer = {
            "",
            "The page is one file and needs no network. 'spelunk run' writes it too. Functions have names as long as the "
                    + "guest's file is where it was."
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "The output folder of a run; the page goes there.")
    private Path folder;

    @Option(
            names = "--compare",
            paramLabel = "DIR",
            arity = "1..*",
            description = "Output folders of other runs: the page compares them with the first.")
    private List<Path> others = new ArrayList<>();

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "A folder to look for bundles in, before the local Maven repository.")
    private Path bundles;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<SavedRun> saved = new ArrayList<>(List.of(SavedRun.read(folder)));
        others.forEach(other -> saved.add(SavedRun.read(other)));
        try (OutputFolder output = new OutputFolder(folder);
                Composition composition = new Composition("default", bundles)) {
            ProfileWriter profiles = composition.service(ProfileWriter.class);
            List<ReportPage.Run> runs = new ArrayList<>();
            for (SavedRun run : saved) {
                StopRequests.ofProcess().check();
                runs.add(run.count(profiles));
            }
            String name = others.isEmpty() ? ReportPage.NAME : ReportPage.COMPARISON;
            output.write(name, file -> ReportPage.write(file, runs));
            spec.commandLine().getOut().println(folder.resolve(name));
            spec.commandLine().getOut().flush();
        }
        return ExitCode.SUCCESS;
    }
}
