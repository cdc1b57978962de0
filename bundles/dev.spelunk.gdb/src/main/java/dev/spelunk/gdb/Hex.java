// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import java.nio.charset.StandardCharsets;

/** Numbers and bytes as the protocol writes them. */
final class Hex {
    private Hex() {}

    static String of(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(2 * length);
        for (int i = 0; i < length; i++) {
            text.append(Character.forDigit(bytes[i] >> 4 & 15, 16)).append(Character.forDigit(bytes[i] & 15, 16));
        }
        return text.toString();
    }

    static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return of(bytes, bytes.length);
    }

    /** A value as the target has it in memory: the lowest byte first. */
    static String ofValue(long value, int bytes) {
        StringBuilder text = new StringBuilder(2 * bytes);
        for (int i = 0; i < bytes; i++) {
            long b = i < Long.BYTES ? value >>> 8 * i : 0;
            text.append(Character.forDigit((int) b >> 4 & 15, 16)).append(Character.forDigit((int) b & 15, 16));
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException when it is no such text */
    static byte[] bytes(String text) {
        if (text.length() % 2 != 0) {
            throw new IllegalArgumentException("an odd number of digits");
        }
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            int high = Character.digit(text.charAt(2 * i), 16);
            int low = Character.digit(text.charAt(2 * i + 1), 16);
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("no hexadecimal digits");
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return bytes;
    }

    /** A value of at most eight bytes, the lowest first. */
    static long value(byte[] bytes, int from, int length) {
        long value = 0;
        for (int i = Math.min(length, Long.BYTES) - 1; i >= 0; i--) {
            value = value << 8 | bytes[from + i] & 0xFF;
        }
        return value;
    }

    /** A number in a packet. @throws IllegalArgumentException when it is none */
    static long number(String text) {
        if (text.isEmpty() || text.length() > 16) {
            throw new IllegalArgumentException("no number");
        }
        return Long.parseUnsignedLong(text, 16);
    }
}
