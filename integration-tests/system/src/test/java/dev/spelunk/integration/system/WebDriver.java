// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chromium without a window, by the few commands of W3C's WebDriver protocol that tests need. The driver is Debian's, of the
 * browser's own version.
 */
final class WebDriver implements AutoCloseable {
    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    static final String ENTER = "\uE007";
    static final String TAB = "\uE004";
    private static final int SECONDS = 120;
    private static final int POLL_MILLISECONDS = 100;
    private static final int CHROME = 140;
    private static final int MOST_HEIGHT = 4000;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process driver;
    private final String base;
    private final List<String> sessions = new ArrayList<>();
    private String session;

    /** @param folder for what the driver prints */
    WebDriver(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("chromedriver.log");
        driver = new ProcessBuilder("chromedriver", "--port=0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        base = "http://127.0.0.1:" + port(log);
        open();
    }

    private String port(Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            Matcher started = STARTED.matcher(Files.readString(log));
            if (started.find()) {
                return started.group(1);
            }
            Thread.sleep(POLL_MILLISECONDS);
        }
        throw new AssertionError("chromedriver does not start: " + Files.readString(log));
    }

    /** A browser of its own, with no cookies. */
    void open() throws IOException, InterruptedException {
        JsonObject options = Json.createObjectBuilder()
                .add(
                        "args",
                        Json.createArrayBuilder(List.of(
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--hide-scrollbars",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")))
                .build();
        JsonObjectBuilder always = Json.createObjectBuilder()
                .add("browserName", "chrome")
                .add("goog:loggingPrefs", Json.createObjectBuilder().add("browser", "ALL"))
                .add("goog:chromeOptions", options);
        JsonObject wanted = Json.createObjectBuilder()
                .add("capabilities", Json.createObjectBuilder().add("alwaysMatch", always))
                .build();
        session = "/session/" + call("POST", "/session", wanted).asJsonObject().getString("sessionId");
        sessions.add(session);
    }

    /** Opens an address in the tab. */
    void go(String url) throws IOException, InterruptedException {
        order("/url", Json.createObjectBuilder().add("url", url).build());
    }

    /** Opens another tab, and goes to it; returns the name by which {@link #tab} goes back. */
    String newTab() throws IOException, InterruptedException {
        String before = ((JsonString) call("GET", session + "/window", null)).getString();
        JsonObject made = order(
                        "/window/new",
                        Json.createObjectBuilder().add("type", "tab").build())
                .asJsonObject();
        tab(made.getString("handle"));
        return before;
    }

    /** Goes to a tab. */
    void tab(String name) throws IOException, InterruptedException {
        order("/window", Json.createObjectBuilder().add("handle", name).build());
    }

    /** What a function with this body returns, as text. */
    String js(String body) throws IOException, InterruptedException {
        JsonValue value = order(
                "/execute/sync",
                Json.createObjectBuilder()
                        .add("script", body)
                        .add("args", Json.createArrayBuilder())
                        .build());
        return value instanceof JsonString text ? text.getString() : String.valueOf(value);
    }

    /** Clicks what a selector finds first. */
    void click(String selector) throws IOException, InterruptedException {
        await("document.querySelector('" + selector + "') && !document.querySelector('" + selector + "').disabled");
        js("document.querySelector('" + selector + "').click()");
    }

    /**
     * Presses keys, one after the other, as a person does: what has the focus gets them.
     *
     * @param keys characters; {@link #ENTER} and {@link #TAB} too
     */
    void press(String keys) throws IOException, InterruptedException {
        JsonArrayBuilder actions = Json.createArrayBuilder();
        keys.codePoints().mapToObj(Character::toString).forEach(key -> {
            actions.add(Json.createObjectBuilder().add("type", "keyDown").add("value", key));
            actions.add(Json.createObjectBuilder().add("type", "keyUp").add("value", key));
        });
        order(
                "/actions",
                Json.createObjectBuilder()
                        .add(
                                "actions",
                                Json.createArrayBuilder()
                                        .add(Json.createObjectBuilder()
                                                .add("type", "key")
                                                .add("id", "keyboard")
                                                .add("actions", actions)))
                        .build());
    }

    /** The text of what a selector finds first. */
    String text(String selector) throws IOException, InterruptedException {
        return js("const e = document.querySelector('" + selector + "'); return e ? e.textContent : ''");
    }

    /** Waits until an expression is true. */
    void await(String expression) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!js("return String(Boolean(" + expression + "))").equals("true")) {
            if (System.nanoTime() > end) {
                throw new AssertionError("does not come true: " + expression + "; the page says: "
                        + js("return document.body.innerText.slice(0, 2000)"));
            }
            Thread.sleep(POLL_MILLISECONDS);
        }
    }

    /** A picture of the whole page at a width; left in {@code target/pictures}. Returns how wide the page would be. */
    int picture(String name, int width) throws IOException, InterruptedException {
        size(width, 900);
        Thread.sleep(500);
        int height = Integer.parseInt(js("return document.documentElement.scrollHeight"));
        size(width, Math.min(MOST_HEIGHT, height + CHROME));
        Thread.sleep(500);
        String png = ((JsonString) call("GET", session + "/screenshot", null)).getString();
        Path pictures = Files.createDirectories(Spelunk.ROOT.resolve("target").resolve("pictures"));
        Files.write(
                pictures.resolve(name + "-" + width + ".png"),
                Base64.getDecoder().decode(png));
        return Integer.parseInt(js("return document.documentElement.scrollWidth"));
    }

    private void size(int width, int height) throws IOException, InterruptedException {
        order(
                "/window/rect",
                Json.createObjectBuilder()
                        .add("width", width)
                        .add("height", height)
                        .build());
    }

    /** What the browser has to complain of: errors of scripts, and what a policy has stopped. */
    String complaints() throws IOException, InterruptedException {
        return order(
                        "/se/log",
                        Json.createObjectBuilder().add("type", "browser").build())
                .toString();
    }

    private JsonValue order(String path, JsonObject body) throws IOException, InterruptedException {
        return call("POST", session + path, body);
    }

    private JsonValue call(String method, String path, JsonObject body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(SECONDS))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(method + " " + path + ": " + response.body());
        }
        try (JsonReader reader = Json.createReader(new StringReader(response.body()))) {
            return reader.readObject().get("value");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String each : sessions) {
            call("DELETE", each, null);
        }
        driver.destroy();
        driver.waitFor(SECONDS, TimeUnit.SECONDS);
    }
}
