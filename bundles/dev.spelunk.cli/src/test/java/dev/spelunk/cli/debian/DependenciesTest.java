// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which packages are needed. */
class DependenciesTest {
    private static final List<String> LINES = """
            linux-image-cloud-arm64
              Depends: linux-image-9.9.0-1-cloud-arm64
            linux-image-9.9.0-1-cloud-arm64
              Depends: kmod
             |Depends: linux-initramfs-tool
            linux-perf
              Depends: libdw1
              PreDepends: libelf1
              Depends: <perl:any>
                perl
            libdw1
              Depends: libelf1
              Depends: zlib1g
              Depends: <libregex-icu72>
                libregex1.74
                libregex1.75
            libelf1
              Depends: libdw1
            zlib1g
            <perl:any>
            perl
            """.lines().toList();

    @Test
    void theFlavourNamesTheKernel() {
        assertThat(Dependencies.ofAptCache(LINES).kernel()).isEqualTo("linux-image-9.9.0-1-cloud-arm64");
    }

    @Test
    void perfNeedsItsLibrariesAndTheirs() {
        assertThat(Dependencies.ofAptCache(LINES).withLibraries("linux-perf"))
                .containsExactly("libdw1", "libelf1", "libregex1.74", "linux-perf", "zlib1g");
    }

    @Test
    void saysWhenTheSourcesHaveNoSuchKernel() {
        Dependencies none = Dependencies.ofAptCache(List.of());
        assertThatThrownBy(none::kernel).isInstanceOf(UserError.class).hasMessageContaining("linux-image-cloud-arm64");
    }

    @Test
    void readsTheFieldOfAPackage() {
        assertThat(Dependencies.ofField("libc6 (>= 2.34), libdw1:any, libx | liby [arm64], "))
                .containsExactly("libc6", "libdw1", "libx", "liby");
    }
}
