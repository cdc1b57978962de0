// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.SampleRecord;

/**
 * Divides the time of a profile into a number of intervals, whose width doubles as it goes on. Where records have no
 * timestamps their numbers are the time.
 */
final class Intervals {
    static final int COUNT = 128;

    private boolean begun;
    private boolean timestamps;
    private long first;
    private long number;
    private long width = 1;
    private Runnable onDoubled = () -> {};

    /** Sets who adds intervals up by pairs when the width has doubled. */
    void onDoubled(Runnable told) {
        onDoubled = told;
    }

    /** The interval of the next record. */
    int of(SampleRecord record) {
        if (!begun) {
            begun = true;
            timestamps = record.has(PacketType.TIMESTAMP);
            first = timestamps ? record.timestamp : 0;
        }
        number++;
        long at = timestamps ? record.has(PacketType.TIMESTAMP) ? record.timestamp - first : 0 : number - 1;
        // Records of several CPUs come in pieces: one may be older than the first.
        at = Math.max(0, at);
        while (at / width >= COUNT) {
            width *= 2;
            onDoubled.run();
        }
        return (int) (at / width);
    }

    /** Adds up by pairs. */
    static void halve(long[] counts) {
        for (int i = 0; i < COUNT; i++) {
            counts[i] = i < COUNT / 2 ? counts[2 * i] + counts[2 * i + 1] : 0;
        }
    }

    boolean timestamps() {
        return timestamps;
    }

    long first() {
        return first;
    }

    long width() {
        return width;
    }
}
