// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.policies;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.parts.Parts;
import org.osgi.service.component.annotations.Component;

/** The policy of the 2019 series: all of the guest's memory is pinned when the VM is made, and stays so. */
@Component(property = {Parts.PART + "=" + Parts.POLICY, Parts.NAME + "=whole-vm"})
public final class WholeVmPolicy implements BufferPinningPolicy {
    private static final long PAGE = 4096;

    @Override
    public boolean attached(Pins vm, long[] memslots) {
        for (int i = 0; i < memslots.length; i += 2) {
            for (long offset = 0; offset < memslots[i + 1]; offset += PAGE) {
                if (!vm.pin(memslots[i] + offset)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public boolean enabled(Pins vcpu, long[] pages, int count) {
        vcpu.clear();
        return true;
    }

    @Override
    public void disabled(Pins vcpu) {
        vcpu.clear();
    }
}
