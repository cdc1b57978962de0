// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** One node of a device tree in the making, in the order in which properties and nodes were added. */
public final class DeviceTree {
    private final String name;
    private final Map<String, byte[]> properties = new LinkedHashMap<>();
    private final Map<String, DeviceTree> children = new LinkedHashMap<>();

    /** @param name node name with unit address; empty for the root */
    public DeviceTree(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public Map<String, byte[]> properties() {
        return properties;
    }

    public Collection<DeviceTree> children() {
        return children.values();
    }

    /** The child of that name, made when it is not there. */
    public DeviceTree node(String child) {
        return children.computeIfAbsent(child, DeviceTree::new);
    }

    /** An empty (boolean) property. */
    public DeviceTree flag(String property) {
        properties.put(property, new byte[0]);
        return this;
    }

    /** 32-bit cells. */
    public DeviceTree cells(String property, int... values) {
        byte[] bytes = new byte[values.length * 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i / 4] >>> 24 - i % 4 * 8);
        }
        properties.put(property, bytes);
        return this;
    }

    /** 64-bit values as pairs of cells, such as addresses and sizes. */
    public DeviceTree cells64(String property, long... values) {
        int[] cells = new int[values.length * 2];
        for (int i = 0; i < values.length; i++) {
            cells[2 * i] = (int) (values[i] >>> 32);
            cells[2 * i + 1] = (int) values[i];
        }
        return cells(property, cells);
    }

    /** One or more strings. */
    public DeviceTree strings(String property, String... values) {
        properties.put(property, (String.join("\0", values) + "\0").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Raw bytes. */
    public DeviceTree bytes(String property, byte[] value) {
        properties.put(property, value.clone());
        return this;
    }
}
