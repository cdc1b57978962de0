// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {
    @TempDir
    private Path parent;

    @Test
    void itIsForTheUserAloneAndGoesWithAllThatIsInIt() throws IOException {
        TemporaryFolder folder = new TemporaryFolder(parent);
        assertThat(Files.getPosixFilePermissions(folder.path()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(folder.path().resolve("framework-1/felix/bundle1"));
        Files.writeString(folder.path().resolve("framework-1/felix/bundle1/bundle.jar"), "jar");
        folder.remove();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void whatAKilledProcessLeftGoesAndWhatALivingOneHasStays() throws IOException, InterruptedException {
        Path other = Files.createDirectory(parent.resolve("spelunk-of-another-program"));
        Files.writeString(other.resolve("notes"), "mine");
        Process dead = holder();
        Process living = holder();
        try {
            Path left = made(dead);
            Path kept = made(living);
            dead.destroyForcibly();
            assertThat(dead.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(left).exists();
            TemporaryFolder folder = new TemporaryFolder(parent);
            assertThat(left).doesNotExist();
            assertThat(kept.resolve("file")).exists();
            assertThat(other.resolve("notes")).exists();
            folder.remove();
        } finally {
            dead.destroyForcibly();
            living.destroyForcibly();
        }
    }

    private Process holder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        parent.toString())
                .redirectErrorStream(true)
                .start();
    }

    private static Path made(Process holder) throws IOException {
        return Path.of(holder.inputReader().readLine());
    }

    /** Another process with a folder. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            Path folder = new TemporaryFolder(Path.of(arguments[0])).path();
            Files.writeString(folder.resolve("file"), "of a process");
            System.out.println(folder);
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
