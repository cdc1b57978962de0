// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Debugger.Space;
import java.util.Locale;

/** The answers to packets that read and write memory, by the translation in force on a PE. */
final class MemoryPackets {
    private static final String NOT_THERE = "E14";
    private static final long PAGE = 4096;

    private final Debugger debugger;

    MemoryPackets(Debugger debugger) {
        this.debugger = debugger;
    }

    /** m ADDRESS,LENGTH */
    String read(int pe, String rest) {
        int comma = rest.indexOf(',');
        long address = Hex.number(rest.substring(0, comma));
        int length = (int) Math.min(Hex.number(rest.substring(comma + 1)) & Long.MAX_VALUE, Session.MOST_MEMORY);
        byte[] bytes = new byte[length];
        int read = debugger.read(pe, Space.CURRENT, address, bytes);
        return read == 0 && length != 0 ? NOT_THERE : Hex.of(bytes, read);
    }

    /** M ADDRESS,LENGTH:BYTES */
    String write(int pe, String rest) {
        int colon = rest.indexOf(':');
        return write(pe, rest.substring(0, colon), Hex.bytes(rest.substring(colon + 1)));
    }

    /** X ADDRESS,LENGTH:BYTES, which are no digits */
    String writeBinary(int pe, byte[] packet, String rest) {
        int colon = rest.indexOf(':');
        return write(pe, rest.substring(0, colon), Packets.unescaped(packet, colon + 2));
    }

    /** qMemoryRegionInfo:ADDRESS, which LLDB asks before it evaluates what needs memory: a page, and whether it is there. */
    String region(int pe, String address) {
        long page = Hex.number(address) & -PAGE;
        boolean there = debugger.read(pe, Space.CURRENT, page, new byte[1]) == 1;
        return String.format(Locale.ROOT, "start:%x;size:%x;%s", page, PAGE, there ? "permissions:rwx;" : "");
    }

    private String write(int pe, String place, byte[] bytes) {
        int comma = place.indexOf(',');
        if (Hex.number(place.substring(comma + 1)) != bytes.length) {
            return Session.BAD_PACKET;
        }
        if (bytes.length == 0) {
            return Session.OK;
        }
        int written = debugger.write(pe, Space.CURRENT, Hex.number(place.substring(0, comma)), bytes);
        return written == bytes.length ? Session.OK : NOT_THERE;
    }
}
