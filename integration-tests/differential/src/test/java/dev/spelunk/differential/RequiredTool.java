// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The outside programs of these tests. Where one is missing, the test says so in a list that the build prints last. */
final class RequiredTool {
    private static final String HOW = ": needs qemu-user-static, gcc-aarch64-linux-gnu "
            + "(apt-get install qemu-user-static gcc-aarch64-linux-gnu)";
    private static Path runner;

    private RequiredTool() {}

    /**
     * The emulator for an architecture version, as the reference side.
     *
     * @param test what to call the test that needs it
     * @param version 82 or 85
     * @param options more options of the emulator
     */
    static synchronized QemuEngine emulator(String test, int version, String... options) throws IOException {
        String emulator = find("qemu-aarch64-static", "qemu-aarch64");
        String compiler = find("aarch64-linux-gnu-gcc");
        if (emulator == null || compiler == null) {
            missing(test);
        }
        Path folder = Files.createDirectories(Path.of("target", "differential"));
        if (runner == null) {
            runner = QemuEngine.buildRunner(compiler, Path.of("src", "main", "native", "runner.c"), folder);
        }
        // Neither has pointer authentication, whose hints change registers; max zeroes 512 bytes by DC ZVA.
        // Without SVE the signal frame holds the SIMD&FP registers once.
        String[] all = new String[options.length + 2];
        all[0] = "-cpu";
        all[1] = version >= 85 ? "max,pauth=off,sve=off,sme=off" : "neoverse-n1";
        System.arraycopy(options, 0, all, 2, options.length);
        return new QemuEngine(emulator, runner, Files.createTempDirectory(folder, "batch"), all);
    }

    private static String find(String... programs) {
        for (String program : programs) {
            for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
                if (Files.isExecutable(Path.of(folder, program))) {
                    return program;
                }
            }
        }
        return null;
    }

    private static void missing(String test) throws IOException {
        String what = test + HOW;
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(what);
        }
        Path list = Path.of(System.getProperty("spelunk.root"), "target", "did-not-run.txt");
        Files.createDirectories(list.getParent());
        if (!Files.exists(list) || !Files.readAllLines(list).contains(what)) {
            Files.writeString(list, what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        Assumptions.abort(what);
    }
}
