// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The script that the kernel starts: it runs perf on the program, and sends what comes of it through the channels of
 * {@link GuestChannels}.
 */
final class GuestScript {
    /** The modules that it loads, in an order in which each finds what it needs. */
    static final List<String> MODULES = List.of(
            "drivers/virtio/virtio_ring.ko",
            "drivers/virtio/virtio.ko",
            "drivers/virtio/virtio_mmio.ko",
            "drivers/char/virtio_console.ko",
            "drivers/perf/arm_spe_pmu.ko");

    private GuestScript() {}

    /**
     * Makes the script.
     *
     * @param event perf's event
     * @param period of its samples; 0 for perf's own choice
     * @param folder the working folder
     * @param command the program and its arguments
     */
    static String of(String event, long period, Path folder, List<String> command) {
        String words = command.stream().map(GuestScript::quoted).collect(Collectors.joining(" "));
        return String.join(
                "\n",
                "#!/spelunk/busybox sh",
                "B=/spelunk/busybox",
                "$B mount -t proc proc /proc",
                "$B mount -t sysfs sysfs /sys",
                "$B mount -t devtmpfs dev /dev",
                "for module in "
                        + MODULES.stream()
                                .map(m -> Path.of(m).getFileName().toString())
                                .collect(Collectors.joining(" "))
                        + "; do",
                "  $B insmod /spelunk/$module",
                "done",
                // The driver makes the ports one by one, after the module is loaded.
                "$B mkdir /spelunk/port",
                "ports=0",
                "while [ $ports -lt " + GuestChannels.COUNT + " ]; do",
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
                "echo 0 >/proc/sys/kernel/kptr_restrict",
                "export HOME=/tmp PATH=/usr/bin:/bin",
                "cd " + quoted(folder.toString()),
                "echo " + GuestChannels.STARTED + " >&9",
                "/spelunk/lib/ld-linux-aarch64.so.1 --library-path /spelunk/lib /spelunk/perf record -q -N"
                        + " -o /spelunk/perf.data -e " + quoted(event) + (period == 0 ? "" : " -c " + period) + " -- "
                        + words + " </spelunk/port/" + GuestChannels.INPUT + " >/spelunk/port/" + GuestChannels.OUTPUT
                        + " 2>/spelunk/port/" + GuestChannels.ERRORS + " 9>&-",
                "echo " + GuestChannels.ENDED + " $? >&9",
                "if [ -s /spelunk/perf.data ]; then",
                "  $B cat /spelunk/perf.data >/spelunk/port/" + GuestChannels.PROFILE,
                "  $B cat /proc/kallsyms >/spelunk/port/" + GuestChannels.SYMBOLS,
                "  echo " + GuestChannels.PROFILE + " $($B wc -c </spelunk/perf.data) >&9",
                "fi",
                "$B poweroff -f",
                "");
    }

    /** Whether an event counts nothing of the kernel. */
    static boolean onlyUserSpace(String event) {
        return event.matches(".*[/:][uG]*u[uG]*p*");
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
