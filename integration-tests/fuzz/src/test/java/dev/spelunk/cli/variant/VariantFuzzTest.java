// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.fuzz.Messages;
import dev.spelunk.fuzz.Scratch;

/** Variant files. */
class VariantFuzzTest {
    private final Scratch file = new Scratch("v.json");

    @FuzzTest
    void fuzz(byte[] data) {
        file.with(data);
        try {
            new VariantReader(file.path().getParent()).read("v");
        } catch (UserError e) {
            Messages.check(e.getMessage(), file.path());
        }
    }
}
