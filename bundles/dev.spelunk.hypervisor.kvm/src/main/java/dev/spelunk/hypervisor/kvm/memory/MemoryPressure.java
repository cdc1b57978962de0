// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.state.RandomStream;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * What a host short of memory does to a guest's: at random times, to random pages, from one stream of the
 * machine's seed. It runs beside the guest and takes none of its time; the guest pays when it comes back.
 */
public final class MemoryPressure {
    /** Pages that one run of compaction looks at. */
    private static final int COMPACTED = 16;
    /** Pages that one run of same-page merging compares with. */
    private static final int COMPARED = 64;

    private final PeContext context;
    private final VmState state;
    private final HostMemory memory;
    private final RandomStream random;
    private final PressureKind[] kinds;
    private final long meanCycles;
    private final int onBuffers;
    private final PageList[] buffers;
    private final Memslots memslots;

    /**
     * @param context the PE by whose time the events come
     * @param buffers the pages of each vCPU's buffer in use
     */
    public MemoryPressure(
            PeContext context,
            VmState state,
            Memslots memslots,
            HostMemory memory,
            HostSettings settings,
            PageList[] buffers) {
        this.context = context;
        this.state = state;
        this.memslots = memslots;
        this.memory = memory;
        random = context.machine.random("kvm.memory.pressure");
        this.buffers = buffers;
        kinds = settings.pressureKinds().stream().sorted().toArray(PressureKind[]::new);
        meanCycles = settings.pressureCycles();
        onBuffers = settings.pressureOnBuffers();
    }

    /** Virtual time of the next event; Long.MAX_VALUE when there is none. */
    public long deadline() {
        return meanCycles == 0 ? Long.MAX_VALUE : state.pressureDue();
    }

    /** Does what is due. */
    public void advance(long now) {
        while (deadline() <= now) {
            event(kinds[below(kinds.length)], page());
            state.pressureDue(state.pressureDue() + 1 + Math.floorMod(random.next(), 2 * meanCycles - 1));
        }
    }

    /** Sets the time of the first event. */
    public void start(long now) {
        state.pressureDue(now + meanCycles);
    }

    private int below(int bound) {
        return (int) Math.floorMod(random.next(), (long) bound);
    }

    private int page() {
        if (below(100) < onBuffers) {
            PageList buffer = buffers[below(buffers.length)];
            if (buffer.count() != 0) {
                return memslots.page(buffer.page(below(buffer.count())));
            }
        }
        return below(memslots.pages());
    }

    /** One event at a page. */
    public void event(PressureKind kind, int page) {
        boolean pinned = state.stays(page);
        if (kind != PressureKind.SPLIT && kind != PressureKind.COLLAPSE && memory.huge(page)) {
            // The host works on pages of 4 KiB: the huge page goes first.
            split(page);
        }
        switch (kind) {
            case RECLAIM:
                done(memory.reclaim(page), HostCounter.RECLAIMED, pinned, page);
                break;
            case MIGRATION:
                done(memory.migrate(page), HostCounter.MIGRATED, pinned, page);
                break;
            case COMPACTION:
                compact(page);
                break;
            case MERGING:
                merge(page, pinned);
                break;
            case SPLIT:
                split(page);
                break;
            default:
                done(memory.collapse(page), HostCounter.COLLAPSED, pinned, page);
                break;
        }
    }

    private void done(boolean did, HostCounter what, boolean pinned, int page) {
        count(did ? what : pinned ? HostCounter.REFUSED_PINNED : HostCounter.REFUSED, page);
    }

    private void count(HostCounter what, int page) {
        state.count(what);
        if (context.trace != null && what != HostCounter.REFUSED) {
            context.trace.instant(
                    context.pe.index,
                    TraceSink.HOST_MEMORY,
                    what.label,
                    String.format("IPA 0x%x", memslots.ipa(page)),
                    context.pe.cycles());
        }
    }

    private void split(int page) {
        if (memory.split(page)) {
            count(HostCounter.SPLIT, page);
        } else {
            count(memory.huge(page) ? HostCounter.REFUSED_PINNED : HostCounter.REFUSED, page);
        }
    }

    private void compact(int first) {
        for (int page = first; page < Math.min(first + COMPACTED, memslots.pages()); page++) {
            if (memory.migrate(page)) {
                count(HostCounter.COMPACTED, page);
            } else if (state.stays(page)) {
                count(HostCounter.REFUSED_PINNED, page);
            }
        }
    }

    private void merge(int page, boolean pinned) {
        int start = below(memslots.pages());
        for (int i = 0; i < COMPARED; i++) {
            if (memory.merge(page, (start + i) % memslots.pages())) {
                count(HostCounter.MERGED, page);
                return;
            }
        }
        count(pinned ? HostCounter.REFUSED_PINNED : HostCounter.REFUSED, page);
    }
}
