// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.options.MachineOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpelunkCommandTest {
    private final InputStream standardInput = System.in;
    private final PrintStream standardOutput = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @BeforeEach
    void redirect() {
        System.setProperty("spelunk.home", System.getProperty("spelunk.root"));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        // The runner of tests talks to its JVM over standard input.
        System.setIn(InputStream.nullInputStream());
    }

    @AfterEach
    void restore() {
        System.setIn(standardInput);
        System.setOut(standardOutput);
        System.setErr(standardError);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run      | The guest:, Records:, The machine:, The KVM model:, Its host:, A debugger:, Logs:
            boot     | The machine:, Devices:, The KVM model:, Its host:, A debugger:, Logs:, Debian's packages:
            record   | The machine:, The KVM model:, Its host:, A debugger:, Logs:, Debian's packages:
            lockstep | The guest:, The machine:, The KVM model:, Its host:
            """)
    void helpHasTheOptionsInGroups(String command, String headings) {
        assertThat(SpelunkCommand.execute(command, "--help")).isZero();
        String help = out.toString(StandardCharsets.UTF_8);
        String[] expected = headings.split(", ");
        assertThat(help.lines().filter(line -> line.matches("[A-Z][A-Za-z' ]*:")))
                .containsExactly(expected);
        assertThat(group(help, "The machine:"))
                .contains("--seed=", "--rtc=", "--swap=")
                .doesNotContain("--check");
        assertThat(group(help, "The KVM model:"))
                .contains("--check", "--spe-max-buffer=")
                .doesNotContain("--policy=");
        assertThat(group(help, "Its host:")).contains("--policy=").doesNotContain("--gdb");
        assertThat(help.contains("--trace=")).isEqualTo(!command.equals("lockstep"));
    }

    private static String group(String help, String heading) {
        String from = help.substring(help.indexOf("\n" + heading + "\n"));
        return from.substring(0, from.indexOf("\n\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                          | a command is missing
            fly                         | fly
            run --el 3                  | --el: must be 1 or 2
            run --el 2 --hypervisor kvm | --el 2 needs --hypervisor none
            run --el x                  | --el
            run --hypervisor xen        | --hypervisor
            run --memory much           | 'much' is not a size
            run --seed zero             | 'zero' is not a number
            run --max-instructions 0    | '0' is not above 0
            run --max-instructions x    | 'x' is not a number
            run --frobnicate            | --frobnicate
            run a b                     | b
            run --variant               | --variant
            run no-such-guest           | no such guest file
            run .                       | the guest is a folder
            variant                     | a command is missing: new, check or diff
            variant new                 | NAME
            variant new x --from best   | unknown variant "best"
            variant new a/b*c           | is no name for a variant
            variant check best          | unknown variant "best"
            variant diff default        | B
            variant diff default best   | unknown variant "best"
            decode                      | FILE
            decode no-such-records      | no such file
            decode .                    | not a file
            shell no-such-guest         | no such guest file
            """)
    void badInputEndsWithOneLineAndCode2(String line, String message) {
        String[] arguments = line.isBlank() ? new String[0] : line.strip().split(" +");
        assertThat(SpelunkCommand.execute(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("spelunk: ")
                .contains(message.strip());
        assertThat(out.size()).isZero();
    }

    @Test
    void badVariantsAndFoldersEndWithOneLineAndCode2() throws IOException {
        Path guest = Files.write(folder.resolve("guest"), new byte[64]);
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        Path missing = Files.writeString(folder.resolve("missing.json"), """
                {"id": "g:v:1", "bundles": [{"id": "no.such:bundle:1"}, {"id": "no.such:other:1"}],
                 "extensions": {"spelunk-variant": {"json": {"architecture": {"version": "8.5"}}}}}
                """);
        String output = folder.resolve("out").toString();
        assertOneLine("unknown variant \"best\"", "run", guest.toString(), "--variant", "best", "-o", output);
        assertOneLine(
                "bundles not found: no.such:bundle:1, no.such:other:1",
                "run",
                guest.toString(),
                "--variant",
                missing.toString(),
                "-o",
                output);
        assertOneLine("--bundles: not a folder", "run", guest.toString(), "--bundles", file.toString(), "-o", output);
        assertOneLine("the output folder is a file", "run", guest.toString(), "-o", file.toString());
        assertOneLine(
                "the output folder",
                "run",
                guest.toString(),
                "-o",
                file.resolve("below").toString());
    }

    private void assertOneLine(String message, String... arguments) {
        err.reset();
        assertThat(SpelunkCommand.execute(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("spelunk: ")
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "run --help",
                "nested --help",
                "variants --help",
                "variant new --help",
                "variant check --help",
                "variant diff --help",
                "decode --help",
                "shell --help",
                "help run"
            })
    void helpIsPrinted(String line) {
        assertThat(SpelunkCommand.execute(line.split(" "))).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: spelunk");
        assertThat(err.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --event cycles            | they need --profile host or --profile guest
            --period 5                | they need --profile host or --profile guest
            --el 1                    | --el 1: the host of a VM is entered at EL2
            --profile host --event x' | is no event of perf
            --duration soon           | is not a number of seconds
            --vmm-arguments x         | name it with --vmm
            --vmm-file /              | name it with --vmm
            --vmm /                   | --vmm /: no such file
            --vmm /bin/sh             | say with --vmm-arguments
            --kernel /no/such         | --kernel /no/such: no such file
            --vmm /bin/sh --vmm-arguments x --profile guest | only the console is known
            """)
    void aHostOfAVmIsAskedForWhatItCannot(String line, String message) throws IOException {
        Path cache = folder.resolve("cache");
        Files.createDirectories(cache.resolve("root/boot"));
        Files.createFile(cache.resolve("root/boot/vmlinuz-6.1.0-test"));
        Files.createFile(cache.resolve("contents"));
        String[] command = ("nested --cache " + cache + " " + line.strip() + " -- /bin/true").split(" +");
        assertThat(SpelunkCommand.execute(command)).isEqualTo(125);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("spelunk: ")
                .contains(message);
    }

    @Test
    void everyOptionOfRunIsExplained() {
        SpelunkCommand.execute("run", "--help");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "[GUEST]",
                        "--variant=NAME|FILE.json",
                        "--bundles=DIR",
                        "--hypervisor=kvm|none",
                        "--el=1|2",
                        "--append=ARGS",
                        "--memory=SIZE",
                        "--max-instructions=N",
                        "--seed=N",
                        "-o, --output=DIR");
    }

    @Test
    void variantsAreCompared() {
        assertThat(SpelunkCommand.execute("variant", "diff", "default", "neoverse-n1"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .contains("- architecture = Armv8.5", "+ architecture = Armv8.2", "+ register MIDR_EL1 = 0x414fd0c1")
                .anyMatch(line -> line.startsWith("+ bundles ") && line.contains("dev.spelunk.timing.inorder"));
        out.reset();
        assertThat(SpelunkCommand.execute("variant", "diff", "default", "default"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("they describe the same machine");
    }

    @Test
    void variantsAreListed() {
        assertThat(SpelunkCommand.execute("variants")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.matches("default +Armv8\\.5  .+"))
                .anyMatch(line -> line.matches("armv8\\.2-spe-v1p0 +Armv8\\.2  .+"));
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 4096",
        "64K, 65536",
        "256M, 268435456",
        "1g, 1073741824",
        "2GiB, 2147483648",
        "999999999999999G, 9223372036854775807"
    })
    void sizesHaveSuffixes(String text, long bytes) {
        assertThat(new MachineOptions.Size().convert(text)).isEqualTo(bytes);
    }
}
