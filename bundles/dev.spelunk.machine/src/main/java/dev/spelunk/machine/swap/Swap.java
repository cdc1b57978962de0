// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.compose.Composition;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Part;
import dev.spelunk.machine.compose.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A change of the parts of one machine: prepared beside the parts that run, exchanged between two operations. */
final class Swap {
    private final Board board;
    /** What the change was made of: it holds only as long as the machine has these parts. */
    private final Selection before;

    private final Selection after;
    private final Selection.Maker maker;
    private final Architecture architecture;
    private final boolean noticed;
    final Variant variant;

    private Swap(
            Board board,
            Selection before,
            Selection.Maker maker,
            Architecture architecture,
            boolean noticed,
            Variant variant) {
        this.board = board;
        this.before = before;
        this.maker = maker;
        this.after = maker.made();
        this.architecture = architecture;
        this.noticed = noticed;
        this.variant = variant;
    }

    /**
     * Starts the new parts, judges what the machine would be with them, and tries them on a scratch machine.
     *
     * @param change chooses the new parts
     * @param force also when the guest could notice
     * @return the swap; null when nothing would change
     * @throws BadInputException with the reason why it cannot be
     */
    static Swap prepare(Board board, Variant old, Variant variant, Consumer<Selection.Maker> change, boolean force) {
        Selection before = board.parts;
        Selection.Maker maker = new Selection.Maker(before);
        try {
            change.accept(maker);
            Selection after = maker.made();
            Architecture architecture = board.architecture;
            if (!variant.equals(old)
                    || after.differs(Kind.FEATURES, before)
                    || after.differs(Kind.SPU, before)
                    || after.differs(Kind.PMU_EVENTS, before)) {
                architecture = Composition.architecture(variant, after, after.hypervisor() != null, board.options.el());
            } else if (after.without(before).isEmpty() && before.without(after).isEmpty()) {
                return null;
            } else {
                Composition.check(variant, after);
            }
            PeContext scratch = ScratchMachine.run(after, architecture, board.options);
            List<String> noticed =
                    GuestVisibleChanges.of(board.pes[0], scratch, after.hypervisor() != null ? 1 : board.options.el());
            if (!noticed.isEmpty() && !force) {
                throw new BadInputException(
                        "the guest could notice: " + noticed.stream().limit(6).collect(Collectors.joining(", "))
                                + (noticed.size() > 6 ? ", …" : "")
                                + "; force it to have it nevertheless");
            }
            return new Swap(board, before, maker, architecture, !noticed.isEmpty(), variant);
        } catch (RuntimeException | Error e) {
            maker.undo();
            throw e;
        }
    }

    /** Whether the machine still has the parts that this was prepared for. */
    boolean current() {
        return board.parts == before;
    }

    /** The parts that come in, as kind and name, or those that go where none does. */
    List<String> what() {
        List<Part> come = after.without(before);
        List<String> what = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            after.all(kind).stream().filter(come::contains).forEach(p -> what.add(kind.part + " " + p.name()));
        }
        if (what.isEmpty()) {
            for (Kind kind : Kind.values()) {
                before.all(kind).stream()
                        .filter(p -> !after.all(kind).contains(p))
                        .forEach(p -> what.add("without " + kind.part + " " + p.name()));
            }
        }
        return what;
    }

    /** Stops what was started for a swap that is not done. */
    void abandon() {
        maker.undo();
    }

    /** Stops the parts that are not used any more. */
    void dispose() {
        before.without(after).forEach(Part::stop);
    }

    /**
     * Puts the new parts in place. Runs between two operations.
     *
     * @throws RuntimeException when a part fails after all: everything is as it was
     */
    void exchange() {
        board.exchange(after, architecture);
        if (noticed && board.wiring.vm != null) {
            board.wiring.vm.hostChanged();
        }
    }
}
