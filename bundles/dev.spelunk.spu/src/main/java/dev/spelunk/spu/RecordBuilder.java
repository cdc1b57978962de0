// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.state.Operation;
import java.util.Arrays;

/** Builds sample records in a buffer that it keeps (DDI 0487, D18.1). */
final class RecordBuilder {
    /** Room for the largest PMSIDR_EL1.MaxSize twice over: encoders write before the size is checked. */
    private static final int CAPACITY = 4096;

    /** The last record that {@link #build} made, from index 0. */
    final byte[] data = new byte[CAPACITY];

    private final ProfilingExtension extension;
    private final PacketEncoder[] encoders;

    RecordBuilder(ProfilingRules rules) {
        extension = rules.extension();
        encoders = rules.encoders().toArray(PacketEncoder[]::new);
    }

    /** Builds the record of an operation, padded with zeros to PMBIDR_EL1.Align, and returns its size. */
    int build(Operation operation) {
        int at = packets(operation);
        int alignment = extension.alignment();
        int end = at + alignment - 1 & -alignment;
        Arrays.fill(data, at, end, (byte) 0);
        return end;
    }

    private int packets(Operation operation) {
        int at = 0;
        for (PacketEncoder encoder : encoders) {
            at = encoder.encode(operation, extension, data, at);
        }
        return at;
    }

    /** Size of the largest record that these rules can make, with padding: every flag is set, and every collected value. */
    static int largest(ProfilingRules rules) {
        RecordBuilder builder = new RecordBuilder(rules);
        Operation operation = new Operation();
        Arrays.fill(operation.values, -1);
        int largest = 0;
        for (int operationClass = Operation.OTHER; operationClass <= Operation.BRANCH; operationClass++) {
            operation.operationClass = operationClass;
            operation.flags = operationClass != Operation.BRANCH
                    ? ~Operation.TAKEN
                    : ~(Operation.HAS_VA
                            | Operation.HAS_PA
                            | Operation.HAS_TRANSLATION_LATENCY
                            | Operation.HAS_DATA_SOURCE);
            largest = Math.max(largest, builder.build(operation));
        }
        return largest;
    }
}
