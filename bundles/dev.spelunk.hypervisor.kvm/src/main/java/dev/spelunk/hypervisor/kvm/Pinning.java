// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.state.PeState;

/** Pins pages of the guest's memory and maps them at stage 2, on behalf of one vCPU. */
final class Pinning implements BufferPinningPolicy.Pins {
    private final VmState state;
    private final Memslot memslot;
    private final StageTwo stage2;
    private final HostCosts costs;
    private final PeState pe;

    Pinning(VmState state, Memslot memslot, StageTwo stage2, HostCosts costs, PeState pe) {
        this.state = state;
        this.memslot = memslot;
        this.stage2 = stage2;
        this.costs = costs;
        this.pe = pe;
    }

    @Override
    public boolean pin(long ipa) {
        pe.idleCycles += costs.pinPerPage();
        if (!memslot.contains(ipa) || !map(ipa) || !state.pin(memslot.page(ipa))) {
            return false;
        }
        return true;
    }

    @Override
    public void unpin(long ipa) {
        pe.idleCycles += costs.pinPerPage();
        if (memslot.contains(ipa)) {
            state.unpin(memslot.page(ipa));
        }
    }

    /** Makes a page of the memslot accessible at stage 2. Returns false when it cannot be. */
    boolean map(long ipa) {
        int made = stage2.map(ipa);
        if (made > 0) {
            pe.idleCycles += costs.map();
        }
        return made >= 0;
    }
}
