// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.packet.AddressIndex;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.SampleRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the records of a profile tell that perf must be told beside them: processes, code that was sampled, times. */
public final class AuxContents {
    /** The process of samples without a context. */
    private static final int NO_CONTEXT_PID = 1;

    private final Set<Integer> contexts = new LinkedHashSet<>();
    /** The latest value of CONTEXTIDR_EL1 and of CONTEXTIDR_EL2: most records have the value of the one before. */
    private final int[] latest = {-1, -1};

    private final List<Segment> segments;
    /** For each segment, whether it was sampled at EL0 and above EL0. */
    private final boolean[] user;

    private final boolean[] kernel;
    private boolean timestamps;
    private long firstTick;
    private long lastTick;

    /** @param segments what the guest file maps */
    public AuxContents(List<Segment> segments) {
        this.segments = segments;
        this.user = new boolean[segments.size()];
        this.kernel = new boolean[segments.size()];
    }

    /** Takes one record in. */
    public void add(SampleRecord record) {
        if (record.hasContext(1)) {
            context(0, record.contextEl1);
        }
        if (record.hasContext(2)) {
            context(1, record.contextEl2);
        }
        if (record.has(AddressIndex.PC)) {
            for (int i = 0; i < user.length; i++) {
                Segment s = segments.get(i);
                if (Long.compareUnsigned(record.canonicalPc() - s.address(), s.size()) < 0) {
                    (record.el == 0 ? user : kernel)[i] = true;
                }
            }
        }
        if (record.has(PacketType.TIMESTAMP)) {
            firstTick = timestamps ? Math.min(firstTick, record.timestamp) : record.timestamp;
            lastTick = Math.max(lastTick, record.timestamp);
            timestamps = true;
        }
    }

    private void context(int which, int context) {
        if (context != latest[which]) {
            latest[which] = context;
            if (context != -1) {
                contexts.add(context);
            }
        }
    }

    /** The processes, in the order they came up: perf takes a record's context for the thread identifier. */
    Set<Integer> pids() {
        return contexts.isEmpty() ? Set.of(NO_CONTEXT_PID) : contexts;
    }

    /** The first one of {@link #pids}. */
    int firstPid() {
        return pids().iterator().next();
    }

    /** The segments that are said to run at EL0, or were sampled there. */
    List<Segment> userSegments() {
        return chosen(user, true);
    }

    /** The segments that are said to run above EL0, or were sampled there. */
    List<Segment> kernelSegments() {
        return chosen(kernel, false);
    }

    private List<Segment> chosen(boolean[] sampled, boolean atEl0) {
        List<Segment> result = new ArrayList<>();
        for (int i = 0; i < sampled.length; i++) {
            Segment s = segments.get(i);
            if (s.size() > 0 && (sampled[i] || (s.el() == 0) == atEl0)) {
                result.add(s);
            }
        }
        return result;
    }

    boolean hasTimestamps() {
        return timestamps;
    }

    long firstTick() {
        return firstTick;
    }

    long lastTick() {
        return lastTick;
    }
}
