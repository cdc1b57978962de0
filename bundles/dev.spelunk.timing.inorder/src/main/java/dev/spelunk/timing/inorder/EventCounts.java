// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;

/** Counts modelled events of one PE in its state; nothing where the model sees windows alone, since it knows no totals then. */
final class EventCounts {
    private static final ModelledEvent[] EVENTS = ModelledEvent.values();

    private final PeState pe;
    /** Where each event is counted; null when nothing is counted. */
    private final int[] places;

    EventCounts(PeState pe, boolean counts) {
        this.pe = pe;
        places = counts ? new int[EVENTS.length] : null;
    }

    /** It has happened once more. */
    void count(ModelledEvent event) {
        if (places == null) {
            return;
        }
        PmuState pmu = pe.pmu;
        int place = places[event.ordinal()];
        if (pmu.numbers[place] != event.number()) {
            // Not looked up yet, or the state was restored.
            place = pmu.place(event.number());
            places[event.ordinal()] = place;
        }
        pmu.happened[place]++;
    }

    /** It has happened once more, if that is so. */
    void count(ModelledEvent event, boolean happened) {
        if (happened) {
            count(event);
        }
    }

    /** All of an operation is counted: a counter may have overflowed. */
    void operationCounted() {
        if (places != null) {
            pe.eventsHappened();
        }
    }
}
