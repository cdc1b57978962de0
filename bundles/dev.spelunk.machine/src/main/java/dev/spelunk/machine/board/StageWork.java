// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.compose.Limited;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a {@link Stage} does: makes objects, puts them where others read them, and can put back those that were there. */
interface StageWork {
    /** How to put back what is there now. */
    Runnable remember(Board board);

    /** Makes and puts in place. */
    void make(Board board, Limited.Step step);

    /** An object for each PE. */
    static <T> StageWork forPes(
            BiFunction<Board, PeContext, T> make, Function<PeContext, T> get, BiConsumer<PeContext, T> put) {
        return forEach(board -> List.of(board.pes), make, get, put);
    }

    /** An object for each PE, and for each context of a vCPU that shares PEs. */
    static <T> StageWork forContexts(
            BiFunction<Board, PeContext, T> make, Function<PeContext, T> get, BiConsumer<PeContext, T> put) {
        return forEach(Board::contexts, make, get, put);
    }

    private static <T> StageWork forEach(
            Function<Board, List<PeContext>> which,
            BiFunction<Board, PeContext, T> make,
            Function<PeContext, T> get,
            BiConsumer<PeContext, T> put) {
        return new StageWork() {
            @Override
            public Runnable remember(Board board) {
                List<Runnable> back = new ArrayList<>();
                for (PeContext context : which.apply(board)) {
                    T old = get.apply(context);
                    back.add(() -> put.accept(context, old));
                }
                return () -> back.forEach(Runnable::run);
            }

            @Override
            public void make(Board board, Limited.Step step) {
                for (PeContext context : which.apply(board)) {
                    T made = make.apply(board, context);
                    step.put(() -> put.accept(context, made));
                }
            }
        };
    }

    /** One object of the machine. */
    static <T> StageWork forMachine(Function<Board, T> make, Function<Board, T> get, BiConsumer<Board, T> put) {
        return new StageWork() {
            @Override
            public Runnable remember(Board board) {
                T old = get.apply(board);
                return () -> put.accept(board, old);
            }

            @Override
            public void make(Board board, Limited.Step step) {
                T made = make.apply(board);
                step.put(() -> put.accept(board, made));
            }
        };
    }

    /** What is done when the machine is composed, and never again. */
    static StageWork once(Consumer<Board> work) {
        return new StageWork() {
            @Override
            public Runnable remember(Board board) {
                return () -> {};
            }

            @Override
            public void make(Board board, Limited.Step step) {
                work.accept(board);
            }
        };
    }
}
