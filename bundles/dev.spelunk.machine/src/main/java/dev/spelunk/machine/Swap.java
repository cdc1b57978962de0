// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.BadInputException;
import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.mmu.Mmu;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pe.ProcessingElement;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.RegisterModel;
import dev.spelunk.api.spu.ProfilingFeatures;
import dev.spelunk.api.spu.SamplingUnit;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.timing.TimingModel;
import java.util.List;

/**
 * The replacement of one part of a machine. Prepared beside the running part: choosing the new service
 * fails here, and the old part goes on. Exchanged between two operations: references change and everything
 * derived is dropped. State is the machine's, so nothing is drained or copied.
 */
final class Swap {
    private final Board board;
    private final String part;
    private final Offer with;

    private Swap(Board board, String part, Offer with) {
        this.board = board;
        this.part = part;
        this.with = with;
    }

    /**
     * Chooses what comes in.
     *
     * @param name {@code spelunk.name}, or null for the same implementation, made anew
     * @throws BadInputException when the part cannot be swapped or nothing has that name
     */
    static Swap prepare(Board board, Offers offers, String part, String name) {
        Selection parts = board.parts;
        switch (part) {
            case Parts.REGISTERS:
                return new Swap(board, part, choose(offers, RegisterModel.class, part, name,
                        parts.registers));
            case Parts.MMU:
                return new Swap(board, part, choose(offers, Mmu.class, part, name, parts.mmu));
            case Parts.PE:
                return new Swap(board, part, choose(offers, ProcessingElement.class, part, name, parts.pe));
            case Parts.TIMING:
                return new Swap(board, part, choose(offers, TimingModel.class, part, name, parts.timing));
            case Parts.SPU:
                if (parts.spu == null) {
                    throw new BadInputException("this machine has no SPU to swap");
                }
                return new Swap(board, part, choose(offers, SamplingUnit.class, part, name, parts.spu));
            case Parts.FEATURES:
                if (parts.features.isEmpty()) {
                    throw new BadInputException("this machine has no profiling features to swap");
                }
                return new Swap(board, part, choose(offers, ProfilingFeatures.class, part, name,
                        parts.features.get(parts.features.size() - 1)));
            default:
                throw new BadInputException("a part of kind " + part + " cannot be swapped: use registers, mmu, pe, spu, "
                        + "features or timing");
        }
    }

    private static Offer choose(Offers offers, Class<?> type, String part, String name, Offer current) {
        if (name == null) {
            return current;
        }
        return offers.named(type, part, name);
    }

    /** Puts the new part in place of the old one. Runs between two operations. */
    void exchange() {
        Selection parts = board.parts;
        switch (part) {
            case Parts.REGISTERS:
                parts.registers = with;
                registers();
                break;
            case Parts.MMU:
                parts.mmu = with;
                for (PeContext context : board.pes) {
                    context.translator = ((Mmu) with.service()).create(context);
                }
                break;
            case Parts.PE:
                parts.pe = with;
                for (PeContext context : board.pes) {
                    Core old = context.core;
                    context.core = ((ProcessingElement) with.service()).create(context);
                    old.close();
                }
                break;
            case Parts.TIMING:
                parts.timing = with;
                for (PeContext context : board.pes) {
                    context.timer = ((TimingModel) with.service()).create(context);
                }
                break;
            case Parts.SPU:
                parts.spu = with;
                profiling();
                break;
            default:
                parts.features.replaceAll(o -> o.name().equals(with.name()) ? with : o);
                profiling();
                break;
        }
        invalidate();
    }

    private void registers() {
        for (PeContext context : board.pes) {
            RegisterFile old = context.registers;
            context.registers = board.parts.registerModel().create(context, board.parts.registerBanks(), old);
        }
    }

    /** New rules, hence a new register table and a new SPU over the same state. */
    private void profiling() {
        Architecture old = board.pes[0].architecture;
        List<ProfilingFeatures> features = board.parts.profilingFeatures();
        Architecture architecture = old.withProfiling(board.parts.samplingUnit().compose(features));
        for (PeContext context : board.pes) {
            context.architecture = architecture;
        }
        registers();
        for (PeContext context : board.pes) {
            context.sampler = board.parts.samplingUnit().create(context);
        }
    }

    private void invalidate() {
        for (PeContext context : board.pes) {
            context.translator.invalidate();
            context.core.invalidate();
            context.timer.invalidate();
            if (context.sampler != null) {
                context.sampler.invalidate();
            }
            context.pe.changed |= PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS | PeState.CHANGED_TIMERS;
        }
    }
}
