// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.options.DebianOptions;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.policies.PolicyTable;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.record.Recording;
import dev.spelunk.cli.record.RecordingOrder;
import dev.spelunk.cli.run.MachineRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a guest under each buffer pinning policy and compares. */
@Command(
        name = "policies",
        modelTransformer = LeftOut.OfComparedRuns.class,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Runs a guest under each buffer pinning policy of the KVM model, and under each version of KVM's SPE series, "
                        + "under host memory pressure, and prints one table: what pinning cost, and what was lost without it.",
        footer = {
            "",
            "Without GUEST, the guest that comes with Spelunk runs two tasks of short turns, and its driver disables and "
                    + "enables the buffer at each switch, as Linux's does.",
            "Without --pressure there is one event of host memory pressure about every " + PoliciesCommand.PRESSURE
                    + " cycles; --pressure 0 turns it off. Costs are assumptions: --host exitCycles=0 and so on set them.",
            "With --policy, only that one is run. With --max-instructions the guests are compared up to there.",
            "A timeline or a saved state is of one run: spelunk run --policy NAME --trace FILE.json.",
            "",
            "Exit codes: 0, or that of a guest that did not end well (see run), 2 bad input or a problem of the host, "
                    + "5 a checked invariant broke."
        })
final class PoliciesCommand implements Callable<Integer> {
    static final String PRESSURE = "20000";
    private static final String BOOT_ARGUMENTS = "workload=ping,pong switch=1 spe.interval=1024";
    /** In the order of what they pin; others follow by name. */
    private static final List<String> KNOWN = List.of("none", "on-enable", "cached", "whole-vm");

    /** The version of the series in which nothing is pinned. */
    private static final String RESIDENT = "v7";

    @Option(
            names = "--series",
            split = ",",
            paramLabel = "v6|v7",
            description =
                    "Compare versions of KVM's SPE series, with commas: v6 under each policy, and v7, which pins nothing "
                            + "and has all memory resident. Default: that of --host series=, else v6.")
    private List<String> series = List.of();

    @Option(
            names = "--linux",
            description =
                    "GUEST is a program of Linux, its arguments follow, and it runs in Debian's kernel as with record, "
                            + "without perf. Needs 'spelunk debian fetch' once.")
    private boolean linux;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "ARGUMENT",
            description = "With --linux: the program's arguments.")
    private List<String> arguments = List.of();

    @Mixin
    private DebianOptions debian;

    @Spec
    private CommandSpec spec;

    @Mixin
    private GuestOptions options;

    @Override
    public Integer call() {
        options.machine().host().byDefault("memoryPressureCycles", PRESSURE);
        String asked = options.machine().host().policy();
        PolicyTable table = new PolicyTable();
        int code = ExitCode.SUCCESS;
        for (String version : series.isEmpty()
                ? Collections.singletonList(options.machine().host().series())
                : series) {
            options.machine().host().choose(version, asked);
            code = linux ? programs(version, asked, table) : guests(version, asked, table);
            if (code != ExitCode.SUCCESS) {
                return code;
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(table);
        out.flush();
        return code;
    }

    /** Runs a guest of its own under each policy of a version of the series. */
    private int guests(String version, String asked, PolicyTable table) {
        if (!arguments.isEmpty()) {
            throw new UserError(
                    "arguments after GUEST are for a program of Linux: add --linux, or give them by --append");
        }
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        // A host, with the pressure on its memory, is the KVM model's: without hypervisor this is refused.
        RunOptions runOptions = options.runOptions(console, null, BOOT_ARGUMENTS);
        try (Composition composition = options.machine().compose()) {
            for (String policy : policies(version, asked, composition)) {
                console.reset();
                try (Machine machine = composition.machine(
                                policy == null
                                        ? composition.variant()
                                        : composition.variant().withPart(Parts.POLICY, policy),
                                runOptions);
                        MachineRun run = new MachineRun()) {
                    Result result = run.run(machine);
                    if (result.ending() == Ending.INTERRUPTED) {
                        StopRequests.ofProcess().check();
                    }
                    int code = code(result);
                    if (code != ExitCode.SUCCESS) {
                        PrintWriter out = spec.commandLine().getOut();
                        out.print(console.toString(StandardCharsets.UTF_8));
                        out.flush();
                        spec.commandLine()
                                .getErr()
                                .println("spelunk: under " + (policy == null ? "series " : "policy ")
                                        + column(version, policy) + " the guest " + ended(result));
                        MachineRun.tellDiagnosis(machine, result);
                        return code;
                    }
                    table.add(column(version, policy), result);
                }
            }
            return composition.exitCode(ExitCode.SUCCESS);
        }
    }

    /** Runs a program of Linux under each policy of a version of the series. */
    private int programs(String version, String asked, PolicyTable table) {
        List<String> command = new ArrayList<>(List.of(options.linuxProgram().toString()));
        command.addAll(arguments);
        List<String> policies;
        try (Composition composition = options.machine().compose()) {
            policies = policies(version, asked, composition);
        }
        for (String policy : policies) {
            options.machine().host().choose(version, policy);
            System.err.println("spelunk: " + column(version, policy));
            RecordingOrder order = new RecordingOrder(
                    null,
                    0,
                    null,
                    options.machine().maxInstructions(),
                    false,
                    command,
                    List.of(),
                    List.of(),
                    null,
                    options.machine().seed(),
                    false);
            int code = new Recording(debian.cache(), null, TemporaryFolder.folder("policies"), order, false)
                    .run(options.machine(), result -> table.add(column(version, policy), result));
            if (code != ExitCode.SUCCESS) {
                return code;
            }
        }
        return ExitCode.SUCCESS;
    }

    /** What a run is called: by the version where versions are compared, and by the policy where the version has one. */
    private String column(String version, String policy) {
        return series.isEmpty() && policy != null ? policy : policy == null ? version : version + " " + policy;
    }

    /** The policies to compare; one null where the version of the series has none. */
    private static List<String> policies(String version, String asked, Composition composition) {
        if (RESIDENT.equals(version)) {
            return Collections.singletonList(null);
        }
        if (asked != null) {
            return List.of(asked);
        }
        SortedSet<String> published = composition.names(Parts.POLICY);
        List<String> names = new ArrayList<>(KNOWN);
        names.retainAll(published);
        published.stream().filter(name -> !KNOWN.contains(name)).forEach(names::add);
        if (names.isEmpty()) {
            throw new UserError(
                    "no bundle of the variant publishes a pinning policy: add dev.spelunk:dev.spelunk.policies");
        }
        return names;
    }

    private static int code(Result result) {
        switch (result.ending()) {
            case EXITED:
                return result.exitCode();
            case POWERED_OFF:
                return ExitCode.SUCCESS;
            case INSTRUCTION_LIMIT:
                // A guest that never ends is compared over so many instructions.
                return ExitCode.SUCCESS;
            case INTERRUPTED:
                return ExitCode.INTERRUPTED;
            case HOST_FAILED:
                return ExitCode.BAD_INPUT;
            case INVARIANT_BROKEN:
                return ExitCode.INVARIANT_BROKEN;
            default:
                return ExitCode.GUEST_FAILED;
        }
    }

    private static String ended(Result result) {
        return result.ending() == Ending.EXITED
                ? "called exit with " + result.exitCode()
                : "ended: " + result.ending()
                        + (result.message() == null || result.message().isEmpty() ? "" : ", " + result.message());
    }
}
