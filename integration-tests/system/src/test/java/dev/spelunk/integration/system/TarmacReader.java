// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a Tarmac trace of A64 code of one PE, by the grammar of Arm's Tarmac Trace Utilities, and follows it: where execution goes on,
 * what registers and memory hold by it.
 */
final class TarmacReader {
    /** Where the machine's RAM begins. */
    private static final long RAM = 0x4000_0000;

    private static final String HEAD = "(\\d+) clk cpu(\\d+) ";
    private static final Pattern INSTRUCTION = Pattern.compile(
            HEAD
                    + "(IT|IS) \\((\\d+)\\) ([0-9a-f]{16}):([0-9a-f]{12})(_S|_NS) ([0-9a-f]{8}) O EL([0-3])([ht])_([sn]) : (.+)");
    private static final Pattern REGISTER = Pattern.compile(HEAD + "R (\\w+) ([0-9a-f_]+)");
    private static final Pattern MEMORY =
            Pattern.compile(HEAD + "(MR|MW)([1248]) ([0-9a-f]{16})(?::([0-9a-f]{12})(_S|_NS))? ([0-9a-f]+|x+)");
    private static final Pattern EXCEPTION = Pattern.compile(
            HEAD + "E ([0-9a-f]{16}) ([0-9a-f]{8}) CoreEvent_(LOWER_64|CURRENT_SP[0x])_" + "(SYNC|IRQ|FIQ|SERROR)");

    final Map<String, String> registers = new TreeMap<>();
    private final Map<Long, Integer> memory = new HashMap<>();
    long instructions;
    long exceptions;
    long reads;
    long writes;
    /** Bytes that were read and that the trace had told before. */
    long known;

    private long time;
    /** Where execution must go on; -1 where anywhere. */
    private long next = -1;

    private int level = -1;

    /** Somebody who is not in the trace has written memory. */
    void forget(long pa, int size) {
        for (int i = 0; i < size; i++) {
            memory.remove(pa + i);
        }
    }

    void line(String line) {
        Matcher matcher = INSTRUCTION.matcher(line);
        if (matcher.matches()) {
            instruction(line, matcher);
            return;
        }
        matcher = REGISTER.matcher(line);
        if (matcher.matches()) {
            register(line, matcher.group(3), matcher.group(4).replace("_", ""));
        } else if ((matcher = MEMORY.matcher(line)).matches()) {
            memory(line, matcher);
        } else if ((matcher = EXCEPTION.matcher(line)).matches()) {
            exceptions++;
            next = -1;
        } else {
            assertThat(line).as("a line of a Tarmac trace").isEmpty();
        }
        long now = Long.parseLong(matcher.group(1));
        assertThat(now).as(line).isGreaterThanOrEqualTo(time);
        time = now;
    }

    private void instruction(String line, Matcher matcher) {
        long pc = Long.parseUnsignedLong(matcher.group(5), 16);
        int word = Integer.parseUnsignedInt(matcher.group(8), 16);
        int el = Integer.parseInt(matcher.group(9));
        long now = Long.parseLong(matcher.group(1));
        assertThat(now).as(line).isGreaterThanOrEqualTo(time);
        time = now;
        if (next != -1) {
            assertThat(pc).as(line).isEqualTo(next);
            assertThat(el).as(line).isEqualTo(level);
        }
        boolean branch = isBranch(word);
        assertThat(branch || matcher.group(3).equals("IT")).as(line).isTrue();
        // Whoever serves HLT and HVC may change anything.
        next = branch && matcher.group(3).equals("IT") || (word >>> 24) == 0xD4 ? -1 : pc + 4;
        level = el;
        if (matcher.group(9).equals("0")) {
            assertThat(matcher.group(10)).as(line).isEqualTo("t");
        }
        instructions++;
    }

    /** The branches of DDI 0487, C4.1.93, without exceptions and hints. */
    private static boolean isBranch(int word) {
        return (word & 0x7C000000) == 0x14000000
                || (word & 0x7E000000) == 0x34000000
                || (word & 0x7E000000) == 0x36000000
                || (word & 0xFE000000) == 0x54000000
                || (word & 0xFE000000) == 0xD6000000;
    }

    private void register(String line, String name, String digits) {
        int expected = name.matches("V\\d+") ? 32 : name.matches("cpsr|FPCR|FPSR") ? 8 : 16;
        assertThat(digits).as(line).hasSize(expected);
        registers.put(name, digits);
    }

    private void memory(String line, Matcher matcher) {
        boolean write = matcher.group(3).equals("MW");
        int size = Integer.parseInt(matcher.group(4));
        String digits = matcher.group(8);
        assertThat(digits).as(line).hasSize(2 * size);
        if (write) {
            writes++;
        } else {
            reads++;
        }
        if (matcher.group(6) == null || digits.startsWith("x")) {
            return;
        }
        long pa = Long.parseLong(matcher.group(6), 16);
        if (pa < RAM) {
            // A device gives what it likes.
            return;
        }
        for (int i = 0; i < size; i++) {
            int value = Integer.parseInt(digits.substring(2 * (size - i - 1), 2 * (size - i)), 16);
            Integer before = memory.put(pa + i, value);
            if (!write && before != null) {
                known++;
                assertThat(value).as(line).isEqualTo(before);
            }
        }
    }
}
