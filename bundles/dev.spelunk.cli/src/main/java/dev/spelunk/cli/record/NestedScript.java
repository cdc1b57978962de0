// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The scripts of a program in the VM of a host at EL2. The monitor that comes with Spelunk hands the channels of
 * {@link GuestChannels} through to its VM, in which {@link GuestScript} runs as it does without a host. Of the user's own
 * monitor nothing is known but that it shows the VM's console: the program's output is there, line by line, and its
 * exit code in the last one.
 */
final class NestedScript {
    /** Places in the host's initramfs. */
    static final String VMM = "spelunk/vmm";

    static final String IMAGE = "spelunk/Image";
    static final String INITRD = "spelunk/nested";
    /** Begins the line of the console that tells the program's exit code. */
    private static final String ENDED = "spelunk-ended";

    private static final List<String> TO_THE_VM = List.of(GuestChannels.INPUT, GuestChannels.REQUEST);

    /** What perf in the host brings out itself. */
    private static final List<String> FROM_THE_HOST = List.of(GuestChannels.PROFILE, GuestChannels.SYMBOLS);

    private NestedScript() {}

    /**
     * Makes the host's script.
     *
     * @param modules file names of the modules that it loads, in order
     * @param order what is to be run
     * @param arguments the VM's kernel command line
     * @param monitor the monitor's place in the host
     */
    static String host(List<String> modules, RecordingOrder order, String arguments, String monitor) {
        Nesting nesting = order.nesting();
        return String.join(
                "\n",
                GuestScript.begin(modules, GuestChannels.COUNT + order.results().size()),
                GuestScript.OPEN_CONTROL,
                "if ! [ -e /dev/kvm ]; then",
                "  " + GuestScript.said(GuestChannels.NO_KVM + " $($B dmesg | $B grep -i kvm | $B tail -n 1)"),
                "  $B poweroff -f",
                "fi",
                GuestScript.needsSpe(nesting.event()),
                GuestScript.said(GuestChannels.HOST),
                "echo 0 >/proc/sys/kernel/kptr_restrict",
                "export HOME=/tmp PATH=/usr/bin:/bin",
                nesting.consoleOnly() ? console(order, arguments, monitor) : ports(order, arguments, monitor),
                nesting.event() == null ? "" : GuestScript.broughtOut(false),
                GuestScript.said(GuestChannels.MONITOR + " $code"),
                "$B poweroff -f",
                "");
    }

    /** The control channel is the VM's as long as it runs. */
    private static String ports(RecordingOrder order, String arguments, String monitor) {
        Nesting nesting = order.nesting();
        Stream<String> fixed = Stream.of(
                GuestChannels.CONTROL,
                GuestChannels.INPUT,
                GuestChannels.OUTPUT,
                GuestChannels.ERRORS,
                GuestChannels.REQUEST,
                GuestChannels.PROFILE,
                GuestChannels.SYMBOLS);
        Stream<String> results = IntStream.range(0, order.results().size()).mapToObj(i -> GuestChannels.RESULT + i);
        String ports = Stream.concat(fixed, results)
                .map(name -> (TO_THE_VM.contains(name) ? " -r " : " -w ") + name + "="
                        + (nesting.event() != null && FROM_THE_HOST.contains(name)
                                ? "/dev/null"
                                : "/spelunk/port/" + name))
                .collect(Collectors.joining());
        return String.join(
                "\n",
                "exec 9>&-",
                GuestScript.started(nesting.event(), nesting.period()) + monitor + " -c " + nesting.cpus() + " -m "
                        + (nesting.memory() >> 20) + " -i /" + INITRD + " -a " + GuestScript.quoted(arguments) + ports
                        + " /" + IMAGE,
                "code=$?",
                GuestScript.OPEN_CONTROL);
    }

    private static String console(RecordingOrder order, String arguments, String monitor) {
        Nesting nesting = order.nesting();
        String own = nesting.arguments()
                .replace("{kernel}", "/" + IMAGE)
                .replace("{initrd}", "/" + INITRD)
                .replace("{append}", arguments)
                .replace("{cpus}", Integer.toString(nesting.cpus()))
                .replace("{memory}", Long.toString(nesting.memory() >> 20));
        return String.join(
                "\n",
                "( read -r signal </spelunk/port/" + GuestChannels.REQUEST + " && " + GuestScript.INTERRUPT
                        + " ) 9>&- &",
                GuestScript.said(GuestChannels.STARTED),
                "{ " + GuestScript.started(nesting.event(), nesting.period()) + monitor + " " + own
                        + " </dev/null 2>/spelunk/port/" + GuestChannels.ERRORS + " 9>&-; echo $? >/spelunk/code; } |",
                "  while IFS= read -r line; do",
                "    line=${line%\"$(printf '\\r')\"}",
                "    case $line in",
                // What the program printed last may be no whole line.
                "      *" + ENDED + "\\ *) printf %s \"${line%" + ENDED + " *}\"; "
                        + GuestScript.said(GuestChannels.ENDED + " ${line##* }") + "; ended=1 ;;",
                // The kernel may have a word at its end.
                "      *) [ -n \"$ended\" ] || echo \"$line\" ;;",
                "    esac",
                "  done >/spelunk/port/" + GuestChannels.OUTPUT,
                "code=$($B cat /spelunk/code)");
    }

    /** Makes the script of a VM that has nothing but a console. */
    static String onConsole(RecordingOrder order, Path folder, Path program) {
        return String.join(
                "\n",
                "#!/spelunk/busybox sh",
                "B=/spelunk/busybox",
                "$B mount -t proc proc /proc",
                "$B mount -t sysfs sysfs /sys",
                "$B mount -t devtmpfs dev /dev",
                "export HOME=/tmp PATH=/usr/bin:/bin",
                "cd " + GuestScript.quoted(folder.toString()),
                GuestScript.command(order, program) + " </dev/null 2>&1",
                "code=$?",
                "echo " + ENDED + " $code",
                "$B poweroff -f",
                "");
    }
}
