// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Distributor, redistributors and CPU interface at EL2, with interrupts that arrive. */
class GicFuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("none", 2, false, 6000);
    private final Scratch file = new Scratch("guest");

    @FuzzTest
    void fuzz(byte[] data) {
        Machines.run(
                file.with(new Operations(new Input(data))
                        .devices(0x0800_0000L, 0x0800_6000L, 0x080A_0000L, 0x080B_0000L)
                        .program()
                        .image(true)),
                SETUP);
    }
}
