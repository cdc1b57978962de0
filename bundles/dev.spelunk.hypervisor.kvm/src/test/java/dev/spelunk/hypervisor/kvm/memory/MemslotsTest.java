// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Memslots: which user space may ask for, and which page an IPA is in")
class MemslotsTest {
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 64 << 20;
    private static final int IPA_BITS = 40;

    private static Memslots of(String... regions) {
        return Memslots.of(BASE, SIZE, 0, List.of(regions), IPA_BITS);
    }

    @Test
    @DisplayName("None asked for is one of all RAM")
    void all() {
        Memslots all = of();
        assertThat(all.regions()).containsExactly(BASE, SIZE);
        assertThat(all.pages()).isEqualTo(16384);
        assertThat(all.contains(BASE - 1)).isFalse();
        assertThat(all.contains(BASE)).isTrue();
        assertThat(all.contains(BASE + SIZE - 1)).isTrue();
        assertThat(all.contains(BASE + SIZE)).isFalse();
        assertThat(all.page(BASE + 0x5fff)).isEqualTo(5);
        assertThat(all.ipa(5)).isEqualTo(BASE + 0x5000);
    }

    @Test
    @DisplayName(
            "Sizes in bytes, K, M and G; between two memslots nothing is backed, and no access may cross their end")
    void several() {
        Memslots two = of("0x40000000:8k", "0x40003000:0x1000", "0x41000000:1M");
        assertThat(two.regions()).containsExactly(BASE, 8192, BASE + 0x3000, 4096, BASE + 0x100_0000, 1 << 20);
        assertThat(two.contains(BASE + 0x1fff)).isTrue();
        assertThat(two.contains(BASE + 0x2000)).isFalse();
        assertThat(two.contains(BASE + 0x3fff)).isTrue();
        assertThat(two.contains(BASE + 0x4000)).isFalse();
        assertThat(two.contains(BASE + 0x1ff8, 8)).isTrue();
        assertThat(two.contains(BASE + 0x1ff9, 8)).isFalse();
        assertThat(two.contains(BASE + 0x2000, 1)).isFalse();
        assertThat(two.contains(BASE, -1)).isFalse();
        assertThat(two.slot(BASE + 0x3008).userspaceAddress(BASE + 0x3008)).isEqualTo(0x7F00_0000_3008L);
        assertThat(Memslots.of(BASE, 2L << 30, 0, List.of("0x40000000:1G"), IPA_BITS)
                        .regions())
                .containsExactly(BASE, 1L << 30);
        assertThat(of("0x40000000:0x1000", "0x40001000:0x1000").regions())
                .as("one after the other")
                .hasSize(4);
    }

    @Test
    @DisplayName("User space's address lines up with the frames as far as a block of 2 MiB reaches")
    void linesUp() {
        Memslots moved = Memslots.of(BASE, SIZE, 0x8023_4000L, List.of(), IPA_BITS);
        assertThat(moved.userspaceAddress).isEqualTo(0x7F00_0003_4000L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0x40000000             | memslot "0x40000000": write IPA:SIZE, for example 0x40000000:64M
            0x40000000:            | memslot "0x40000000:": write IPA:SIZE
            0x40000000:M           | memslot "0x40000000:M": write IPA:SIZE
            0x40000000:1M:1M       | memslot "0x40000000:1M:1M": write IPA:SIZE
            here:1M                | memslot "here:1M": write IPA:SIZE
            0x40000000:9000000000G | memslot "0x40000000:9000000000G": write IPA:SIZE
            0x40000000:0           | EINVAL: a memslot of 0x0 bytes at IPA 0x40000000: memslots consist of whole pages of 4 KiB
            0x40000000:-4096       | EINVAL: a memslot of
            0x40000800:0x1000      | EINVAL: a memslot of 0x1000 bytes at IPA 0x40000800
            0x40000000:0x1800      | EINVAL: a memslot of 0x1800 bytes at IPA 0x40000000
            0x10000000000:0x1000   | EINVAL: a memslot of 0x1000 bytes at IPA 0x10000000000 does not lie in the VM's IPA space of 40 bits
            0xfffffff000:0x2000    | EINVAL: a memslot of 0x2000 bytes at IPA 0xfffffff000 does not lie in the VM's IPA space
            -4096:0x1000           | EINVAL: a memslot of
            0x3ffff000:0x1000      | EFAULT: a memslot of 0x1000 bytes at IPA 0x3ffff000 is not backed: user space has 0x4000000 bytes for IPA 0x40000000 on
            0x43fff000:0x2000      | EFAULT: a memslot of 0x2000 bytes at IPA 0x43fff000 is not backed
            """)
    @DisplayName("What cannot be is refused by its name")
    void refused(String region, String why) {
        assertThatThrownBy(() -> of(region))
                .isInstanceOf(BadInputException.class)
                .message()
                .startsWith(why);
    }

    @Test
    @DisplayName("Memslots that overlap, more than 32, and memory that is no whole pages")
    void together() {
        for (String[] two : new String[][] {
            {"0x40000000:0x2000", "0x40001000:0x2000"},
            {"0x40001000:0x2000", "0x40000000:0x2000"},
            {"0x40001000:0x1000", "0x40000000:1M"},
            {"0x40000000:1M", "0x40001000:0x1000"}
        }) {
            assertThatThrownBy(() -> of(two))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith("EEXIST: a memslot of ")
                    .hasMessageContaining(" overlaps that of ");
        }
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            many.add("0x" + Long.toHexString(BASE + 0x1000L * i) + ":4K");
        }
        assertThat(of(many.toArray(String[]::new)).regions()).hasSize(64);
        many.add("0x" + Long.toHexString(BASE + 0x20_000L) + ":4K");
        assertThatThrownBy(() -> of(many.toArray(String[]::new)))
                .isInstanceOf(BadInputException.class)
                .hasMessage("33 memslots: a VM has at most 32");
        for (long[] bad : new long[][] {{BASE, 0, 0}, {BASE, 0x1800, 0}, {BASE + 1, 0x1000, 0}, {BASE, 0x1000, 8}}) {
            assertThatThrownBy(() -> Memslots.of(bad[0], bad[1], bad[2], List.of(), IPA_BITS))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("memslots consist of whole pages of 4 KiB");
        }
    }
}
