// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The script that the kernel starts: it runs perf on the program and prints what comes of it for {@link Channel}. */
final class GuestScript {
    private GuestScript() {
    }

    /**
     * Makes the script.
     *
     * @param mark what each line for the channel begins with
     * @param event perf's event
     * @param period of its samples; 0 for perf's own choice
     * @param folder the working folder
     * @param command the program and its arguments
     */
    static String of(String mark, String event, long period, Path folder, List<String> command) {
        String words = command.stream().map(GuestScript::quoted).collect(Collectors.joining(" "));
        return String.join("\n",
                "#!/spelunk/busybox sh",
                "B=/spelunk/busybox",
                "$B mount -t proc proc /proc",
                "$B mount -t sysfs sysfs /sys",
                "$B mount -t devtmpfs dev /dev",
                // The channel is one of bytes: no carriage returns.
                "$B stty -opost",
                "$B insmod /spelunk/arm_spe_pmu.ko",
                "export HOME=/tmp PATH=/usr/bin:/bin",
                "cd " + quoted(folder.toString()),
                "$B printf '\\n" + mark + "begin\\n'",
                "/spelunk/lib/ld-linux-aarch64.so.1 --library-path /spelunk/lib /spelunk/perf record -q"
                        + " -o /spelunk/perf.data -e " + quoted(event) + (period == 0 ? "" : " -c " + period) + " -- "
                        + words + " </dev/null",
                "code=$?",
                "if [ -s /spelunk/perf.data ]; then",
                "  $B gzip -c /spelunk/perf.data >/spelunk/perf.data.gz",
                "  $B printf '\\n" + mark + "data '",
                "  $B sha256sum </spelunk/perf.data",
                "  $B base64 /spelunk/perf.data.gz",
                "fi",
                "$B printf '\\n" + mark + "exit %d\\n' $code",
                "$B poweroff -f", "");
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
