// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Selection;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Stages of composing and swapping")
class StageTest {
    private final FakeParts parts = new FakeParts();

    @Test
    @DisplayName("Every kind of part is what some stage makes its objects of, registers and devices included")
    void everyKindHasAStage() {
        for (Kind kind : Kind.values()) {
            if (kind != Kind.DEVICE) {
                assertThat(Arrays.stream(Stage.values()).anyMatch(stage -> stage.kinds.contains(kind)))
                        .as(kind.name())
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName("A machine is composed in the order of the stages, each for all PEs")
    void composing() {
        parts.board(2);
        assertThat(parts.log.stream().filter(l -> l.startsWith("make")))
                .containsExactly(
                        "make registers",
                        "make registers",
                        "make translator",
                        "make translator",
                        "make latencies",
                        "make latencies",
                        "make distributor",
                        "make core",
                        "make core",
                        "make device");
    }

    @Test
    @DisplayName(
            "An exchange makes anew what the parts that differ have made and nothing else, then drops what was derived")
    void exchange() {
        Board board = parts.board(1);
        PeContext pe = board.pes[0];
        Translator translator = pe.translator;
        Core core = pe.core;
        RegisterFile registers = pe.registers;
        parts.log.clear();
        Selection.Maker maker = new Selection.Maker(board.parts);
        maker.replace(
                Kind.MMU,
                board.parts.all(Kind.MMU).get(0),
                parts.services.offers().newest(Kind.MMU, "other"));
        board.exchange(maker.made(), board.architecture);
        assertThat(parts.log)
                .containsExactly(
                        "make other translator",
                        "invalidate other translator",
                        "invalidate core",
                        "invalidate latencies");
        assertThat(pe.translator).isNotSameAs(translator);
        assertThat(pe.core).isSameAs(core);
        assertThat(pe.registers).isSameAs(registers);
    }

    @Test
    @DisplayName("A stage that no change concerns keeps its objects")
    void nothingChanges() {
        Board board = parts.board(1);
        PeContext pe = board.pes[0];
        List<Object> before = List.of(pe.translator, pe.core, pe.registers, pe.latencyModel, pe.interrupts);
        parts.log.clear();
        board.exchange(board.parts, board.architecture);
        assertThat(List.of(pe.translator, pe.core, pe.registers, pe.latencyModel, pe.interrupts))
                .isEqualTo(before);
        assertThat(parts.log.stream().filter(l -> l.startsWith("make") || l.startsWith("close")))
                .isEmpty();
    }

    @Test
    @DisplayName("Another architecture makes everything anew that asks for features, and not the interrupt controller")
    void otherFeatures() {
        Board board = parts.board(1);
        parts.log.clear();
        board.exchange(board.parts, FakeParts.architecture("FEAT_LSE"));
        assertThat(parts.log.stream().filter(l -> l.startsWith("make")))
                .containsExactly("make registers", "make translator", "make latencies", "make core");
        assertThat(board.pes[0].architecture.has("FEAT_LSE")).isTrue();
    }

    @Test
    @DisplayName("When a later stage fails, every object of the earlier ones is back, and what was new is closed")
    void failure() {
        Board board = parts.board(2);
        long[] values = board.pes[1].pe.sys;
        List<Object> before = objects(board);
        var selection = board.parts;
        var architecture = board.architecture;
        parts.log.clear();
        parts.failing = "core";
        assertThatThrownBy(() -> board.exchange(board.parts, FakeParts.architecture("FEAT_LSE")))
                .hasMessage("core fails");
        assertThat(objects(board)).isEqualTo(before);
        assertThat(board.pes[1].pe.sys).isSameAs(values);
        assertThat(board.parts).isSameAs(selection);
        assertThat(board.architecture).isSameAs(architecture);
        assertThat(parts.log).doesNotContain("close core").endsWith("invalidate core", "invalidate latencies");
    }

    @Test
    @DisplayName(
            "A part that never returns from its second create is given up, and what it makes too late is put nowhere")
    void hangsInExchange() throws InterruptedException {
        Board board = parts.board(1);
        List<Object> before = objects(board);
        parts.hanging = "core";
        assertThatThrownBy(() -> board.exchange(board.parts, FakeParts.architecture("FEAT_LSE")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("making the machine's cores does not end within 10 s: it is given up");
        assertThat(objects(board)).isEqualTo(before);
        parts.release.countDown();
        assertThat(parts.returned.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(20);
        assertThat(objects(board)).isEqualTo(before);
    }

    @Test
    @DisplayName("A part that never returns when a machine is composed is given up with its stage's name")
    void hangsInComposing() {
        parts.hanging = "translator";
        assertThatThrownBy(() -> parts.board(1))
                .isInstanceOf(BadInputException.class)
                .hasMessage("making the machine's translators does not end within 10 s: it is given up");
        parts.release.countDown();
    }

    private static List<Object> objects(Board board) {
        return Arrays.stream(board.pes)
                .<Object>flatMap(c ->
                        List.<Object>of(c.architecture, c.registers, c.translator, c.latencyModel, c.core, c.interrupts)
                                .stream())
                .toList();
    }
}
