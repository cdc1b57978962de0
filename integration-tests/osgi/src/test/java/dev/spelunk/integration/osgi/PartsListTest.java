// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The list of the bundles is made from their folders. */
class PartsListTest {
    @Test
    @DisplayName("bundles/pom.xml is what bundles/list.sh writes")
    void list() throws Exception {
        Process check = new ProcessBuilder(
                        Path.of(System.getProperty("spelunk.root"), "bundles/list.sh")
                                .toString(),
                        "--check")
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
    }
}
