// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.Release;
import dev.spelunk.cli.record.KernelModules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels of Debian from 6.1 to the newest, and what the newest driver and perf use of SPE that 6.1 does not know. */
@Tag("debian")
class DebianReleasesTest {
    private static final String TEST = "DebianReleasesTest";
    /** Says of which age the kernel is, prints its messages of level warning and above with their level, and the guest's year. */
    private static final String MESSAGES = "uname -r\ndmesg -r | grep '^<[0-4]>'\ndate -u '+the year is %Y'\n";
    /**
     * Messages at level warning or above that a kernel of these may print: none. Under QEMU's virt board each prints one, of
     * its PCI host, which the machine does not have.
     */
    private static final Pattern WARNING = Pattern.compile("(?m)^<[0-4]>.*");

    @TempDir
    private Path folder;

    private static String boot(Cache packages, Path initrd, String variant, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "boot",
                "--variant",
                variant,
                "--kernel",
                packages.kernel().toString(),
                "--initrd",
                initrd.toString(),
                "--append",
                "quiet loglevel=1 nokaslr kpti=off"));
        command.addAll(List.of(options));
        Spelunk.Outcome run = Spelunk.run(command.toArray(String[]::new));
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("the init script has ended")
                .contains(packages.release())
                // The PL031 has set the kernel's clock, to a fixed date.
                .contains("the year is 2026")
                .doesNotContainPattern(WARNING);
        return run.out();
    }

    @ParameterizedTest
    @CsvSource({
        "BOOKWORM, default, 'probed for CPUs 0 [max_record_sz 64, align 64, features 0xf]'",
        "BOOKWORM, armv9.5-spe-v1p5, 'probed for CPUs 0 [max_record_sz 128, align 64, features 0x3f]'",
        "TRIXIE, default, 'probed SPEv1.1 for CPUs 0 [max_record_sz 64, align 64, features 0xf]'",
        "TRIXIE, armv9.5-spe-v1p5, 'probed SPEv1.5 for CPUs 0 [max_record_sz 128, align 64, features 0x7f]'",
        "TRIXIE_BACKPORTS, default, 'probed SPEv1.1 for CPUs 0 [max_record_sz 64, align 64, features 0xf]'"
    })
    @DisplayName("a kernel of each age boots without a warning, and its driver finds what the variant has")
    void boots(Release release, String variant, String probed) throws IOException, InterruptedException {
        bootsAndProbes(release, variant, probed);
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({
        "SID, default, 'probed SPEv1.1 for CPUs 0 [max_record_sz 64, align 64, features 0xf]'",
        "SID, armv9.5-spe-v1p5, 'probed SPEv1.5 for CPUs 0 [max_record_sz 128, align 64, features 0x3ff]'"
    })
    @DisplayName(
            "the kernel of the release that has the newest of everything, which changes from day to day, does so too")
    void bootsOfToday(Release release, String variant, String probed) throws IOException, InterruptedException {
        bootsAndProbes(release, variant, probed);
    }

    private void bootsAndProbes(Release release, String variant, String probed)
            throws IOException, InterruptedException {
        Cache packages = Debian.release(TEST, release);
        Path initrd = Debian.initramfs(packages, folder.resolve("initrd"), MESSAGES, archive -> {});
        assertThat(boot(packages, initrd, variant)).contains(probed);
    }

    @Test
    @DisplayName(
            "the newest: inverted event filter, events of SPEv1p4, data source filter, filters by type with masks, discard, "
                    + "snapshots, and two CPUs")
    void newestUses() throws IOException, InterruptedException {
        NewestPerf perf = NewestPerf.require(TEST, folder);
        Cache packages = Debian.release(TEST, Release.TRIXIE_BACKPORTS);
        Path program = Debian.program(TEST, folder, "mixed");
        List<Path> modules = new KernelModules(packages)
                .files(List.of(
                        "drivers/virtio/virtio_ring.ko",
                        "drivers/virtio/virtio.ko",
                        "drivers/virtio/virtio_mmio.ko",
                        "drivers/char/virtio_console.ko"));
        String load = modules.stream()
                .map(module -> "insmod /" + module.getFileName() + "\n")
                .collect(Collectors.joining());
        // perf would read the kernel's symbols for each recording, which takes longer than all else.
        String script = load + """
                echo filters $(cd /sys/bus/event_source/devices/arm_spe_0/format && echo *_filter*)
                : >/tmp/none
                mount -o bind /tmp/none /proc/kallsyms
                mkdir /tmp/out
                cd /tmp/out
                r() {
                    name=$1
                    shift
                    perf record -q -N -B -o $name "$@" || echo "recording $name failed with $?"
                }
                r plain -c 1024 -e arm_spe_0//u /mixed 2
                r inverse -c 1024 -e arm_spe_0/inv_event_filter=0x40/u /mixed 2
                r cache -c 256 -e arm_spe_0/event_filter=0x80000/u /mixed 2
                r source -c 1024 -e arm_spe_0/inv_data_src_filter=1/u /mixed 2
                r simd -c 1024 -e arm_spe_0/simd_filter=1/u /mixed 2
                r computing -c 1024 -e arm_spe_0/branch_filter_mask=1,load_filter_mask=1,store_filter_mask=1/u /mixed 2
                perf stat -x, -e r4001:u -o fed perf record -q -N -B -o discard -c 1024 -e arm_spe_0/discard=1/u /mixed 2
                r snapshot -S -m 16,16 -c 1024 -e arm_spe_0//u sh -c \
                    '/mixed 1; kill -USR2 $PPID; sleep 0.02; /mixed 1; kill -USR2 $PPID; sleep 0.02; /mixed 1'
                r two -a -c 1024 -e arm_spe_0//u sh -c 'taskset 1 /mixed 1 & taskset 2 /mixed 1; wait'
                for port in /sys/class/virtio-ports/*; do
                    tar cf /dev/${port##*/} .
                done
                """ + MESSAGES;
        Path initrd = Debian.initramfs(packages, folder.resolve("initrd"), script, archive -> {
            archive.file("mixed", 0755, program);
            for (Path module : modules) {
                archive.file(module.getFileName().toString(), 0644, module);
            }
            Debian.addPerf(TEST, packages, archive);
        });
        Path brought = folder.resolve("out.tar");
        String console = boot(packages, initrd, "armv9.5-spe-v1p5", "--cpus", "2", "--port", "out=" + brought);
        assertThat(console)
                .contains("probed SPEv1.5 for CPUs 0-1 [max_record_sz 128, align 64, features 0x3ff]")
                // The filter by data source is there as its inverse alone, whose default of 0 takes nothing out.
                .containsPattern("filters .*inv_data_src_filter inv_event_filter .*simd_filter simd_filter_mask")
                .doesNotContain("recording");
        assertThat(new ProcessBuilder("tar", "xf", brought.toString(), "-C", folder.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();

        List<List<String>> plain = perf.records(folder.resolve("plain"));
        assertThat(plain)
                .hasSizeGreaterThan(300)
                .anyMatch(has("EV .*NOT-TAKEN.*"))
                .anyMatch(has("DATA-SOURCE 0"))
                .anyMatch(has("(LD|ST) .*"))
                .anyMatch(has("B .*"))
                .anyMatch(has("OTHER .*"));
        filtered(perf, "inverse", plain, has("EV .*NOT-TAKEN.*"));
        filtered(perf, "source", plain, has("DATA-SOURCE 0"));
        filtered(perf, "computing", plain, has("(LD|ST|B)( .*)?"));
        // Packets of loads and stores do not tell Advanced SIMD from floating point: how many are left is not in them.
        assertThat(perf.records(folder.resolve("simd")))
                .isNotEmpty()
                .allMatch(has("(LD|ST) SIMD-FP|OTHER ASE .*"))
                .anyMatch(has("OTHER ASE .*"));
        assertThat(perf.records(folder.resolve("cache"))).isNotEmpty().allMatch(has("EV .*L2D-ACCESS.*"));

        assertThat(perf.packets(folder.resolve("discard"))).isEmpty();
        // SAMPLE_FEED counts what was sampled, and discarded.
        assertThat(Files.readString(folder.resolve("fed"))).containsPattern("(?m)^[3-9]\\d\\d,,r4001:u");

        String snapshots = perf.run(
                        "report", "-D", "-i", folder.resolve("snapshot").toString())
                .out();
        assertThat(snapshots).doesNotContain("Bad packet");
        assertThat(pieces(snapshots, "").size()).isGreaterThanOrEqualTo(2);
        assertThat(NewestPerf.packets(snapshots).stream().filter(packet -> packet.startsWith("PC ")))
                .hasSizeGreaterThan(100);

        String two =
                perf.run("report", "-D", "-i", folder.resolve("two").toString()).out();
        assertThat(two).doesNotContain("Bad packet");
        assertThat(pieces(two, " cpu: 0")).isNotEmpty();
        assertThat(pieces(two, " cpu: 1")).isNotEmpty();
        assertThat(NewestPerf.packets(two).stream()
                        .filter(packet -> packet.startsWith("CONTEXT "))
                        .distinct())
                .hasSizeGreaterThanOrEqualTo(2);
    }

    /** Holds a recording of the same program with a filter against the one without: what the filter takes out is not in it. */
    private void filtered(NewestPerf perf, String name, List<List<String>> plain, Predicate<List<String>> takenOut)
            throws IOException, InterruptedException {
        List<List<String>> left = perf.records(folder.resolve(name));
        assertThat(left).as(name).isNotEmpty().noneMatch(takenOut);
        long expected = plain.stream().filter(takenOut.negate()).count();
        // Loader and kernel decide where in the program the interval begins.
        assertThat((long) left.size()).as(name).isBetween(expected * 7 / 10, expected * 13 / 10 + 3);
    }

    private static Predicate<List<String>> has(String packet) {
        Pattern pattern = Pattern.compile(packet);
        return record -> record.stream().anyMatch(pattern.asMatchPredicate());
    }

    /** The AUX data in a dump that are not empty. */
    private static List<String> pieces(String dump, String with) {
        return dump.lines()
                .filter(line -> line.contains("PERF_RECORD_AUXTRACE size: 0x") && line.contains(with))
                .filter(line -> !line.contains("size: 0x0 "))
                .toList();
    }
}
