// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.platform.virtio.Driver.Buffer;
import dev.spelunk.platform.virtio.Driver.Used;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Console device (virtio 1.2, 5.3)")
class ConsoleDeviceTest {
    private static final long AT = Bench.RAM + 0x8_0000;
    private static final long MESSAGES = Bench.RAM + 0x9_0000;
    private static final int BUFFER = 0x100;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final OutputStream broken = new OutputStream() {
        @Override
        public void write(int value) throws IOException {
            throw new IOException("No space left on device");
        }
    };
    private final Bench bench = new Bench(new Peripherals(
            List.of(),
            true,
            List.of(
                    new ConsolePort(
                            "perf.data",
                            data,
                            new ByteArrayInputStream("from the host".getBytes(StandardCharsets.US_ASCII))),
                    new ConsolePort("broken", broken, null),
                    new ConsolePort("input", null, new InputStream() {
                        private int left = 3;

                        @Override
                        public int available() throws IOException {
                            if (left == 0) {
                                throw new EOFException();
                            }
                            return left;
                        }

                        @Override
                        public int read() {
                            return 'a' + --left;
                        }
                    })),
            false));
    private final Driver driver = new Driver(bench, 0);
    private int messagesSeen;

    /** Up with all ten queues and buffers for control messages. */
    private void multiport() {
        driver.up(ConsoleDevice.F_MULTIPORT, 10);
        for (int i = 0; i < Driver.SIZE; i++) {
            driver.add(ConsoleDevice.CONTROL_RECEIVE, Buffer.fromDevice(MESSAGES + i * BUFFER, BUFFER));
        }
        driver.notify(ConsoleDevice.CONTROL_RECEIVE);
    }

    private void control(int id, int event, int value) {
        driver.memory().write(AT, 4, id);
        driver.memory().write(AT + 4, 2, event);
        driver.memory().write(AT + 6, 2, value);
        driver.transfer(ConsoleDevice.CONTROL_TRANSMIT, Buffer.toDevice(AT, 8));
    }

    /** New control messages as "id event value name". */
    private List<String> messages() {
        List<String> all = new ArrayList<>();
        for (Used used : driver.usedFrom(ConsoleDevice.CONTROL_RECEIVE, messagesSeen)) {
            messagesSeen++;
            long at = MESSAGES + (long) used.head() * BUFFER;
            String name = new String(driver.bytes(at + 8, (int) used.written() - 8), StandardCharsets.US_ASCII);
            all.add((driver.memory().read(at, 4) + " " + driver.memory().read(at + 4, 2) + " "
                            + driver.memory().read(at + 6, 2) + " " + name)
                    .trim());
        }
        return all;
    }

    private void send(int queue, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        driver.memory().write(AT, bytes, 0, bytes.length);
        assertThat(driver.transfer(queue, Buffer.toDevice(AT, bytes.length)).written())
                .isZero();
    }

    private String terminal() {
        StringBuilder text = new StringBuilder();
        bench.terminal.forEach(c -> text.append((char) (int) c));
        return text.toString();
    }

    @Test
    @DisplayName("configuration: four ports, the terminal and three channels")
    void configuration() {
        assertThat(driver.register(MmioTransport.DEVICE_ID)).isEqualTo(3);
        assertThat(driver.register(0x104)).isEqualTo(4);
        assertThat(driver.offered() & ConsoleDevice.F_MULTIPORT).isNotZero();
    }

    @Test
    @DisplayName("ports are added when the driver is ready, and open and get their names when it has them")
    void handshake() {
        multiport();
        assertThat(messages()).isEmpty();
        control(-1, ConsoleDevice.DEVICE_READY, 1);
        assertThat(messages()).containsExactly("0 1 1", "1 1 1", "2 1 1", "3 1 1");
        control(0, ConsoleDevice.PORT_READY, 1);
        assertThat(messages()).containsExactly("0 4 1", "0 6 1");
        control(1, ConsoleDevice.PORT_READY, 1);
        assertThat(messages()).containsExactly("1 6 1", "1 7 1 perf.data");
        control(2, ConsoleDevice.PORT_READY, 0);
        control(4, ConsoleDevice.PORT_READY, 1);
        control(0x8000_0000, ConsoleDevice.PORT_READY, 1);
        assertThat(messages()).isEmpty();
    }

    @Test
    @DisplayName("messages wait for buffers")
    void messagesWait() {
        driver.up(ConsoleDevice.F_MULTIPORT, 10);
        control(0, ConsoleDevice.DEVICE_READY, 1);
        driver.add(ConsoleDevice.CONTROL_RECEIVE, Buffer.fromDevice(MESSAGES, BUFFER));
        driver.notify(ConsoleDevice.CONTROL_RECEIVE);
        assertThat(messages()).containsExactly("0 1 1");
        driver.add(ConsoleDevice.CONTROL_RECEIVE, Buffer.fromDevice(MESSAGES + BUFFER, BUFFER));
        driver.notify(ConsoleDevice.CONTROL_RECEIVE);
        assertThat(messages()).containsExactly("1 1 1");
    }

    @Test
    @DisplayName("what the guest writes reaches the port's sink and the terminal")
    void output() {
        multiport();
        send(5, "profile ");
        send(5, "bytes");
        send(1, "hello");
        assertThat(data.toString(StandardCharsets.US_ASCII)).isEqualTo("profile bytes");
        assertThat(terminal()).isEqualTo("hello");
    }

    @Test
    @DisplayName("a sink that fails does not stop the guest")
    void brokenSink() {
        multiport();
        send(7, "lost");
        send(7, "lost too");
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    @DisplayName("a driver without multiport has the terminal")
    void singlePort() {
        driver.up(0, 2);
        send(1, "hello");
        assertThat(terminal()).isEqualTo("hello");
    }

    @Test
    @DisplayName("keys reach port 0 at the next look at the terminal")
    void keys() {
        assertThat(bench.deadline(0)).isEqualTo(Long.MAX_VALUE);
        driver.up(0, 2);
        driver.add(0, Buffer.fromDevice(AT, 16));
        driver.notify(0);
        assertThat(bench.deadline(0)).isNotEqualTo(Long.MAX_VALUE);
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(driver.usedIndex(0)).isZero();
        bench.keys.add((int) 'o');
        bench.keys.add((int) 'k');
        bench.pass(ConsoleDevice.POLL_CYCLES / 2);
        assertThat(driver.usedIndex(0)).isZero();
        bench.pass(ConsoleDevice.POLL_CYCLES / 2);
        assertThat(driver.used(0, 0)).isEqualTo(new Used(0, 2));
        assertThat(driver.bytes(AT, 3)).containsExactly('o', 'k', 0);
        assertThat(bench.interrupt(0)).isTrue();
    }

    @Test
    @DisplayName("a waiting PE needs no deadline: it looks when time passes")
    void waiting() {
        driver.up(0, 2);
        driver.add(0, Buffer.fromDevice(AT, 16));
        driver.notify(0);
        bench.context.pe.waiting = true;
        bench.slots.waitingChanged(0);
        assertThat(bench.deadline(0)).isEqualTo(Long.MAX_VALUE);
        bench.keys.add((int) 'x');
        bench.pass(1);
        assertThat(driver.usedIndex(0)).isOne();
    }

    @Test
    @DisplayName("a channel's bytes come when the guest has opened it, as far as its buffers go")
    void input() {
        multiport();
        driver.add(4, Buffer.fromDevice(AT + 0x100, 8));
        driver.notify(4);
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(driver.usedIndex(4)).isZero();
        control(1, ConsoleDevice.PORT_OPEN, 1);
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(driver.bytes(AT + 0x100, 8)).isEqualTo("from the".getBytes(StandardCharsets.US_ASCII));
        assertThat(driver.transfer(4, Buffer.fromDevice(AT + 0x200, 8)).written())
                .isEqualTo(5);
        control(1, ConsoleDevice.PORT_OPEN, 0);
        driver.add(4, Buffer.fromDevice(AT + 0x200, 8));
        driver.notify(4);
        assertThat(driver.usedIndex(4)).isEqualTo(2);
    }

    @Test
    @DisplayName("the end of what a port without output reads closes the port")
    void endOfInput() {
        multiport();
        driver.add(8, Buffer.fromDevice(AT + 0x100, 8));
        driver.add(8, Buffer.fromDevice(AT + 0x200, 8));
        driver.notify(8);
        control(3, ConsoleDevice.PORT_OPEN, 1);
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(driver.bytes(AT + 0x100, 4)).containsExactly('c', 'b', 'a', 0);
        assertThat(driver.usedIndex(8)).isOne();
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(messages()).containsExactly("3 6 0");
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(messages()).isEmpty();

        // A device that is made anew over the state, after a swap or in another process, knows of the end.
        bench.renew();
        bench.pass(ConsoleDevice.POLL_CYCLES);
        assertThat(messages()).isEmpty();
    }

    @Test
    @DisplayName("control messages that make no sense are passed over")
    void nonsense() {
        multiport();
        control(0, 99, 1);
        control(77, ConsoleDevice.PORT_OPEN, 1);
        driver.transfer(ConsoleDevice.CONTROL_TRANSMIT, Buffer.toDevice(AT, 3));
        driver.transfer(ConsoleDevice.CONTROL_TRANSMIT, Buffer.fromDevice(AT, 30));
        assertThat(driver.needsReset()).isFalse();
        assertThat(messages()).isEmpty();
    }
}
