// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The one line about an exception says where the part threw it, not where the JDK did. */
class PartFailureTest {
    private static void fails() {
        List.of().iterator().next();
    }

    @Test
    void saysWhatAndWhere() {
        assertThat(PartFailure.told(catchThrowable(PartFailureTest::fails)))
                .matches("java.util.NoSuchElementException.* at dev.spelunk.machine.compose.PartFailureTest.fails"
                        + "\\(PartFailureTest.java:\\d+\\)");
        Throwable without = new IllegalStateException("no frames");
        without.setStackTrace(new StackTraceElement[0]);
        assertThat(PartFailure.told(without)).isEqualTo("java.lang.IllegalStateException: no frames");
    }
}
