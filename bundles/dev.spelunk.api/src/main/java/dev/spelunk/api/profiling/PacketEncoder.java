// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.state.Operation;
import org.osgi.annotation.versioning.ConsumerType;

/** Writes one packet of a sample record (DDI 0487, D18.2). */
@ConsumerType
public interface PacketEncoder {
    /**
     * @param operation the sampled operation, complete
     * @param extension what SPE implements: counter sizes and events
     * @param out buffer with room for the largest record
     * @param at where to write
     * @return index after the packet; at when the operation has no such packet
     */
    int encode(Operation operation, ProfilingExtension extension, byte[] out, int at);
}
