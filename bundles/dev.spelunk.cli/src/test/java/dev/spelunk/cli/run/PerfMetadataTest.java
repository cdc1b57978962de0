// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerfMetadataTest {
    @ParameterizedTest
    @CsvSource({
        "perf version 6.1.192, 1",
        "perf version 5.10.0, 1",
        "perf version 6.12.9, 1",
        "perf version 6.13, 2",
        "perf version 7.3.4-1, 2",
        "perf: not found, 2",
        "'', 2"
    })
    void whatAPerfReads(String said, int version) {
        assertThat(PerfMetadata.of(said)).isEqualTo(version);
    }
}
