// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.cli.composition.Debugging;
import dev.spelunk.cli.process.UserError;
import picocli.CommandLine.Option;

/** The options of a debugger that is connected to the machine. */
public final class DebugOptions {
    private static final long HISTORY = 256L << 20;

    @Option(
            names = "--gdb",
            paramLabel = "[HOST:]PORT|stdio",
            description =
                    "Serve GDB's remote protocol at this port, only for programs of this host unless HOST is named: "
                            + "'target remote :PORT' in gdb-multiarch. It can go backwards too. stdio: by standard input and "
                            + "output, for 'target remote | spelunk ...'; what the guest prints goes to standard error.")
    private String where;

    @Option(names = "--gdb-wait", description = "Stand before the first instruction until GDB lets the guest go.")
    private boolean waits;

    @Option(
            names = "--history",
            paramLabel = "SIZE",
            converter = MachineOptions.Size.class,
            description =
                    "Memory of the host for going backwards with --gdb, in bytes or with one of K, M, G; 0 for none. "
                            + "Default: 256M.")
    private Long history;

    /**
     * What the machine's debugger is to be; null for none.
     *
     * @param streams whether standard input and output may be GDB's
     */
    Debugging debugging(boolean streams) {
        if (where == null) {
            if (waits || history != null) {
                throw new UserError(
                        (waits ? "--gdb-wait" : "--history") + " needs --gdb, which says where GDB connects");
            }
            return null;
        }
        if (streams() && !streams) {
            throw new UserError("--gdb stdio: standard input and output are in use by this command; give a port");
        }
        return new Debugging(where, waits, history == null ? HISTORY : history);
    }

    /** Whether standard input and output are GDB's. */
    public boolean streams() {
        return Debugging.STREAMS.equals(where);
    }
}
