// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** Says where a machine is to stop, for who wants to look at it. A run without has none, and asks nobody. */
public interface Checks {
    /** How many of the next operations of this PE must be executed in observed form; 0 for none. */
    long closely(PeContext context);

    /** Whether to stop before the next operation. */
    boolean before(PeContext context);

    /**
     * An operation has been executed in observed form, or something else has happened.
     *
     * @param operation null when none has been executed
     */
    void after(PeContext context, Operation operation);

    /** Whether to stop now. */
    boolean due();
}
