// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

/** Order keys of packets in a record: contexts, counters, addresses, data source, type, events, end (DDI 0487, D18.1). */
public final class PacketOrder {
    public static final int CONTEXT_EL1 = 100;

    public static final int CONTEXT_EL2 = 110;
    /** The counter packet with index n has the key COUNTER + n; 6, 7 and 16 to 31 are IMPLEMENTATION DEFINED. */
    public static final int COUNTER = 200;
    /** The address packet with index n has the key ADDRESS + n; 6, 7 and 16 to 31 are IMPLEMENTATION DEFINED. */
    public static final int ADDRESS = 300;

    public static final int DATA_SOURCE = 400;
    public static final int OPERATION_TYPE = 500;
    public static final int EVENTS = 600;
    public static final int TIMESTAMP_OR_END = 900;

    private PacketOrder() {}
}
