// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProgressInputTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int MIB = 1 << 20;

    private final PrintStream err = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private long now = 5;

    @BeforeEach
    void capture() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(err);
    }

    private List<String> lines() {
        return said.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Zeros without an end. */
    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                return length;
            }
        };
    }

    @Test
    @DisplayName("An input without an end: how much is decoded is said every ten seconds, and how to end it")
    void endlessInput() throws IOException {
        byte[] bytes = new byte[MIB];
        try (InputStream in = new ProgressInput(endless(), Path.of("/dev/zero"), () -> now)) {
            for (int i = 0; i < 2000; i++) {
                assertThat(in.read(bytes, 0, bytes.length)).isEqualTo(MIB);
                now += SECOND / 50;
            }
        }
        assertThat(lines())
                .containsExactly(
                        "spelunk: 501 MiB of /dev/zero are decoded; Ctrl-C ends",
                        "spelunk: 1,001 MiB of /dev/zero are decoded; Ctrl-C ends",
                        "spelunk: 1,501 MiB of /dev/zero are decoded; Ctrl-C ends");
    }

    @Test
    @DisplayName("Single bytes count too; an input that is over before nothing is said of")
    void shortInput() throws IOException {
        try (InputStream in = new ProgressInput(endless(), Path.of("slow"), () -> now)) {
            now += 11 * SECOND;
            for (int i = 0; i < 0xffff; i++) {
                in.read();
            }
            assertThat(lines()).isEmpty();
            in.read();
            assertThat(lines()).containsExactly("spelunk: 0 MiB of slow are decoded; Ctrl-C ends");
        }
        said.reset();
        try (InputStream in = new ProgressInput(InputStream.nullInputStream(), Path.of("none"), () -> now)) {
            now += 11 * SECOND;
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(new byte[10], 0, 10)).isEqualTo(-1);
        }
        assertThat(lines()).isEmpty();
    }
}
