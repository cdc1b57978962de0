// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.SwapListener;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.FakeParts;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Offers;
import dev.spelunk.machine.compose.PartServices;
import dev.spelunk.machine.compose.Selection;
import dev.spelunk.machine.run.Safepoints;
import dev.spelunk.testkit.PageMap;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Swaps of one machine")
class SwapsTest {
    /** SYS_EXIT with ADP_Stopped_ApplicationExit, as the scratch machine's program ends. */
    private static final int SYS_EXIT = 0x18;

    private static final int APPLICATION_EXIT = 0x20026;
    private static final int CHECKSUM = 140;

    private final Mmu identity = context -> PageMap.identity();
    private final ProcessingElement again = context -> ending(context, CHECKSUM);
    private final ProcessingElement wrong = context -> ending(context, CHECKSUM + 1);
    private final FakeParts parts = new FakeParts();
    private final Safepoints safepoints = new Safepoints();
    private final List<String> told = new ArrayList<>();
    private Board board;
    private Swaps swaps;

    /** A machine with a core that ends the scratch machine's program with what it must compute. */
    private void machine() {
        parts.services
                .add(Kind.MMU, "identity", identity)
                .add(Kind.PE, "first", (ProcessingElement) context -> ending(context, CHECKSUM))
                .add(Kind.PE, "again", again)
                .add(Kind.PE, "wrong", wrong)
                .add(Kind.PE, "endless", (ProcessingElement) SwapsTest::endless);
        Variant variant = PartServices.variant(Map.of("mmu", List.of("identity"), "pe", List.of("first")));
        Offers offers = parts.services.offers();
        board = new Board(Selection.of(offers, variant, false), FakeParts.architecture(), FakeParts.options(1));
        SwapListener listener = (machine, event, message) -> told.add(event + " " + message);
        swaps = new Swaps(null, board, safepoints, offers, variant, List.of(listener));
    }

    private static Core ending(PeContext context, int exitCode) {
        return core(limit -> {
            context.pe.executed++;
            long block = context.memory.base;
            context.memory.write(block, 8, APPLICATION_EXIT);
            context.memory.write(block + 8, 8, exitCode);
            context.pe.x[0] = SYS_EXIT;
            context.pe.x[1] = block;
            return Core.SEMIHOSTING;
        });
    }

    private static Core endless(PeContext context) {
        return core(limit -> {
            context.pe.executed += limit;
            return Core.CONTINUE;
        });
    }

    @FunctionalInterface
    private interface Run {
        int run(long limit);
    }

    private static Core core(Run run) {
        return (Core) Proxy.newProxyInstance(
                Core.class.getClassLoader(), new Class<?>[] {Core.class}, (proxy, method, arguments) -> {
                    Class<?> type = method.getReturnType();
                    return method.getName().equals("run")
                            ? run.run((Long) arguments[0])
                            : type == boolean.class ? (Object) false : type == int.class ? (Object) 0 : null;
                });
    }

    private static SwapRequest request(String part, String with) {
        return new SwapRequest(part, null, with, false);
    }

    private String engine() {
        return board.parts.all(Kind.PE).get(0).name();
    }

    @Test
    @DisplayName("A part that passes its trial is in place, what it replaces is let go, and the report says when")
    void done() {
        machine();
        Core before = board.pes[0].core;
        board.pes[0].pe.executed = 1234;
        swaps.now(request(Parts.PE, "again"));
        assertThat(engine()).isEqualTo("again");
        assertThat(board.pes[0].core).isNotSameAs(before);
        assertThat(parts.services.released).hasSize(1).doesNotContain(again);
        assertThat(swaps.report().swaps()).isEqualTo(1);
        assertThat(told).containsExactly("SWAPPED pe again");
        assertThat(swaps.report().refused()).isEmpty();
        assertThat(swaps.count()).isEqualTo(1);
    }

    @Test
    @DisplayName("A part that computes something else is refused: the machine is as it was, and the new part is let go")
    void wrong() {
        machine();
        List<Object> before = List.of(board.parts, board.pes[0].core, board.pes[0].translator);
        assertThatThrownBy(() -> swaps.now(request(Parts.PE, "wrong")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the swap of pe with wrong is refused: a scratch machine with it computes something else");
        assertThat(List.of(board.parts, board.pes[0].core, board.pes[0].translator))
                .isEqualTo(before);
        assertThat(parts.services.released).containsExactly(wrong);
        assertThat(swaps.count()).isZero();
    }

    @Test
    @DisplayName("A part that does not come to the end, and one that fails, are refused with what happened")
    void endlessAndFailing() {
        machine();
        assertThatThrownBy(() -> swaps.now(request(Parts.PE, "endless")))
                .hasMessage(
                        "the swap of pe with endless is refused: a scratch machine with it does not come to the end of"
                                + " its program");
        parts.failing = "other core";
        assertThatThrownBy(() -> swaps.now(request(Parts.PE, "translator")))
                .hasMessageContaining("is refused: it failed with java.lang.IllegalStateException: other core fails");
        assertThat(engine()).isEqualTo("first");
    }

    @Test
    @DisplayName("A swap on the schedule is done at its exact count of operations")
    void scheduled() {
        machine();
        swaps.at(1000, request(Parts.PE, "again"));
        assertThat(safepoints.nextScheduled()).isEqualTo(1000);
        safepoints.runScheduled(999);
        assertThat(engine()).isEqualTo("first");
        assertThat(swaps.report().ahead()).isEqualTo(1);
        safepoints.runScheduled(1000);
        assertThat(engine()).isEqualTo("again");
        assertThat(swaps.report().ahead()).isZero();
    }

    @Test
    @DisplayName("A swap on the schedule that is refused is told, and the machine goes on")
    void scheduledAndRefused() {
        machine();
        swaps.at(1000, request(Parts.PE, "wrong"));
        safepoints.runScheduled(1000);
        assertThat(engine()).isEqualTo("first");
        String message =
                "the swap of pe with wrong at 1000 is refused: a scratch machine with it computes something else";
        assertThat(swaps.report().refused()).containsExactly(message);
        assertThat(told).containsExactly("REFUSED " + message);
    }

    @Test
    @DisplayName("Two swaps that are prepared for the same parts: the later one is prepared again")
    void oneAfterTheOther() {
        machine();
        swaps.at(1000, request(Parts.PE, "again"));
        safepoints.begin();
        swaps.at(500, request(Parts.MMU, "identity"));
        safepoints.runScheduled(1000);
        assertThat(engine()).isEqualTo("again");
        assertThat(swaps.count()).isEqualTo(2);
        assertThat(swaps.report().refused()).isEmpty();
    }

    @Test
    @DisplayName("What is not there, and what nobody can swap, is said before anything is started")
    void nothingOfThatName() {
        machine();
        assertThatThrownBy(() -> swaps.now(request("engine", "again")))
                .hasMessageStartingWith(
                        "the swap of engine with again is refused: unknown part engine; parts are registers");
        assertThatThrownBy(() -> swaps.now(request(Parts.SPU, "any")))
                .hasMessage("the swap of spu with any is refused: this machine has no spu");
        assertThatThrownBy(() -> swaps.at(5, request(Parts.MMU, "none such")))
                .hasMessage(
                        "the swap of mmu with none such is refused: no part of kind mmu is named none such; there are:"
                                + " identity, mmu, other");
        assertThatThrownBy(() -> swaps.now(new SwapRequest(Parts.MMU, "second", "other", false)))
                .hasMessage("the swap of mmu second with other is refused: this machine uses no part of kind mmu named"
                        + " second; it uses identity");
        assertThat(parts.services.released).isEmpty();
    }

    @Test
    @DisplayName("Devices are made once for a machine: a variant with others is refused")
    void devicesStay() {
        machine();
        Variant other =
                PartServices.variant(Map.of("mmu", List.of("identity"), "pe", List.of("first"), "device", List.of()));
        assertThatThrownBy(() -> swaps.recompose(() -> other, false))
                .hasMessage(
                        "the change of the variant is refused: a device cannot come or go while the machine runs: start"
                                + " it anew");
        Variant next = PartServices.variant(Map.of("mmu", List.of("identity"), "pe", List.of("again")));
        assertThat(swaps.recompose(() -> next, false)).containsExactly("pe again");
    }
}
