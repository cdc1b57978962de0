// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Selection;

/** What a board's parts have made, at one moment: what a swap changes, and puts back when it fails. */
public final class Assembly {
    /** The objects of one PE. */
    private record Pe(
            Architecture architecture,
            RegisterFile registers,
            long[] values,
            Translator translator,
            OperationTimer latencyModel,
            Sampler sampler,
            Core core,
            InterruptDistributor interrupts) {
        Pe(PeContext c) {
            this(c.architecture, c.registers, c.pe.sys, c.translator, c.latencyModel, c.sampler, c.core, c.interrupts);
        }

        void restore(PeContext c) {
            c.architecture = architecture;
            c.registers = registers;
            c.pe.sys = values;
            c.translator = translator;
            c.latencyModel = latencyModel;
            c.sampler = sampler;
            c.core = core;
            c.interrupts = interrupts;
        }
    }

    private final Board board;
    private final Selection parts;
    private final Pe[] pes;
    private final InterruptDistributor physical;
    private final VirtualMachine vm;

    public Assembly(Board board) {
        this.board = board;
        parts = board.parts;
        pes = new Pe[board.pes.length];
        for (int i = 0; i < pes.length; i++) {
            pes[i] = new Pe(board.pes[i]);
        }
        physical = board.physical;
        vm = board.vm;
    }

    /** Puts back what was there when this was made. */
    public void restore() {
        Selection failed = board.parts;
        board.parts = parts;
        if (physical != board.physical) {
            board.place(physical);
        }
        board.vm = vm;
        for (int i = 0; i < pes.length; i++) {
            pes[i].restore(board.pes[i]);
        }
        board.invalidate();
        if (vm != null && failed.differs(Kind.POLICY, parts)) {
            vm.pinningPolicy(parts.pinningPolicy());
        }
    }

    /** Makes anew what the parts that differ have made, over the same state. Devices stay: they are made once. */
    public void rewire(Selection before, Selection after, Architecture architecture) {
        Architecture old = board.pes[0].architecture;
        // What an architecture implements is asked for when objects are made.
        boolean all = !architecture.equalsApartFromProfiling(old);
        boolean profiling = architecture != old;
        board.parts = after;
        for (PeContext context : board.pes) {
            context.architecture = board.architectureOf(context, architecture);
            if (profiling || after.differs(Kind.REGISTER_MODEL, before) || after.differs(Kind.REGISTER_BANK, before)) {
                context.registers = after.registerModel().create(context, after.registerBanks(), context.registers);
            }
            if (all || after.differs(Kind.MMU, before)) {
                context.translator = after.mmu().create(context);
            }
            if (all || after.differs(Kind.TIMING, before)) {
                context.latencyModel = after.timingModel().create(context);
            }
        }
        if (after.differs(Kind.INTERRUPTS, before)) {
            board.place(board.makeDistributor());
        }
        for (PeContext context : board.pes) {
            if (profiling) {
                context.sampler = board.makeSampler(context);
            }
            if (all || after.differs(Kind.PE, before)) {
                context.core = after.processingElement().create(context);
            }
        }
        if (board.vm != null
                && (all
                        || after.differs(Kind.HYPERVISOR, before)
                        || after.differs(Kind.TRAPS, before)
                        || after.differs(Kind.POLICY, before)
                        || after.differs(Kind.INTERRUPTS, before)
                        || after.differs(Kind.FIRMWARE, before))) {
            board.vm = board.makeVm();
            board.vm.invalidate();
        }
        board.invalidate();
        if (board.vm != null && after.differs(Kind.POLICY, before)) {
            board.vm.pinningPolicy(after.pinningPolicy());
        }
    }

    /** Closes the cores that the other wiring does not have. */
    public void closeCoresNotIn(Assembly other) {
        for (int i = 0; i < pes.length; i++) {
            if (pes[i].core != other.pes[i].core) {
                pes[i].core.close();
            }
        }
    }
}
