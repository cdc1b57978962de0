// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.problems.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Snapshots with the right checksum: the state of a machine, changed where the input says. It is refused, or the
 * machine goes on with it as machines do.
 */
class SnapshotFuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("none", 1, false, 400);
    private static final int DIGEST = 32;
    private final Scratch guest = new Scratch("guest");
    private final Scratch file = new Scratch("snapshot");
    private final byte[] head;
    private final byte[] state;

    SnapshotFuzzTest() throws IOException {
        Program program = new Program();
        for (int i = 0; i < 200; i++) {
            program.word(0x91000400);
        }
        guest.with(program.image(false));
        SortedMap<Long, java.nio.file.Path> saves = new TreeMap<>();
        saves.put(100L, file.path());
        try (Machine machine = Machines.compose(guest.path(), SETUP, new Snapshots(saves, null))) {
            machine.run();
        }
        byte[] saved = Files.readAllBytes(file.path());
        ByteArrayInputStream all = new ByteArrayInputStream(saved);
        DataInputStream in = new DataInputStream(all);
        in.skipNBytes(12);
        for (int n = in.readInt(); n > 0; n--) {
            in.readUTF();
            in.readUTF();
        }
        head = Arrays.copyOf(saved, saved.length - all.available());
        byte[] body = Arrays.copyOfRange(saved, head.length, saved.length - DIGEST);
        state = new InflaterInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }

    @FuzzTest
    void fuzz(byte[] data) throws IOException, GeneralSecurityException {
        Input in = new Input(data);
        byte[] changed = state.clone();
        int length = changed.length;
        while (!in.ended()) {
            int what = in.next();
            // Most of the state is before the memory: the place is from the begin, or from the end.
            int at = (int) (in.next(what % 3 == 0 ? 1 : 2) % length);
            at = (what & 0x40) == 0 ? at : length - 1 - at;
            if ((what & 0x80) != 0 && (what & 0x20) != 0) {
                length = Math.max(1, at);
            } else {
                for (int i = 0; i <= (what & 7) && at + i < length; i++) {
                    changed[at + i] = (byte) in.next();
                }
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(head);
        try (DeflaterOutputStream body = new DeflaterOutputStream(out)) {
            body.write(changed, 0, length);
        }
        out.write(MessageDigest.getInstance("SHA-256").digest(out.toByteArray()));
        file.with(out.toByteArray());
        try (Machine machine =
                Machines.compose(guest.path(), SETUP, new Snapshots(Collections.emptySortedMap(), file.path()))) {
            machine.run();
            machine.dump();
        } catch (BadInputException e) {
            Messages.check(e.getMessage(), file.path());
        }
    }
}
