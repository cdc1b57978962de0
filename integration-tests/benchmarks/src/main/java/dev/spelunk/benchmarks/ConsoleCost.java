// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.stream.Stream;

/**
 * What an open console costs: the same work of the bundled guest by {@code run}, and by {@code console} while a client does what
 * each of its five pages does in a browser, in alternating pairs of processes. Time is the processor time of the thread that
 * runs the machine (Linux' {@code schedstat}), from the guest's first line to its last: what else the host does counts less.
 */
public final class ConsoleCost {
    private static final String FIRST = "Spelunk guest:";
    private static final String LAST = "all checks passed";
    private static final String ADDRESS = "Console: ";
    private static final int SECOND = 1000;

    private final Path home = Path.of(System.getProperty("spelunk.home"));
    private final String scale;

    private ConsoleCost(String scale) {
        this.scale = scale;
    }

    /**
     * Measures and prints.
     *
     * @param arguments number of pairs, scale of the guest's work
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int pairs = Integer.parseInt(arguments[0]);
        ConsoleCost cost = new ConsoleCost(arguments[1]);
        double[] differences = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            // Which of a pair comes first alternates too.
            boolean openFirst = i % 2 == 0;
            double first = cost.seconds(openFirst);
            double second = cost.seconds(!openFirst);
            double open = openFirst ? first : second;
            double run = openFirst ? second : first;
            differences[i] = open / run - 1;
            System.out.printf(
                    Locale.ROOT,
                    "pair %2d: console with its pages open %.2f s, run %.2f s, %+.1f%%; load %s%n",
                    i + 1,
                    open,
                    run,
                    100 * differences[i],
                    Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        }
        Arrays.sort(differences);
        double median = (differences[(pairs - 1) / 2] + differences[pairs / 2]) / 2;
        System.out.printf(
                Locale.ROOT,
                "an open console costs the machine %+.1f%% of processor time (median of %d alternating pairs)%n",
                100 * median,
                pairs);
    }

    /** Processor time of the machine's thread for the guest's work. */
    private double seconds(boolean console) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("console-cost");
        Process process = new ProcessBuilder(
                        home.resolve("spelunk").toString(),
                        console ? "console" : "run",
                        "-o",
                        folder.resolve("out").toString(),
                        "--append",
                        "scale=" + scale)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        List<Thread> pages = new ArrayList<>();
        Map<String, Long> before = Map.of();
        Map<String, Long> after = Map.of();
        URI address = null;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(ADDRESS)) {
                    address = URI.create(line.substring(ADDRESS.length()));
                    open(address, pages);
                } else if (line.startsWith(FIRST)) {
                    before = threads(process);
                } else if (line.contains(LAST)) {
                    after = threads(process);
                    if (console) {
                        // Nobody reads what it says, and it ends.
                        order(address, "/api/quit");
                    }
                }
            }
        } finally {
            pages.forEach(Thread::interrupt);
            process.waitFor();
        }
        long most = 0;
        for (Map.Entry<String, Long> thread : after.entrySet()) {
            most = Math.max(most, thread.getValue() - before.getOrDefault(thread.getKey(), 0L));
        }
        if (most == 0) {
            throw new IllegalStateException(
                    "the guest does not end well: " + Files.readString(folder.resolve("stderr")));
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        return most / 1e9;
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

    /** Starts the machine, and does what the five pages do. */
    private static void open(URI address, List<Thread> pages) throws IOException, InterruptedException {
        order(address, "/api/start");
        for (int i = 0; i < 5; i++) {
            page(pages, address, "/events", 0);
        }
        page(pages, address, "/api/registers?pe=0&search=PM", SECOND);
        page(pages, address, "/api/timeline", SECOND);
        page(pages, address, "/api/profile", 2 * SECOND);
    }

    private static void page(List<Thread> pages, URI address, String path, int milliseconds) {
        Thread page = new Thread(() -> {
            HttpClient client = HttpClient.newHttpClient();
            try {
                do {
                    try (InputStream body = client.send(
                                    request(address, path).build(), HttpResponse.BodyHandlers.ofInputStream())
                            .body()) {
                        body.transferTo(java.io.OutputStream.nullOutputStream());
                    }
                    Thread.sleep(milliseconds);
                } while (milliseconds != 0);
            } catch (IOException | InterruptedException e) {
                // The console has ended.
                Thread.currentThread().interrupt();
            }
        });
        page.setDaemon(true);
        page.start();
        pages.add(page);
    }

    private static void order(URI address, String path) throws IOException, InterruptedException {
        int code = HttpClient.newHttpClient()
                .send(
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
