// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import java.util.Arrays;

/** KVM's software walks of a guest's stage 1: translates, and collects the pages that hold the tables. */
final class TableWalk implements DescriptorSource {
    private final PeContext context;
    private final Memslot memslot;
    private long[] pages = new long[16];
    private int count;
    private boolean tableWithoutMemslot;

    /** The last translation. */
    final Translation result = new Translation();

    TableWalk(PeContext context, Memslot memslot) {
        this.context = context;
        this.memslot = memslot;
    }

    /** Begins a series of walks: no page is collected yet. */
    void begin() {
        count = 0;
        // With TGE = 1 SCTLR_EL1.M counts as 0 (DDI 0487, D24.2.62).
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_WALK);
    }

    /** Ends the series: the host goes on. */
    void end() {
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
    }

    /** Walks for a privileged write, as the SPU of an EL1-owned buffer writes. Returns false on a fault. */
    boolean walk(long va) {
        tableWithoutMemslot = false;
        return context.translator.walkStage1(result, va, Translator.WRITE | Translator.IGNORE_PAN, this);
    }

    /** Whether the last walk met a table that no memslot backs: {@code result.fault} has the level. */
    boolean tableWithoutMemslot() {
        return tableWithoutMemslot;
    }

    @Override
    public boolean accessible(long ipa) {
        tableWithoutMemslot = !memslot.contains(ipa);
        return !tableWithoutMemslot;
    }

    /** A table of a larger granule may begin in the memslot and end outside: there its entries are invalid. */
    @Override
    public long read(long ipa) {
        if (!memslot.contains(ipa, Long.BYTES)) {
            tableWithoutMemslot = true;
            return 0;
        }
        add(ipa & -Memslot.PAGE);
        return context.memory.read(memslot.hostAddress(ipa), Long.BYTES);
    }

    /** Adds a page to those collected. */
    void add(long page) {
        // Neighbouring addresses share their tables: most repeats are near the end.
        for (int i = count - 1; i >= 0 && i >= count - 8; i--) {
            if (pages[i] == page) {
                return;
            }
        }
        if (count == pages.length) {
            pages = Arrays.copyOf(pages, 2 * count);
        }
        pages[count++] = page;
    }

    /** The pages collected, each once, ascending. */
    long[] pages() {
        long[] sorted = Arrays.copyOf(pages, count);
        Arrays.sort(sorted);
        int distinct = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[distinct++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, distinct);
    }
}
