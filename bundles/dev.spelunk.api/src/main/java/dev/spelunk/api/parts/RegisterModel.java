// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Service: assembles the system-register table of a machine out of banks. */
@ProviderType
public interface RegisterModel {
    /**
     * Makes the register file of one PE. When the PE has no registers yet they are laid out and reset;
     * otherwise values are carried over by encoding from the layout of previous.
     *
     * @param context with machine, pe and architecture set
     * @param banks contributed banks, in the order that counts
     * @param previous the register file that laid out {@code pe.sys} so far, null at first
     * @throws IllegalArgumentException when two banks define the same encoding
     */
    RegisterFile create(PeContext context, List<RegisterBank> banks, RegisterFile previous);
}
