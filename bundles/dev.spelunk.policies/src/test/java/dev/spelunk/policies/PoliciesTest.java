// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.policies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    private static final long[] MEMSLOTS = {0x1000, 0x2000, 0x8000, 0x1000};
    private static final long[] BUFFER = {0x1000, 0x2000, 0x8000};

    private final Ledger vm = new Ledger();
    private final Ledger vcpu = new Ledger();

    private void toggle(BufferPinningPolicy policy, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(policy.enabled(vcpu, BUFFER, 2)).isTrue();
            policy.disabled(vcpu);
        }
    }

    @Test
    void onEnablePinsAtEachEnableAndLetsGoAtEachDisable() {
        OnEnablePolicy policy = new OnEnablePolicy();
        assertThat(policy.attached(vm, MEMSLOTS)).isTrue();
        toggle(policy, 2);
        assertThat(vcpu.done)
                .containsExactly(
                        "pin 1000",
                        "pin 2000",
                        "unpin 2000",
                        "unpin 1000",
                        "pin 1000",
                        "pin 2000",
                        "unpin 2000",
                        "unpin 1000");
        assertThat(vm.done).isEmpty();
    }

    @Test
    void cachedPinsOnceAndAgainOnlyWhatIsNew() {
        CachedPolicy policy = new CachedPolicy();
        assertThat(policy.attached(vm, MEMSLOTS)).isTrue();
        toggle(policy, 3);
        assertThat(vcpu.done).containsExactly("pin 1000", "pin 2000");
        assertThat(policy.enabled(vcpu, new long[] {0x2000, 0x8000}, 2)).isTrue();
        assertThat(vcpu.done).endsWith("unpin 1000", "pin 8000");
    }

    @Test
    void wholeVmPinsEveryPageOfEveryMemslotWhenItIsAttached() {
        WholeVmPolicy policy = new WholeVmPolicy();
        assertThat(policy.attached(vm, MEMSLOTS)).isTrue();
        assertThat(vm.held).containsExactly(0x1000L, 0x2000L, 0x8000L);
        toggle(policy, 2);
        assertThat(vcpu.done).isEmpty();
        vm.clear();
        vm.refused = 0x8000;
        assertThat(policy.attached(vm, MEMSLOTS)).isFalse();
    }

    @Test
    void noneNeverPins() {
        NonePolicy policy = new NonePolicy();
        assertThat(policy.attached(vm, MEMSLOTS)).isTrue();
        toggle(policy, 2);
        assertThat(vm.done).isEmpty();
        assertThat(vcpu.done).isEmpty();
    }

    @Test
    void aPolicyThatTakesOverLeavesNothingOfWhatItDoesNotWant() {
        for (BufferPinningPolicy policy :
                new BufferPinningPolicy[] {new OnEnablePolicy(), new CachedPolicy(), new NonePolicy()}) {
            assertThat(new WholeVmPolicy().attached(vm, MEMSLOTS)).isTrue();
            assertThat(policy.attached(vm, MEMSLOTS)).isTrue();
            assertThat(vm.held).isEmpty();
        }
        for (BufferPinningPolicy policy : new BufferPinningPolicy[] {new WholeVmPolicy(), new NonePolicy()}) {
            assertThat(new CachedPolicy().enabled(vcpu, BUFFER, 3)).isTrue();
            assertThat(policy.enabled(vcpu, BUFFER, 3)).isTrue();
            assertThat(vcpu.held).isEmpty();
        }
    }

    @Test
    void aRefusedPageIsARefusedBuffer() {
        vcpu.refused = 0x2000;
        assertThat(new OnEnablePolicy().enabled(vcpu, BUFFER, 3)).isFalse();
        assertThat(new CachedPolicy().enabled(vcpu, BUFFER, 3)).isFalse();
        assertThat(vcpu.held).isEmpty();
    }
}
