// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.cli.commands.SpelunkCommand;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StandardOutput;
import dev.spelunk.cli.process.StopRequests;
import java.util.Locale;

/** Where the JVM enters the program. It is small, so that little time passes before an interrupt is heard. */
public final class Main {
    private Main() {}

    /**
     * Runs the program and ends the JVM with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        StopRequests requests = StopRequests.ofProcess();
        boolean record = arguments.length != 0 && arguments[0].equals("record");
        requests.listen(record ? ExitCode.RECORD_FAILED : 0);
        requests.consequence(record ? "; there is no profile" : "");
        // What is said is English, and what is parsed and compared must not follow the user's digits and letters.
        Locale.setDefault(Locale.ROOT);
        StandardOutput output = StandardOutput.install();
        int code = SpelunkCommand.execute(arguments);
        System.out.flush();
        if (output.failure() != null) {
            System.err.println("spelunk: standard output cannot be written: " + output.failure());
            code = ExitCode.BAD_INPUT;
        }
        System.exit(requests.end(code));
    }
}
