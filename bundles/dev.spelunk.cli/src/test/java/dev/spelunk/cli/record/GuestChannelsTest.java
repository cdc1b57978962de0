// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.OutputFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording makes of what the guest sends. */
class GuestChannelsTest {
    @TempDir
    private Path folder;

    private static final RecordingOrder ORDER = new RecordingOrder(
            "arm_spe_0//",
            0,
            null,
            1000,
            false,
            List.of("/p"),
            List.of(),
            List.of(GuestFile.outOf("/given/answer"), GuestFile.outOf("/given/other")),
            null,
            1,
            true);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private GuestChannels channels() {
        return new GuestChannels(new OutputFolder(folder), out, err, null, ORDER, null, 1000);
    }

    private static OutputStream port(GuestChannels channels, String name) {
        return channels.ports().stream()
                .filter(port -> port.name().equals(name))
                .map(ConsolePort::output)
                .findFirst()
                .orElseThrow();
    }

    private static void send(GuestChannels channels, String name, String text) throws IOException {
        port(channels, name).write(text.getBytes(StandardCharsets.UTF_8));
    }

    private String[] files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(".spelunk.lock"))
                    .sorted()
                    .toArray(String[]::new);
        }
    }

    @Test
    void aGuestThatWasRestoredGoesOnUntilItsProgramHasEnded() {
        try (GuestChannels channels = channels()) {
            assertThat(channels.goesOn(0, true)).isTrue();
            assertThat(channels.goesOn("booted\n".length(), true)).isTrue();
            assertThat(channels.started()).isFalse();
            assertThat(channels.goesOn("booted\nstarted\n".length(), true))
                    .as("who counts must see the start")
                    .isFalse();
            assertThat(channels.goesOn("booted\nstarted\nended 0\n".length(), false))
                    .isFalse();
            assertThat(channels.started()).isFalse();
            assertThat(channels.goesOn("booted\nstarted\n".length(), false)).isTrue();
            assertThat(channels.started()).isTrue();
        }
    }

    @Test
    void ordersAndInputAreThereWhenTheGuestAsksForThem() throws IOException {
        byte[] orders = "orders".getBytes(StandardCharsets.UTF_8);
        byte[] input = "input".getBytes(StandardCharsets.UTF_8);
        int[] booted = {0};
        try (GuestChannels channels = new GuestChannels(
                new OutputFolder(folder),
                out,
                err,
                new ByteArrayInputStream(input),
                ORDER,
                new ByteArrayInputStream(orders),
                1000)) {
            assertThat(channels.ports()).hasSize(GuestChannels.waiting(ORDER));
            channels.onBooted(() -> booted[0]++);
            InputStream ordered = input(channels, GuestChannels.ORDERS);
            InputStream standard = input(channels, GuestChannels.INPUT);
            send(channels, GuestChannels.CONTROL, "booted\n");
            assertThat(booted[0]).isEqualTo(1);
            assertThat(ordered.available()).isZero();
            assertThat(standard.available()).isZero();
            send(channels, GuestChannels.CONTROL, "orders\n");
            assertThat(ordered.available()).isEqualTo(orders.length);
            assertThat(standard.available()).isEqualTo(input.length);
            // A guest that was restored before has none again.
            assertThat(channels.goesOn("booted\n".length(), true)).isTrue();
            assertThat(ordered.available()).isZero();
            channels.skipping();
            assertThat(channels.goesOn("booted\norders\n".length(), true)).isTrue();
            assertThat(ordered.available()).isEqualTo(orders.length);
        }
    }

    private static InputStream input(GuestChannels channels, String name) {
        return channels.ports().stream()
                .filter(port -> port.name().equals(name))
                .map(ConsolePort::input)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aWholeRecording() throws IOException {
        try (GuestChannels channels = channels()) {
            assertThat(channels.ports()).hasSize(GuestChannels.COUNT + 2);
            assertThat(channels.started()).isFalse();
            send(channels, GuestChannels.CONTROL, "star");
            send(channels, GuestChannels.CONTROL, "ted\n");
            assertThat(channels.started()).isTrue();
            send(channels, GuestChannels.OUTPUT, "output");
            send(channels, GuestChannels.ERRORS, "errors");
            assertThat(channels.exitCode()).isNull();
            send(channels, GuestChannels.CONTROL, "ended 77\n");
            send(channels, GuestChannels.PROFILE, "PERF");
            send(channels, GuestChannels.PROFILE, "ILE2");
            send(channels, GuestChannels.SYMBOLS, "0 t one");
            send(channels, GuestChannels.RESULT + 0, "found");
            send(channels, GuestChannels.CONTROL, "result 0 5\nkernel it works\n");
            assertThat(files()).allMatch(name -> name.endsWith(".tmp"));
            send(channels, GuestChannels.CONTROL, "perf.data 8\n");
            assertThat(channels.brought()).isTrue();
            assertThat(channels.keep()).isEqualTo(8);
            assertThat(channels.exitCode()).isEqualTo(77);
            assertThat(channels.failure()).isNull();
            assertThat(channels.times()).isSorted();
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("output");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("errors");
        assertThat(files()).containsExactly("answer", "kallsyms", "perf.data");
        assertThat(folder.resolve("answer")).hasContent("found");
        assertThat(folder.resolve("perf.data")).hasContent("PERFILE2");
        assertThat(folder.resolve("kallsyms")).hasContent("0 t one");
    }

    @Test
    void perfIsAskedToEndOnce() throws IOException {
        try (GuestChannels channels = channels()) {
            long[] executed = {999};
            channels.request().executed(() -> executed[0]);
            assertThat(channels.request().available()).isZero();
            executed[0] = 1000;
            assertThat(channels.request().readNBytes(4))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("INT\n");
            assertThat(channels.request().limited()).isTrue();
            assertThat(channels.request().available()).isZero();
        }
    }

    @Test
    void aProgramCannotFillTheDisk() throws IOException {
        try (GuestChannels channels = channels()) {
            for (int i = 0; i < 30; i++) {
                send(channels, GuestChannels.OUTPUT, "0123456789".repeat(10));
            }
        }
        assertThat(out.size()).isEqualTo(1000);
    }

    @Test
    void whatIsNotWholeIsNotKept() throws IOException {
        Files.writeString(folder.resolve("perf.data"), "of an earlier run");
        try (GuestChannels channels = channels()) {
            send(channels, GuestChannels.PROFILE, "PERF");
            assertThat(channels.brought()).isFalse();
            send(channels, GuestChannels.CONTROL, "perf.data 8\n");
            assertThatThrownBy(channels::keep).isInstanceOf(UserError.class).hasMessageContaining("4 of 8 bytes");
        }
        assertThat(files()).containsExactly("perf.data");
        assertThat(folder.resolve("perf.data")).hasContent("of an earlier run");
    }

    @Test
    void aKernelWithoutSpeIsNamed() throws IOException {
        try (GuestChannels channels = channels()) {
            send(
                    channels,
                    GuestChannels.CONTROL,
                    "refused arm_spe_pmu: profiling buffer inaccessible. Try passing \"kpti=off\"\n");
            assertThat(channels.failure())
                    .hasMessageContaining("profiling buffer inaccessible")
                    .hasMessageContaining("--variant");
        }
    }

    @Test
    void aFileThatCannotBeWrittenEndsTheRecording() throws IOException {
        Path output = folder.resolve("out");
        int[] ended = {0};
        try (GuestChannels channels = new GuestChannels(new OutputFolder(output), out, err, null, ORDER, null, 1000)) {
            channels.onFailure(() -> ended[0]++);
            try (Stream<Path> all = Files.list(output)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(output);
            assertThatThrownBy(() -> send(channels, GuestChannels.PROFILE, "PERF"))
                    .isInstanceOf(IOException.class);
            assertThat(ended[0]).isEqualTo(1);
            assertThat(channels.failure()).hasMessageContaining("perf.data cannot be written");
        }
        assertThat(output).doesNotExist();
    }
}
