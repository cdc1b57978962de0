// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import dev.spelunk.api.machine.DebugServer;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves machines to GDB. What is given to {@code monitor} are commands of the shell. */
@Component(service = DebugServer.class)
public final class GdbServer implements DebugServer {
    private static final int MOST_PORT = 65_535;

    private final CommandProcessor processor;

    /**
     * Made by SCR.
     *
     * @param processor Gogo's, which knows the shell's commands
     */
    @Activate
    public GdbServer(@Reference CommandProcessor processor) {
        this.processor = processor;
    }

    @Override
    public Serving serve(Machine machine, String where) {
        int colon = where.lastIndexOf(':');
        int port = port(where, where.substring(colon + 1));
        try {
            InetAddress host = colon < 0
                    ? InetAddress.getLoopbackAddress()
                    : InetAddress.getByName(where.substring(0, colon).replaceAll("[\\[\\]]", ""));
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port), 1);
            return new Listening(machine, socket);
        } catch (IOException e) {
            throw new BadInputException("--gdb " + where + ": cannot be listened at: " + e.getMessage(), e);
        }
    }

    private static int port(String where, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MOST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new BadInputException("--gdb " + where + ": write PORT, HOST:PORT or stdio", e);
        }
        throw new BadInputException("--gdb " + where + ": a port is from 0 to " + MOST_PORT);
    }

    @Override
    public Serving serve(Machine machine, InputStream in, OutputStream out) {
        return new Streams(machine, in, out);
    }

    private boolean session(Machine machine, Packets packets) {
        Session session = new Session(packets, machine, new Monitor(processor));
        session.run();
        if (session.killed()) {
            machine.interrupt();
        }
        return session.killed();
    }

    /** Serves one debugger over streams, on a thread of its own. */
    private final class Streams implements Serving {
        private final Packets packets;

        Streams(Machine machine, InputStream in, OutputStream out) {
            packets = new Packets(in, out);
            Thread thread = new Thread(() -> session(machine, packets), "gdb");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public String place() {
            return "stdio";
        }

        @Override
        public void close() {
            packets.close();
        }
    }

    /** Serves one debugger after the other, on a thread of its own. */
    private final class Listening implements Serving {
        private final Machine machine;
        private final ServerSocket socket;
        private final Thread thread = new Thread(this::serveAll, "gdb");
        private volatile Packets current;

        Listening(Machine machine, ServerSocket socket) {
            this.machine = machine;
            this.socket = socket;
            thread.setDaemon(true);
            thread.start();
        }

        private void serveAll() {
            boolean goesOn = true;
            while (goesOn && !socket.isClosed()) {
                try (Socket connection = socket.accept()) {
                    connection.setTcpNoDelay(true);
                    current = new Packets(connection.getInputStream(), connection.getOutputStream());
                    goesOn = !session(machine, current);
                } catch (IOException e) {
                    // The other side is gone, or nobody is served any more.
                    goesOn = !socket.isClosed();
                }
            }
        }

        @Override
        public String place() {
            String host = socket.getInetAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getLocalPort();
        }

        @Override
        public void close() {
            try {
                socket.close();
                // Who is connected is told how the run ended, and goes.
                thread.join(GOODBYE_MILLISECONDS);
            } catch (IOException e) {
                // It serves nobody any more all the same.
                thread.interrupt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Packets connected = current;
            if (connected != null) {
                connected.close();
            }
        }
    }

    private static final int GOODBYE_MILLISECONDS = 500;
}
