// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * A VM's memory from IPA to page frame: brings pages in, maps them at stage 2, pins them, and takes mappings
 * away again when the host says so. What it does for a vCPU costs that vCPU's time.
 */
public final class VmMemory implements HostMemory.MmuNotifier {
    /** TLBI VMALLS12E1IS: everything of the current VMID, on every PE. */
    private static final int TLBI_VMALLS12E1IS = Encoding.of(1, 4, 8, 3, 6);

    private final VmState state;
    private final Memslots memslots;
    private final HostMemory host;
    private final StageTwo stage2;
    private final HostCosts costs;
    private final PhysicalMemory memory;
    private final PeContext context;

    /** @param context the PE whose vCPU pays, and whose TLB maintenance reaches all PEs */
    public VmMemory(
            VmState state, Memslots memslots, HostMemory host, StageTwo stage2, HostCosts costs, PeContext context) {
        this.state = state;
        this.memslots = memslots;
        this.host = host;
        this.stage2 = stage2;
        this.costs = costs;
        this.context = context;
        memory = context.memory;
    }

    /** Lets the host's work take virtual time of the PE. */
    public void spend(long cycles) {
        context.pe.idleCycles += cycles;
        state.count(HostCounter.LOST_CYCLES, cycles);
    }

    /** How many pages the guest's memory has. */
    public int pages() {
        return memslots.pages();
    }

    public boolean contains(long ipa) {
        return memslots.contains(ipa);
    }

    public boolean contains(long ipa, long length) {
        return memslots.contains(ipa, length);
    }

    /**
     * Makes a page of the guest's memory accessible at stage 2, as KVM serves a fault.
     *
     * @return false when no memslot backs it, or the host has no memory left
     */
    public boolean map(long ipa, boolean write) {
        if (!memslots.contains(ipa) || !touch(memslots.page(ipa), write)) {
            return false;
        }
        int made = stage2.map(ipa, write);
        if (made > 0) {
            spend(costs.map());
        }
        if (write && state.dirtyLog().on()) {
            state.dirtyLog().mark(memslots.page(ipa));
            if (made > 0) {
                // A TLB may hold the page as one that cannot be written to.
                flushTlbs();
            }
        }
        return made >= 0;
    }

    private boolean touch(int page, boolean write) {
        if (!host.present(page)) {
            spend(costs.swapIn());
        } else if (write && host.shared(page)) {
            spend(costs.copyPage());
        }
        return host.touch(page, write) && (!write || host.touch(page, true));
    }

    /** Pins a page and maps it writable. Returns false when it cannot be. */
    boolean pin(long ipa) {
        spend(costs.pinPerPage());
        return map(ipa, true) && state.pin(memslots.page(ipa));
    }

    void unpin(long ipa) {
        spend(costs.pinPerPage());
        if (memslots.contains(ipa)) {
            state.unpin(memslots.page(ipa));
        }
    }

    /** KVM_PRE_FAULT_MEMORY of every memslot: all is mapped, writable, and stays. Returns false when the host cannot. */
    public boolean prefault() {
        long[] regions = memslots.regions();
        for (int i = 0; i < regions.length; i += 2) {
            for (long offset = 0; offset < regions[i + 1]; offset += PageList.PAGE) {
                if (!map(regions[i] + offset, true)) {
                    return false;
                }
            }
            state.count(HostCounter.RESIDENT_BYTES, regions[i + 1]);
        }
        state.resident();
        return true;
    }

    /** The log begins: everything counts as dirty, and nothing can be written to without its being noticed. */
    public void logDirtyPages() {
        state.dirtyLog().begin();
        protect();
    }

    /** User space has fetched the dirty log: no page is in it, until it is written to again. */
    public void dirtyLogFetched() {
        state.dirtyLog().fetched();
        protect();
    }

    private void protect() {
        stage2.writeProtect();
        flushTlbs();
    }

    /** Whether the dirty log has the page of an IPA. */
    public boolean dirty(long ipa) {
        return memslots.contains(ipa) && state.dirtyLog().dirty(memslots.page(ipa));
    }

    /** A number that two contents of a page of the guest's memory share with hardly any chance. */
    public long contents(int page) {
        long pa = host.address(page);
        long result = 0xCBF2_9CE4_8422_2325L;
        for (int offset = 0; offset < PageList.PAGE; offset += Long.BYTES) {
            result = (result ^ memory.read(pa + offset, Long.BYTES)) * 0x0000_0100_0000_01B3L;
            result ^= result >>> 29;
        }
        return result;
    }

    /** A 64-bit word of the guest's memory, as the host reads it. A memslot backs it. */
    long read(long ipa) {
        return memory.read(address(ipa, false), Long.BYTES);
    }

    /** Physical address of an IPA for an access by the host; -1 when no memslot or no frame backs it. */
    public long address(long ipa, boolean write) {
        if (!memslots.contains(ipa)) {
            return -1;
        }
        int page = memslots.page(ipa);
        if (write) {
            state.dirtyLog().mark(page);
        }
        return touch(page, write) ? host.address(page) + (ipa & PageList.PAGE - 1) : -1;
    }

    /** See {@link dev.spelunk.api.hypervisor.VirtualMachine#whereIs}. */
    public long whereIs(long ipa) {
        int page = memslots.contains(ipa) ? memslots.page(ipa) : -1;
        return page >= 0 && host.present(page) ? host.address(page) + (ipa & PageList.PAGE - 1) : -1;
    }

    @Override
    public void invalidate(int page, int count) {
        long unmapped = 0;
        for (int i = page; i < page + count; i++) {
            if (stage2.unmap(memslots.ipa(i))) {
                unmapped++;
            }
        }
        if (unmapped != 0) {
            state.count(HostCounter.UNMAPPED, unmapped);
            flushTlbs();
        }
    }

    /** As KVM does it: with the VM's VMID in VTTBR_EL2, whoever is on the PE. */
    private void flushTlbs() {
        long loaded = context.register(SystemRegister.VTTBR_EL2);
        long own = stage2.baseRegister(StageTwo.VMID);
        if (loaded != own) {
            context.registers.write(SystemRegister.VTTBR_EL2, own);
        }
        context.translator.invalidateTlb(TLBI_VMALLS12E1IS, 0);
        if (loaded != own) {
            context.registers.write(SystemRegister.VTTBR_EL2, loaded);
        }
    }

    /** Whether the SPU or the guest may write to an IPA without a fault at stage 2. */
    public boolean writable(long ipa) {
        return memslots.contains(ipa) && stage2.writable(ipa);
    }

    public int pinCount(long ipa) {
        return memslots.contains(ipa) ? state.pinCount(memslots.page(ipa)) : 0;
    }
}
