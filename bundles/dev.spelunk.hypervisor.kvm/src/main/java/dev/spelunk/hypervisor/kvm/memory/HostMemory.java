// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VmState;
import java.util.Arrays;

/**
 * The host's mapping of the memory that backs a guest: user pages to page frames, or to swap. A page may be
 * part of a transparent huge page, or share its frame, read-only, with pages of the same content. What the
 * host does to a mapping it first tells the {@link MmuNotifier}, as Linux does; the bytes really move.
 */
public final class HostMemory {
    /** What the host tells KVM before a mapping goes or is write-protected. */
    interface MmuNotifier {
        /** KVM must not use the mappings of these pages any more. */
        void invalidate(int page, int count);
    }

    /** Pages of a huge page: 2 MiB. */
    public static final int HUGE = 512;

    private static final int PAGE = PageList.PAGE;
    private static final long FRAME_MASK = 0xFFFF_FFFFL;
    private static final long PRESENT = 1L << 32;
    private static final long SHARED = 1L << 33;
    private static final long HUGE_PART = 1L << 34;
    private static final int SWAP_SLOTS = 1024;
    private static final int MOST_SHARERS = 255;

    private final MachineState machine;
    private final PhysicalMemory memory;
    private final Memslots memslots;
    /** For each page its frame and flags, or its slot in the swap area. */
    private final StateBlock pages;
    /** For each frame of the machine how many pages use it. */
    private final StateBlock frames;
    /** A bit for each slot of the swap area; the bytes are made when they are needed. */
    private final StateBlock swapUse;

    private final VmState state;
    private final long hostBase;
    private final int spareFirst;
    private final int spareEnd;
    private MmuNotifier notifier = (page, count) -> {};

    /**
     * @param hostBase physical address of the frames that back the pages when the mapping is made
     * @param spare physical address of frames that nobody uses yet, page aligned
     * @param spareEnd physical address behind them
     */
    public HostMemory(
            MachineState machine, VmState state, Memslots memslots, long hostBase, long spare, long spareEnd) {
        this.machine = machine;
        this.state = state;
        this.memslots = memslots;
        this.hostBase = hostBase;
        memory = machine.memory;
        pages = machine.block("kvm.host.pages", memslots.pages(), 0);
        frames = machine.block("kvm.host.frames", 0, memory.ram.length / PAGE);
        swapUse = machine.block("kvm.host.swap.use", SWAP_SLOTS / Long.SIZE, 0);
        spareFirst = frame(spare);
        this.spareEnd = frame(spareEnd);
    }

    public void notifier(MmuNotifier told) {
        notifier = told;
    }

    /** Maps the memory anew: each page to its own frame, in huge pages where those may be and line up. */
    public void create(boolean hugePages) {
        Arrays.fill(frames.bytes, (byte) 1);
        Arrays.fill(frames.bytes, spareFirst, Math.max(spareFirst, spareEnd), (byte) 0);
        Arrays.fill(swapUse.words, 0);
        int first = frame(hostBase);
        for (int page = 0; page < memslots.pages(); page++) {
            pages.words[page] = PRESENT | first + page;
        }
        if (!hugePages) {
            return;
        }
        for (int page = firstHuge(); page + HUGE <= memslots.pages(); page += HUGE) {
            if (aligned(first + page)) {
                mark(page, true);
            }
        }
    }

    /** The first page whose host virtual address is a multiple of 2 MiB. */
    private int firstHuge() {
        return (int) (-(memslots.userspaceAddress / PAGE) & HUGE - 1);
    }

    private void mark(int first, boolean huge) {
        for (int page = first; page < first + HUGE; page++) {
            pages.words[page] = huge ? pages.words[page] | HUGE_PART : pages.words[page] & ~HUGE_PART;
        }
    }

    private int frame(long pa) {
        return (int) ((pa - memory.base) / PAGE);
    }

    private long physical(int frame) {
        return memory.base + (long) frame * PAGE;
    }

    boolean present(int page) {
        return (pages.words[page] & PRESENT) != 0;
    }

    /** The page shares its frame: a write needs a frame of its own first. */
    boolean shared(int page) {
        return (pages.words[page] & SHARED) != 0;
    }

    boolean huge(int page) {
        return (pages.words[page] & HUGE_PART) != 0;
    }

    /** First page of the huge page, or of what would be one, that the page is in; negative at the memory's ends. */
    int hugeStart(int page) {
        int offset = page - firstHuge();
        int start = offset < 0 ? -1 : page - (offset & HUGE - 1);
        return start + HUGE > memslots.pages() ? -1 : start;
    }

    /** Physical address of a present page. */
    long address(int page) {
        return physical((int) (pages.words[page] & FRAME_MASK));
    }

    /**
     * Makes a page present, and its frame its own before a write, as an access by the host's user does.
     *
     * @return false when the host has no frame left
     */
    boolean touch(int page, boolean write) {
        if (!present(page)) {
            return swapIn(page);
        }
        return !write || !shared(page) || unshare(page);
    }

    private boolean swapIn(int page) {
        int frame = allocate();
        if (frame < 0) {
            return false;
        }
        int slot = (int) (pages.words[page] & FRAME_MASK);
        memory.copyIn(physical(frame), swap().bytes, slot * PAGE, PAGE);
        swapUse.words[slot >>> 6] &= ~(1L << slot);
        pages.words[page] = PRESENT | frame;
        state.count(HostCounter.SWAPPED_IN);
        return true;
    }

    private boolean unshare(int page) {
        if (frames.bytes[(int) (pages.words[page] & FRAME_MASK)] == 1) {
            // The others have gone: the frame is the page's own again.
            pages.words[page] &= ~SHARED;
            return true;
        }
        int frame = allocate();
        if (frame < 0) {
            return false;
        }
        notifier.invalidate(page, 1);
        move(page, frame);
        pages.words[page] &= ~SHARED;
        state.count(HostCounter.COPIED_ON_WRITE);
        return true;
    }

    /** Copies a page to another frame and lets go of its own. */
    private void move(int page, int frame) {
        int old = (int) (pages.words[page] & FRAME_MASK);
        memory.copyIn(physical(frame), memory.ram, old * PAGE, PAGE);
        pages.words[page] = pages.words[page] & ~FRAME_MASK | frame;
        free(old);
    }

    private void free(int frame) {
        if (--frames.bytes[frame] == 0) {
            // What a stale mapping reads from now on is nobody's.
            Arrays.fill(memory.ram, frame * PAGE, (frame + 1) * PAGE, (byte) 0);
            memory.written(physical(frame), PAGE);
        }
    }

    private StateBlock swap() {
        return machine.block("kvm.host.swap", 0, SWAP_SLOTS * PAGE);
    }

    /** Takes the lowest free frame; -1 when there is none. */
    private int allocate() {
        for (int frame = spareFirst; frame < frames.bytes.length; frame++) {
            if (frames.bytes[frame] == 0) {
                frames.bytes[frame] = 1;
                return frame;
            }
        }
        return -1;
    }

    /** Writes a page to swap and takes its frame. */
    boolean reclaim(int page) {
        if (!movable(page) || huge(page) || shared(page)) {
            return false;
        }
        int slot = freeSlot();
        if (slot < 0) {
            return false;
        }
        notifier.invalidate(page, 1);
        int frame = (int) (pages.words[page] & FRAME_MASK);
        System.arraycopy(memory.ram, frame * PAGE, swap().bytes, slot * PAGE, PAGE);
        swapUse.words[slot >>> 6] |= 1L << slot;
        pages.words[page] = slot;
        free(frame);
        return true;
    }

    private int freeSlot() {
        for (int slot = 0; slot < SWAP_SLOTS; slot++) {
            if ((swapUse.words[slot >>> 6] & 1L << slot) == 0) {
                return slot;
            }
        }
        return -1;
    }

    /** Moves a page to another frame. */
    boolean migrate(int page) {
        if (!movable(page) || huge(page) || shared(page)) {
            return false;
        }
        int frame = allocate();
        if (frame < 0) {
            return false;
        }
        notifier.invalidate(page, 1);
        move(page, frame);
        return true;
    }

    /** Gives two pages of the same content one frame, read-only. */
    boolean merge(int page, int with) {
        if (page == with || !mergeable(page) || !mergeable(with) || !same(page, with)) {
            return false;
        }
        int kept = (int) (pages.words[with] & FRAME_MASK);
        int given = (int) (pages.words[page] & FRAME_MASK);
        if (kept == given || (frames.bytes[kept] & 0xFF) == MOST_SHARERS) {
            return false;
        }
        notifier.invalidate(page, 1);
        notifier.invalidate(with, 1);
        frames.bytes[kept]++;
        free(given);
        pages.words[page] = PRESENT | SHARED | kept;
        pages.words[with] |= SHARED;
        return true;
    }

    private boolean mergeable(int page) {
        return movable(page) && !huge(page);
    }

    private boolean same(int page, int other) {
        int a = (int) (pages.words[page] & FRAME_MASK) * PAGE;
        int b = (int) (pages.words[other] & FRAME_MASK) * PAGE;
        return Arrays.equals(memory.ram, a, a + PAGE, memory.ram, b, b + PAGE);
    }

    /** Takes a huge page apart: its pages keep their frames. */
    boolean split(int page) {
        if (!huge(page)) {
            return false;
        }
        int start = hugeStart(page);
        for (int i = start; i < start + HUGE; i++) {
            if (state.stays(i)) {
                return false;
            }
        }
        notifier.invalidate(start, HUGE);
        mark(start, false);
        return true;
    }

    /** Makes a huge page of small ones: in place when they already line up, else in 2 MiB of free frames. */
    boolean collapse(int page) {
        int start = hugeStart(page);
        if (start < 0 || huge(start)) {
            return false;
        }
        for (int i = start; i < start + HUGE; i++) {
            if (!movable(i) || shared(i)) {
                return false;
            }
        }
        int first = (int) (pages.words[start] & FRAME_MASK);
        boolean inPlace = aligned(first);
        for (int i = 0; inPlace && i < HUGE; i++) {
            inPlace = (pages.words[start + i] & FRAME_MASK) == first + i;
        }
        if (!inPlace) {
            first = freeBlock();
            if (first < 0) {
                return false;
            }
        }
        notifier.invalidate(start, HUGE);
        for (int i = 0; !inPlace && i < HUGE; i++) {
            frames.bytes[first + i] = 1;
            move(start + i, first + i);
        }
        mark(start, true);
        return true;
    }

    private boolean aligned(int frame) {
        return ((int) (memory.base / PAGE) + frame & HUGE - 1) == 0;
    }

    private int freeBlock() {
        for (int frame = spareFirst; frame + HUGE <= frames.bytes.length; frame++) {
            if (aligned(frame) && isFree(frame)) {
                return frame;
            }
        }
        return -1;
    }

    private boolean isFree(int first) {
        for (int frame = first; frame < first + HUGE; frame++) {
            if (frames.bytes[frame] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Present, and neither pinned nor resident for good: the host may take it away. */
    private boolean movable(int page) {
        return present(page) && !state.stays(page);
    }
}
