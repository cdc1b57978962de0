// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HelpCommandsTest {
    private final HelpCommands help = new HelpCommands();

    @Test
    void everyCommandIsInOneGroup() {
        List<String> grouped =
                HelpCommands.GROUPS.values().stream().flatMap(List::stream).toList();
        assertThat(grouped)
                .containsExactlyInAnyOrderElementsOf(HelpCommands.commands().keySet());
    }

    @Test
    void everyCommandHasOneLine() {
        HelpCommands.commands().keySet().forEach(name -> assertThat(help.help().lines())
                .filteredOn(line -> line.startsWith(String.format("  %-12s", name)))
                .hasSize(1));
    }

    @Test
    void aCommandHasItsForms() {
        assertThat(help.help("step").lines())
                .containsExactly(
                        "step",
                        "    execute one instruction of PE 0",
                        "step <how many>",
                        "    execute instructions of PE 0",
                        "step <how many> <index of the PE, from 0>",
                        "    execute instructions of a PE");
        assertThatThrownBy(() -> help.help("bogus")).hasMessageContaining("no command bogus");
    }
}
