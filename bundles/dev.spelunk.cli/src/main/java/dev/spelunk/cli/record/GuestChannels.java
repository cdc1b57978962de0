// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.LimitedOutput;
import dev.spelunk.cli.run.OutputFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The channels of a recording: the program's standard streams, the files that it leaves behind, and lines in which
 * the guest says how far it is. The files go to the output folder and stay there only when they are whole.
 */
final class GuestChannels implements AutoCloseable {
    /** Names of the channels. */
    static final String CONTROL = "control";

    static final String INPUT = "stdin";
    static final String OUTPUT = "stdout";
    static final String ERRORS = "stderr";
    static final String PROFILE = "perf.data";
    static final String SYMBOLS = "kallsyms";
    /** What the host asks of perf. */
    static final String REQUEST = "request";
    /** Beginning of the names of channels for files of the program, and of the lines that say how long they are. */
    static final String RESULT = "result";
    /** How many channels there are for every program. */
    static final int COUNT = 7;
    /** Channels for files of a program whose Linux has booted before it is known which ones there are. */
    private static final int RESULTS = 4;
    /** Lines of the control channel begin with these, or with {@link #PROFILE} and its size. */
    static final String BOOTED = "booted";

    /** The guest waits for its orders, and the channel that brings them: an archive. */
    static final String ORDERS = "orders";

    static final String STARTED = "started";
    static final String TIME_OVER = "time-over";
    static final String KERNEL = "kernel";

    static final String ENDED = "ended";
    /** A host at EL2 has booted. */
    static final String HOST = "host";
    /** It has no KVM. */
    static final String NO_KVM = "no-kvm";
    /** Its virtual machine monitor has ended, with this code. */
    static final String MONITOR = "monitor";

    static final String REFUSED = "refused";

    private final OutputFolder.Pending profile;
    private final OutputFolder.Pending symbols;
    private final List<OutputFolder.Pending> results = new ArrayList<>();
    private final long[] resultSizes;
    private final List<GuestFile> wanted;
    private final RecordingOrder order;
    private final RequestInput request;
    private final List<ConsolePort> ports = new ArrayList<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final List<OutputStream> streams;
    /** Closed as long as the guest has not asked for its orders. */
    private final List<GatedInput> gated = new ArrayList<>();

    private Runnable onBooted = () -> {};
    private Runnable onFailure = () -> {};
    private Runnable onStart = () -> {};
    private Runnable onEnd = () -> {};
    private UserError failure;
    private Integer exitCode;
    private boolean timeOver;
    private String kernel = "";
    private Consumer<String> progress = what -> {};
    private long size = -1;
    private long started;
    private long ended;
    private long brought;

    /**
     * Creates the channels.
     *
     * @param folder gets the files
     * @param output the program's standard output
     * @param errors its standard error
     * @param input its standard input
     * @param order what is to be recorded
     * @param orders the archive of orders; null where the guest has them
     * @param most bytes that each channel of the program's may bring
     */
    GuestChannels(
            OutputFolder folder,
            OutputStream output,
            OutputStream errors,
            InputStream input,
            RecordingOrder order,
            InputStream orders,
            long most) {
        profile = folder.begin(PROFILE);
        symbols = folder.begin(SYMBOLS);
        streams = List.of(output, errors);
        this.order = order;
        wanted = order.results();
        resultSizes = new long[wanted.size()];
        request = new RequestInput(order.limit());
        ports.add(new ConsolePort(CONTROL, new Lines(), null));
        ports.add(new ConsolePort(INPUT, null, orders == null ? input : gated(input)));
        ports.add(new ConsolePort(OUTPUT, new LimitedOutput("its standard output", output, most), null));
        ports.add(new ConsolePort(ERRORS, new LimitedOutput("its standard error", errors, most), null));
        ports.add(new ConsolePort(PROFILE, new LimitedOutput(PROFILE, new Guarded(profile), most), null));
        ports.add(new ConsolePort(SYMBOLS, new LimitedOutput(SYMBOLS, new Guarded(symbols), most), null));
        ports.add(new ConsolePort(REQUEST, null, request));
        for (GuestFile file : wanted) {
            OutputFolder.Pending result = folder.begin(file.host().toString());
            results.add(result);
            ports.add(new ConsolePort(
                    RESULT + (results.size() - 1),
                    new LimitedOutput(file.host().toString(), new Guarded(result), most),
                    null));
        }
        Arrays.fill(resultSizes, -1);
        if (orders != null) {
            for (int i = wanted.size(); i < RESULTS; i++) {
                ports.add(new ConsolePort(RESULT + i, OutputStream.nullOutputStream(), null));
            }
            ports.add(new ConsolePort(ORDERS, null, gated(orders)));
        }
    }

    /** How many channels there are to a guest that waits for its orders. */
    static int waiting(RecordingOrder order) {
        return COUNT + Math.max(RESULTS, order.results().size()) + 1;
    }

    private InputStream gated(InputStream input) {
        GatedInput gate = new GatedInput(input);
        gated.add(gate);
        return gate;
    }

    /** Sets what to do when the guest has booted, before it asks for its orders. */
    void onBooted(Runnable action) {
        onBooted = action;
    }

    /** The input of a guest that is restored is skipped as far as the guest has read it. */
    void skipping() {
        gated.forEach(GatedInput::open);
    }

    /** Takes the kernel's symbols from a file, so that the guest need not bring them. */
    void symbols(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(symbols);
        }
    }

    /** What the host asks of perf. */
    RequestInput request() {
        return request;
    }

    /** Sets who is told how far the guest is. */
    void tell(Consumer<String> told) {
        progress = told;
    }

    /** Whether the duration was over before the program's end. */
    boolean timeOver() {
        return timeOver;
    }

    /** What the guest's kernel said last of its SPE; empty for nothing. */
    String kernel() {
        return kernel;
    }

    /** What is connected to the machine. */
    List<ConsolePort> ports() {
        return ports;
    }

    /** Sets what to do when a file cannot be written. */
    void onFailure(Runnable action) {
        onFailure = action;
    }

    /** Sets what to do before the program starts and after it has ended. */
    void whileItRuns(Runnable before, Runnable after) {
        onStart = before;
        onEnd = after;
    }

    private void command(String text) {
        String[] words = text.trim().split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case BOOTED:
                progress.accept("Linux has booted "
                        + (order.nesting() == null ? "and loaded its modules" : "in the VM and loaded its modules")
                        + (order.event() == null ? "" : ", perf starts"));
                onBooted.run();
                break;
            case ORDERS:
                gated.forEach(GatedInput::open);
                break;
            case HOST:
                progress.accept("Linux has booted at EL2, " + (order.nesting().event() == null ? "" : "perf and ")
                        + "a VM starts");
                break;
            case NO_KVM:
                failure = new UserError("the host's kernel has no KVM" + (rest.isEmpty() ? "" : " (" + rest + ")")
                        + ": name a variant with FEAT_EL2 with --variant, or a kernel with KVM");
                break;
            case MONITOR:
                if (exitCode == null && failure == null) {
                    failure = new UserError("the virtual machine monitor ended with exit code " + rest
                            + " before the program in its VM did; what it said is above");
                }
                break;
            case STARTED:
                progress.accept("the program runs" + (order.event() == null ? "" : " under perf"));
                started = System.nanoTime();
                onStart.run();
                break;
            case ENDED:
                ended = System.nanoTime();
                onEnd.run();
                exitCode = Integer.valueOf(rest);
                progress.accept(
                        order.event() == null ? "the program has ended" : "perf has ended, its profile is brought out");
                break;
            case TIME_OVER:
                timeOver = true;
                break;
            case KERNEL:
                kernel = rest;
                break;
            case RESULT:
                String[] numbers = rest.split("\\s+");
                resultSizes[Integer.parseInt(numbers[0])] = Long.parseLong(numbers[1]);
                break;
            case PROFILE:
                brought = System.nanoTime();
                size = Long.parseLong(rest);
                break;
            case REFUSED:
                failure = new UserError("the guest's kernel found no SPE that it can use"
                        + (rest.isEmpty() ? "" : " (" + rest + ")") + ": name a variant with FEAT_SPE with --variant");
                break;
            default:
                break;
        }
    }

    /**
     * Takes over from another recording, in a guest that was restored.
     *
     * @param said bytes that the guest had written to the control channel by then
     * @param fromStart whether this one must see the program's start
     * @return whether it can
     */
    boolean goesOn(long said, boolean fromStart) {
        long host = order.nesting() == null ? 0 : HOST.length() + 1;
        long booted = host + BOOTED.length() + 1;
        long ordered = booted + (gated.isEmpty() ? 0 : ORDERS.length() + 1);
        if (said < ordered) {
            gated.forEach(GatedInput::close);
        }
        if (said == ordered + STARTED.length() + 1 && !fromStart) {
            command(STARTED);
            return true;
        }
        return said == 0 || said == host || said == booted || said == ordered;
    }

    /** Why there is no profile, where a channel knows it; else null. */
    UserError failure() {
        return failure;
    }

    /** Whether perf's profile has come. */
    boolean brought() {
        return size >= 0;
    }

    /** Whether the program was started. */
    boolean started() {
        return started != 0;
    }

    /** The program's exit code; null when it did not end. */
    Integer exitCode() {
        return exitCode;
    }

    /** Host times in nanoseconds of the program's start and end, and of the end of the transfer; 0 for not yet. */
    long[] times() {
        return new long[] {started, ended, brought};
    }

    /**
     * Puts the files in their places.
     *
     * @return size of the profile in bytes; 0 where none was ordered
     * @throws UserError when it did not arrive whole, or cannot be kept
     */
    long keep() {
        if (order.profiled() != null) {
            if (profile.size() != size) {
                throw new UserError("the profile did not arrive whole from the guest: " + profile.size() + " of " + size
                        + " bytes");
            }
            profile.keep();
            symbols.keep();
        }
        for (int i = 0; i < results.size(); i++) {
            OutputFolder.Pending result = results.get(i);
            if (resultSizes[i] == result.size()) {
                result.keep();
            } else {
                System.err.println("spelunk: " + wanted.get(i).guest()
                        + (resultSizes[i] < 0
                                ? " is no file of the guest: --output-file brings nothing"
                                : " did not arrive whole: " + result.size() + " of " + resultSizes[i] + " bytes"));
            }
        }
        return Math.max(size, 0);
    }

    /** Shows what the program has printed. */
    void flush() {
        for (OutputStream stream : streams) {
            try {
                stream.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Removes what is not whole. */
    @Override
    public void close() {
        profile.close();
        symbols.close();
        results.forEach(OutputFolder.Pending::close);
    }

    /** Reads the control channel. */
    private final class Lines extends OutputStream {
        @Override
        public void write(int value) {
            if (value == '\n') {
                command(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(value);
            }
        }
    }

    /** A file of the host that ends the recording when it cannot be written. */
    private final class Guarded extends OutputStream {
        private final OutputFolder.Pending file;

        Guarded(OutputFolder.Pending file) {
            this.file = file;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                file.write(bytes, offset, length);
            } catch (IOException e) {
                failure = file.failed(e);
                onFailure.run();
                throw e;
            }
        }
    }
}
