// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.state.StateBlock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The host's end of a port. After a failure nothing more goes that way, and the guest goes on. */
abstract class PortStream {
    private final byte[] name;

    private PortStream(String name) {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
    }

    /** As the guest knows it. */
    byte[] name() {
        return name;
    }

    abstract void write(byte[] bytes, int length);

    /** Whether bytes may come at all. */
    abstract boolean hasInput();

    /** Whether no byte comes any more. */
    abstract boolean ended();

    /** Whether the end of the input is the end of the port: the guest shall see it. */
    abstract boolean closesWithInput();

    /** Whether there is a byte now. */
    abstract boolean ready();

    /** Reads what there is now, at most so many bytes. */
    abstract int read(byte[] bytes, int most);

    /** The terminal of the run. */
    static PortStream terminal(DeviceContext context) {
        return new PortStream("") {
            /** One more than the byte that has been taken from the terminal and not been read yet. */
            private final StateBlock next = context.machine().block("virtio.terminal", 1, 0);

            @Override
            void write(byte[] bytes, int length) {
                for (int i = 0; i < length; i++) {
                    context.console(bytes[i] & 0xFF);
                }
            }

            @Override
            boolean hasInput() {
                return true;
            }

            @Override
            boolean ended() {
                return false;
            }

            @Override
            boolean closesWithInput() {
                return false;
            }

            @Override
            boolean ready() {
                if (next.words[0] == 0) {
                    next.words[0] = context.consoleInput() + 1;
                }
                return next.words[0] != 0;
            }

            @Override
            int read(byte[] bytes, int most) {
                int count = 0;
                while (count < most && ready()) {
                    bytes[count++] = (byte) (next.words[0] - 1);
                    next.words[0] = 0;
                }
                return count;
            }
        };
    }

    /** A channel. */
    static PortStream of(ConsolePort port) {
        return new PortStream(port.name()) {
            private OutputStream output = port.output();
            private final InputStream input = port.input();
            private boolean over = input == null;

            @Override
            void write(byte[] bytes, int length) {
                try {
                    if (output != null) {
                        output.write(bytes, 0, length);
                    }
                } catch (IOException e) {
                    // Nobody reads any more: as with a terminal whose cable is pulled.
                    output = null;
                }
            }

            @Override
            boolean hasInput() {
                return input != null;
            }

            @Override
            boolean ended() {
                return !ready() && over;
            }

            @Override
            boolean closesWithInput() {
                return port.output() == null;
            }

            @Override
            boolean ready() {
                try {
                    return !over && input.available() > 0;
                } catch (IOException e) {
                    over = true;
                    return false;
                }
            }

            @Override
            int read(byte[] bytes, int most) {
                int count = 0;
                try {
                    while (count < most && input.available() > 0) {
                        bytes[count++] = (byte) input.read();
                    }
                } catch (IOException e) {
                    over = true;
                }
                return count;
            }
        };
    }
}
