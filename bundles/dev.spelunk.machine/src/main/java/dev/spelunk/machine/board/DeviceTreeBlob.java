// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.platform.DeviceTree;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a device tree in the flattened format, version 17 (Devicetree Specification v0.4, chapter 5). */
public final class DeviceTreeBlob {
    private static final int MAGIC = 0xd00dfeed;
    private static final int HEADER = 40;
    private static final int RESERVATIONS = 16;
    private static final int BEGIN_NODE = 1;
    private static final int END_NODE = 2;
    private static final int PROP = 3;
    private static final int END = 9;

    private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(structure);
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> offsets = new LinkedHashMap<>();

    private DeviceTreeBlob() {}

    public static byte[] write(DeviceTree root) {
        DeviceTreeBlob blob = new DeviceTreeBlob();
        try {
            blob.node(root);
            blob.out.writeInt(END);
            return blob.assemble();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void node(DeviceTree node) throws IOException {
        out.writeInt(BEGIN_NODE);
        out.write(node.name().getBytes(StandardCharsets.UTF_8));
        out.write(0);
        align();
        for (Map.Entry<String, byte[]> p : node.properties().entrySet()) {
            out.writeInt(PROP);
            out.writeInt(p.getValue().length);
            out.writeInt(string(p.getKey()));
            out.write(p.getValue());
            align();
        }
        for (DeviceTree child : node.children()) {
            node(child);
        }
        out.writeInt(END_NODE);
    }

    private int string(String name) throws IOException {
        Integer known = offsets.get(name);
        if (known != null) {
            return known;
        }
        int at = strings.size();
        strings.write(name.getBytes(StandardCharsets.UTF_8));
        strings.write(0);
        offsets.put(name, at);
        return at;
    }

    private void align() throws IOException {
        while (structure.size() % 4 != 0) {
            out.write(0);
        }
    }

    private byte[] assemble() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        DataOutputStream w = new DataOutputStream(whole);
        int structureAt = HEADER + RESERVATIONS;
        int stringsAt = structureAt + structure.size();
        w.writeInt(MAGIC);
        w.writeInt(stringsAt + strings.size());
        w.writeInt(structureAt);
        w.writeInt(stringsAt);
        w.writeInt(HEADER);
        w.writeInt(17);
        w.writeInt(16);
        w.writeInt(0);
        w.writeInt(strings.size());
        w.writeInt(structure.size());
        w.write(new byte[RESERVATIONS]);
        structure.writeTo(w);
        strings.writeTo(w);
        return whole.toByteArray();
    }
}
