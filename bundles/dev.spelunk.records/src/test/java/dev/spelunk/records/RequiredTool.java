// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** An outside program that a test needs. Where it is missing the test says so in a list that the build prints last. */
public final class RequiredTool {
    private RequiredTool() {}

    /**
     * Ends the test when the program is not on the path: as a failure where the environment says CI=true,
     * elsewhere as not run.
     */
    public static void require(String test, String program, String debianPackage) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return;
            }
        }
        String what = test + ": needs " + program + " (apt-get install " + debianPackage + ")";
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(what);
        }
        Path list = Path.of(System.getProperty("spelunk.root", "../.."), "target", "did-not-run.txt");
        try {
            Files.createDirectories(list.getParent());
            Files.writeString(
                    list, what + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Assumptions.abort(what);
    }
}
