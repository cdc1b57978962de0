// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.state.BusTarget;

/** The GICR register frames, RD_base and SGI_base of each PE (IHI 0069, 12.10, 12.11). */
final class RedistributorRegisters implements BusTarget {
    private static final int FRAMES = 0x2_0000;
    private static final int SGI_BASE = 0x1_0000;
    private static final int IIDR = 0x4;
    private static final int TYPER = 0x8;
    private static final int TYPER_HIGH = 0xC;
    private static final int WAKER = 0x14;
    private static final int PIDR2 = 0xFFE8;
    private static final int WORD = 4;

    private final Gicv3 gic;

    RedistributorRegisters(Gicv3 gic) {
        this.gic = gic;
    }

    @Override
    public long read(long address, int size) {
        if (size < WORD) {
            return InterruptRegisters.part(read(address & -WORD, WORD), address, size);
        }
        int pe = (int) (address / FRAMES);
        long offset = address % FRAMES;
        if (pe >= gic.affinities.length) {
            return 0;
        }
        if (offset >= SGI_BASE) {
            long o = offset - SGI_BASE;
            return InterruptRegisters.serves(o)
                    ? InterruptRegisters.read(gic.state, pe, o, size, 0, InterruptState.PRIVATE)
                    : 0;
        }
        switch ((int) offset) {
            case IIDR:
                return DistributorRegisters.IIDR;
            case TYPER:
                return size == 8 ? typer(pe) : typer(pe) & 0xFFFFFFFFL;
            case TYPER_HIGH:
                return typer(pe) >>> 32;
            case WAKER:
                // ChildrenAsleep follows ProcessorSleep at once.
                return gic.state.waker(pe) | gic.state.waker(pe) << 1;
            case PIDR2:
                return DistributorRegisters.PIDR2_GICV3;
            default:
                return 0;
        }
    }

    private long typer(int pe) {
        long a = gic.affinities[pe];
        long affinity = a & 0xFFFFFF | a >>> 8 & 0xFF000000L;
        return affinity << 32 | (long) pe << 8 | (pe == gic.affinities.length - 1 ? 1 << 4 : 0);
    }

    @Override
    public void write(long address, int size, long value) {
        int pe = (int) (address / FRAMES);
        long offset = address % FRAMES;
        if (pe >= gic.affinities.length) {
            return;
        }
        if (offset >= SGI_BASE) {
            long o = offset - SGI_BASE;
            if (InterruptRegisters.serves(o)) {
                InterruptRegisters.write(gic.state, pe, o, size, value, 0, InterruptState.PRIVATE);
            }
        } else if (offset == WAKER && size >= WORD) {
            gic.state.waker(pe, value & 2);
        }
        gic.changed(pe, 0);
    }
}
