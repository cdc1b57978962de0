// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.policies;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.parts.Parts;
import org.osgi.service.component.annotations.Component;

/**
 * The wish from the series' review: a buffer stays pinned when the guest disables it, because Linux's driver does
 * so at every switch of a profiled task. When it is enabled again, KVM has walked it again: what is still the
 * same page stays as it is, what is not used any more is let go, and only what is new is pinned.
 */
@Component(property = {Parts.PART + "=" + Parts.POLICY, Parts.NAME + "=cached"})
public final class CachedPolicy implements BufferPinningPolicy {
    @Override
    public boolean attached(Pins vm, long[] memslots) {
        vm.clear();
        return true;
    }

    @Override
    public boolean enabled(Pins vcpu, long[] pages, int count) {
        return vcpu.replace(pages, count);
    }

    @Override
    public void disabled(Pins vcpu) {
        // The pages stay: the next enable tells whether they are still the buffer's.
    }
}
