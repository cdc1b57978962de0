// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** Two observers as one: each is told of what it wants to observe. */
public final class Observers implements ExecutionObserver {
    private final ExecutionObserver first;
    private final ExecutionObserver second;
    private boolean firstObserves;
    private boolean secondObserves;

    private Observers(ExecutionObserver first, ExecutionObserver second) {
        this.first = first;
        this.second = second;
    }

    /** Two observers, either of which may be null. */
    public static ExecutionObserver of(ExecutionObserver first, ExecutionObserver second) {
        return first == null ? second : second == null ? first : new Observers(first, second);
    }

    @Override
    public boolean observes(PeContext pe) {
        firstObserves = first.observes(pe);
        secondObserves = second.observes(pe);
        return firstObserves || secondObserves;
    }

    @Override
    public void executed(PeContext pe, Operation operation) {
        if (firstObserves) {
            first.executed(pe, operation);
        }
        if (secondObserves) {
            second.executed(pe, operation);
        }
    }
}
