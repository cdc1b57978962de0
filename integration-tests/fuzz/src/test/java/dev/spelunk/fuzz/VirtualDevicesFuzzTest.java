// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Registers of every device as the KVM model has them, with its invariants checked. */
class VirtualDevicesFuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("kvm", 1, true, 6000);
    private final Scratch file = new Scratch("guest");

    @FuzzTest
    void fuzz(byte[] data) {
        Machines.run(
                file.with(new Operations(new Input(data))
                        .devices(Operations.DEVICES)
                        .program()
                        .image(false)),
                SETUP);
    }
}
