// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an open console costs: one machine of {@code console} runs the bundled guest; a client does what each of the five pages does in a
 * browser for a window of time, and nothing before and after it. Time is the processor time of the thread that runs the machine
 * (Linux' {@code schedstat}) for an instruction: what else the host does counts less.
 */
public final class ConsoleCost {
    private static final String ADDRESS = "Console: ";
    private static final Pattern INSTRUCTIONS = Pattern.compile("\"instructions\": ?(\\d+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int SECOND = 1000;
    private static final int WINDOW = 4 * SECOND;
    private static final int WARM_UP = 30 * SECOND;

    private final Path home = Path.of(System.getProperty("spelunk.home"));
    private Process process;
    private URI address;

    private ConsoleCost() {}

    /**
     * Measures and prints.
     *
     * @param arguments number of windows
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new ConsoleCost().measure(Integer.parseInt(arguments[0]));
    }

    private void measure(int windows) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("console-cost");
        process = new ProcessBuilder(
                        home.resolve("spelunk").toString(),
                        "console",
                        "-o",
                        folder.resolve("out").toString(),
                        "--append",
                        "scale=1000000 switch=20 spe.interval=4096")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.startsWith(ADDRESS)) {
                line = out.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the console has ended");
            }
            address = URI.create(line.substring(ADDRESS.length()));
            Thread reader = new Thread(() -> {
                try {
                    out.transferTo(Writer.nullWriter());
                } catch (IOException e) {
                    // It has ended.
                    Thread.currentThread().interrupt();
                }
            });
            reader.start();
            order(address, "/api/start");
            open(WARM_UP / 2);
            Thread.sleep(WARM_UP / 2);
            double[] costs = new double[windows];
            double before = closed();
            for (int i = 0; i < windows; i++) {
                double open = open(WINDOW);
                double after = closed();
                costs[i] = 100 * (2 * open / (before + after) - 1);
                System.out.printf(
                        Locale.ROOT,
                        "%.3f ns an instruction with the pages open, %.3f before, %.3f after, %+.1f%%; load %s%n",
                        open,
                        before,
                        after,
                        costs[i],
                        Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
                before = after;
            }
            Arrays.sort(costs);
            System.out.printf(
                    Locale.ROOT,
                    "an open console costs the machine %+.1f%% of processor time (median of %d windows; half of them from %+.1f%% to"
                            + " %+.1f%%)%n",
                    (costs[(windows - 1) / 2] + costs[windows / 2]) / 2,
                    windows,
                    costs[windows / 4],
                    costs[windows - 1 - windows / 4]);
            order(address, "/api/end");
            order(address, "/api/quit");
            process.waitFor();
            reader.join();
        } finally {
            process.destroy();
            process.waitFor();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private double closed() throws IOException, InterruptedException {
        return window(WINDOW);
    }

    private double open(int milliseconds) throws IOException, InterruptedException {
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            pages.add(new Page(address, "/events", SECOND));
        }
        pages.add(new Page(address, "/api/registers?pe=0&search=PM", SECOND));
        pages.add(new Page(address, "/api/timeline", SECOND));
        pages.add(new Page(address, "/api/profile", 2 * SECOND));
        try {
            return window(milliseconds);
        } finally {
            for (Page page : pages) {
                page.close();
            }
        }
    }

    /** Nanoseconds of processor time of the machine's thread for an instruction. */
    private double window(int milliseconds) throws IOException, InterruptedException {
        Map<String, Long> before = threads(process);
        long from = instructions();
        Thread.sleep(milliseconds);
        Map<String, Long> after = threads(process);
        long executed = instructions() - from;
        long most = 0;
        for (Map.Entry<String, Long> thread : after.entrySet()) {
            most = Math.max(most, thread.getValue() - before.getOrDefault(thread.getKey(), 0L));
        }
        return (double) most / executed;
    }

    private long instructions() throws IOException, InterruptedException {
        String machine = CLIENT.send(request(address, "/api/machine").build(), HttpResponse.BodyHandlers.ofString())
                .body();
        Matcher matcher = INSTRUCTIONS.matcher(machine);
        if (!matcher.find()) {
            throw new IllegalStateException("no count of instructions: " + machine);
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Nanoseconds on a processor of each thread of the program's JVM but its compilers. */
    private static Map<String, Long> threads(Process process) throws IOException {
        Map<String, Long> threads = new HashMap<>();
        long jvm = process.descendants()
                .filter(each -> each.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElse(process.toHandle())
                .pid();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(jvm), "task"))) {
            for (Path task : tasks.toList()) {
                try {
                    String name = Files.readString(task.resolve("comm"));
                    if (!name.matches("(?s)C[12] Compiler.*")) {
                        threads.put(
                                task.getFileName().toString(),
                                Long.parseLong(Files.readString(task.resolve("schedstat"))
                                        .split(" ")[0]));
                    }
                } catch (NoSuchFileException e) {
                    // It has ended meanwhile.
                    continue;
                }
            }
        }
        return threads;
    }

    /** What a page does until it is closed. */
    private static final class Page extends Thread {
        private final HttpRequest request;
        private final int milliseconds;
        private volatile boolean closed;
        private volatile InputStream body = InputStream.nullInputStream();

        Page(URI address, String path, int milliseconds) {
            request = request(address, path).build();
            this.milliseconds = milliseconds;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            try {
                while (!closed) {
                    body = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream())
                            .body();
                    if (!closed) {
                        body.transferTo(OutputStream.nullOutputStream());
                    }
                    body.close();
                    Thread.sleep(milliseconds);
                }
            } catch (IOException | InterruptedException e) {
                // It has been closed, or the console has ended.
                closed = true;
            }
        }

        void close() throws IOException, InterruptedException {
            closed = true;
            interrupt();
            body.close();
            join();
        }
    }

    private static void order(URI address, String path) throws IOException, InterruptedException {
        int code = CLIENT.send(
                        request(address, path)
                                .header("Origin", "http://" + address.getAuthority())
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
        if (code != 200) {
            throw new IllegalStateException(path + ": " + code);
        }
    }

    private static HttpRequest.Builder request(URI address, String path) {
        String token = address.getQuery().replaceFirst(".*token=", "");
        return HttpRequest.newBuilder(address.resolve(path))
                .header("Cookie", "spelunk-" + address.getPort() + "=" + token);
    }
}
