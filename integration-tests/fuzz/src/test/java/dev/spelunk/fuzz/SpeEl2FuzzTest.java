// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Programs of the SPE registers at EL2: whatever is written, records are whole. */
class SpeEl2FuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("none", 2, false, 8000);
    private final Scratch file = new Scratch("guest");

    @FuzzTest
    void fuzz(byte[] data) {
        Machines.run(
                file.with(new Operations(new Input(data))
                        .registers(Operations.SPE, true)
                        .program()
                        .image(true)),
                SETUP);
    }
}
