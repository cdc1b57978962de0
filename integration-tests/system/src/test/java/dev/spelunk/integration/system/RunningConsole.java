// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real program's console, and raw requests to it: clients of the JDK refuse to send what must be refused. */
final class RunningConsole implements AutoCloseable {
    private static final Pattern URL =
            Pattern.compile("^Console: (https?://127\\.0\\.0\\.1:(\\d+)/\\?token=(\\S+))$", Pattern.MULTILINE);
    private static final int SECONDS = 240;
    private static final int SOCKET_MILLISECONDS = 60_000;

    final Path folder;
    final Path output;
    final String url;
    final int port;
    final String token;
    private final Process process;

    RunningConsole(Path folder, String... options) throws IOException, InterruptedException {
        this.folder = folder;
        output = folder.resolve("out");
        List<String> arguments = new ArrayList<>(List.of("console", "-o", output.toString()));
        arguments.addAll(List.of(options));
        process = Spelunk.with(arguments.toArray(String[]::new))
                .by("env", "--chdir=" + folder)
                .noInput()
                .start(folder);
        Matcher told = told();
        url = told.group(1);
        port = Integer.parseInt(told.group(2));
        token = told.group(3);
    }

    private Matcher told() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (process.isAlive() && System.nanoTime() < end) {
            Matcher told = URL.matcher(Files.readString(folder.resolve("stdout"), StandardCharsets.ISO_8859_1));
            if (told.find()) {
                return told;
            }
            Thread.sleep(50);
        }
        Spelunk.kill(process);
        throw new AssertionError("no console: " + errors());
    }

    /** What stands on standard error, but for progress. */
    String errors() throws IOException {
        return Files.readString(folder.resolve("stderr"))
                .lines()
                .filter(line ->
                        !line.matches("spelunk: [0-9.]+ s, [0-9,]+ million instructions, .*|spelunk: building .*"))
                .reduce("", (a, b) -> a + b + "\n");
    }

    String page(String name) {
        return origin() + "/" + name;
    }

    String origin() {
        return url.substring(0, url.indexOf("/?"));
    }

    /** The header of somebody who has opened the printed address. */
    String cookie() {
        return "Cookie: spelunk-" + port + "=" + token;
    }

    /** Answers of the server. */
    record Answer(int code, String head, String body) {}

    /** Asks for a path, with these headers and a right Host. */
    Answer get(String path, String... headers) throws IOException {
        return send("GET", path, "", headers);
    }

    /** Orders something, as a page of the console does. */
    Answer post(String path, String body) throws IOException {
        return send("POST", path, body, cookie(), "Origin: " + origin());
    }

    Answer send(String method, String path, String body, String... headers) throws IOException {
        StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        boolean host = false;
        for (String header : headers) {
            host |= header.startsWith("Host:");
            text.append(header).append("\r\n");
        }
        if (!host) {
            text.append("Host: 127.0.0.1:").append(port).append("\r\n");
        }
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        if (content.length != 0) {
            text.append("Content-Length: ").append(content.length).append("\r\n");
        }
        return raw((text + "Connection: close\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes and reads until the server closes; code 0 where it says nothing. */
    Answer raw(byte[] bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), SOCKET_MILLISECONDS);
            socket.setSoTimeout(SOCKET_MILLISECONDS);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            int end = answer.indexOf("\r\n\r\n");
            Matcher code = Pattern.compile("^HTTP/1\\.[01] (\\d{3})").matcher(answer);
            return new Answer(
                    code.find() ? Integer.parseInt(code.group(1)) : 0,
                    end < 0 ? answer : answer.substring(0, end),
                    end < 0 ? "" : answer.substring(end + 4));
        }
    }

    /** Ends it as its page does, and checks that it went well. */
    int end() throws IOException, InterruptedException {
        assertThat(post("/api/quit", "{}").code()).isEqualTo(200);
        return ended();
    }

    /** Waits until it has ended; the exit code. */
    int ended() throws IOException, InterruptedException {
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as(errors()).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        Spelunk.kill(process);
    }
}
