// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The script that the kernel starts: it runs the program, under perf where it is to be profiled, and sends what comes
 * of it through the channels of {@link GuestChannels}.
 */
final class GuestScript {
    /** The modules that are needed, below the kernel's folder, in an order in which each finds what it needs. */
    static final List<String> MODULES = List.of(
            "drivers/virtio/virtio_ring.ko",
            "drivers/virtio/virtio.ko",
            "drivers/virtio/virtio_mmio.ko",
            "drivers/char/virtio_console.ko",
            "drivers/perf/arm_spe_pmu.ko");

    /** Interrupts what {@link #started} has started. */
    static final String INTERRUPT = "until $B kill -INT $($B cat /spelunk/pid); do $B sleep 0.01; done 2>/dev/null";

    /** The last line of orders: whether the kernel's symbols are wanted. Both have one length, so the guest does the same. */
    static final String SYMBOLS = "symbols";

    static final String NO_SYMBOLS = "nothing";

    /** Place of the script of what is ordered. */
    static final String ORDER = "spelunk/order";

    /** Opens the control channel, which has one opener at a time, as descriptor 9. */
    static final String OPEN_CONTROL = "exec 9>/spelunk/port/" + GuestChannels.CONTROL;

    private GuestScript() {}

    /**
     * Makes the script of a Linux that waits for its orders: an archive of which {@link #order} is a file, and a line
     * that says whether the kernel's symbols are wanted too.
     *
     * @param modules file names of the modules that it loads, in order
     * @param ports how many channels there are
     */
    static String waiting(List<String> modules, int ports) {
        return String.join(
                "\n",
                begin(modules, ports),
                OPEN_CONTROL,
                said(GuestChannels.BOOTED),
                // Here it may be saved; what it is ordered to do is not on its way before it says so.
                "$B sleep 0.5",
                said(GuestChannels.ORDERS),
                "cd /",
                "exec 8</spelunk/port/" + GuestChannels.ORDERS,
                "$B cpio -idu <&8 2>/dev/null",
                ". /" + ORDER,
                "");
    }

    /** Makes the script of a Linux that has its orders, in the VM of a host; the arguments are those of the others. */
    static String of(List<String> modules, RecordingOrder order, Path folder, Path program) {
        return String.join(
                "\n",
                begin(modules, GuestChannels.COUNT + order.results().size()),
                OPEN_CONTROL,
                said(GuestChannels.BOOTED),
                order(order, folder, program));
    }

    /**
     * Makes the script of what is ordered.
     *
     * @param order what is to be recorded
     * @param folder the working folder
     * @param program the program's place
     */
    static String order(RecordingOrder order, Path folder, Path program) {
        String command = command(order, program);
        return String.join(
                "\n",
                needsSpe(order.event()),
                order.nesting() == null && order.seed() != RecordingOrder.BOOT_SEED ? reseeded(order.seed()) : "",
                "echo 0 >/proc/sys/kernel/kptr_restrict",
                "export HOME=/tmp PATH=/usr/bin:/bin",
                "cd " + quoted(folder.toString()),
                // perf ends its program and writes the profile when it is interrupted.
                "( read -r signal </spelunk/port/" + GuestChannels.REQUEST + " && " + INTERRUPT + " ) 9>&- &",
                order.duration() == null
                        ? ""
                        : "( $B sleep " + order.duration() + " 9>&-; " + said(GuestChannels.TIME_OVER) + "; "
                                + INTERRUPT + " ) &",
                said(GuestChannels.STARTED),
                started(order.event(), order.period()) + command + " </spelunk/port/" + GuestChannels.INPUT
                        + " >/spelunk/port/" + GuestChannels.OUTPUT + " 2>/spelunk/port/" + GuestChannels.ERRORS
                        + " 9>&- 8<&-",
                said(GuestChannels.ENDED + " $?"),
                order.event() == null ? "" : broughtOut(order.nesting() == null),
                IntStream.range(0, order.results().size())
                        .mapToObj(i ->
                                result(i, quoted(order.results().get(i).guest().toString())))
                        .collect(Collectors.joining("\n")),
                said(GuestChannels.KERNEL + " $($B dmesg | $B grep -i spe_pmu | $B tail -n 1)"),
                "$B poweroff -f",
                "");
    }

    /** The program and its arguments, as a shell reads them. */
    static String command(RecordingOrder order, Path program) {
        List<String> words = new ArrayList<>(order.command());
        words.set(0, program.toString());
        return words.stream().map(GuestScript::quoted).collect(Collectors.joining(" "));
    }

    /** Mounts, loads the modules, and waits until every port has its name. */
    static String begin(List<String> modules, int ports) {
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
                "while [ $ports -lt " + ports + " ]; do",
                "  $B sleep 0.01",
                "  ports=0",
                "  for port in /sys/class/virtio-ports/*; do",
                "    name=",
                "    [ -r $port/name ] && read -r name <$port/name",
                "    [ -n \"$name\" ] && [ -e /dev/${port##*/} ] && $B ln -sf /dev/${port##*/} /spelunk/port/$name"
                        + " && ports=$((ports + 1))",
                "  done",
                "done");
    }

    /**
     * Lets the kernel's random numbers follow from a seed: it makes them of what was written there when it next takes it
     * in, which is once in half its uptime at first (drivers/char/random.c, crng_reseed_interval).
     */
    private static String reseeded(long seed) {
        return "echo " + seed + " >/dev/urandom; read -r up rest </proc/uptime; $B sleep $((${up%.*} + 3))";
    }

    /** Ends a Linux that has no SPE which the event needs. */
    static String needsSpe(String event) {
        return event == null || !PerfEvent.ofSpe(event)
                ? ""
                : "if ! [ -e /sys/bus/event_source/devices/arm_spe_0 ]; then "
                        + said(GuestChannels.REFUSED + " $($B dmesg | $B grep -i spe_pmu | $B tail -n 1)")
                        + "; $B poweroff -f; fi";
    }

    /** Says a line on the control channel. */
    static String said(String line) {
        return "echo \"" + line + "\" >&9";
    }

    /** What starts a command whose process number goes to /spelunk/pid, under perf where there is an event. */
    static String started(String event, long period) {
        return "$B sh -c 'echo $$ >/spelunk/pid; exec \"$@\"' sh "
                + (event == null
                        ? ""
                        : "/spelunk/lib/ld-linux-aarch64.so.1 --library-path /spelunk/lib /spelunk/perf record -q -N"
                                + " -o /spelunk/perf.data -e " + quoted(event) + (period == 0 ? "" : " -c " + period)
                                + " -- ");
    }

    /**
     * Sends perf's profile.
     *
     * @param asked whether there is an order that says whether the kernel's symbols are wanted too; else they are
     */
    static String broughtOut(boolean asked) {
        return String.join(
                "\n",
                "if [ -s /spelunk/perf.data ]; then",
                "  $B cat /spelunk/perf.data >/spelunk/port/" + GuestChannels.PROFILE,
                "  symbols=" + SYMBOLS,
                asked ? "  read -r symbols <&8" : "",
                "  [ $symbols = " + SYMBOLS + " ] && $B cat /proc/kallsyms >/spelunk/port/" + GuestChannels.SYMBOLS,
                "  " + said(GuestChannels.PROFILE + " $($B wc -c </spelunk/perf.data)"),
                "fi");
    }

    /** Sends a file, and then how long it is. */
    private static String result(int index, String file) {
        return "if [ -f " + file + " ]; then $B cat " + file + " >/spelunk/port/" + GuestChannels.RESULT + index
                + "; echo " + GuestChannels.RESULT + " " + index + " $($B wc -c <" + file + ") >&9; fi";
    }

    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
