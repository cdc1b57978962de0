// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.debug.Condition;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.machine.Machine;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.impl.DefaultParser;
import org.junit.jupiter.api.Test;

class WordCompleterTest {
    private final WordCompleter completer = new WordCompleter(
            machine(), () -> List.of("lb"), () -> List.of("pe", "features"), kind -> List.of(kind + "-part"));

    private Collection<String> after(String... before) {
        return completer.words(Arrays.asList(before));
    }

    @Test
    void aCommandComesFirst() {
        assertThat(after()).contains("registers", "break", "exit", "lb");
    }

    @Test
    void eachCommandHasItsWords() {
        assertThat(after("break")).contains("main", "exception", "el2");
        assertThat(after("break", "write")).contains("PMBSR_EL1");
        assertThat(after("break", "exception")).containsExactly("el1", "el2");
        assertThat(after("break", "el2")).containsExactly("main");
        assertThat(after("until")).containsExactly("main");
        assertThat(after("memory")).containsExactly("main");
        assertThat(after("memory", "main", "8")).contains("physical");
        assertThat(after("register")).containsExactly("PMBSR_EL1", "vcpu_PMBSR_EL1");
        assertThat(after("registers")).contains("X30", "SP", "PMBSR_EL1");
        assertThat(after("swap")).containsExactly("pe", "features");
        assertThat(after("swap", "features")).containsExactly("features-part");
        assertThat(after("delete")).containsExactly("all", "1");
        assertThat(after("help")).contains("registers");
        assertThat(after("status")).isEmpty();
    }

    @Test
    void aCommandBeginsAgainAfterASemicolon() {
        List<Candidate> candidates = new ArrayList<>();
        String line = "status; until ";
        completer.complete(null, new DefaultParser().parse(line, line.length()), candidates);
        assertThat(candidates).extracting(Candidate::value).containsExactly("main");
    }

    private static Machine machine() {
        Debugger debugger = (Debugger) Proxy.newProxyInstance(
                Debugger.class.getClassLoader(),
                new Class<?>[] {Debugger.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "symbols" -> List.of("main");
                    case "registers" -> List.of("PMBSR_EL1", "vcpu_PMBSR_EL1");
                    case "conditions" -> List.of(new Condition.Taken(1));
                    default -> throw new AssertionError(method);
                });
        return (Machine) Proxy.newProxyInstance(
                Machine.class.getClassLoader(), new Class<?>[] {Machine.class}, (proxy, method, arguments) -> debugger);
    }
}
