// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Some lines of a table's bytes, which are made strings when they are first wanted. */
record Text(byte[] bytes, int from, int to) {
    static Text of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return new Text(bytes, 0, bytes.length);
    }

    /** The lines, without the spaces around them. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(2);
        String text = toString();
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            lines.add(text.substring(at, end).trim());
            at = end + 1;
        }
        return lines;
    }

    @Override
    public String toString() {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
