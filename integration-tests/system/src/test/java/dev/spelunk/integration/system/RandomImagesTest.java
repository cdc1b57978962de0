// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No guest crashes its host: random memory images, half of them of valid encodings, end as guests end. */
class RandomImagesTest {
    /** {@code -Dspelunk.images=10000} for more, as with -Plong. */
    private static final int IMAGES = Integer.getInteger("spelunk.images", 2000);

    private static final long FIRST_SEED = Long.getLong("spelunk.random.seed", 20_000);
    /** {@code -Dspelunk.images.el2=10000} for more, as with -Plong. */
    private static final int IMAGES_AT_EL2 = Integer.getInteger("spelunk.images.el2", 300);

    private static final int LIMIT = 3000;
    private static final int MEMORY = 1 << 20;
    private static final int BODY_WORDS = 2048;
    private static final long STUCK_SECONDS = 20;
    private static final String[] VARIANTS = {"default", "armv8.2-spe-v1p0"};

    @TempDir
    private Path folder;

    private List<Integer> registers;

    /** A value that a register may well have in trouble: RAM, a device, an edge, or anything. */
    private static long value(Random random) {
        switch (random.nextInt(6)) {
            case 0:
                return FlatImage.BASE + (random.nextInt(MEMORY) & -16);
            case 1:
                return FlatImage.BASE + random.nextInt(2 * MEMORY);
            case 2:
                long[] devices = {0x0800_0000L, 0x080A_0000L, 0x080B_0000L, 0x0900_0000L, 0};
                return devices[random.nextInt(devices.length)] + (random.nextInt(0x1000) & -4);
            case 3:
                return random.nextLong();
            case 4:
                return 1L << random.nextInt(64);
            default:
                return random.nextInt(512) - 256;
        }
    }

    /** Enables profiling in a way that works, then spoils some of it. */
    private void profile(FlatImage image, Random random) {
        long buffer = FlatImage.BASE + 0x4_0000;
        setRegister(image, SystemRegister.PMBPTR_EL1, buffer);
        setRegister(image, SystemRegister.PMBLIMITR_EL1, buffer + 0x1000 * (1 + random.nextInt(4)) | 1);
        setRegister(image, SystemRegister.PMSIRR_EL1, 0x100 | random.nextInt(2));
        setRegister(image, SystemRegister.PMSICR_EL1, random.nextInt(64));
        setRegister(image, SystemRegister.PMSFCR_EL1, random.nextInt(4) == 0 ? random.nextLong() : 0);
        setRegister(image, SystemRegister.PMSCR_EL1, random.nextInt(256) | 3);
        int[] profiling = {
            SystemRegister.PMBPTR_EL1,
            SystemRegister.PMBLIMITR_EL1,
            SystemRegister.PMBSR_EL1,
            SystemRegister.PMSIRR_EL1,
            SystemRegister.PMSICR_EL1,
            SystemRegister.PMSFCR_EL1,
            SystemRegister.PMSCR_EL1,
            SystemRegister.PMSEVFR_EL1,
            SystemRegister.PMSLATFR_EL1,
            SystemRegister.PMSCR_EL2
        };
        for (int i = random.nextInt(4); i > 0; i--) {
            setRegister(image, profiling[random.nextInt(profiling.length)], value(random) | random.nextInt(2));
        }
    }

    private static void setRegister(FlatImage image, int encoding, long value) {
        image.load(1, value).msr(encoding, 1);
    }

    /** Gives a third of EL2's own registers a value that has nothing to do with anything. */
    private void garbageAtEl2(FlatImage image, Random random) {
        setRegister(image, SystemRegister.VBAR_EL2, FlatImage.BASE + 0x1000 + 0x800 * random.nextInt(2));
        for (int register : registers) {
            if (Encoding.op1(register) >= 4 && register != SystemRegister.VBAR_EL2 && random.nextInt(3) == 0) {
                setRegister(image, register, value(random));
            }
        }
    }

    /** An image and how it is run, all from the seed. */
    private FlatImage image(Random random, boolean valid, boolean el2) {
        FlatImage image = new FlatImage();
        if (random.nextInt(8) != 0) {
            // Vectors that are part of the body: the guest goes on after an exception.
            setRegister(image, SystemRegister.VBAR_EL1, FlatImage.BASE + 0x1000 + 0x800 * random.nextInt(2));
            if (random.nextInt(3) == 0) {
                profile(image, random);
            }
            if (el2) {
                garbageAtEl2(image, random);
            }
            for (int i = random.nextInt(3) * random.nextInt(12); i > 0; i--) {
                setRegister(image, registers.get(random.nextInt(registers.size())), value(random));
            }
            for (int x = 0; x < 31; x++) {
                image.load(x, value(random));
            }
            // ADD SP, X1, #0
            image.word(0x9100003F);
        }
        for (int i = 0; i < BODY_WORDS; i++) {
            image.word(valid ? validWord(random) : random.nextInt());
        }
        return image;
    }

    private int validWord(Random random) {
        if (random.nextInt(16) == 0) {
            int encoding = registers.get(random.nextInt(registers.size()));
            return (random.nextBoolean() ? 0xD5000000 : 0xD5200000)
                    | FlatImage.systemOperands(encoding)
                    | random.nextInt(32);
        }
        return ValidEncodings.random(random);
    }

    private Machines.Setup setup(int i, Random random, Path file, boolean el2) {
        Machines.Setup setup = Machines.setup()
                .variant(VARIANTS[random.nextInt(2)])
                .guest(file)
                .memory(MEMORY)
                .limit(LIMIT)
                .seed(random.nextLong());
        // The memory of a host under KVM takes the most time to make: fewer of those.
        boolean kvm = i % 10 < 2;
        return el2
                ? setup.hypervisor("none").el(2)
                : kvm ? setup : setup.hypervisor("none").el(1 + random.nextInt(2));
    }

    @Test
    @DisplayName("10,000 random memory images end as guests do, none as a failure of the host")
    void randomImages() throws Exception {
        run(IMAGES, false);
    }

    @Test
    @DisplayName("so do those that are entered at EL2 and fill its registers with garbage")
    void atEl2() throws Exception {
        run(IMAGES_AT_EL2, true);
    }

    private void run(int images, boolean el2) throws Exception {
        try (Machine machine =
                Machines.setup().hypervisor("none").el(2).memory(MEMORY << 3).compose(new ByteArrayOutputStream())) {
            registers = machine.pes().get(0).registers.descriptions().stream()
                    .map(RegisterDescription::encoding)
                    .collect(Collectors.toList());
        }
        Path file = folder.resolve("image");
        Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
        long instructions = 0;
        long records = 0;
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        try {
            for (int i = 0; i < images; i++) {
                long seed = FIRST_SEED + i;
                // Neighbouring seeds of Random begin alike.
                Random random = new Random(seed * 0x9E3779B97F4A7C15L);
                image(random, i % 2 == 0, el2).write(file);
                try (Machine machine = setup(i, random, file, el2).compose(new ByteArrayOutputStream())) {
                    ScheduledFuture<?> stuck = watch.schedule(machine::interrupt, STUCK_SECONDS, TimeUnit.SECONDS);
                    Machine.Result result = machine.run();
                    stuck.cancel(false);
                    endings.merge(result.ending(), 1, Integer::sum);
                    instructions += result.instructions();
                    records += Machines.records(machine).length;
                    PeState pe = machine.pes().get(0).pe;
                    assertThat(result.ending() != Ending.INTERRUPTED || pe.waiting)
                            .as("seed %d: the machine is stuck: %s", seed, machine.dump())
                            .isTrue();
                    assertThat(machine.dump()).isNotEmpty();
                } catch (RuntimeException | Error e) {
                    Path kept = Path.of("target", "random-image-" + seed).toAbsolutePath();
                    Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
                    throw new AssertionError("seed " + seed + ", image " + kept + ": " + e, e);
                }
            }
        } finally {
            watch.shutdownNow();
        }
        System.out.println("random images" + (el2 ? " at EL2" : "") + ": " + endings + ", " + instructions
                + " instructions, " + records + " bytes of records");
        // The images must reach something: none of these would hold if they all died at once.
        assertThat(instructions).isGreaterThan(10L * images);
        assertThat(records).isPositive();
        assertThat(endings).containsKeys(Ending.FAILED, Ending.INSTRUCTION_LIMIT);
        assertThat(endings).doesNotContainKey(Ending.INTERRUPTED);
    }
}
