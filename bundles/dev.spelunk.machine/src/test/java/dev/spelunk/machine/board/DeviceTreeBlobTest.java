// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.DeviceTree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DeviceTreeBlobTest {
    @Test
    void writesTheFlattenedFormat() {
        DeviceTree root = new DeviceTree("");
        root.cells("#address-cells", 2);
        root.node("memory@40000000").strings("device_type", "memory").cells64("reg", 0x4000_0000L, 0x800_0000L);
        root.node("chosen").strings("bootargs", "a=1 b").flag("flag");
        ByteBuffer b = ByteBuffer.wrap(DeviceTreeBlob.write(root));

        assertThat(b.getInt(0)).isEqualTo(0xd00dfeed);
        assertThat(b.getInt(4)).isEqualTo(b.capacity());
        assertThat(b.getInt(20)).isEqualTo(17);
        int at = b.getInt(8);
        assertThat(b.getInt(at)).as("FDT_BEGIN_NODE of the root").isEqualTo(1);
        assertThat(b.getInt(at + 4)).as("empty name, padded").isZero();
        assertThat(b.getInt(at + 8)).as("FDT_PROP").isEqualTo(3);
        assertThat(b.getInt(at + 12)).isEqualTo(4);
        assertThat(string(b, b.getInt(12) + b.getInt(at + 16))).isEqualTo("#address-cells");
        assertThat(b.getInt(at + 20)).isEqualTo(2);
        assertThat(b.getInt(at + 24)).isEqualTo(1);
        assertThat(string(b, at + 28)).isEqualTo("memory@40000000");
        int end = b.getInt(8) + b.getInt(36);
        assertThat(b.getInt(end - 4)).as("FDT_END").isEqualTo(9);
        assertThat(b.getLong(b.getInt(16))).as("no memory reservation").isZero();
    }

    @Test
    void namesOfPropertiesAreStoredOnce() {
        DeviceTree root = new DeviceTree("");
        root.node("a").cells("reg", 1);
        root.node("b").cells("reg", 2);
        ByteBuffer b = ByteBuffer.wrap(DeviceTreeBlob.write(root));
        assertThat(b.getInt(32)).isEqualTo("reg".length() + 1);
    }

    private static String string(ByteBuffer b, int at) {
        int end = at;
        while (b.get(end) != 0) {
            end++;
        }
        return new String(b.array(), at, end - at, StandardCharsets.UTF_8);
    }
}
