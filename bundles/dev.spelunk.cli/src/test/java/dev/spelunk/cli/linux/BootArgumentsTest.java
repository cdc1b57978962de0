// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the user's command line. */
class BootArgumentsTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'', 'panic=-1'",
                "' ', 'panic=-1'",
                "'quiet', 'panic=-1 quiet'",
                "'panic=5', 'panic=5'",
                "'quiet panic=0 nokaslr', 'quiet panic=0 nokaslr'",
                "'oops=panic', 'panic=-1 oops=panic'",
                "'quiet -- panic=1', 'panic=-1 quiet -- panic=1'"
            })
    void aPanicIsAResetUnlessTheUserSaysOtherwise(String given, String complete) {
        assertThat(BootArguments.complete(given)).isEqualTo(complete);
    }
}
