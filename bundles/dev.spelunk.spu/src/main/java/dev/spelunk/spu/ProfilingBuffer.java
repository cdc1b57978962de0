// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.profiling.BufferTranslation;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;

/**
 * The profiling buffer: writes records through the owning translation regime and records buffer
 * management events in PMBSR_ELx (DDI 0487, D17.7 and D17.8).
 */
final class ProfilingBuffer {
    /** PMBSR_ELx.EC of stage 1 and stage 2 aborts, and of what is neither. */
    private static final int EC_OTHER = 0x00;

    private static final int EC_STAGE1 = 0x24;
    private static final int EC_STAGE2 = 0x25;

    private static final int BSC_ACCESS_NOT_ALLOWED = 0;
    private static final int BSC_FILLED = 1;
    private static final int FSC_SYNCHRONOUS_EXTERNAL_ABORT = 0x10;

    private static final int FM_DISCARD = 2;
    private static final int TOP_BYTE_SHIFT = 56;
    private static final int PAGE = 4096;

    private final SpuRegisters registers;
    private final ProfilingControls controls;
    private final ProfilingExtension extension;
    private final BufferTranslation pointers;
    private final PeContext context;
    private final PeState pe;
    private final Translation translation = new Translation();

    ProfilingBuffer(SpuRegisters registers, ProfilingControls controls, ProfilingRules rules) {
        this.registers = registers;
        this.controls = controls;
        extension = rules.extension();
        pointers = rules.translation();
        context = registers.context;
        pe = registers.pe;
    }

    /** Whether records are discarded (D17.5.5). */
    boolean discards() {
        return extension.discardMode()
                && (registers.get(SpuRegisters.PMBLIMITR_EL1) >>> PMBLIMITR_EL1.FM_SHIFT & 3) == FM_DISCARD;
    }

    /**
     * Checks the restrictions on the current write pointer (D17.7.4) and records what violates them: too
     * little room is buffer full; other top bytes than the limit's or a misaligned pointer is access not allowed.
     *
     * @return whether a record may be written
     */
    boolean accepts() {
        long pointer = registers.get(SpuRegisters.PMBPTR_EL1);
        long limit = registers.get(SpuRegisters.PMBLIMITR_EL1) & PMBLIMITR_EL1.LIMIT;
        if (pointer >>> TOP_BYTE_SHIFT != limit >>> TOP_BYTE_SHIFT || (pointer & extension.alignment() - 1) != 0) {
            count(SpuState.ACCESS_NOT_ALLOWED);
            record(EC_OTHER, BSC_ACCESS_NOT_ALLOWED, PMBSR_ELx.DL, 0);
            return false;
        }
        if (full(pointer, limit, extension.maxRecordSize())) {
            count(SpuState.BUFFER_FULL);
            record(EC_OTHER, BSC_FILLED, 0, 0);
            return false;
        }
        return true;
    }

    /** Whether a record of the largest size does not fit (SPEBufferIsFull). Never wraps: a limit below that size is full. */
    static boolean full(long pointer, long limit, int maxRecordSize) {
        return Long.compareUnsigned(limit, maxRecordSize) < 0
                || Long.compareUnsigned(pointer, limit - maxRecordSize) > 0;
    }

    /**
     * Writes a record and moves PMBPTR_EL1 behind what has been written. The caller has seen {@link #accepts}.
     * Pages are written one after the other: the bytes before a fault are in memory, as if each byte were written alone.
     *
     * @param origin gets the addresses of a record that has been written
     * @return whether the whole record has been written
     */
    boolean write(byte[] data, int length, RecordOrigin origin) {
        long start = registers.get(SpuRegisters.PMBPTR_EL1);
        int done = 0;
        while (done < length) {
            long va = start + done;
            int size = Math.min(length - done, PAGE - (int) (va & PAGE - 1));
            if (!pointers.translate(context, translation, va)) {
                registers.set(SpuRegisters.PMBPTR_EL1, va);
                pe.spu.torn |= done != 0;
                fault(done != 0);
                return false;
            }
            if (done == 0) {
                origin.physicalAddress = translation.pa;
            }
            int written = store(translation.pa, data, done, size);
            done += written;
            if (written < size) {
                registers.set(SpuRegisters.PMBPTR_EL1, start + done);
                pe.spu.torn |= done != 0;
                externalAbort(done != 0);
                return false;
            }
        }
        registers.set(SpuRegisters.PMBPTR_EL1, start + length);
        origin.address = start;
        return true;
    }

    /** After a record: buffer full when no further one fits (D17.8.2). */
    void checkFull() {
        if (full(
                registers.get(SpuRegisters.PMBPTR_EL1),
                registers.get(SpuRegisters.PMBLIMITR_EL1) & PMBLIMITR_EL1.LIMIT,
                extension.maxRecordSize())) {
            count(SpuState.BUFFER_FULL);
            record(EC_OTHER, BSC_FILLED, 0, 0);
        }
    }

    /** A collision (D17.3.7): COLL in the register that records other events. */
    void collision() {
        int register = controls.syndromeRegister(EC_OTHER, 0);
        context.register(register, context.register(register) | PMBSR_ELx.COLL);
    }

    /** Bytes written before an External abort. */
    private int store(long pa, byte[] data, int offset, int size) {
        if (context.memory.isRam(pa, size)) {
            context.memory.copyIn(pa, data, offset, size);
            return size;
        }
        for (int i = 0; i < size; i++) {
            try {
                context.memory.write(pa + i, 1, data[offset + i] & 0xFF);
            } catch (BusAbort abort) {
                if (extension.reportsExternalAborts()) {
                    return i;
                }
            }
        }
        return size;
    }

    private void fault(boolean midRecord) {
        count(translation.stage2 ? SpuState.STAGE2_FAULT : SpuState.STAGE1_FAULT);
        record(translation.stage2 ? EC_STAGE2 : EC_STAGE1, translation.fault, midRecord ? PMBSR_ELx.DL : 0, 0);
    }

    private void externalAbort(boolean midRecord) {
        count(SpuState.EXTERNAL_ABORT);
        record(EC_STAGE1, FSC_SYNCHRONOUS_EXTERNAL_ABORT, 0, PMBSR_ELx.EA | (midRecord ? PMBSR_ELx.DL : 0));
    }

    /**
     * Records an event and stops profiling.
     *
     * @param first bits to set when S was 0, beside S
     * @param always bits to set even when S was 1
     */
    private void record(int ec, int mss, long first, long always) {
        int register = controls.syndromeRegister(ec, mss);
        long old = context.register(register);
        long syndrome = old | always;
        if ((old & PMBSR_ELx.S) == 0) {
            long kept = PMBSR_ELx.DL | PMBSR_ELx.EA | PMBSR_ELx.COLL;
            syndrome = syndrome & kept | first | PMBSR_ELx.S | (long) ec << PMBSR_ELx.EC_SHIFT | mss;
        }
        context.register(register, syndrome);
        pe.spu.enabled = false;
        pe.changed |= PeState.CHANGED_PROFILING;
        InterruptLine.drive(context, controls.interruptLevel());
    }

    private void count(int counter) {
        pe.spu.counters[counter]++;
        pe.eventsHappened();
    }
}
