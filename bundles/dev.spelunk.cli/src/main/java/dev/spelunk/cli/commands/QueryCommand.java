// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.SavedProfile;
import dev.spelunk.cli.tables.Answer;
import dev.spelunk.cli.tables.ReadyQuery;
import dev.spelunk.cli.tables.Tables;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks DuckDB about sample records. */
@Command(
        name = "query",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Asks questions about sample records in SQL, of one run or of several; DuckDB answers.",
        footer = {
            "",
            "For example:",
            "  spelunk query spelunk-out hot-lines",
            "  spelunk query spelunk-out \"select function, count(*) from records group by all order by 2 desc\"",
            "  spelunk query --csv before after \"select run, avg(total_latency) from records group by run\"",
            "The table records has a row for each record and a column run; the table runs has a row for each run. The "
                    + "columns are listed in docs/records.md. Where there is no records.parquet yet (--records parquet, or "
                    + "'spelunk export'), a temporary one is made.",
            "",
            "DuckDB's driver (82 MiB) comes when it is first used, by Maven, and its checksum is compared."
        })
final class QueryCommand implements Callable<Integer> {
    private static final String PARQUET = ".parquet";

    @Parameters(
            arity = "0..*",
            paramLabel = "DIR|FILE... QUERY",
            description =
                    "Output folders of run or record, tables (.parquet), perf.data files or files of raw records; "
                            + "last the question, in SQL or the name of one that --list lists.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--list", description = "List the questions that have a name.")
    private boolean list;

    /** At most one form. */
    static final class Form {
        @Option(names = "--csv", description = "Print values separated by commas.")
        private boolean csv;

        @Option(names = "--json", description = "Print an array of JSON objects.")
        private boolean json;
    }

    @ArgGroup
    private Form form;

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "A folder to look for bundles in, before the local Maven repository.")
    private Path bundles;

    @Mixin
    private SourceOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            for (ReadyQuery query : ReadyQuery.values()) {
                out.println(String.format("%-16s %s", query.label(), query.description()));
            }
            out.flush();
            return ExitCode.SUCCESS;
        }
        if (arguments.size() < 2) {
            throw new ParameterException(
                    spec.commandLine(), "Missing: a folder or file, and a question (--list lists those with a name)");
        }
        String question = sql(arguments.get(arguments.size() - 1));
        Map<String, Path> tables = tables(arguments.subList(0, arguments.size() - 1));
        StopRequests.ofProcess().endingAtOnce();
        try (Tables opened = new Tables(tables)) {
            opened.ask(question, answer(), out);
        } finally {
            out.flush();
        }
        return ExitCode.SUCCESS;
    }

    private Answer answer() {
        return form == null ? Answer.TABLE : form.csv ? Answer.CSV : Answer.JSON;
    }

    private static String sql(String question) {
        if (!question.matches("[A-Za-z0-9-]+")) {
            if (Files.exists(Path.of(question))) {
                throw new UserError("the question is missing: the last word is " + question
                        + ", a file or folder; write SQL or the name of a question (--list) after it");
            }
            return question;
        }
        ReadyQuery query = ReadyQuery.of(question);
        if (query == null) {
            throw new UserError("there is no question '" + question + "'; there are "
                    + Arrays.stream(ReadyQuery.values()).map(ReadyQuery::label).collect(Collectors.joining(", ")));
        }
        return query.sql();
    }

    /** The tables by the names of their runs; they are made where they are missing. */
    private Map<String, Path> tables(List<String> places) {
        Map<String, Path> tables = new LinkedHashMap<>();
        List<String> names = places.stream().map(QueryCommand::name).toList();
        try (Lazily profiles = new Lazily(bundles)) {
            for (int i = 0; i < places.size(); i++) {
                String name = names.get(i);
                boolean alone = names.indexOf(name) == names.lastIndexOf(name);
                if (tables.put(alone ? name : places.get(i), table(Path.of(places.get(i)), profiles)) != null) {
                    throw new UserError(places.get(i) + " is named twice");
                }
            }
        }
        return tables;
    }

    private static String name(String place) {
        Path name = Path.of(place).toAbsolutePath().normalize().getFileName();
        return name == null ? place : name.toString();
    }

    private Path table(Path place, Lazily profiles) {
        if (Files.isRegularFile(place) && place.toString().endsWith(PARQUET)) {
            return place;
        }
        Path made = place.resolve(SavedProfile.TABLE);
        if (Files.isDirectory(place) && Files.isRegularFile(made)) {
            return made;
        }
        SavedProfile saved = SavedProfile.of(place, profiles.get(), options.options());
        Path temporary = TemporaryFolder.file(SavedProfile.TABLE);
        SavedProfile.Counted counted = saved.count(profiles.get(), temporary);
        if (counted.warning() != null) {
            System.err.println("spelunk: " + counted.warning());
        }
        return temporary;
    }

    /** Started only where a table is to be made. */
    private static final class Lazily implements AutoCloseable {
        private final Path bundles;
        private Composition composition;

        Lazily(Path bundles) {
            this.bundles = bundles;
        }

        ProfileWriter get() {
            if (composition == null) {
                composition = new Composition("default", bundles);
            }
            return composition.service(ProfileWriter.class);
        }

        @Override
        public void close() {
            if (composition != null) {
                composition.close();
            }
        }
    }
}
