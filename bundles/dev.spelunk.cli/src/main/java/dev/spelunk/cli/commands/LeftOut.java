// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/** Takes from a command those options of the machine for which it has no use, so that none is accepted in vain. */
abstract class LeftOut implements IModelTransformer {
    /** What makes files of one machine, or moves one on by hand. */
    private static final List<String> SINGLE = List.of(
            "--trace",
            "--save-at",
            "--follow",
            "--gdb",
            "--gdb-wait",
            "--history",
            "--log",
            "--log-from",
            "--log-to",
            "--log-range",
            "--log-el");

    private final List<String> names;

    private LeftOut(List<String> names, String another) {
        this.names = new ArrayList<>(names);
        this.names.add(another);
    }

    @Override
    public CommandSpec transform(CommandSpec command) {
        names.forEach(name -> command.remove(command.findOption(name)));
        return command;
    }

    /** Of a command that runs several machines and compares them: what makes files of one, or moves one on by hand. */
    static final class OfComparedRuns extends LeftOut {
        OfComparedRuns() {
            super(SINGLE, "--restore");
        }
    }

    /** Of a command that names the engines itself and goes over each run again from where its state is known. */
    static final class OfLockstep extends LeftOut {
        OfLockstep() {
            super(SINGLE, "--engine");
        }
    }
}
