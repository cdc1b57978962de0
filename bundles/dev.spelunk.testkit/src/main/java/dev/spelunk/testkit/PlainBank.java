// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import java.util.ArrayList;
import java.util.List;

/** Registers that bundles bring which the test is not about: 64 read/write bits each, and no rule. */
public final class PlainBank implements RegisterBank {
    private final List<RegisterDefinition> definitions = new ArrayList<>();

    /**
     * Adds a register.
     *
     * @param el the lowest Exception level that reads and writes it
     */
    public PlainBank add(String name, int encoding, int el) {
        definitions.add(RegisterDefinition.of(name, encoding).whole().from(el).build());
        return this;
    }

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        return definitions;
    }
}
