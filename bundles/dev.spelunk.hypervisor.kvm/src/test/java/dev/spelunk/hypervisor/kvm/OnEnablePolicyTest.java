// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnEnablePolicyTest {
    private final OnEnablePolicy policy = new OnEnablePolicy();
    private final Ledger pins = new Ledger();

    @Test
    void pinsWhatIsEnabledAndLetsGoWhatIsDisabled() {
        long[] held = policy.enabled(pins, new long[] {0x1000, 0x3000}, new long[0]);
        assertThat(held).containsExactly(0x1000, 0x3000);
        assertThat(policy.disabled(pins, held)).isEmpty();
        assertThat(pins.done).containsExactly("pin 1000", "pin 3000", "unpin 1000", "unpin 3000");
    }

    @Test
    void aChangedRangeKeepsWhatStays() {
        long[] held = policy.enabled(pins, new long[] {0x2000, 0x3000}, new long[] {0x1000, 0x2000});
        assertThat(held).containsExactly(0x2000, 0x3000);
        assertThat(pins.done).containsExactly("unpin 1000", "pin 3000");
    }

    @Test
    void aRefusedPageLeavesNothingPinned() {
        pins.refused = 0x4000;
        assertThat(policy.enabled(pins, new long[] {0x2000, 0x3000, 0x4000, 0x5000}, new long[] {0x1000, 0x5000})).isNull();
        assertThat(pins.held).containsExactly(-0x1000L, -0x5000L);
    }

    /** Writes down what is asked; what was pinned before the test shows as a negative page. */
    private static final class Ledger implements BufferPinningPolicy.Pins {
        final List<String> done = new ArrayList<>();
        final List<Long> held = new ArrayList<>();
        long refused = -1;

        @Override
        public boolean pin(long ipa) {
            done.add("pin " + Long.toHexString(ipa));
            if (ipa == refused) {
                return false;
            }
            held.add(ipa);
            return true;
        }

        @Override
        public void unpin(long ipa) {
            done.add("unpin " + Long.toHexString(ipa));
            if (!held.remove((Long) ipa)) {
                held.add(-ipa);
            }
        }
    }
}
