// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told every operation that is executed while it wants to know. Those run in observed form, much slower than
 * others; what the guest computes does not depend on it. Called by the thread that runs the machine.
 */
@ConsumerType
public interface ExecutionObserver {
    /**
     * Whether to be told of what this PE executes next: asked whenever the PE goes on, so also when it has changed
     * its Exception level.
     */
    boolean observes(PeContext pe);

    /**
     * An operation has been executed; one that ended in a synchronous exception too.
     *
     * @param pe the PE, after the operation
     * @param operation what it did; to be read only, and not to be kept
     */
    void executed(PeContext pe, Operation operation);
}
