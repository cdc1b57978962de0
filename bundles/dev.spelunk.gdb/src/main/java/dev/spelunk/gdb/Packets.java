// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Packets of the remote protocol ("Overview" of the appendix "GDB Remote Serial Protocol"): {@code $data#checksum}, with
 * acknowledgements until the other side turns them off, and single bytes 0x03 that interrupt. A thread of its own reads.
 */
final class Packets implements AutoCloseable {
    /** Longest packet that is taken, in bytes; GDB is told. */
    static final int LONGEST = 1 << 14;
    /** Stands for the byte that interrupts. */
    static final byte[] INTERRUPT = {3};
    /** Stands for the end of the connection. */
    private static final byte[] END = {};

    private static final int MOST_WAITING = 64;
    private static final int ESCAPE = '}';
    private static final int ESCAPED = 0x20;

    private final InputStream in;
    private final OutputStream out;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>(MOST_WAITING);
    private volatile boolean acknowledges = true;
    private volatile boolean interrupted;
    private volatile boolean closed;
    private final Thread reader = new Thread(this::readAll, "gdb-reader");

    Packets(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
        reader.setDaemon(true);
        reader.start();
    }

    private void readAll() {
        try {
            while (!closed) {
                readOne();
            }
        } catch (IOException e) {
            closed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed = true;
        received.offer(END);
    }

    private int next() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException();
        }
        return value;
    }

    private void readOne() throws IOException, InterruptedException {
        int first = next();
        if (first == INTERRUPT[0]) {
            interrupted = true;
            return;
        }
        if (first != '$') {
            // Acknowledgements, and whatever is between two packets.
            return;
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int sum = 0;
        int value = next();
        while (value != '#') {
            if (value == '$') {
                // A packet was cut off, and another begins.
                data.reset();
                sum = 0;
            } else {
                sum += value;
                if (data.size() <= LONGEST) {
                    data.write(value);
                }
            }
            value = next();
        }
        int checksum = digit(next()) << 4 | digit(next());
        boolean good = checksum == (sum & 0xFF) || !acknowledges;
        if (acknowledges) {
            raw(new byte[] {(byte) (good ? '+' : '-')});
        }
        if (good && data.size() <= LONGEST) {
            received.put(data.toByteArray());
        } else if (good) {
            received.put(new byte[] {'?', '!'});
        }
    }

    private static int digit(int character) {
        int value = Character.digit(character, 16);
        return value < 0 ? 1 << 8 : value;
    }

    /** Whether the other side wants the machine to stand; asked once for each time. */
    boolean interrupted() {
        boolean was = interrupted;
        interrupted = false;
        return was;
    }

    /** Whether the connection has ended, and nothing is left of it. */
    boolean ended() {
        return closed && received.stream().allMatch(packet -> packet == END);
    }

    /** The next packet's data as it was sent; null when none comes within the time. */
    byte[] receive(long milliseconds) throws InterruptedException {
        byte[] packet = received.poll(milliseconds, TimeUnit.MILLISECONDS);
        return packet == END ? null : packet;
    }

    /** Sends a packet. */
    void send(String data) throws IOException {
        byte[] plain = data.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream packet = new ByteArrayOutputStream(plain.length + 4);
        packet.write('$');
        int sum = 0;
        for (byte b : plain) {
            if (b == '$' || b == '#' || b == ESCAPE || b == '*') {
                packet.write(ESCAPE);
                packet.write(b ^ ESCAPED);
                sum += ESCAPE + (b ^ ESCAPED);
            } else {
                packet.write(b);
                sum += b & 0xFF;
            }
        }
        packet.write('#');
        packet.writeBytes(String.format("%02x", sum & 0xFF).getBytes(StandardCharsets.ISO_8859_1));
        raw(packet.toByteArray());
    }

    private synchronized void raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The other side wants no acknowledgements any more. */
    void withoutAcknowledgements() {
        acknowledges = false;
    }

    /** Binary data without its escapes, from an index on. */
    static byte[] unescaped(byte[] data, int from) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (int i = from; i < data.length; i++) {
            if (data[i] == ESCAPE && i + 1 < data.length) {
                plain.write(data[++i] ^ ESCAPED);
            } else {
                plain.write(data[i]);
            }
        }
        return plain.toByteArray();
    }

    @Override
    public void close() {
        closed = true;
        // It may wait for room among what nobody receives any more.
        reader.interrupt();
        try {
            in.close();
            out.close();
        } catch (IOException e) {
            // It is closed all the same.
            closed = true;
        }
    }
}
