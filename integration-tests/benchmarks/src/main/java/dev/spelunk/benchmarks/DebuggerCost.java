// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.LogCategory;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Debugging;
import dev.spelunk.cli.composition.Logging;
import dev.spelunk.cli.composition.Overrides;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a debugger costs that is attached and lets the guest go on, with the history that it has unless the user says
 * otherwise, and what logs cost that are asked for and have not begun. Machines of one JVM, which share compiled code, run the
 * bundled guest in turns of a second: one with neither before and after one with the one, with the other, and once more with
 * neither, which shows what such a comparison is worth here. What is compared is the processor time of the machine's thread for an
 * instruction: what else the host does counts less. Each set of rounds has machines of its own, as a translator's code is each
 * machine's own.
 */
public final class DebuggerCost {
    private static final int WINDOW_MILLISECONDS = 1000;
    private static final int WARM_UP_ROUNDS = 3;
    private static final int ROUNDS = 6;
    private static final long HISTORY = 256L << 20;
    /** More work than a measurement lasts. */
    private static final String WORK = "scale=1000000 switch=20 spe.interval=4096";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private DebuggerCost() {}

    /**
     * Measures and prints.
     *
     * @param arguments number of sets of rounds, then engines
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int sets = Integer.parseInt(arguments[0]);
        for (String engine : List.of(arguments).subList(1, arguments.length)) {
            Map<String, List<Double>> costs = new LinkedHashMap<>();
            for (int i = 0; i < sets; i++) {
                measure(engine, costs);
            }
            costs.forEach((what, all) -> print(engine, what, all));
        }
    }

    private static void print(String engine, String what, List<Double> costs) {
        Collections.sort(costs);
        int count = costs.size();
        System.out.printf(
                Locale.ROOT,
                "%s, %s: %+.1f%% (median of %d rounds; half of them from %+.1f%% to %+.1f%%)%n",
                engine,
                what,
                (costs.get((count - 1) / 2) + costs.get(count / 2)) / 2,
                count,
                costs.get(count / 4),
                costs.get(count - 1 - count / 4));
    }

    private static void measure(String engine, Map<String, List<Double>> costs)
            throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        // One framework for all: each has classes of its own, which are compiled anew, and not to the same code.
        try (BundledGuest guest = new BundledGuest("default", Overrides.NONE.with(Parts.PE, engine));
                Running plain = new Running(guest.machine("kvm", WORK));
                Running control = new Running(guest.machine("kvm", WORK))) {
            guest.logging(new Logging(notYet(), List.of()));
            try (Running logs = new Running(guest.machine("kvm", WORK))) {
                guest.logging(null);
                guest.debugging(new Debugging(Integer.toString(port), true, HISTORY));
                try (Debugged debugger = new Debugged(guest.machine("kvm", WORK), port)) {
                    Map<String, Running> others = new LinkedHashMap<>();
                    others.put("nothing, once more", control);
                    others.put("logs that have not begun", logs);
                    others.put("a debugger", debugger);
                    rounds(engine, plain, others, costs);
                }
            }
        }
    }

    private static void rounds(
            String engine, Running plain, Map<String, Running> others, Map<String, List<Double>> costs)
            throws InterruptedException {
        for (int i = -WARM_UP_ROUNDS; i < ROUNDS; i++) {
            double before = plain.window();
            for (Map.Entry<String, Running> other : others.entrySet()) {
                double with = other.getValue().window();
                double after = plain.window();
                if (i >= 0) {
                    double cost = 100 * (2 * with / (before + after) - 1);
                    costs.computeIfAbsent(other.getKey(), name -> new ArrayList<>())
                            .add(cost);
                    System.out.printf(
                            Locale.ROOT,
                            "%s, %s: %.3f ns an instruction, %+.1f%%%n",
                            engine,
                            other.getKey(),
                            with,
                            cost);
                }
                before = after;
            }
        }
    }

    /** A machine on a thread of its own, which stands outside its windows. */
    private static class Running implements AutoCloseable {
        final Machine machine;
        private final Thread thread;

        Running(Machine machine) {
            this.machine = machine;
            thread = new Thread(machine::run, "machine");
            hold();
            thread.start();
        }

        void hold() {
            machine.pause();
        }

        void go() {
            machine.resume();
        }

        /** Lets the machine run; returns nanoseconds of processor time for an instruction. */
        double window() throws InterruptedException {
            long began = THREADS.getThreadCpuTime(thread.getId());
            long from = machine.instructions();
            go();
            Thread.sleep(WINDOW_MILLISECONDS);
            hold();
            double spent = THREADS.getThreadCpuTime(thread.getId()) - began;
            long executed = machine.instructions() - from;
            if (executed == 0) {
                throw new IllegalStateException("the machine stands");
            }
            return spent / executed;
        }

        @Override
        public void close() {
            machine.interrupt();
            machine.resume();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            machine.close();
        }
    }

    /** The same, by the packets of GDB: c, and its interrupt. */
    private static final class Debugged extends Running {
        private final Socket socket;

        Debugged(Machine machine, int port) throws IOException {
            super(machine);
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            ask("?");
        }

        @Override
        void hold() {
            if (socket != null) {
                send("\u0003");
                receive();
            }
        }

        @Override
        void go() {
            send(packet("c"));
        }

        private void ask(String what) {
            send(packet(what));
            receive();
        }

        private static String packet(String content) {
            return "$" + content
                    + String.format(Locale.ROOT, "#%02x", content.chars().sum() & 0xFF);
        }

        private void send(String what) {
            try {
                socket.getOutputStream().write(what.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Reads a packet's end, and says that it came. */
        private void receive() {
            try {
                int next = socket.getInputStream().read();
                while (next != '#') {
                    if (next < 0) {
                        throw new IllegalStateException("the debugger's end is gone");
                    }
                    next = socket.getInputStream().read();
                }
                socket.getInputStream().readNBytes(2);
                send("+");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            super.close();
        }
    }

    /** All logs, from a moment on that never comes. */
    private static LogOptions notYet() {
        Map<LogCategory, Consumer<CharSequence>> sinks = new EnumMap<>(LogCategory.class);
        for (LogCategory category : LogCategory.values()) {
            sinks.put(category, line -> {
                throw new IllegalStateException("nothing is to be logged: " + line);
            });
        }
        return new LogOptions(sinks, Long.MAX_VALUE - 1, Long.MAX_VALUE, 0, -1, LogOptions.ANY);
    }
}
