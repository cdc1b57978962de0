// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Keys of the terminal. */
class EscapeInputTest {
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();

    private EscapeInput typed(String keys) {
        return new EscapeInput(
                new ByteArrayInputStream(keys.getBytes(StandardCharsets.ISO_8859_1)), new PrintStream(messages));
    }

    private static String rest(InputStream input) throws IOException {
        return new String(input.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void keysPass() throws IOException {
        assertThat(rest(typed("ls\r\003x\377"))).isEqualTo("ls\r\003x\377");
        assertThat(messages.size()).isZero();
    }

    @Test
    void leavesWithCtrlAAndX() throws IOException {
        EscapeInput input = typed("a\001xb");
        int[] times = new int[1];
        input.onLeave(() -> times[0]++);
        assertThat(rest(input)).isEqualTo("ab");
        assertThat(input.left()).isTrue();
        assertThat(times[0]).isEqualTo(1);
    }

    @Test
    void leavingBeforeTheMachineIsThereCounts() throws IOException {
        EscapeInput input = typed("\001x");
        rest(input);
        int[] times = new int[1];
        input.onLeave(() -> times[0]++);
        assertThat(times[0]).isEqualTo(1);
    }

    @Test
    void sendsCtrlA() throws IOException {
        assertThat(rest(typed("\001\001x\001\001x"))).isEqualTo("\001x\001x");
    }

    @Test
    void listsTheKeys() throws IOException {
        assertThat(rest(typed("a\001hb\001?"))).isEqualTo("ab");
        assertThat(messages.toString(StandardCharsets.UTF_8)).contains("Ctrl-A x  leave");
    }

    @Test
    void otherKeysAfterCtrlADoNothing() throws IOException {
        EscapeInput input = typed("\001zb");
        assertThat(rest(input)).isEqualTo("b");
        assertThat(input.left()).isFalse();
    }
}
