// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipedInputTest {
    @Test
    void everyByteArrivesAndThenTheEndIsTold() throws Exception {
        byte[] bytes = new byte[20_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (PipedInput input = new PipedInput(new ByteArrayInputStream(bytes))) {
            for (byte expected : bytes) {
                while (input.available() == 0) {
                    Thread.onSpinWait();
                }
                assertThat((byte) input.read()).isEqualTo(expected);
            }
            assertThatThrownBy(() -> {
                        while (input.available() == 0) {
                            Thread.onSpinWait();
                        }
                    })
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aPauseIsNotTheEnd() throws Exception {
        try (PipedOutputStream out = new PipedOutputStream();
                PipedInput input = new PipedInput(new PipedInputStream(out))) {
            assertThat(input.available()).isZero();
            assertThat(input.read()).isEqualTo(-1);
            out.write(200);
            out.flush();
            while (input.available() == 0) {
                Thread.onSpinWait();
            }
            assertThat(input.read()).isEqualTo(200);
        }
    }
}
