// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

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
    private static final int MOST_HEIGHT = 6000;
    private static final int[] WIDTHS = {1280, 480};

    /** Pairs of things that people read or press, of which none is in the other, and that have a place in common. */
    private static final String OVERLAPS = """
            const things = [...document.querySelectorAll('nav a, h1, h2, h3, p, button, input, select, summary, .scroll, .chart, pre, .facts > div')]
              .filter(e => !e.closest('.flame') && !e.parentElement.closest('.scroll, pre') && e.checkVisibility() && e.textContent + e.value !== '');
            const places = things.map(e => [e, e.getBoundingClientRect()]).filter(([e, r]) => r.width && r.height);
            const bad = [];
            places.forEach(([e, r], i) => places.slice(i + 1).forEach(([f, q]) => {
              if (!e.contains(f) && !f.contains(e) && Math.min(r.right, q.right) - Math.max(r.left, q.left) > 1
                  && Math.min(r.bottom, q.bottom) - Math.max(r.top, q.top) > 1) {
                bad.push([e, f].map(x => x.localName + ' ' + x.textContent.slice(0, 30)).join(' and '));
              }
            }));
            return JSON.stringify(bad.slice(0, 5));
            """;

    /** Text whose contrast to what is behind it is less than 4.5 (WCAG 2.1, 1.4.3); what cannot be pressed may have less. */
    private static final String CONTRAST = """
            const numbers = c => (c.match(/[0-9.]+/g) || []).map(Number);
            const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
            function behind(e) {
              const layers = [];
              for (let p = e; p; p = p.parentElement) {
                const c = numbers(getComputedStyle(p).backgroundColor);
                if (c.length === 3) { layers.push([...c, 1]); break; }
                if (c[3]) layers.push(c);
              }
              return layers.reverse().reduce((under, c) => under.map((v, i) => v * (1 - c[3]) + c[i] * c[3]), [255, 255, 255]);
            }
            const bad = new Set();
            for (const e of document.querySelectorAll('main *, header *')) {
              if (e.closest('svg, :disabled, option, noscript') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
              const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
              const ratio = (a + .05) / (b + .05);
              if (ratio < 4.5) bad.add(e.localName + '.' + e.className + ' ' + ratio.toFixed(1) + ' ' + e.textContent.slice(0, 20));
            }
            return JSON.stringify([...bad].slice(0, 5));
            """;

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

    /**
     * Pictures of the whole page in windows of {@link #WIDTHS}, light and dark, left in {@code target/pictures}. Where the
     * page is ours: that nothing of it is wider than the window, and nothing lies over something else.
     */
    void pictures(String name, boolean ours) throws IOException, InterruptedException {
        Path pictures = Files.createDirectories(Spelunk.ROOT.resolve("target").resolve("pictures"));
        for (int width : WIDTHS) {
            for (String scheme : List.of("light", "dark")) {
                command(
                        "Emulation.setEmulatedMedia",
                        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
                command(
                        "Emulation.setDeviceMetricsOverride",
                        "{\"width\":" + width + ",\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}");
                // What comes with another width, or another look, is there two frames later; a picture is redrawn by
                // asking.
                js(
                        "return new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 200))");
                int height = Integer.parseInt(js("return document.documentElement.scrollHeight"));
                String png = command(
                                "Page.captureScreenshot",
                                "{\"format\":\"png\",\"captureBeyondViewport\":true,\"clip\":{\"x\":0,\"y\":0,\"scale\":1,\"width\":"
                                        + width + ",\"height\":" + Math.min(MOST_HEIGHT, height) + "}}")
                        .asJsonObject()
                        .getString("data");
                String file = name + "-" + width + "-" + scheme;
                Files.write(pictures.resolve(file + ".png"), Base64.getDecoder().decode(png));
                if (ours) {
                    assertThat(Integer.parseInt(js("return document.documentElement.scrollWidth")))
                            .as("width of " + file)
                            .isLessThanOrEqualTo(width);
                    assertThat(js(OVERLAPS)).as("what overlaps in " + file).isEqualTo("[]");
                    assertThat(js(CONTRAST))
                            .as("what is hard to read in " + file)
                            .isEqualTo("[]");
                }
            }
        }
        command("Emulation.clearDeviceMetricsOverride", "{}");
        command("Emulation.setEmulatedMedia", "{\"features\":[]}");
    }

    /** A command of Chromium's own protocol. */
    private JsonValue command(String name, String parameters) throws IOException, InterruptedException {
        try (JsonReader reader = Json.createReader(new StringReader(parameters))) {
            return order(
                    "/goog/cdp/execute",
                    Json.createObjectBuilder()
                            .add("cmd", name)
                            .add("params", reader.readObject())
                            .build());
        }
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
