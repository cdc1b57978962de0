// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which version of SPE metadata a perf.data file has. */
public enum PerfMetadata {
    /** The one that the perf on the PATH reads best; 2 where there is none. */
    auto,
    /** Every perf reads it; perf from 6.13 on has a warning. */
    v1,
    /** perf reads it from 6.13 on. */
    v2;

    private static final Pattern VERSION = Pattern.compile("perf version (\\d{1,4})\\.(\\d{1,4})");
    private static final long SECONDS = 2;

    /** The number of the version. */
    public int version() {
        return this == auto ? ofPath() : this == v1 ? 1 : 2;
    }

    private static int ofPath() {
        try {
            Process process = new ProcessBuilder("perf", "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
                return 2;
            }
            return of(new String(process.getInputStream().readNBytes(200), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return 2;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 2;
        }
    }

    /** The version that a perf reads, by what it says of its own version. */
    static int of(String said) {
        Matcher matcher = VERSION.matcher(said);
        if (!matcher.find()) {
            return 2;
        }
        int major = Integer.parseInt(matcher.group(1));
        return major < 6 || major == 6 && Integer.parseInt(matcher.group(2)) < 13 ? 1 : 2;
    }
}
