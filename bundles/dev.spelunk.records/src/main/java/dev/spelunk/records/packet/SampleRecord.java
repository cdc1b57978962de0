// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/**
 * One decoded sample record (DDI 0487, D18.1.2). Reused by {@link RecordReader#next}: a field holds
 * only when {@link #has} says that its packet was there.
 */
public final class SampleRecord {
    /** Number of counter indexes that headers can name. */
    private static final int COUNTERS = 32;

    /** Byte offset of the first packet in the stream. */
    public long offset;
    /** Bytes from the first packet to the End or Timestamp packet, both included. */
    public int length;

    /** Instruction virtual address, bits 55:0. */
    public long pc;
    /** Exception level of the instruction. */
    public int el;
    /** NS and NSE of the instruction: 0, 0 Secure; 1, 0 Non-secure; 1, 1 Realm. */
    public boolean ns;

    public boolean nse;
    /** Branch target, bits 55:0, with Exception level and NS after the branch. */
    public long target;

    public int targetEl;
    public boolean targetNs;
    /** Data virtual address with its tag in bits 63:56. */
    public long va;
    /** Data physical address, bits 55:0, and what byte 7 says of it. */
    public long pa;

    public boolean paNs;
    public boolean paNse;
    public boolean paChecked;
    public int paTag;
    /** Previous branch target, bits 55:0. */
    public long previousTarget;

    /** Event bits. */
    public long events;
    /** Payload bytes of the Events packet. */
    public int eventsBytes;
    /** Class and payload of the Operation Type packet. */
    public int operationClass;

    public int operation;
    public int contextEl1;
    public int contextEl2;
    public int dataSource;
    public long timestamp;
    /** Packets with unallocated or reserved headers or indexes. */
    public int unknownPackets;

    private final int[] counters = new int[COUNTERS];
    private int counterMask;
    private int packets;

    private static final int FIRST_ADDRESS = PacketType.values().length;
    private static final int FIRST_CONTEXT = FIRST_ADDRESS + AddressIndex.values().length;

    void clear(long at) {
        offset = at;
        length = 0;
        packets = 0;
        counterMask = 0;
        events = 0;
        eventsBytes = 0;
        operationClass = -1;
        operation = 0;
        unknownPackets = 0;
    }

    /** Whether the record has that packet; for addresses and contexts, one of them. */
    public boolean has(PacketType type) {
        return (packets & 1 << type.ordinal()) != 0;
    }

    /** Whether the record has the Address packet of that index. */
    public boolean has(AddressIndex index) {
        return (packets & 1 << FIRST_ADDRESS + index.ordinal()) != 0;
    }

    /** Whether the record has a Context packet with CONTEXTIDR_EL1 (1) or CONTEXTIDR_EL2 (2). */
    public boolean hasContext(int el) {
        return (packets & 1 << FIRST_CONTEXT + el - 1) != 0;
    }

    /** Whether the record has the Counter packet of that index. */
    public boolean has(CounterIndex index) {
        return (counterMask & 1 << index.index()) != 0;
    }

    /** Whether the record has a Counter packet of that index, 0 to 31. */
    public boolean hasCounter(int index) {
        return (counterMask & 1 << index) != 0;
    }

    /** The value of the Counter packet of that index, 0 to 31. */
    public int counter(int index) {
        return counters[index];
    }

    /** Whether the event bit is set. */
    public boolean is(Event event) {
        return event.in(events);
    }

    /** The instruction address as software writes it: bits 63:56 copy bit 55. */
    public long canonicalPc() {
        return canonical(pc);
    }

    /** The target address as software writes it: bits 63:56 copy bit 55. */
    public long canonicalTarget() {
        return canonical(target);
    }

    /** The previous branch target as software writes it: bits 63:56 copy bit 55. */
    public long canonicalPreviousTarget() {
        return canonical(previousTarget);
    }

    private static long canonical(long address) {
        return address << 8 >> 8;
    }

    /** Takes one packet in; false when a record may hold only one of its kind and has one. */
    boolean accept(PacketType type, int index, long payload, int bytes) {
        boolean first = !has(type);
        packets |= 1 << type.ordinal();
        switch (type) {
            case EVENTS:
                events = payload;
                eventsBytes = bytes;
                return first;
            case DATA_SOURCE:
                dataSource = (int) payload;
                return first;
            case OPERATION_TYPE:
                operationClass = index;
                operation = (int) payload;
                return first;
            case TIMESTAMP:
                timestamp = payload;
                return true;
            case CONTEXT:
                return context(index, (int) payload);
            case COUNTER:
                boolean firstCounter = !hasCounter(index);
                counterMask |= 1 << index;
                counters[index] = (int) payload;
                return firstCounter;
            case ADDRESS:
                return address(index, payload);
            case UNKNOWN:
                unknownPackets++;
                return true;
            default:
                return true;
        }
    }

    private boolean context(int index, int payload) {
        if (index > 1) {
            unknownPackets++;
            return true;
        }
        boolean first = !hasContext(index + 1);
        packets |= 1 << FIRST_CONTEXT + index;
        if (index == 0) {
            contextEl1 = payload;
        } else {
            contextEl2 = payload;
        }
        return first;
    }

    private boolean address(int index, long payload) {
        AddressIndex which = AddressIndex.of(index);
        if (which == null) {
            unknownPackets++;
            return true;
        }
        boolean first = !has(which);
        packets |= 1 << FIRST_ADDRESS + index;
        long address = AddressIndex.address(payload);
        switch (which) {
            case PC:
                pc = address;
                el = AddressIndex.el(payload);
                ns = AddressIndex.ns(payload);
                nse = AddressIndex.nse(payload);
                break;
            case TARGET:
                target = address;
                targetEl = AddressIndex.el(payload);
                targetNs = AddressIndex.ns(payload);
                break;
            case VA:
                va = payload;
                break;
            case PA:
                pa = address;
                paNs = AddressIndex.ns(payload);
                paNse = AddressIndex.nse(payload);
                paChecked = AddressIndex.ch(payload);
                paTag = AddressIndex.pat(payload);
                break;
            default:
                previousTarget = address;
        }
        return first;
    }
}
