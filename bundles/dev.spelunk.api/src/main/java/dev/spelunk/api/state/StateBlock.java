// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** State of one device or context: words and bytes that survive the part that gives them a meaning. */
public final class StateBlock {
    public final String name;
    /** Another array only after {@link MachineState#restore}. */
    public long[] words;
    /** See {@link #words}. */
    public byte[] bytes;

    public StateBlock(String name, int words, int bytes) {
        this.name = name;
        this.words = new long[words];
        this.bytes = new byte[bytes];
    }
}
