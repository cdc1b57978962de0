// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.state.BusTarget;

/** The GICD register frame (IHI 0069, 12.9). Unimplemented offsets are RAZ/WI. */
final class DistributorRegisters implements BusTarget {
    static final long IIDR = 0x0000_043BL;
    static final long PIDR2_GICV3 = 0x3B;
    private static final int CTLR = 0x0;
    private static final int TYPER = 0x4;
    private static final int IIDR_OFFSET = 0x8;
    private static final int SETSPI = 0x40;
    private static final int CLRSPI = 0x48;
    private static final int IROUTER = 0x6000;
    private static final int PIDR2 = 0xFFE8;
    private static final long ARE_AND_DS = 1 << 4 | 1 << 6;
    private static final int WORD = 4;
    /** GICD_TYPER: 10 bits of INTID, SETSPI and CLRSPI, Aff3, no 1 of N distribution. */
    private static final long TYPER_VALUE = InterruptState.INTIDS / 32 - 1 | 9L << 19 | 1L << 16 | 1L << 24 | 1L << 25;

    private final Gicv3 gic;

    DistributorRegisters(Gicv3 gic) {
        this.gic = gic;
    }

    @Override
    public long read(long offset, int size) {
        if (size < WORD) {
            return InterruptRegisters.part(read(offset & -WORD, WORD), offset, size);
        }
        if (InterruptRegisters.serves(offset)) {
            return InterruptRegisters.read(gic.state, 0, offset, size, InterruptState.PRIVATE, InterruptState.INTIDS);
        }
        if (offset >= IROUTER && offset < IROUTER + 8L * InterruptState.INTIDS) {
            int intid = (int) (offset - IROUTER) / 8;
            long value = intid < InterruptState.PRIVATE ? 0 : gic.state.router(intid);
            return size == 8 ? value : value >>> (offset & 4) * 8 & 0xFFFFFFFFL;
        }
        switch ((int) offset) {
            case CTLR:
                return gic.state.control() & 3 | ARE_AND_DS;
            case TYPER:
                return TYPER_VALUE;
            case IIDR_OFFSET:
                return IIDR;
            case PIDR2:
                return PIDR2_GICV3;
            default:
                return 0;
        }
    }

    @Override
    public void write(long offset, int size, long value) {
        if (InterruptRegisters.serves(offset)) {
            InterruptRegisters.write(gic.state, 0, offset, size, value, InterruptState.PRIVATE, InterruptState.INTIDS);
        } else if (offset >= IROUTER && offset < IROUTER + 8L * InterruptState.INTIDS && size >= WORD) {
            int intid = (int) (offset - IROUTER) / 8;
            if (intid >= InterruptState.PRIVATE) {
                int shift = (int) (offset & 4) * 8;
                long mask = size == 8 ? -1L : 0xFFFFFFFFL << shift;
                gic.state.router(intid, gic.state.router(intid) & ~mask | value << shift & mask);
            }
        } else if (offset == CTLR && size >= WORD) {
            gic.state.control(value & 3);
        } else if (offset == SETSPI || offset == CLRSPI) {
            int intid = (int) value & 0x3FF;
            if (intid >= InterruptState.PRIVATE && intid < InterruptState.INTIDS) {
                gic.state.set(InterruptState.LATCHED, 0, intid, offset == SETSPI);
            }
        }
        gic.changed();
    }
}
