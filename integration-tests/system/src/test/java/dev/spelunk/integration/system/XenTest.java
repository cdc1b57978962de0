// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.Release;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hypervisor of another make than KVM: Debian's unmodified Xen at EL2, with Debian's unmodified kernel as its dom0. */
@Tag("debian")
class XenTest {
    private static final String TEST = "XenTest";

    @TempDir
    private Path folder;

    @Test
    @DisplayName("Xen gets its dom0 by --module, boots it to its init, and turns the machine off when that ends")
    void bootsItsFirstDomain() throws IOException, InterruptedException {
        Cache packages = Debian.release(TEST, Release.TRIXIE);
        Path initrd = Debian.initramfs(
                packages,
                folder.resolve("initrd"),
                "echo dom0 of $(cat /sys/hypervisor/type) $(cat /sys/hypervisor/version/major) on $(uname -r)",
                archive -> {});
        Spelunk.Outcome run = Spelunk.run(
                "boot",
                "--el",
                "2",
                "--kernel",
                packages.root().resolve("boot/xen-4.20-arm64").toString(),
                "--append",
                "dom0_mem=256M console=dtuart dtuart=/pl011@9000000",
                "--module",
                packages.kernel() + ",kernel,console=hvc0 quiet",
                "--module",
                initrd + ",ramdisk",
                "--cpus",
                "2",
                "--check=stop");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("(XEN) Xen version 4.20", "(XEN) *** LOADING DOMAIN 0 ***")
                .contains("dom0 of xen 4 on " + packages.release())
                .contains("(XEN) Hardware Dom0 halted: halting machine");
        assertThat(run.err()).doesNotContain("finding");
    }
}
