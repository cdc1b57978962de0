// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Queues of virtio devices, and what stands in the rings. */
class VirtioFuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("none", 1, true, 8000);
    private final Scratch file = new Scratch("guest");

    @FuzzTest
    void fuzz(byte[] data) {
        Machines.run(
                file.with(new Operations(new Input(data))
                        .devices(0x0A00_0000L, 0x0A00_0200L, 0x0A00_0400L, 0x0A00_0600L)
                        .program()
                        .image(false)),
                SETUP);
    }
}
