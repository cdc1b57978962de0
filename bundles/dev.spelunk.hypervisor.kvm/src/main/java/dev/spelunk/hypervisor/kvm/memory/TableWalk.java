// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import dev.spelunk.hypervisor.kvm.state.PageList;
import java.util.Arrays;

/** KVM's software walks of a guest's stage 1: translates, and collects the pages that hold the tables. */
public final class TableWalk implements DescriptorSource {
    private final PeContext context;
    private final VmMemory memory;
    private long[] pages = new long[16];
    private int count;
    private boolean tableWithoutMemslot;

    /** The last translation. */
    public final Translation result = new Translation();

    public TableWalk(PeContext context, VmMemory memory) {
        this.context = context;
        this.memory = memory;
    }

    /** Begins a series of walks: no page is collected yet. */
    public void begin() {
        count = 0;
        // With TGE = 1 SCTLR_EL1.M counts as 0 (DDI 0487, D24.2.62).
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_WALK);
    }

    /** Ends the series: the host goes on. */
    public void end() {
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
    }

    /** Walks for a privileged write, as the SPU of an EL1-owned buffer writes. Returns false on a fault. */
    public boolean walk(long va) {
        tableWithoutMemslot = false;
        return context.translator.walkStage1(result, va, Translator.WRITE | Translator.IGNORE_PAN, this);
    }

    /** Whether the last walk met a table that no memslot backs: {@code result.fault} has the level. */
    public boolean tableWithoutMemslot() {
        return tableWithoutMemslot;
    }

    @Override
    public boolean accessible(long ipa) {
        tableWithoutMemslot = !memory.contains(ipa);
        return !tableWithoutMemslot;
    }

    /** A table of a larger granule may begin in the memslot and end outside: there its entries are invalid. */
    @Override
    public long read(long ipa) {
        if (!memory.contains(ipa, Long.BYTES)) {
            tableWithoutMemslot = true;
            return 0;
        }
        add(ipa & -PageList.PAGE);
        return memory.read(ipa);
    }

    /** Adds a page to those collected. */
    public void add(long page) {
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

    /** Puts the pages collected into order, each once. Returns how many they are; they are the first of {@link #pages}. */
    public int order() {
        Arrays.sort(pages, 0, count);
        int distinct = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || pages[i] != pages[distinct - 1]) {
                pages[distinct++] = pages[i];
            }
        }
        count = distinct;
        return distinct;
    }

    /** What {@link #order} made. */
    public long[] pages() {
        return pages;
    }
}
