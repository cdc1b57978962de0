// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
    @TempDir
    private Path folder;

    @Test
    void filesAreReplacedAndOthersLeftAlone() throws IOException {
        Files.writeString(folder.resolve("records.bin"), "old");
        Files.writeString(folder.resolve("notes.txt"), "mine");
        try (OutputFolder output = new OutputFolder(folder)) {
            output.write("records.bin", file -> Files.writeString(file, "new"));
        }
        assertThat(folder.resolve("records.bin")).hasContent("new");
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
        assertThat(names()).containsExactlyInAnyOrder("records.bin", "notes.txt");
    }

    @Test
    void missingFoldersAreMade() {
        Path deep = folder.resolve("a/b/c");
        new OutputFolder(deep).write("summary.json", file -> Files.writeString(file, "{}"));
        assertThat(deep.resolve("summary.json")).hasContent("{}");
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNoOther() throws IOException {
        Files.writeString(folder.resolve("records.bin"), "old");
        OutputFolder output = new OutputFolder(folder);
        assertThatThrownBy(() -> output.write("records.bin", file -> {
                    Files.writeString(file, "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("records.bin cannot be written: No space left on device");
        assertThat(folder.resolve("records.bin")).hasContent("old");
        output.close();
        assertThat(names()).containsExactly("records.bin");
    }

    @Test
    void aSecondRunIsRefusedUntilTheFirstHasEnded() throws IOException {
        try (OutputFolder first = new OutputFolder(folder)) {
            assertThatThrownBy(() -> new OutputFolder(folder))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("another run writes to the output folder " + folder);
            first.write("records.bin", file -> Files.writeString(file, "of the first"));
        }
        new OutputFolder(folder).close();
        assertThat(names()).containsExactly("records.bin");
    }

    @Test
    void whatAKilledRunLeftHalfWrittenIsRemoved() throws IOException {
        Files.writeString(folder.resolve(".spelunk-records.bin-123.tmp"), "half");
        Files.writeString(folder.resolve(".spelunk.lock"), "");
        Files.writeString(folder.resolve(".trace.json-123.tmp"), "of another run");
        new OutputFolder(folder).close();
        assertThat(names()).containsExactly(".trace.json-123.tmp");
    }

    @Test
    void whatAKilledRunHadRecordedIsKeptUnderANameOfItsOwn() throws IOException {
        Files.writeString(folder.resolve("records.bin.partial"), "some records");
        Files.writeString(folder.resolve("records.1.bin.partial"), "");
        Files.createSymbolicLink(folder.resolve("host-records.bin.partial"), folder.resolve("records.bin"));
        Files.writeString(folder.resolve("records.bin"), "of an earlier run");
        try (OutputFolder output = new OutputFolder(folder)) {
            OutputFolder.Pending next = output.beginUseful("records.bin");
            assertThat(next.place()).isEqualTo(folder.resolve("records.bin.partial"));
            next.close();
        }
        assertThat(names()).containsExactlyInAnyOrder("records.bin", "killed-records.bin");
        assertThat(folder.resolve("killed-records.bin")).hasContent("some records");
        assertThat(folder.resolve("records.bin")).hasContent("of an earlier run");
    }

    @Test
    void aFolderThatIsRemovedWhileTheGuestRunsIsMadeAnew() throws IOException {
        Path deep = folder.resolve("a/b");
        try (OutputFolder output = new OutputFolder(deep)) {
            Files.delete(deep.resolve(".spelunk.lock"));
            Files.delete(deep);
            Files.delete(folder.resolve("a"));
            output.write("summary.json", file -> Files.writeString(file, "{}"));
        }
        assertThat(deep.resolve("summary.json")).hasContent("{}");
    }

    @Test
    void aFileInThePlaceOfTheFolderIsAnError() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> new OutputFolder(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is a file");
    }

    private String[] names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toArray(String[]::new);
        }
    }
}
