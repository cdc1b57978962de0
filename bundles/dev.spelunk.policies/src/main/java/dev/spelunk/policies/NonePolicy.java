// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.policies;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.parts.Parts;
import org.osgi.service.component.annotations.Component;

/**
 * Nothing is pinned: a page of the buffer is mapped at stage 2 when the SPU, or the guest, faults on it. From such
 * a fault until the host has mapped the page and restarted the SPU the guest runs unprofiled.
 */
@Component(property = {Parts.PART + "=" + Parts.POLICY, Parts.NAME + "=none"})
public final class NonePolicy implements BufferPinningPolicy {
    @Override
    public boolean attached(Pins vm, long[] memslots) {
        vm.clear();
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
