// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A console with multiple ports (virtio 1.2, 5.3). Port 0 is the terminal, where the run wants one here; the others
 * are named channels. A driver without the multiport feature has port 0 alone.
 */
final class ConsoleDevice extends VirtioDevice {
    static final long F_MULTIPORT = 1 << 1;
    static final int DEVICE_READY = 0;
    static final int PORT_ADD = 1;
    static final int PORT_READY = 3;
    static final int CONSOLE_PORT = 4;
    static final int PORT_OPEN = 6;
    static final int PORT_NAME = 7;
    /** Virtual cycles between two looks at what a host has for its guest. */
    static final long POLL_CYCLES = 1_000_000;

    static final int CONTROL_RECEIVE = 2;
    static final int CONTROL_TRANSMIT = 3;
    private static final int TYPE = 3;
    private static final int QUEUE_SIZE = 64;
    private static final int CONFIGURATION = 12;
    private static final int MESSAGE = 8;
    private static final int CHUNK = 64 << 10;
    /** PORT_OPEN with the value 0: the host has closed the port. */
    private static final int PORT_CLOSED = 8;
    /** Flag in a port's word beside bits 1 << event for the messages that its driver has yet to get. */
    private static final long GUEST_OPEN = 1 << 16;
    /** Another: its input has ended, and is not looked at any more. It is state, as a machine that goes on must know. */
    private static final long INPUT_ENDED = 1 << 17;

    private final DeviceContext context;
    private final PeState pe;
    private final List<PortStream> ports = new ArrayList<>();
    private final byte[] configuration = new byte[CONFIGURATION];
    private final byte[] buffer = new byte[CHUNK];
    /** Numbers of the ports that may get bytes from the host. */
    private final int[] inputs;

    ConsoleDevice(DeviceContext context) {
        this.context = context;
        pe = context.pes()[0].pe;
        ports.add(context.peripherals().console() ? PortStream.terminal(context) : null);
        for (ConsolePort port : context.peripherals().ports()) {
            ports.add(PortStream.of(port));
        }
        PhysicalMemory.put32(configuration, 4, ports.size());
        inputs = IntStream.range(0, ports.size())
                .filter(i -> ports.get(i) != null && ports.get(i).hasInput())
                .toArray();
    }

    @Override
    int type() {
        return TYPE;
    }

    @Override
    long features() {
        return F_MULTIPORT;
    }

    /** Two for port 0, two for control messages, two for each other port. */
    @Override
    int queues() {
        return 2 * ports.size() + 2;
    }

    @Override
    int queueSize() {
        return QUEUE_SIZE;
    }

    /** One for each port, then the time of the next look at what the host has. */
    @Override
    int stateWords() {
        return ports.size() + 1;
    }

    @Override
    byte[] configuration() {
        return configuration;
    }

    private static int receiveQueue(int port) {
        return port == 0 ? 0 : 2 * port + 2;
    }

    private static int port(int queue) {
        return queue < CONTROL_RECEIVE ? 0 : queue / 2 - 1;
    }

    @Override
    void process(int index) {
        Virtqueue queue = transport.queue(index);
        if (index == CONTROL_RECEIVE) {
            sendMessages();
        } else if (index == CONTROL_TRANSMIT) {
            for (int left = queue.available(); left > 0; left--) {
                DescriptorChain chain = queue.take();
                message(chain);
                queue.giveBack(chain, 0);
            }
            queue.done();
            if (transport.live(CONTROL_RECEIVE)) {
                sendMessages();
            }
        } else if (index % 2 == 0) {
            receive(port(index));
        } else {
            transmit(queue, ports.get(port(index)));
        }
    }

    private void transmit(Virtqueue queue, PortStream port) {
        for (int left = queue.available(); left > 0; left--) {
            DescriptorChain chain = queue.take();
            for (int n = chain.read(buffer, 0, CHUNK); n > 0; n = chain.read(buffer, 0, CHUNK)) {
                if (port != null) {
                    port.write(buffer, n);
                }
            }
            queue.giveBack(chain, 0);
        }
        queue.done();
    }

    /** A control message of the driver; what makes no sense is passed over. */
    private void message(DescriptorChain chain) {
        if (chain.read(buffer, 0, MESSAGE) < MESSAGE) {
            return;
        }
        int id = PhysicalMemory.get32(buffer, 0);
        boolean yes = PhysicalMemory.get16(buffer, 6) != 0;
        int event = PhysicalMemory.get16(buffer, 4);
        if (event == DEVICE_READY && yes) {
            for (int i = 0; i < ports.size(); i++) {
                if (ports.get(i) != null) {
                    transport.word(i, transport.word(i) | 1 << PORT_ADD);
                }
            }
            return;
        }
        if (id < 0 || id >= ports.size() || ports.get(id) == null) {
            return;
        }
        long word = transport.word(id);
        if (event == PORT_READY && yes) {
            transport.word(id, word | 1 << (id == 0 ? CONSOLE_PORT : PORT_NAME) | 1 << PORT_OPEN);
        } else if (event == PORT_OPEN) {
            transport.word(id, yes ? word | GUEST_OPEN : word & ~GUEST_OPEN);
        }
    }

    /** Sends what the driver has yet to get, as long as it has buffers for it. */
    private void sendMessages() {
        Virtqueue queue = transport.queue(CONTROL_RECEIVE);
        int left = queue.available();
        for (int id = 0; id < ports.size(); id++) {
            for (long open = transport.word(id) & ~(GUEST_OPEN | INPUT_ENDED);
                    open != 0 && left > 0;
                    open &= open - 1) {
                send(queue, id, Long.numberOfTrailingZeros(open));
                transport.word(id, transport.word(id) & ~Long.lowestOneBit(open));
                left--;
            }
        }
        queue.done();
    }

    private void send(Virtqueue queue, int id, int event) {
        DescriptorChain chain = queue.take();
        PhysicalMemory.put32(buffer, 0, id);
        PhysicalMemory.put16(buffer, 4, event == PORT_CLOSED ? PORT_OPEN : event);
        PhysicalMemory.put16(buffer, 6, event == PORT_CLOSED ? 0 : 1);
        byte[] name = event == PORT_NAME ? ports.get(id).name() : new byte[0];
        System.arraycopy(name, 0, buffer, MESSAGE, name.length);
        int length = (int) Math.min(chain.writable(), MESSAGE + name.length);
        chain.write(0, buffer, 0, length);
        queue.giveBack(chain, length);
    }

    /** Whether the driver waits for bytes of that port: a console is always open, also without messages. */
    private boolean wantsBytes(int port) {
        return ports.get(port).hasInput()
                && transport.live(receiveQueue(port))
                && (transport.word(port) & INPUT_ENDED) == 0
                && (port == 0 || (transport.word(port) & GUEST_OPEN) != 0);
    }

    private boolean wantsBytes() {
        for (int port : inputs) {
            if (wantsBytes(port)) {
                return true;
            }
        }
        return false;
    }

    /** Gives the driver what the host has for a port. */
    private void receive(int port) {
        if (ports.get(port) == null || !wantsBytes(port)) {
            return;
        }
        Virtqueue queue = transport.queue(receiveQueue(port));
        for (int left = queue.available(); left > 0 && ports.get(port).ready(); left--) {
            DescriptorChain chain = queue.take();
            int length = ports.get(port).read(buffer, (int) Math.min(chain.writable(), CHUNK));
            chain.write(0, buffer, 0, length);
            queue.giveBack(chain, length);
        }
        queue.done();
        if (!ports.get(port).ended()) {
            return;
        }
        transport.word(port, transport.word(port) | INPUT_ENDED);
        if (ports.get(port).closesWithInput()) {
            transport.word(port, transport.word(port) | 1 << PORT_CLOSED);
            if (transport.live(CONTROL_RECEIVE)) {
                sendMessages();
            }
        }
    }

    /** Says when to look for bytes of the host; for a waiting PE it looks whenever time passes. */
    void sayDeadline() {
        boolean looks = inputs.length != 0 && !pe.waiting && wantsBytes();
        context.deadline(pe.index, looks ? transport.word(ports.size()) : Long.MAX_VALUE);
    }

    /** Looks for bytes of the host, not more often than the guest could tell. */
    void advance() {
        if (!wantsBytes() || pe.cycles() < transport.word(ports.size()) && !pe.waiting) {
            return;
        }
        transport.word(ports.size(), pe.cycles() + POLL_CYCLES);
        for (int port : inputs) {
            transport.process(receiveQueue(port));
        }
    }
}
