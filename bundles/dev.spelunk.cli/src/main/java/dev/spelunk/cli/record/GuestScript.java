// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The script that the kernel starts: it runs perf on the program, and sends what comes of it through the channels of
 * {@link GuestChannels}.
 */
final class GuestScript {
    /** The modules that are needed, below the kernel's folder, in an order in which each finds what it needs. */
    static final List<String> MODULES = List.of(
            "drivers/virtio/virtio_ring.ko",
            "drivers/virtio/virtio.ko",
            "drivers/virtio/virtio_mmio.ko",
            "drivers/char/virtio_console.ko",
            "drivers/perf/arm_spe_pmu.ko");

    private static final String INTERRUPT =
            "until $B kill -INT $($B cat /spelunk/pid); do $B sleep 0.01; done 2>/dev/null";

    private GuestScript() {}

    /**
     * Makes the script.
     *
     * @param modules file names of the modules that it loads, in order
     * @param order what is to be recorded
     * @param folder the working folder
     * @param program the program's place
     */
    static String of(List<String> modules, RecordingOrder order, Path folder, Path program) {
        List<String> words = new ArrayList<>(order.command());
        words.set(0, program.toString());
        String command = words.stream().map(GuestScript::quoted).collect(Collectors.joining(" "));
        return String.join(
                "\n",
                "#!/spelunk/busybox sh",
                "B=/spelunk/busybox",
                "$B mount -t proc proc /proc",
                "$B mount -t sysfs sysfs /sys",
                "$B mount -t devtmpfs dev /dev",
                "for module in " + String.join(" ", modules) + "; do",
                "  $B insmod /spelunk/$module",
                "done",
                // The driver makes the ports one by one, after the module is loaded.
                "$B mkdir /spelunk/port",
                "ports=0",
                "while [ $ports -lt " + (GuestChannels.COUNT + order.results().size()) + " ]; do",
                "  $B sleep 0.01",
                "  ports=0",
                "  for port in /sys/class/virtio-ports/*; do",
                "    name=",
                "    [ -r $port/name ] && read -r name <$port/name",
                "    [ -n \"$name\" ] && [ -e /dev/${port##*/} ] && $B ln -sf /dev/${port##*/} /spelunk/port/$name"
                        + " && ports=$((ports + 1))",
                "  done",
                "done",
                "exec 9>/spelunk/port/" + GuestChannels.CONTROL,
                "if ! [ -e /sys/bus/event_source/devices/arm_spe_0 ]; then",
                "  echo \"" + GuestChannels.REFUSED + " $($B dmesg | $B grep -i spe_pmu | $B tail -n 1)\" >&9",
                "  $B poweroff -f",
                "fi",
                "echo " + GuestChannels.BOOTED + " >&9",
                "echo 0 >/proc/sys/kernel/kptr_restrict",
                "export HOME=/tmp PATH=/usr/bin:/bin",
                "cd " + quoted(folder.toString()),
                // perf ends its program and writes the profile when it is interrupted.
                "( read -r signal </spelunk/port/" + GuestChannels.REQUEST + " && " + INTERRUPT + " ) 9>&- &",
                order.duration() == null
                        ? ""
                        : "( $B sleep " + order.duration() + " 9>&-; echo " + GuestChannels.TIME_OVER + " >&9; "
                                + INTERRUPT + " ) &",
                "echo " + GuestChannels.STARTED + " >&9",
                "$B sh -c 'echo $$ >/spelunk/pid; exec \"$@\"' perf /spelunk/lib/ld-linux-aarch64.so.1"
                        + " --library-path /spelunk/lib /spelunk/perf record -q -N -o /spelunk/perf.data -e "
                        + quoted(order.event()) + (order.period() == 0 ? "" : " -c " + order.period()) + " -- "
                        + command + " </spelunk/port/" + GuestChannels.INPUT + " >/spelunk/port/" + GuestChannels.OUTPUT
                        + " 2>/spelunk/port/" + GuestChannels.ERRORS + " 9>&-",
                "echo " + GuestChannels.ENDED + " $? >&9",
                "if [ -s /spelunk/perf.data ]; then",
                "  $B cat /spelunk/perf.data >/spelunk/port/" + GuestChannels.PROFILE,
                "  $B cat /proc/kallsyms >/spelunk/port/" + GuestChannels.SYMBOLS,
                "  echo " + GuestChannels.PROFILE + " $($B wc -c </spelunk/perf.data) >&9",
                "fi",
                IntStream.range(0, order.results().size())
                        .mapToObj(i ->
                                result(i, quoted(order.results().get(i).guest().toString())))
                        .collect(Collectors.joining("\n")),
                "echo \"" + GuestChannels.KERNEL + " $($B dmesg | $B grep -i spe_pmu | $B tail -n 1)\" >&9",
                "$B poweroff -f",
                "");
    }

    /** Sends a file, and then how long it is. */
    private static String result(int index, String file) {
        return "if [ -f " + file + " ]; then $B cat " + file + " >/spelunk/port/" + GuestChannels.RESULT + index
                + "; echo " + GuestChannels.RESULT + " " + index + " $($B wc -c <" + file + ") >&9; fi";
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
