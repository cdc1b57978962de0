// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.pmu;

import dev.spelunk.api.state.PeState;
import java.util.function.ToLongFunction;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An event that the performance monitors can count (DDI 0487, D14). It does not count itself: it says how often it has
 * happened on a PE, as a total that goes on whether a counter counts it or not, and the performance monitors count the
 * difference.
 */
@ConsumerType
public interface PmuEvent {
    /** Its number, as in PMEVTYPER_EL0.evtCount. */
    int number();

    /** Its mnemonic. */
    String name();

    /**
     * How often it has happened since the machine began; never less than before.
     *
     * <p>A total that grows other than {@link #operationsUntil} and {@link #cyclesUntil} say grows through
     * {@link PeState#count}, or sets {@link PeState#CHANGED_EVENTS} when it does: an overflow is noticed by that.
     */
    long happened(PeState pe);

    /**
     * The number of operations, or more, after which it will have happened so often once more.
     *
     * @param times from 1
     * @return Long.MAX_VALUE when operations do not decide it
     */
    default long operationsUntil(PeState pe, long times) {
        return Long.MAX_VALUE;
    }

    /** As {@link #operationsUntil}, in cycles of the PE's clock, which stops while the PE waits. */
    default long cyclesUntil(PeState pe, long times) {
        return Long.MAX_VALUE;
    }

    /** An event with a counter of its own, in which {@link PeState#count} counts. */
    static PmuEvent counted(int number, String name) {
        return of(number, name, pe -> pe.pmu.happened(number));
    }

    /** An event whose total is read somewhere in the PE's state. */
    static PmuEvent of(int number, String name, ToLongFunction<PeState> total) {
        return new PmuEvent() {
            @Override
            public int number() {
                return number;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public long happened(PeState pe) {
                return total.applyAsLong(pe);
            }
        };
    }
}
