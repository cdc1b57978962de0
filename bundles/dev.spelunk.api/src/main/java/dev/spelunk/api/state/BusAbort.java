// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** An External abort from the bus. One preallocated instance without a stack trace. */
public final class BusAbort extends RuntimeException {
    private static final long serialVersionUID = 1L;
    public static final BusAbort INSTANCE = new BusAbort();

    private BusAbort() {
        super("External abort", null, false, false);
    }
}
