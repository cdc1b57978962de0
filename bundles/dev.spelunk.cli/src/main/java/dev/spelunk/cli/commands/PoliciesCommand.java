// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.policies.PolicyTable;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.MachineRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a guest under each buffer pinning policy and compares. */
@Command(
        name = "policies",
        modelTransformer = LeftOut.OfComparedRuns.class,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Runs a guest under each buffer pinning policy of the KVM model, under host memory pressure, and prints "
                        + "one table: what pinning cost, and what was lost without it.",
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

    @Spec
    private CommandSpec spec;

    @Mixin
    private GuestOptions options;

    @Override
    public Integer call() {
        options.machine().host().byDefault("memoryPressureCycles", PRESSURE);
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        // A host, with the pressure on its memory, is the KVM model's: without hypervisor this is refused.
        RunOptions runOptions = options.runOptions(console, null, BOOT_ARGUMENTS);
        PolicyTable table = new PolicyTable();
        PrintWriter out = spec.commandLine().getOut();
        try (Composition composition = options.machine().compose()) {
            for (String policy : policies(composition.names(Parts.POLICY))) {
                console.reset();
                try (Machine machine =
                                composition.machine(composition.variant().withPart(Parts.POLICY, policy), runOptions);
                        MachineRun run = new MachineRun()) {
                    Result result = run.run(machine);
                    if (result.ending() == Ending.INTERRUPTED) {
                        StopRequests.ofProcess().check();
                    }
                    int code = code(result);
                    if (code != ExitCode.SUCCESS) {
                        out.print(console.toString(StandardCharsets.UTF_8));
                        out.flush();
                        spec.commandLine()
                                .getErr()
                                .println("spelunk: under policy " + policy + " the guest " + ended(result));
                        MachineRun.tellDiagnosis(machine, result);
                        return code;
                    }
                    table.add(policy, result);
                }
            }
            out.print(table);
            out.flush();
            return composition.exitCode(ExitCode.SUCCESS);
        }
    }

    private List<String> policies(SortedSet<String> published) {
        if (options.machine().host().policy() != null) {
            return List.of(options.machine().host().policy());
        }
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
