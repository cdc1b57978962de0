// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.run.FileInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that is saved in the middle of profiling goes on in another one, and no record is lost or repeated. */
class SnapshotTest {
    private static final String WORK = "workload=scan spe.jitter=1 provoke=stage1-fault";

    @TempDir
    private Path folder;

    private static Machines.Setup setup() {
        return Machines.setup().append(WORK).vm(VmOptions.DEFAULT.withCheck(true));
    }

    @Test
    void theRestoredRunHasTheRecordsOfTheUnbrokenOne() {
        Path early = folder.resolve("early");
        Path late = folder.resolve("late");
        Machines.Run whole = setup().snapshots(
                        new Snapshots(new TreeMap<>(Map.of(1_000_003L, early, 9_000_001L, late)), null))
                .run();
        assertThat(whole.result().exitCode()).as(whole.told()).isZero();
        for (Path file : new Path[] {early, late}) {
            Machines.Run rest =
                    setup().snapshots(new Snapshots(new TreeMap<>(), file)).run();
            assertThat(rest.result().exitCode()).as(rest.told()).isZero();
            assertThat(rest.records()).as(file.toString()).isEqualTo(whole.records());
            assertThat(rest.result().counters()).isEqualTo(whole.result().counters());
            assertThat(rest.result().exits()).isEqualTo(whole.result().exits());
            assertThat(rest.result().instructions()).isEqualTo(whole.result().instructions());
        }
    }

    @Test
    @DisplayName(
            "a VM of series v7 is saved while dirty pages are logged: the log goes along, the SPU's last pages in it, and no "
                    + "record is lost")
    void whileDirtyPagesAreLogged() {
        TreeMap<Long, Path> saves = new TreeMap<>();
        for (int i = 1; i <= 6; i++) {
            saves.put(2_000_000L * i + 77, folder.resolve("at" + i));
        }
        Machines.Run plain = Machines.setup()
                .append("workload=scan spe.jitter=1")
                .host("series", "v7")
                .run();
        Machines.Run whole = migrating().snapshots(new Snapshots(saves, null)).run();
        assertThat(whole.result().exitCode()).as(whole.told()).isZero();
        assertThat(whole.result().host())
                .containsKeys("passes over the dirty log", VirtualMachine.USER_SPACE_EXITS, "pages in the dirty log")
                .doesNotContainKeys(VirtualMachine.SPU_STAGE_2_FAULTS, "blackouts");
        assertThat(whole.result().counters().getOrDefault("RECORDS_LOST", 0L)).isZero();
        assertThat(plain.result().host()).doesNotContainKey("passes over the dirty log");
        saves.forEach((at, file) -> {
            Machines.Run rest =
                    migrating().snapshots(new Snapshots(new TreeMap<>(), file)).run();
            assertThat(rest.result().exitCode()).as(rest.told()).isZero();
            assertThat(rest.records()).as("from " + at).isEqualTo(whole.records());
            assertThat(rest.result().host()).isEqualTo(whole.result().host());
        });
    }

    private static Machines.Setup migrating() {
        return Machines.setup()
                .append("workload=scan spe.jitter=1")
                .vm(VmOptions.DEFAULT.withCheck(true))
                .host("series", "v7")
                .host("dirtyLoggingFrom", 1_000_000)
                .host("dirtyLoggingPass", 300_000);
    }

    /** With an input that ends at once, as under cron, for the terminal and for a port. */
    private static Machines.Setup withoutInput() {
        InputStream ended = new FileInput(InputStream.nullInputStream());
        return setup().input(new FileInput(InputStream.nullInputStream()))
                .peripherals(new Peripherals(List.of(), false, List.of(new ConsolePort("in", null, ended)), true));
    }

    @Test
    void atTwentyPointsOfARunTheRestOfItIsTheUnbrokenOnes() {
        Machines.Run whole = withoutInput().run();
        assertThat(whole.result().exitCode()).as(whole.told()).isZero();
        TreeMap<Long, Path> saves = new TreeMap<>();
        for (int i = 1; i <= 20; i++) {
            saves.put(whole.result().instructions() * i / 21, folder.resolve("at" + i));
        }
        Machines.Run saving =
                withoutInput().snapshots(new Snapshots(saves, null)).run();
        assertThat(saving.records()).as("saving changes nothing").isEqualTo(whole.records());
        saves.forEach((at, file) -> {
            Machines.Run rest = withoutInput()
                    .snapshots(new Snapshots(new TreeMap<>(), file))
                    .run();
            assertThat(rest.result().exitCode()).as(rest.told()).isZero();
            assertThat(rest.records()).as("from " + at).isEqualTo(whole.records());
            assertThat(rest.result().instructions()).isEqualTo(whole.result().instructions());
            assertThat(rest.result().cycles()).isEqualTo(whole.result().cycles());
            assertThat(rest.result().counters()).isEqualTo(whole.result().counters());
            assertThat(rest.result().exits()).isEqualTo(whole.result().exits());
            assertThat(file.toFile().delete()).isTrue();
        });
    }

    @Test
    void whatCannotBeRestoredIsRefused() throws IOException {
        Path good = folder.resolve("good");
        setup().limit(1000)
                .snapshots(new Snapshots(new TreeMap<>(Map.of(500L, good)), null))
                .run();
        byte[] bytes = Files.readAllBytes(good);
        refused(folder.resolve("absent"), "no such snapshot file");
        refused(write("text", "some text, long enough to be read".getBytes()), "is not a snapshot");
        refused(write("cut", Arrays.copyOf(bytes, bytes.length - 7)), "damaged or truncated");
        refused(write("head", Arrays.copyOf(bytes, 10)), "");
        byte[] other = bytes.clone();
        other[11]++;
        refused(write("other", other), "of the format, and this Spelunk reads version");
        other = bytes.clone();
        other[bytes.length / 2]++;
        refused(write("flipped", other), "damaged or truncated");
        assertThatThrownBy(() -> setup().variant("armv8.2-spe-v1p0")
                        .limit(1000)
                        .snapshots(new Snapshots(new TreeMap<>(), good))
                        .run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is of a machine with");
        assertThatThrownBy(() -> setup().seed(2)
                        .limit(1000)
                        .snapshots(new Snapshots(new TreeMap<>(), good))
                        .run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("seed 1, this one has 2");
    }

    /** The file with another state, deflated and with the checksum that fits. */
    private Path forged(String name, byte[] good, int head, byte[] body, byte[] after) throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(good, 0, head);
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(file)) {
            deflated.write(body);
        }
        file.write(after);
        file.write(MessageDigest.getInstance("SHA-256").digest(file.toByteArray()));
        return write(name, file.toByteArray());
    }

    /** Where the deflated state begins: after the pairs of the identity. */
    private static int head(byte[] file) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(file))) {
            in.skipNBytes(12);
            for (int n = 2 * in.readInt(); n > 0; n--) {
                in.readUTF();
            }
            return file.length - in.available();
        }
    }

    @Test
    @DisplayName("Lengths that lie, under a checksum that fits, and bytes after the state are refused")
    void forgedFilesAreRefused() throws Exception {
        Path good = folder.resolve("good");
        setup().limit(1000)
                .snapshots(new Snapshots(new TreeMap<>(Map.of(500L, good)), null))
                .run();
        byte[] file = Files.readAllBytes(good);
        int head = head(file);
        byte[] body;
        try (InflaterInputStream in =
                new InflaterInputStream(new ByteArrayInputStream(file, head, file.length - head - 32))) {
            body = in.readAllBytes();
        }
        refused(forged("longer", file, head, Arrays.copyOf(body, body.length + 1), new byte[0]), "has bytes after");
        refused(forged("appended", file, head, body, new byte[100]), "has bytes after");
        refused(forged("shorter", file, head, Arrays.copyOf(body, body.length - 1), new byte[0]), "ends within");
        // A name and the number of what follows: blocks, arrays, streams.
        int lies = 0;
        for (int at = 4; at < body.length - 64 && lies < 24; at++) {
            int name = (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
            if (name < 3 || name > 40 || !text(body, at + 2, name)) {
                continue;
            }
            int count = at + 2 + name;
            int length = ByteBuffer.wrap(body).getInt(count);
            if (length > 0 && length < 1 << 20) {
                for (int lie : new int[] {Integer.MAX_VALUE, -1}) {
                    byte[] lying = body.clone();
                    ByteBuffer.wrap(lying).putInt(count, lie);
                    Path forged = forged("lie", file, head, lying, new byte[0]);
                    try {
                        setup().limit(1000)
                                .snapshots(new Snapshots(new TreeMap<>(), forged))
                                .run();
                    } catch (BadInputException e) {
                        lies++;
                    }
                }
            }
            at = count;
        }
        assertThat(lies).as("lengths that were refused").isGreaterThan(10);
    }

    private static boolean text(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] < ' ' || bytes[i] > '~') {
                return false;
            }
        }
        return true;
    }

    @Test
    void whatMakesAnotherMachineIsNamed() {
        Path good = folder.resolve("good");
        Snapshots from = new Snapshots(new TreeMap<>(), good);
        setup().limit(1000)
                .snapshots(new Snapshots(new TreeMap<>(Map.of(500L, good)), null))
                .run();
        assertThatThrownBy(() -> setup().limit(1000)
                        .host("exitCycles", 1L)
                        .snapshots(from)
                        .run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("exitCycles of kvm 800, this one has 1");
        assertThatThrownBy(
                        () -> setup().limit(1000).policy("none").snapshots(from).run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("policy on-enable, this one has none");
        assertThatThrownBy(() -> setup().limit(1000)
                        .vm(VmOptions.DEFAULT.withProfiling(new ProfilingAttributes(22, 0, 0)))
                        .snapshots(from)
                        .run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("SPE interrupt 21, this one has 22");
        assertThat(setup().limit(1000)
                        .vm(VmOptions.DEFAULT)
                        .snapshots(from)
                        .run()
                        .result()
                        .ending())
                .as("without the checks")
                .isEqualTo(Ending.INSTRUCTION_LIMIT);
    }

    @Test
    void aPlaceThatIsNoneIsToldBeforeTheRun() {
        for (Path place : new Path[] {folder, folder.resolve("absent/file"), Path.of("/dev/null")}) {
            assertThatThrownBy(() -> setup().snapshots(new Snapshots(new TreeMap<>(Map.of(500L, place)), null))
                            .run(
                                    (m, s) -> {
                                        throw new AssertionError("the machine is there");
                                    },
                                    (m, s) -> {}))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(place + " cannot be written");
        }
    }

    @Test
    void theLastOperationOfARunCanBeSaved() {
        Path file = folder.resolve("last");
        setup().limit(1_000_003)
                .snapshots(new Snapshots(new TreeMap<>(Map.of(1_000_003L, file)), null))
                .run();
        assertThat(file).isNotEmptyFile();
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static void refused(Path file, String why) {
        assertThatThrownBy(() -> setup().limit(1000)
                        .snapshots(new Snapshots(new TreeMap<>(), file))
                        .run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(why)
                .hasMessageContaining(file.toString());
    }
}
