// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FileInputTest {
    @Test
    void everyByteIsThereAtOnceAndThenTheEndIsTold() throws IOException {
        byte[] bytes = new byte[10_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (FileInput input = new FileInput(new ByteArrayInputStream(bytes))) {
            for (byte expected : bytes) {
                assertThat(input.available()).isPositive();
                assertThat((byte) input.read()).isEqualTo(expected);
            }
            assertThatThrownBy(input::available).isInstanceOf(EOFException.class);
            assertThatThrownBy(input::available).isInstanceOf(EOFException.class);
            assertThat(input.read()).isEqualTo(-1);
        }
    }

    @Test
    void anEmptyFileHasEndedAtOnce() throws IOException {
        try (FileInput input = new FileInput(new ByteArrayInputStream(new byte[0]))) {
            assertThatThrownBy(input::available).isInstanceOf(EOFException.class);
        }
    }
}
