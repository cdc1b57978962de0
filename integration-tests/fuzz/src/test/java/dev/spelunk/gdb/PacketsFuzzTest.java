// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.fuzz.Machines;
import dev.spelunk.fuzz.Program;
import dev.spelunk.fuzz.Scratch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Packets of a debugger to a machine that runs: the session ends by itself, the machine with it, and neither by an
 * exception. Each line of the input is the content of a packet; one that begins with the byte 0xFF is sent as it is.
 */
class PacketsFuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("none", 1, false, 2000);
    private static final long HISTORY = 1 << 22;
    private static final long PATIENCE = 60;
    private static final int AS_IT_IS = 0xFF;
    private final Scratch guest = new Scratch("guest");

    PacketsFuzzTest() {
        Program program = new Program();
        for (int i = 0; i < 100; i++) {
            program.store(Program.BASE + 0x8000 + 8L * i, 3, i);
        }
        guest.with(program.image(false));
    }

    @FuzzTest
    void fuzz(byte[] data) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        try (Machine machine = Machines.compose(guest.path(), SETUP, Snapshots.NONE)) {
            machine.debugger().keepHistory(HISTORY);
            machine.debugger().standAtBegin();
            Thread runs = started("guest", () -> ended(machine.run()), thrown);
            Packets packets = new Packets(new ByteArrayInputStream(sent(data)), new ByteArrayOutputStream());
            Session session = new Session(packets, machine, command -> command);
            Thread debugs = started("debugger", session, thrown);
            await(debugs);
            if (session.killed()) {
                machine.interrupt();
            }
            await(runs);
        }
        if (thrown.get() != null) {
            throw new AssertionError(thrown.get());
        }
    }

    private static void ended(Machine.Result result) {
        if (result.ending() == Machine.Ending.HOST_FAILED) {
            throw new AssertionError(result.message());
        }
    }

    private static Thread started(String name, Runnable what, AtomicReference<Throwable> thrown) {
        Thread thread = new Thread(what, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((who, why) -> thrown.compareAndSet(null, why));
        thread.start();
        return thread;
    }

    private static void await(Thread thread) throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE));
        if (thread.isAlive()) {
            AssertionError hangs = new AssertionError("the " + thread.getName() + " does not end");
            hangs.setStackTrace(thread.getStackTrace());
            throw hangs;
        }
    }

    /** The packets with the checksums that they must have. */
    private static byte[] sent(byte[] data) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int from = 0;
        for (int at = 0; at <= data.length; at++) {
            if (at < data.length && data[at] != '\n') {
                continue;
            }
            if (at > from && (data[from] & 0xFF) == AS_IT_IS) {
                all.write(data, from + 1, at - from - 1);
            } else {
                int sum = 0;
                for (int i = from; i < at; i++) {
                    sum += data[i] & 0xFF;
                }
                all.write('$');
                all.write(data, from, at - from);
                all.writeBytes(String.format("#%02x", sum & 0xFF).getBytes(StandardCharsets.US_ASCII));
            }
            from = at + 1;
        }
        return all.toByteArray();
    }
}
