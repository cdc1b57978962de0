// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.checks;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last changes of a vCPU's buffer registers, in memory and in hardware. */
final class RegisterHistory {
    private static final int LENGTH = 24;

    /**
     * One change.
     *
     * @param executed operations that the PE had executed
     * @param hardware whether it is hardware's value, else the one in memory
     */
    private record Change(long executed, boolean hardware, String register, long from, long to, String reason) {}

    private final Deque<Change> changes = new ArrayDeque<>();

    void add(long executed, boolean hardware, String register, long from, long to, String reason) {
        if (changes.size() == LENGTH) {
            changes.removeFirst();
        }
        changes.addLast(new Change(executed, hardware, register, from, to, reason));
    }

    /** One line for each change, oldest first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Change c : changes) {
            text.append(String.format(
                    "%n  operation %,14d  %-13s  %-9s  0x%016x -> 0x%016x  %s",
                    c.executed, c.register, c.hardware ? "hardware" : "in memory", c.from, c.to, c.reason));
        }
        return text.length() == 0 ? System.lineSeparator() + "  no register has changed" : text.toString();
    }
}
