// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RecordBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What perf report --header prints, by the numbers of perf's own header features")
class HeaderFeaturesTest {
    @TempDir
    private Path folder;

    private Map<Integer, ByteBuffer> features(int cpus, long memoryBase, Recorder recorder, byte[] records)
            throws IOException {
        Path path = folder.resolve("perf.data");
        Profiles.write(
                path,
                new ProfileDescription(null, cpus, 0x410f_d0c1L, 0, 1_000_000_000, memoryBase, List.of(), recorder),
                records);
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, ByteBuffer> features = new TreeMap<>();
        int at = (int) (file.getLong(40) + file.getLong(48));
        for (int bit = 0; bit < 64; bit++) {
            if ((file.getLong(72) >>> bit & 1) != 0) {
                features.put(
                        bit,
                        file.slice((int) file.getLong(at), (int) file.getLong(at + 8))
                                .order(ByteOrder.LITTLE_ENDIAN));
                at += 16;
            }
        }
        return features;
    }

    private static byte[] records() {
        return new RecordBuilder()
                .pc(0x1000, 1)
                .events(2, 2)
                .timestamp(50)
                .align(3)
                .pc(0x1000, 1)
                .events(2, 2)
                .timestamp(60)
                .bytes();
    }

    private static String string(ByteBuffer b) {
        int length = b.getInt();
        byte[] bytes = new byte[length];
        b.get(bytes);
        assertThat(length % 64).isZero();
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
    }

    @Test
    @DisplayName("Without a recorder: the machine, its CPUs and events, and the time of the samples")
    void machine() throws IOException {
        Map<Integer, ByteBuffer> features = features(1, 0, Recorder.UNKNOWN, records());
        assertThat(features).containsOnlyKeys(3, 4, 6, 7, 9, 12, 13, 16, 18, 21);
        assertThat(string(features.get(3))).isEqualTo("spelunk");
        assertThat(string(features.get(4))).isEqualTo("spelunk");
        assertThat(string(features.get(6))).isEqualTo("aarch64");
        assertThat(features.get(7).getInt(0)).isEqualTo(1);
        assertThat(string(features.get(9))).isEqualTo("0x00000000410fd0c1");
        ByteBuffer topology = features.get(13);
        assertThat(topology.getInt()).isEqualTo(1);
        assertThat(string(topology)).isEqualTo("0");
        assertThat(topology.getInt()).isEqualTo(1);
        assertThat(string(topology)).isEqualTo("0");
        assertThat(topology.getInt()).isZero();
        assertThat(topology.getInt()).isZero();
        assertThat(topology.hasRemaining()).isFalse();
        assertThat(features.get(21).getLong(0)).as("ns of a counter of 1 GHz").isEqualTo(50);
        assertThat(features.get(21).getLong(8)).isEqualTo(60);
    }

    @Test
    @DisplayName("Without timestamps there is no time of samples")
    void noTime() throws IOException {
        assertThat(features(
                        1,
                        0,
                        Recorder.UNKNOWN,
                        new RecordBuilder().pc(0x1000, 1).events(2, 2).end().bytes()))
                .doesNotContainKey(21);
    }

    @Test
    @DisplayName("Each CPU is a core of one thread; each event has an id for each")
    void cpus() throws IOException {
        Map<Integer, ByteBuffer> features = features(3, 0, Recorder.UNKNOWN, records());
        assertThat(features.get(7).getInt(0)).isEqualTo(3);
        assertThat(features.get(7).getInt(4)).isEqualTo(3);
        ByteBuffer topology = features.get(13);
        assertThat(topology.getInt()).isEqualTo(1);
        assertThat(string(topology)).isEqualTo("0-2");
        assertThat(topology.getInt()).isEqualTo(3);
        for (int cpu = 0; cpu < 3; cpu++) {
            assertThat(string(topology)).isEqualTo(Integer.toString(cpu));
        }
        for (int cpu = 0; cpu < 3; cpu++) {
            assertThat(topology.getInt()).isEqualTo(cpu);
            assertThat(topology.getInt()).isZero();
        }
        assertThat(topology.hasRemaining()).isFalse();
        ByteBuffer events = features.get(12);
        assertThat(events.getInt()).isEqualTo(2);
        int attribute = events.getInt();
        String[] names = {"arm_spe_0//", "dummy:u"};
        for (int event = 0; event < 2; event++) {
            events.position(events.position() + attribute);
            assertThat(events.getInt()).isEqualTo(3);
            assertThat(string(events)).isEqualTo(names[event]);
            for (int cpu = 0; cpu < 3; cpu++) {
                assertThat(events.getLong()).isEqualTo(1 + 3 * event + cpu);
            }
        }
        assertThat(events.hasRemaining()).isFalse();
    }

    @Test
    @DisplayName("With one: version, CPU, command line, memory as one node and its blocks of 128 MiB")
    void recorder() throws IOException {
        Recorder recorder = new Recorder("1.2", "Core X", List.of("spelunk", "record", "guest.elf"), 300L << 20, 1);
        Map<Integer, ByteBuffer> features = features(2, 0x4000_0000L, recorder, records());
        assertThat(string(features.get(5))).isEqualTo("1.2");
        assertThat(string(features.get(8))).isEqualTo("Core X");
        ByteBuffer command = features.get(11);
        assertThat(command.getInt()).isEqualTo(3);
        assertThat(List.of(string(command), string(command), string(command)))
                .containsExactly("spelunk", "record", "guest.elf");
        assertThat(features.get(10).getLong(0)).as("KiB").isEqualTo(300 * 1024);
        ByteBuffer node = features.get(14);
        assertThat(node.getInt()).isEqualTo(1);
        assertThat(node.getInt()).isZero();
        assertThat(node.getLong()).isEqualTo(300 * 1024);
        assertThat(node.getLong()).isZero();
        assertThat(string(node)).isEqualTo("0-1");
        ByteBuffer blocks = features.get(22);
        long[] words = new long[7];
        for (int i = 0; i < words.length; i++) {
            words[i] = blocks.getLong();
        }
        assertThat(words)
                .as("version, size of a block, one node: 0, 11 bits, the map with bits 8 to 10")
                .containsExactly(1, 1 << 27, 1, 0, 11, 11, 0b111 << 8);
        assertThat(blocks.hasRemaining()).isFalse();
    }
}
