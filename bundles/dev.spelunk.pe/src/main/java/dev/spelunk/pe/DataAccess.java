// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;

/**
 * Data accesses of one PE: alignment, translation, RAM or bus, and the Data Abort exceptions of all these.
 * The PE's pc and count are exact when this is called.
 */
final class DataAccess {
    /** Mode: a plain access. */
    static final int PLAIN = 0;
    /** Mode: LDTR and STTR. */
    static final int UNPRIVILEGED = Translator.UNPRIVILEGED;
    /** Mode: exclusive, atomic or ordered, which must be aligned whatever SCTLR_ELx.A. */
    static final int ALIGNED = 1 << 8;

    private final PeContext context;
    private final PeState pe;
    private final PhysicalMemory memory;
    private final byte[] ram;
    private final SoftwareTlb tlb;
    private final ControlRegisters control;
    private final Watchpoints watchpoints;
    private final SynchronousException exception;
    private final Translation out = new Translation();

    /** Set of the software TLB for the current privilege. */
    int set;
    /** The instruction, for the syndrome of a stage 2 abort. */
    int word;

    /** Index in RAM of the access located last, -1 when it is elsewhere; then {@link #pa} says where. */
    int index;

    long pa;
    private boolean code;
    private boolean mustAlign;
    /** Says of the first access of an operation in observed form where it went. */
    final AccessRecord record = new AccessRecord();

    DataAccess(
            PeContext context,
            SoftwareTlb tlb,
            ControlRegisters control,
            Watchpoints watchpoints,
            SynchronousException exception) {
        this.context = context;
        this.pe = context.pe;
        this.memory = context.memory;
        this.ram = memory.ram;
        this.tlb = tlb;
        this.control = control;
        this.watchpoints = watchpoints;
        this.exception = exception;
    }

    /** The access mode of LDTR and STTR here (DDI 0487, AArch64.IsUnprivAccessPriv). */
    int unprivilegedMode() {
        if (pe.uao) {
            return PLAIN;
        }
        return pe.el == 1 || pe.el == 2 && control.system.elIsInHost(0) ? UNPRIVILEGED : PLAIN;
    }

    /** Checks the stack pointer's alignment before it is used as a base (DDI 0487, D1.3.9.2). */
    void checkStackPointer(long sp) {
        if ((sp & 15) != 0) {
            long enable = pe.el == 0 ? SCTLR_ELx.SA0 : SCTLR_ELx.SA;
            if ((control.sctlr(pe.el) & enable) != 0) {
                throw exception.of(SynchronousException.SP_ALIGNMENT, 0, 0);
            }
        }
    }

    /** Reads size (1, 2, 4, 8) bytes, zero-extended. */
    long read(long va, int size, int mode) {
        if ((va & size - 1) == 0) {
            return readWithin(va, size, mode);
        }
        checkAlignment(va, mode, false);
        if ((va & 0xFFF) + size > 4096) {
            return readAcross(va, size, mode);
        }
        locate(va, Translator.READ, mode);
        if (mustAlign) {
            throw alignment(va, false);
        }
        watchRead(va, size, mode);
        return index >= 0 ? get(index, size) : readBus(va, size);
    }

    private void watchRead(long va, int size, int mode) {
        if (watchpoints.watching) {
            watchpoints.check(va, size, true, false, (mode & UNPRIVILEGED) != 0);
        }
    }

    private void watchWrite(long va, int size, int mode) {
        if (watchpoints.watching) {
            watchpoints.check(va, size, false, true, (mode & UNPRIVILEGED) != 0);
        }
    }

    private long readWithin(long va, int size, int mode) {
        locate(va, Translator.READ, mode);
        watchRead(va, size, mode);
        return index >= 0 ? get(index, size) : readBus(va, size);
    }

    private long readAcross(long va, int size, int mode) {
        long second = (va | 0xFFF) + 1;
        locate(va, Translator.READ, mode);
        if (mustAlign) {
            throw alignment(va, false);
        }
        locate(second, Translator.READ, mode);
        watchRead(va, size, mode);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= readWithin(va + i, 1, mode) << 8 * i;
        }
        return value;
    }

    /** Writes the low size (1, 2, 4, 8) bytes. */
    void write(long va, int size, long value, int mode) {
        if ((va & size - 1) == 0) {
            locate(va, Translator.WRITE, mode);
            watchWrite(va, size, mode);
            store(va, size, value);
            return;
        }
        checkAlignment(va, mode, true);
        if ((va & 0xFFF) + size > 4096) {
            writeAcross(va, size, value, mode);
            return;
        }
        locate(va, Translator.WRITE, mode);
        if (mustAlign) {
            throw alignment(va, true);
        }
        watchWrite(va, size, mode);
        store(va, size, value);
    }

    private void writeAcross(long va, int size, long value, int mode) {
        long second = (va | 0xFFF) + 1;
        locate(va, Translator.WRITE, mode);
        if (mustAlign) {
            throw alignment(va, true);
        }
        locate(second, Translator.WRITE, mode);
        watchWrite(va, size, mode);
        for (int i = 0; i < size; i++) {
            locate(va + i, Translator.WRITE, mode);
            store(va + i, 1, value >>> 8 * i);
        }
    }

    /** Throws the fault that an access of that many bytes would, if any, so that it is made whole or not at all. */
    void probe(long va, int size, int element, int mode, boolean write) {
        int access = write ? Translator.WRITE : Translator.READ;
        if ((va & element - 1) != 0) {
            checkAlignment(va, mode, write);
        }
        locate(va, access, mode);
        if (mustAlign && (va & element - 1) != 0) {
            throw alignment(va, write);
        }
        if ((va & 0xFFF) + size > 4096) {
            locate((va | 0xFFF) + 1, access, mode);
        }
        if (watchpoints.watching) {
            watchpoints.check(va, size, !write, write, (mode & UNPRIVILEGED) != 0);
        }
    }

    /** Locates an access that reads and writes memory: both are checked, reading first. The access is RAM or faults. */
    void locateAtomic(long va, int size) {
        if ((va & size - 1) != 0) {
            throw alignment(va, false);
        }
        locate(va, Translator.READ, PLAIN);
        locate(va, Translator.WRITE, PLAIN);
        if (index < 0) {
            throw dataAbort(va, SynchronousException.UNSUPPORTED_EXCLUSIVE);
        }
        if (watchpoints.watching) {
            watchpoints.check(va, size, true, true, false);
        }
    }

    /** Locates an exclusive access. The access is RAM or faults. */
    void locateExclusive(long va, int size, boolean write) {
        if ((va & size - 1) != 0) {
            throw alignment(va, write);
        }
        locate(va, write ? Translator.WRITE : Translator.READ, PLAIN);
        if (index < 0) {
            throw dataAbort(va, SynchronousException.UNSUPPORTED_EXCLUSIVE | (write ? 1 << 6 : 0));
        }
        if (watchpoints.watching) {
            watchpoints.check(va, size, !write, write, false);
        }
    }

    /** Reads at the located index of RAM. */
    long get(int at, int size) {
        switch (size) {
            case 1:
                return PhysicalMemory.get8(ram, at);
            case 2:
                return PhysicalMemory.get16(ram, at);
            case 4:
                return PhysicalMemory.get32(ram, at) & 0xFFFFFFFFL;
            default:
                return PhysicalMemory.get64(ram, at);
        }
    }

    /** Writes at the located index of RAM. */
    void put(int at, int size, long value) {
        switch (size) {
            case 1:
                PhysicalMemory.put8(ram, at, (int) value);
                break;
            case 2:
                PhysicalMemory.put16(ram, at, (int) value);
                break;
            case 4:
                PhysicalMemory.put32(ram, at, (int) value);
                break;
            default:
                PhysicalMemory.put64(ram, at, value);
                break;
        }
        if (code) {
            memory.written(memory.base + at, size);
        }
    }

    /** DC ZVA: zeroes a naturally aligned block. */
    void zero(long va, int size) {
        long start = va & -size;
        record.zeroes(size);
        locate(start, Translator.WRITE, PLAIN);
        if (mustAlign && context.translator.translate(out, start, Translator.WRITE) && out.device) {
            throw alignment(va, true);
        }
        if (index < 0) {
            throw dataAbort(va, SynchronousException.EXTERNAL_ABORT | 1 << 6);
        }
        watchWrite(start, size, PLAIN);
        int at = index;
        for (int i = 0; i < size; i += 8) {
            put(at + i, 8, 0);
        }
    }

    /** Translates for cache maintenance, which accesses nothing. */
    void maintain(long va, int access) {
        if (!context.translator.translate(out, va, access | Translator.MAINTENANCE)) {
            throw translationFault(va, 1 << 8 | 1 << 6);
        }
    }

    /** A watchpoint may watch what DC IVAC invalidates, size bytes to which va belongs. */
    void watchInvalidation(long va, int size) {
        if (watchpoints.watching) {
            watchpoints.checkMaintenance(va, size);
        }
    }

    /** The Data Abort that an AT instruction takes in place of a result in PAR_EL1. */
    SynchronousException addressTranslateAbort(Translation fault) {
        int iss = fault.fault | 1 << 8 | 1 << 6 | (fault.onWalk ? 1 << 7 : 0);
        exception.of(SynchronousException.DATA_ABORT, iss, fault.stage2 ? 2 : 0, fault.va);
        if (fault.stage2) {
            exception.hasIpa = true;
            exception.ipa = fault.ipa;
        }
        return exception;
    }

    private void store(long va, int size, long value) {
        if (index >= 0) {
            put(index, size, value);
            return;
        }
        try {
            memory.write(pa, size, value);
        } catch (BusAbort e) {
            throw dataAbort(va, SynchronousException.EXTERNAL_ABORT | 1 << 6);
        }
    }

    private long readBus(long va, int size) {
        try {
            return memory.read(pa, size);
        } catch (BusAbort e) {
            throw dataAbort(va, SynchronousException.EXTERNAL_ABORT);
        }
    }

    private void checkAlignment(long va, int mode, boolean write) {
        if ((mode & ALIGNED) != 0 || (control.sctlr(pe.el) & SCTLR_ELx.A) != 0) {
            throw alignment(va, write);
        }
    }

    /** Translates; sets {@link #index} or {@link #pa}. */
    private void locate(long va, int access, int mode) {
        int s = (mode & UNPRIVILEGED) != 0 ? tlb.unprivilegedSet() : set;
        long[][] kind = access == Translator.READ ? tlb.read : tlb.write;
        long[] entries = kind[s];
        int slot = SoftwareTlb.slot(va);
        if (!record.due && SoftwareTlb.maps(entries, slot, va)) {
            index = (int) (va + entries[slot + 1]);
            code = (entries[slot] & SoftwareTlb.CODE) != 0;
            mustAlign = (entries[slot] & SoftwareTlb.ALIGNED) != 0;
            return;
        }
        boolean translated = context.translator.translate(out, va, access | mode & UNPRIVILEGED);
        if (record.due) {
            record.translated(va, translated, out, memory);
        }
        if (!translated) {
            throw translationFault(va, out.write ? 1 << 6 : 0);
        }
        pa = out.pa;
        mustAlign = out.device;
        if (!memory.isRam(pa, 1)) {
            index = -1;
            code = false;
            return;
        }
        index = (int) (pa - memory.base);
        if (watchpoints.watchesPage(va)) {
            code = access == Translator.WRITE && memory.holdsCode(pa);
            return;
        }
        code = access == Translator.WRITE && memory.holdsCode(pa);
        boolean check = mustAlign || (control.sctlr(pe.el) & SCTLR_ELx.A) != 0;
        tlb.fill(kind, s, va, index & ~0xFFF, (check ? SoftwareTlb.ALIGNED : 0) | (code ? SoftwareTlb.CODE : 0));
    }

    private SynchronousException alignment(long va, boolean write) {
        if (record.due) {
            record.address(va);
        }
        return dataAbort(va, SynchronousException.ALIGNMENT | (write ? 1 << 6 : 0));
    }

    private SynchronousException dataAbort(long va, int iss) {
        boolean external = (iss & 0x3F) == SynchronousException.EXTERNAL_ABORT;
        int target = external && pe.el < 2 && (control.system.effectiveHcr() & HCR_EL2.TEA) != 0 ? 2 : 0;
        return exception.of(SynchronousException.DATA_ABORT, iss, target, va);
    }

    /** The Data Abort of a translation that failed, with the given bits of the syndrome. */
    private SynchronousException translationFault(long va, int bits) {
        int iss = out.fault | bits | (out.onWalk ? 1 << 7 : 0);
        if (!out.stage2) {
            return exception.of(SynchronousException.DATA_ABORT, iss, 0, va);
        }
        if (!out.onWalk && (bits & 1 << 8) == 0) {
            iss |= InstructionSyndrome.of(word);
        }
        exception.of(SynchronousException.DATA_ABORT, iss, 2, va);
        exception.hasIpa = true;
        exception.ipa = out.ipa;
        return exception;
    }
}
