// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static dev.spelunk.machine.board.StageWork.forContexts;
import static dev.spelunk.machine.board.StageWork.forMachine;
import static dev.spelunk.machine.board.StageWork.forPes;
import static dev.spelunk.machine.board.StageWork.once;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Limited;
import dev.spelunk.machine.compose.Selection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The stages in which the objects of a machine are made, in this order: what each is made of, and which stages it
 * needs, of which Java lets it name earlier ones only. Composing goes through all of them, a swap through those that
 * were made of something that changes; what they made stays to hand until the swap has succeeded, and is put back when
 * it has not. What needs a stage that is made anew is not made anew for that: it looks up what it derived
 * ({@code invalidate}).
 */
enum Stage {
    /** What each PE implements. */
    ARCHITECTURE(
            needs(),
            of(),
            For.ARCHITECTURE,
            forContexts(Board::architectureOf, c -> c.architecture, (c, made) -> c.architecture = made)),
    /** The layout of the system registers, and the values in it. */
    REGISTERS(
            needs(ARCHITECTURE),
            of(Kind.REGISTER_MODEL, Kind.REGISTER_BANK, Kind.PMU_EVENTS),
            For.ARCHITECTURE,
            forContexts(Board::layOut, RegisterLayout::new, (c, made) -> made.use(c))),
    TRANSLATORS(
            needs(REGISTERS),
            of(Kind.MMU),
            For.FEATURES,
            forPes((board, c) -> board.parts.mmu().create(c), c -> c.translator, (c, made) -> c.translator = made)),
    LATENCY_MODELS(
            needs(REGISTERS),
            of(Kind.TIMING),
            For.FEATURES,
            forPes(
                    (board, c) -> board.parts.timingModel().create(c),
                    c -> c.latencyModel,
                    (c, made) -> c.latencyModel = made)),
    /** The physical interrupts. */
    DISTRIBUTOR(
            needs(REGISTERS),
            of(Kind.INTERRUPTS),
            For.PARTS,
            forMachine(Board::makeDistributor, board -> board.wiring.distributor, Board::place)),
    SAMPLERS(
            needs(REGISTERS, TRANSLATORS),
            of(Kind.SPU, Kind.FEATURES),
            For.ARCHITECTURE,
            forPes(Board::makeSampler, c -> c.sampler, (c, made) -> c.sampler = made)),
    CORES(
            needs(REGISTERS, TRANSLATORS),
            of(Kind.PE),
            For.FEATURES,
            forPes((board, c) -> board.parts.processingElement().create(c), c -> c.core, (c, made) -> c.core = made)),
    /** PEs as after a Warm reset; no swap changes any state. */
    RESET(needs(REGISTERS, TRANSLATORS, CORES), of(), For.THE_FIRST_TIME, once(Board::reset)),
    FIRMWARE(
            needs(),
            of(Kind.FIRMWARE),
            For.PARTS,
            forMachine(
                    board -> board.parts.firmware(),
                    board -> board.wiring.firmware,
                    (board, made) -> board.wiring.firmware = made)),
    /** Wired to the guest's interrupts and found on the bus; they stay. */
    DEVICES(needs(RESET, DISTRIBUTOR), of(), For.THE_FIRST_TIME, once(Board::makeDevices)),
    /** The VM, over the state of the one before: nothing of an old description stays. */
    VM(
            needs(RESET, DISTRIBUTOR, FIRMWARE, DEVICES),
            of(Kind.HYPERVISOR, Kind.TRAPS, Kind.POLICY, Kind.INTERRUPTS, Kind.FIRMWARE),
            For.FEATURES,
            forMachine(Board::makeVm, board -> board.wiring.vm, (board, made) -> board.wiring.vm = made)),
    /** What the policy of a VM that is there already wants pinned; a new VM asks for that itself. */
    PINS(
            needs(VM),
            of(Kind.POLICY),
            For.PARTS,
            forMachine(board -> board.parts.pinningPolicy(), board -> board.policy, Board::pin));

    /** What of a composition an object is made for, beside the parts that make it. */
    private enum For {
        /** Whatever changes later, it stays. */
        THE_FIRST_TIME,
        /** The parts alone. */
        PARTS,
        /** What the architecture implements apart from the profiling features. */
        FEATURES,
        /** All of the architecture, the profiling rules too. */
        ARCHITECTURE
    }

    final Set<Stage> needs;
    final Set<Kind> kinds;
    private final For madeFor;
    private final StageWork work;

    Stage(List<Stage> needs, Set<Kind> kinds, For madeFor, StageWork work) {
        this.needs = Set.copyOf(needs);
        this.kinds = kinds;
        this.madeFor = madeFor;
        this.work = work;
    }

    private static List<Stage> needs(Stage... stages) {
        return List.of(stages);
    }

    private static Set<Kind> of(Kind... kinds) {
        return Set.of(kinds);
    }

    /** Whether a swap must make its objects anew. */
    boolean changes(Selection before, Selection after, Architecture old, Architecture architecture) {
        if (madeFor == For.THE_FIRST_TIME) {
            return false;
        }
        boolean ofArchitecture = madeFor == For.ARCHITECTURE && architecture != old
                || madeFor == For.FEATURES && !architecture.equalsApartFromProfiling(old);
        return ofArchitecture || kinds.stream().anyMatch(kind -> after.differs(kind, before));
    }

    /** How to put back what is there now. */
    Runnable remember(Board board) {
        return work.remember(board);
    }

    /**
     * Makes its objects and puts them in place.
     *
     * @throws dev.spelunk.api.problems.BadInputException when a part does not return in time
     */
    void make(Board board) {
        Limited.run(
                "making the machine's " + name().toLowerCase(Locale.ROOT).replace('_', ' '),
                step -> work.make(board, step));
    }
}
