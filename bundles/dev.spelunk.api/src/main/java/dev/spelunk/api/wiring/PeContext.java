// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.wiring;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.mmu.TranslationListener;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.RandomStream;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.trace.TraceSink;

/**
 * The wiring of one PE: its state and the objects that the composed parts made for it. Parts keep the
 * context and read their neighbours' fields where they use them; a swap changes a field between two
 * operations and calls {@code invalidate()} on every part, which is where they look up again whatever
 * they derived (indices of registers, cached translations).
 */
public final class PeContext {
    public final MachineState machine;
    public final PeState pe;
    public final PhysicalMemory memory;
    /** What the pseudocode calls functions of the controls: {@code EL2Enabled}, {@code ELIsInHost} and their like. */
    public final SystemFunctions system;

    /** Set by the composition; may change only in a swap. */
    public Architecture architecture;

    public RegisterFile registers;
    public Translator translator;
    public Core core;
    /** Null when the machine has no SPE. */
    public Sampler sampler;

    /** Gives sampled operations their latencies and events. Never null. */
    public OperationTimer latencyModel;
    /** The physical interrupt controller; null when the machine has none. */
    public InterruptDistributor interrupts;
    /** Gets every complete record with its origin, in order. Never null. */
    public RecordSink records;
    /** Is told what software does to the PE's system state; null for nobody. */
    public SystemListener listener;
    /** Is told of walks of translation tables and of the modelled TLB; null for nobody. */
    public TranslationListener translationListener;
    /** The timeline, null when nobody asked for one. */
    public TraceSink trace;
    /** Seed of what is UNKNOWN after a reset; null: zeros. */
    public Long unknownSeed;

    public PeContext(MachineState machine, PeState pe) {
        this.machine = machine;
        this.pe = pe;
        this.memory = machine.memory;
        system = new SystemFunctions(this);
    }

    /** Value of the register itself, 0 when it is absent: no alias, no hook. Not for hot paths. */
    public long register(int encoding) {
        int i = registers.index(encoding);
        return i < 0 ? 0 : pe.sys[i];
    }

    /** Sets the register itself; absent registers are left alone. No alias, no hook. */
    public void register(int encoding, long value) {
        int i = registers.index(encoding);
        if (i >= 0) {
            pe.sys[i] = value;
        }
    }

    /**
     * Resets the PE to that Exception level (DDI 0487, AArch64.TakeReset), 1 or 2: registers that software can write
     * have their values after a Warm reset, so that the MMU is off; those of higher levels stay as their software set
     * them up.
     */
    public void reset(int level) {
        registers.reset(level);
        begin(level);
    }

    /** Resets the PE to that Exception level as a Warm reset does, the registers of higher levels too. */
    public void warmReset(int level) {
        registers.reset();
        begin(level);
    }

    private void begin(int level) {
        pe.reset(level);
        fillUnknown();
        if (translator != null) {
            translator.contextChanged();
        }
    }

    /** What is UNKNOWN after a reset beside system registers: general-purpose and vector registers, flags, stack pointers. */
    private void fillUnknown() {
        if (unknownSeed == null) {
            return;
        }
        RandomStream random = unknown("registers");
        for (int i = 0; i < PeState.ZERO; i++) {
            pe.x[i] = random.next();
        }
        for (int i = 0; i < pe.v.length; i++) {
            pe.v[i] = random.next();
        }
        for (int i = 0; i < pe.sp.length; i++) {
            pe.sp[i] = random.next();
        }
        pe.loadStackPointer();
        pe.nzcv = (int) random.next() & 0xF;
        pe.fpcr = (int) random.next() & (FPCR.WITHOUT_FP16 | (architecture.has("FEAT_FP16") ? FPCR.FZ16 : 0));
        pe.fpsr = (int) random.next() & FPSR.ALL;
    }

    /** What a register holds after a Warm reset. */
    public long afterReset(RegisterDescription register) {
        long unknown = register.unknownAtReset();
        if (unknownSeed == null || unknown == 0) {
            return register.reset();
        }
        return register.reset() & ~unknown | unknown(register.name()).next() & unknown;
    }

    /** The same for the same seed, PE and purpose, whatever was reset before. */
    private RandomStream unknown(String purpose) {
        return new RandomStream(unknownSeed, "UNKNOWN " + purpose + " of PE " + pe.index);
    }

    /**
     * Switches the PE on after a {@link #reset}.
     *
     * @param entry where it begins
     * @param argument its X0
     * @param now virtual time in cycles at which it begins, if its own is not beyond
     */
    public void powerOn(long entry, long argument, long now) {
        pe.idleCycles += Math.max(now - pe.cycles(), 0);
        pe.pc = entry;
        pe.x[0] = argument;
        pe.powered = true;
    }
}
