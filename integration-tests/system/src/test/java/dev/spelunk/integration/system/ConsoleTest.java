// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console of the real program in a real browser. */
class ConsoleTest {
    private static final List<String> PAGES = List.of("machine", "composition", "registers", "profile", "timeline");
    private static final String WORDS = "document.getElementById('message').textContent";

    @TempDir
    private Path folder;

    private WebDriver browser;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        Tools.require("The console in a browser", "chromedriver", "chromium-driver");
        browser = new WebDriver(folder);
    }

    @AfterEach
    void close() throws IOException, InterruptedException {
        browser.close();
    }

    private void awaitState(String state) throws IOException, InterruptedException {
        browser.await("document.documentElement.dataset.state === '" + state + "'");
    }

    private long count(String of) throws IOException, InterruptedException {
        return Long.parseLong(
                browser.js("return fetch('/api/machine').then(r => r.json()).then(m => String(m." + of + "))"));
    }

    @Test
    @DisplayName(
            "opens with the token alone; the guest is started, samples arrive, a part is swapped, a register decoded")
    void worksThrough() throws Exception {
        try (RunningConsole console =
                new RunningConsole(folder, "--variant", fixed().toString(), "--append", "scale=400")) {
            browser.go(console.origin() + "/");
            assertThat(browser.js("return document.body.innerText")).contains("403", "no valid token");
            browser.go(console.url);
            awaitState("new");
            assertThat(browser.js("return location.href")).doesNotContain("token");

            // Another tab watches the same machine.
            String first = browser.newTab();
            browser.go(console.page("profile"));
            awaitState("new");
            String second = browser.newTab();
            browser.tab(first);
            browser.press("s");
            awaitState("running");
            browser.tab(second);
            browser.await("Number(document.documentElement.dataset.records) > 0");
            assertThat(browser.text("#profile"))
                    .contains("Functions", "pointer_chase_walk")
                    .contains("none recorded");

            browser.press("2");
            browser.await("document.documentElement.dataset.ready === 'composition'");
            choose("timing fixed");
            swaps();
            configures();
            composes();

            browser.go(console.page("profile"));
            browser.await("[...document.querySelectorAll('#kinds h3')].some(h => h.textContent === 'Data sources' && "
                    + "h.nextSibling.querySelector('tbody tr'))");

            browser.press("p");
            awaitState("paused");
            browser.tab(first);
            awaitState("paused");
            long before = count("instructions");
            browser.press("n");
            browser.await(WORDS + " === 'stepped'");
            assertThat(count("instructions")).isEqualTo(before + 1);

            browser.go(console.page("registers?search=PMBSR&open=PMBSR_EL1"));
            browser.await("document.querySelector('[data-register=PMBSR_EL1] .fields div')");
            assertThat(browser.text("[data-register=PMBSR_EL1]"))
                    .contains("EC0x", "DL0x", "S0x", "MSS0x")
                    .contains(" / 0x");
            assertThat(browser.complaints())
                    .as("what the browser complains of")
                    .doesNotContain("Content Security Policy", "Uncaught");

            browser.go(console.page("machine"));
            browser.click("#end");
            browser.await("document.getElementById('ended')");
            assertThat(browser.text("#ended")).contains("interrupted", "perf.data", "report.html");
            assertThat(console.output.resolve("report.html")).isNotEmptyFile();
            assertThat(console.end()).isZero();
            assertThat(console.errors()).isEqualTo("spelunk: interrupted\n");
        }
    }

    /** A core with data sources, whose first timing model has none. */
    private Path fixed() throws IOException {
        return Files.writeString(folder.resolve("fixed.json"), """
                {"id": "t:fixed:1", "bundles": [{"id": "dev.spelunk:dev.spelunk.timing.fixed:0.2.0-SNAPSHOT"}],
                 "extensions": {"spelunk-variant": {"json": {"extends": "neoverse-n1", "parts": {"timing": "fixed"}}}}}
                """);
    }

    private void choose(String part) throws IOException, InterruptedException {
        String found = "document.querySelector('[data-part=\"" + part + "\"]')";
        browser.await(found);
        browser.js(found + ".focus()");
        browser.press(WebDriver.ENTER);
        browser.await("document.getElementById('swap-to')");
    }

    /** A swap that is refused says why; one that is not changes the picture. */
    private void swaps() throws IOException, InterruptedException {
        // The panel has the focus; then come the button, and the list.
        browser.press(WebDriver.TAB + WebDriver.TAB + "inorder");
        browser.js("document.getElementById('swap').focus()");
        browser.press(WebDriver.ENTER);
        browser.await(WORDS + ".includes('swapped timing')");
        browser.await("document.querySelector('[data-part=\\'timing inorder\\']')");
        choose("features FEAT_SPE");
        browser.js("document.getElementById('swap-to').value = 'none'");
        browser.click("#swap");
        browser.await(WORDS + ".includes('refused')");
        assertThat(browser.text("#message"))
                .contains("the swap of features FEAT_SPE with none is refused: ", "FEAT_SPE_LDS");
    }

    /** A configuration of a part that runs; a value that is none is refused, and the one before stays. */
    private void configures() throws IOException, InterruptedException {
        String pid = "dev.spelunk.timing.inorder";
        String input = "[data-pid=\"" + pid + "\"][data-key=l1dSize]";
        browser.js("document.querySelector('" + input + "').closest('details').open = true");
        set(input, "many");
        browser.await(WORDS + ".includes('l1dSize: must be a number, is \"many\"')");
        set(input, "32");
        browser.await(WORDS + ".includes('" + pid + "')");
        browser.await("document.querySelector('" + input + "').value === '32'");
    }

    private void set(String input, String value) throws IOException, InterruptedException {
        browser.js("document.querySelector('" + input + "').select()");
        browser.press(value);
        browser.js("[...document.querySelector('" + input
                + "').closest('details').querySelectorAll('button')].at(-1).focus()");
        browser.press(WebDriver.ENTER);
    }

    /** A variant that is what the machine is now: the page and the command line judge it legal, and it runs so. */
    private void composes() throws IOException, InterruptedException {
        browser.js("document.getElementById('variant-name').select()");
        browser.press("mine");
        browser.click("#new-variant");
        browser.await(WORDS + " === 'wrote mine.json'");
        browser.click("#check");
        browser.await(WORDS + " === 'mine.json: a legal machine'");
        assertThat(browser.text("#checked")).contains("mine: As fixed", "timing      inorder");
        browser.click("#new-variant");
        browser.await(WORDS + ".includes('there is such a file already')");
        OutputFiles files = new OutputFiles(folder.resolve("mine"));
        Spelunk.Outcome run = Spelunk.run(
                "run",
                "--variant",
                folder.resolve("mine.json").toString(),
                "--max-instructions",
                "5000000",
                "-o",
                files.folder().toString());
        assertThat(run.out()).as(run.err()).contains("variant                   mine\n");
        assertThat(Files.readString(files.folder().resolve("report.html")).contains("\"sources\":[{"))
                .as("it has data sources")
                .isTrue();
    }

    @Test
    @DisplayName(
            "a machine ends while it is watched; a state is saved, and a new machine goes on from it to the same end")
    void endsWhileWatched() throws Exception {
        try (RunningConsole console = new RunningConsole(folder, "--append", "scale=20")) {
            browser.go(console.url);
            browser.click("#start");
            awaitState("running");
            browser.click("#pause");
            awaitState("paused");
            browser.click("#save");
            browser.await(WORDS + ".includes('saved in')");
            browser.click("#start");
            awaitState("ended");
            browser.await("document.getElementById('ended')");
            assertThat(browser.text("#ended")).contains("exited with 0");
            assertThat(browser.text("#output")).contains("Spelunk guest");
            final long instructions = count("instructions");
            final long records = count("records");
            browser.await("document.querySelectorAll('#from option').length === 2");
            browser.js("document.getElementById('from').value = 'state-1'");
            browser.click("#anew");
            awaitState("new");
            assertThat(count("instructions")).isLessThan(instructions).isPositive();
            browser.click("#start");
            awaitState("ended");
            assertThat(count("instructions")).isEqualTo(instructions);
            assertThat(count("records")).isEqualTo(records);
            assertThat(console.end()).isZero();
        }
    }

    @Test
    @DisplayName(
            "every page fits a wide and a narrow window, says nothing wrong to the browser, and loads nothing from elsewhere")
    void pictures() throws Exception {
        try (RunningConsole console = new RunningConsole(folder, "--append", "scale=2", "--variant", "neoverse-n1")) {
            browser.go(console.url);
            browser.click("#start");
            awaitState("ended");
            for (String page : PAGES) {
                browser.go(console.page(page));
                awaitState("ended");
                browser.await(
                        switch (page) {
                            case "composition" -> "document.querySelector('#picture svg')";
                            case "registers" -> "document.querySelector('.register')";
                            case "profile" -> "document.querySelector('#profile canvas')";
                            case "timeline" -> "document.querySelector('#lanes svg')";
                            default -> "document.getElementById('ended')";
                        });
                browser.pictures("console-" + page, true);
                assertThat(browser.js(
                                "return JSON.stringify(performance.getEntriesByType('resource').map(r => new URL(r.name).origin)"
                                        + ".filter(o => o !== location.origin))"))
                        .isEqualTo("[]");
                assertThat(browser.complaints()).as(page).isEqualTo("[]");
            }
            browser.go(console.origin() + "/system/console/bundles");
            browser.await("document.body.textContent.includes('dev.spelunk.console')");
            browser.pictures("console-felix-bundles", false);
            assertThat(console.end()).isZero();
        }
    }
}
