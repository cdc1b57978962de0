// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.policies;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.parts.Parts;
import org.osgi.service.component.annotations.Component;

/**
 * The policy of the RFC series: a buffer's pages and its stage 1 tables are pinned when the guest enables it, and
 * let go when the guest disables it.
 */
@Component(property = {Parts.PART + "=" + Parts.POLICY, Parts.NAME + "=on-enable"})
public final class OnEnablePolicy implements BufferPinningPolicy {
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
        vcpu.clear();
    }
}
