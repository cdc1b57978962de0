// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.RecordStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Runs a machine on a thread of its own, and looks at it between two instructions. */
final class MachineControl {
    private static final int POLL_MILLISECONDS = 200;
    private static final Pattern LIKE = Pattern.compile("\\w*\\*[\\w*]*");
    private static final Pattern GENERAL = Pattern.compile("X\\d+|SP|PC|PSTATE");
    private static final Pattern NUMBERED = Pattern.compile("(\\D+)(\\d{1,4})(.*)");

    private final Machine machine;
    private Thread thread;
    private volatile Result result;
    private volatile RuntimeException failure;

    MachineControl(Machine machine) {
        this.machine = machine;
    }

    /** Starts the guest. */
    synchronized String start() {
        if (thread != null) {
            throw new IllegalStateException(
                    result == null
                            ? "the machine runs already; see status"
                            : "the machine has ended; leave the shell and open it again for another run");
        }
        thread = new Thread(
                () -> {
                    try {
                        result = machine.run();
                    } catch (RuntimeException e) {
                        failure = e;
                    }
                },
                "machine");
        thread.setDaemon(true);
        thread.start();
        return "started";
    }

    /** Stops between two instructions. */
    synchronized String pause() {
        requireRunning();
        machine.pause();
        return status();
    }

    /** Goes on after a pause. */
    synchronized String resume() {
        requireRunning();
        if (!machine.paused()) {
            throw new IllegalStateException("the machine is not paused");
        }
        machine.resume();
        return "resumed";
    }

    /** Whether the guest has been started. */
    synchronized boolean started() {
        return thread != null;
    }

    /** Whether the guest has ended. */
    boolean ended() {
        return result != null || failure != null;
    }

    /** Stops a machine that runs; says what it does then, or nothing where it did not run. */
    String interrupt() {
        synchronized (this) {
            if (thread == null || !thread.isAlive() || machine.paused()) {
                return "";
            }
        }
        machine.debugger().halt();
        return status();
    }

    /** Waits until the guest has ended, or somebody pauses it. */
    String await() throws InterruptedException {
        Thread running;
        synchronized (this) {
            if (thread == null) {
                throw new IllegalStateException("the machine is not started; type start");
            }
            if (machine.paused() && thread.isAlive()) {
                throw new IllegalStateException("the machine is paused; type resume");
            }
            running = thread;
        }
        while (running.isAlive() && !machine.paused()) {
            running.join(POLL_MILLISECONDS);
        }
        return status();
    }

    /** One line about what the machine does. */
    String status() {
        if (failure != null) {
            return "failed inside: " + failure;
        }
        Result ended = result;
        if (ended != null) {
            String message = ended.message() == null || ended.message().isEmpty() ? "" : " " + ended.message();
            return String.format(
                    Locale.ROOT,
                    "%s%s%s, %,d instructions",
                    ended.ending().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    ended.ending() == Machine.Ending.EXITED ? " with " + ended.exitCode() : "",
                    message,
                    ended.instructions());
        }
        // A debugger's commands find a machine that somebody else has started.
        boolean begun = thread != null || machine.instructions() != 0;
        String state = !begun ? "not started" : machine.paused() ? "paused" : "running";
        return String.format(Locale.ROOT, "%s, %,d instructions", state, machine.instructions());
    }

    /**
     * The registers of a PE, one on a line.
     *
     * @param pe index of the PE
     * @param name a regular expression that is found in the names wanted, or an empty string for all; or what the whole
     *     names are like, with * for any characters, as PMB*: then with the fields of system registers
     */
    String registers(int pe, String name) {
        if (pe < 0 || pe >= machine.pes().size()) {
            throw new IllegalArgumentException(
                    "no PE " + pe + "; the machine has " + machine.pes().size() + ", counted from 0");
        }
        boolean like = LIKE.matcher(name).matches();
        Pattern pattern;
        try {
            pattern = Pattern.compile(like ? "^" + name.replace("*", ".*") + "$" : name, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a regular expression: " + name);
        }
        StringBuilder text = new StringBuilder();
        whilePaused(() -> {
            SortedMap<String, Long> registers = new TreeMap<>(MachineControl::byNumber);
            registers.putAll(machine.registers(pe));
            registers.keySet().removeIf(register -> !pattern.matcher(register).find());
            registers.forEach(
                    (register, value) -> text.append(like ? decoded(pe, register, value) : plain(register, value)));
            return registers;
        });
        if (text.length() == 0) {
            throw new IllegalArgumentException("no register has " + name + " in its name");
        }
        return text.toString().stripTrailing();
    }

    private static String plain(String register, long value) {
        return String.format(Locale.ROOT, "%-20s 0x%016x%n", register, value);
    }

    private String decoded(int pe, String register, long value) {
        return GENERAL.matcher(register).matches()
                ? plain(register, value)
                : machine.debugger().decoded(pe, register) + "\n";
    }

    /** X2 comes before X10. */
    private static int byNumber(String a, String b) {
        Matcher first = NUMBERED.matcher(a);
        Matcher second = NUMBERED.matcher(b);
        if (first.matches() && second.matches() && first.group(1).equals(second.group(1))) {
            int byNumber = Integer.compare(Integer.parseInt(first.group(2)), Integer.parseInt(second.group(2)));
            if (byNumber != 0) {
                return byNumber;
            }
        }
        return a.compareTo(b);
    }

    /** All registers and the last exception. */
    String dump() {
        return whilePaused(machine::dump).stripTrailing();
    }

    /** How many records there are so far. */
    String records() {
        List<RecordStream> streams = whilePaused(machine::records);
        return streams.stream().mapToLong(RecordStream::records).sum() + " records, "
                + streams.stream().mapToLong(RecordStream::bytes).sum() + " bytes";
    }

    /** The packets of the records so far, CPU by CPU. */
    synchronized String decode(ProfileWriter writer) throws IOException, MalformedRecordException {
        boolean pause = pauses();
        try {
            return decode(writer, machine.records());
        } finally {
            if (pause) {
                machine.resume();
            }
        }
    }

    private static String decode(ProfileWriter writer, List<RecordStream> streams)
            throws IOException, MalformedRecordException {
        StringBuilder text = new StringBuilder();
        for (RecordStream stream : streams) {
            if (streams.size() > 1) {
                text.append("CPU ").append(stream.vcpu()).append('\n');
            }
            if (streams.size() == 1 || stream.records() != 0) {
                try (InputStream records = stream.open()) {
                    writer.decode(records, text, DecodeOptions.DEFAULT);
                }
            }
        }
        return text.toString().stripTrailing();
    }

    Machine machine() {
        return machine;
    }

    /** Looks at the machine between two instructions. */
    synchronized <T> T whilePaused(Supplier<T> look) {
        boolean pause = pauses();
        try {
            return look.get();
        } finally {
            if (pause) {
                machine.resume();
            }
        }
    }

    /** Stops the machine if it runs; returns whether it must go on afterwards. */
    private boolean pauses() {
        boolean pause = thread != null && thread.isAlive() && result == null && !machine.paused();
        if (pause) {
            machine.pause();
        }
        return pause;
    }

    private void requireRunning() {
        if (thread == null) {
            throw new IllegalStateException("the machine is not started; type start");
        }
        if (!thread.isAlive()) {
            throw new IllegalStateException("the machine has ended");
        }
    }
}
