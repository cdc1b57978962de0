// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a snapshot says of input, output and drives of the host, and what a machine makes of it that is restored. */
class HostEndsTest {
    /** Text whose end is told, as that of a file is. */
    private static final class Text extends InputStream {
        private final byte[] bytes;
        private int at;

        Text(String text) {
            bytes = text.getBytes();
        }

        @Override
        public int available() throws IOException {
            if (at == bytes.length) {
                throw new EOFException();
            }
            return bytes.length - at;
        }

        @Override
        public int read() {
            return bytes[at++];
        }
    }

    /** A disk in memory. */
    private record Disk(byte[] bytes) implements Drive {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void read(long offset, byte[] to, int at, int length) {
            System.arraycopy(bytes, (int) offset, to, at, length);
        }

        @Override
        public void write(long offset, byte[] from, int at, int length) {
            System.arraycopy(from, at, bytes, (int) offset, length);
        }

        @Override
        public void flush() {
            // It is in memory.
        }
    }

    private static HostEnds ends(InputStream terminal, boolean person, List<Drive> drives, ConsolePort... ports) {
        return new HostEnds(RunOptions.of(null)
                .withInput(terminal)
                .withPaced(person)
                .withPeripherals(new Peripherals(drives, false, List.of(ports), false)));
    }

    private static byte[] saved(HostEnds ends) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ends.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static void restore(HostEnds ends, byte[] saved) throws IOException {
        ends.read(new DataInputStream(new ByteArrayInputStream(saved)));
    }

    private static void read(InputStream in, String text) throws IOException {
        assertThat(new String(in.readNBytes(text.length()))).isEqualTo(text);
    }

    @Test
    @DisplayName(
            "What happens at the first byte of a port happens again when the machine has gone back, and not when it is restored")
    void atFirst() throws IOException {
        RunOptions options = RunOptions.of(null)
                .withPeripherals(new Peripherals(
                        List.of(), false, List.of(new ConsolePort("orders", null, new Text("abc"))), false, null));
        HostEnds ends = new HostEnds(options);
        int[] times = new int[1];
        ends.atFirstRead("orders", () -> times[0]++);
        ends.keepLog();
        long[] begin = ends.positions();
        InputStream port = ends.peripherals.ports().get(0).input();
        assertThat(port.read()).isEqualTo('a');
        assertThat(port.read()).isEqualTo('b');
        assertThat(times[0]).isEqualTo(1);
        ends.rewind(begin);
        assertThat(port.read()).isEqualTo('a');
        assertThat(times[0]).isEqualTo(2);
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        ends.write(new DataOutputStream(saved));
        HostEnds restored = new HostEnds(options.withPeripherals(new Peripherals(
                List.of(), false, List.of(new ConsolePort("orders", null, new Text("abc"))), false, null)));
        restored.atFirstRead("orders", () -> times[0]++);
        restored.read(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
        assertThat(restored.peripherals.ports().get(0).input().read()).isEqualTo('b');
        assertThat(times[0]).isEqualTo(2);
    }

    @Test
    @DisplayName("input that is given again goes on where the guest had read to, also over two snapshots")
    void input() throws IOException {
        HostEnds first = ends(new Text("abcdefgh"), false, List.of());
        read(first.input, "abc");
        HostEnds second = ends(new Text("abcdefgh"), false, List.of());
        restore(second, saved(first));
        read(second.input, "de");
        HostEnds third = ends(new Text("abcdefgh"), false, List.of());
        restore(third, saved(second));
        read(third.input, "f");
    }

    @Test
    @DisplayName("other input than what the guest had read is refused")
    void changedInput() throws IOException {
        HostEnds first = ends(new Text("abc"), false, List.of(), new ConsolePort("p", null, new Text("xyz")));
        read(first.peripherals.ports().get(0).input(), "xy");
        HostEnds second = ends(new Text("abc"), false, List.of(), new ConsolePort("p", null, new Text("xzz")));
        byte[] saved = saved(first);
        assertThatThrownBy(() -> restore(second, saved))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("2 bytes of port p's input were others");
    }

    @Test
    @DisplayName("a port's input too")
    void portInput() throws IOException {
        HostEnds first = ends(null, false, List.of(), new ConsolePort("p", null, new Text("xyz")));
        read(first.peripherals.ports().get(0).input(), "xy");
        HostEnds second = ends(null, false, List.of(), new ConsolePort("p", null, new Text("xyz")));
        restore(second, saved(first));
        read(second.peripherals.ports().get(0).input(), "z");
    }

    @Test
    @DisplayName("an input that the guest had seen end has ended, whatever is given now")
    void endOfInput() throws IOException {
        HostEnds first = ends(new Text("abc"), false, List.of(), new ConsolePort("p", null, new Text("")));
        read(first.input, "abc");
        assertThatThrownBy(() -> first.input.available()).isInstanceOf(EOFException.class);
        HostEnds second = ends(new Text("abcdef"), false, List.of(), new ConsolePort("p", null, new Text("x")));
        restore(second, saved(first));
        assertThatThrownBy(() -> second.input.available()).isInstanceOf(EOFException.class);
        assertThat(second.peripherals.ports().get(0).input().available())
                .as("of which the guest had seen no end")
                .isOne();
    }

    @Test
    @DisplayName("a person at the terminal goes on typing")
    void person() throws IOException {
        HostEnds first = ends(new Text("abc"), true, List.of());
        read(first.input, "abc");
        HostEnds second = ends(new Text("de"), true, List.of());
        restore(second, saved(first));
        read(second.input, "de");
    }

    @Test
    @DisplayName("input that is shorter, or is not there, is refused")
    void otherInput() throws IOException {
        HostEnds first = ends(new Text("abc"), false, List.of());
        read(first.input, "abc");
        byte[] saved = saved(first);
        assertThatThrownBy(() -> restore(ends(new Text("ab"), false, List.of()), saved))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "had read 3 bytes of the terminal's input, and that ends, or waits, after 2: give the same input");
        assertThatThrownBy(() -> restore(ends(null, false, List.of()), saved))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this one has none");
        byte[] nothing = saved(ends(new Text("abc"), false, List.of()));
        assertThatCode(() -> restore(ends(null, false, List.of()), nothing)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("what a guest has written to its ports is counted, and told of the machine that is restored")
    void output() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        HostEnds first = ends(
                null,
                false,
                List.of(),
                new ConsolePort("log", file, null),
                new ConsolePort("quiet", new ByteArrayOutputStream(), null));
        first.peripherals.ports().get(0).output().write(new byte[] {1, 2, 3, 4}, 1, 3);
        first.peripherals.ports().get(0).output().write(5);
        assertThat(file.toByteArray()).containsExactly(2, 3, 4, 5);
        assertThat(first.passed()).isEmpty();
        HostEnds second = ends(
                null,
                false,
                List.of(),
                new ConsolePort("log", new ByteArrayOutputStream(), null),
                new ConsolePort("quiet", new ByteArrayOutputStream(), null));
        restore(second, saved(first));
        assertThat(second.passed()).hasSize(1).containsEntry("log", 4L);
    }

    @Test
    @DisplayName("a drive must hold what it held")
    void drive() throws IOException {
        byte[] disk = new byte[3 << 20];
        disk[disk.length - 1] = 7;
        byte[] saved = saved(ends(null, false, List.of(new Disk(disk))));
        restore(ends(null, false, List.of(new Disk(disk.clone()))), saved);
        disk[1 << 20] = 1;
        assertThatThrownBy(() -> restore(ends(null, false, List.of(new Disk(disk))), saved))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("drive 0")
                .hasMessageContaining("as it was when the state was saved");
    }
}
