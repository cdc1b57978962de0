// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.Release;
import dev.spelunk.cli.linux.CpioArchive;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's unmodified kernel at EL2: its own KVM runs the same kernel as a guest, through the small VMM of the guests. */
@Tag("debian")
class DebianHypervisorTest {
    private static final String TEST = "DebianHypervisorTest";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"BOOKWORM, 1, interpreter", "TRIXIE_BACKPORTS, 2, translator"})
    @DisplayName("KVM in a host at EL2 boots a nested guest to its init, with as many vCPUs as the host has PEs")
    void nested(Release release, int cpus, String engine) throws IOException, InterruptedException {
        Cache packages = release == Release.BOOKWORM ? Debian.cache(TEST) : Debian.release(TEST, release);
        Path vmm = Guests.built(TEST, "vmm.linux");
        Path inner = nestedInitramfs(packages);
        Path initrd = Debian.initramfs(packages, folder.resolve("initrd"), """
                dmesg | grep -i -e 'kvm' -e 'started at EL2' -e 'Firmware Bug'
                /vmm -c %d -m 192 -i /inner -a 'console=ttyAMA0 quiet panic=-1' /Image
                echo vmm ended with $?""".formatted(cpus), archive -> {
            archive.file("vmm", 0755, vmm);
            archive.file("Image", 0644, packages.kernel());
            archive.file("inner", 0644, inner);
        });
        Spelunk.Outcome run = Spelunk.run(
                "boot",
                "--el",
                "2",
                "--check",
                "--cpus",
                Integer.toString(cpus),
                "--kernel",
                packages.kernel().toString(),
                "--initrd",
                initrd.toString(),
                "--engine",
                engine,
                "--append",
                "quiet");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("All CPU(s) started at EL2")
                .contains("VHE mode initialized successfully")
                .contains("vgic interrupt IRQ")
                .doesNotContain("Firmware Bug")
                .contains("nested guest: " + packages.release() + " on " + cpus + " vCPUs")
                .contains("vmm ended with 0");
        assertThat(run.err()).contains("spelunk: --check: nothing was found\n");
    }

    private Path nestedInitramfs(Cache packages) throws IOException {
        Path file = folder.resolve("inner");
        try (CpioArchive archive = new CpioArchive(new BufferedOutputStream(Files.newOutputStream(file)))) {
            archive.characterDevice("dev/console", 5, 1);
            archive.folder("proc");
            archive.file("bin/busybox", 0755, packages.root().resolve("bin/busybox"));
            for (String applet : new String[] {"sh", "mount", "grep", "uname", "poweroff"}) {
                archive.link("bin/" + applet, "busybox");
            }
            archive.file("init", 0755, """
                            #!/bin/sh
                            mount -t proc proc /proc
                            echo "nested guest: $(uname -r) on $(grep -c ^processor /proc/cpuinfo) vCPUs"
                            poweroff -f
                            """.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }
}
