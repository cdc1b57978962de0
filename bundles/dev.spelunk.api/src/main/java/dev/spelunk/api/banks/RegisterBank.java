// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.banks;

import dev.spelunk.api.architecture.Architecture;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard service: registers that a part brings to the table. Banks are ordered by the service
 * property {@code spelunk.name}; of two definitions of one encoding the later bank's holds only when the
 * earlier is a bank of {@code registers}, anything else is an error of the composition.
 */
@ConsumerType
public interface RegisterBank {
    /** The registers of this bank that exist in that architecture. */
    List<RegisterDefinition> registers(Architecture architecture);
}
