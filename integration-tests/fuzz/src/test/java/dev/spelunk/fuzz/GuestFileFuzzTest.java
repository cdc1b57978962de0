// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.machine.board.GuestImage;

/** Files of guests: ELF, Linux images, gzip, flat images. */
class GuestFileFuzzTest {
    private static final long RAM = 0x4000_0000L;
    private static final long SIZE = 1 << 20;
    private final Scratch file = new Scratch("guest");

    @FuzzTest
    void fuzz(byte[] data) {
        file.with(data);
        for (long loadAddress : new long[] {-1, RAM + 0x1000}) {
            try {
                GuestImage.read(file.path(), RAM, SIZE, loadAddress);
            } catch (BadInputException e) {
                Messages.check(e.getMessage(), file.path());
            }
        }
    }
}
