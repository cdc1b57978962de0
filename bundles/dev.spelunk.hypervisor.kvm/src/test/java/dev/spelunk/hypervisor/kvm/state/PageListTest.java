// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.testkit.TestMachine;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A list of pages is what a sorted set is")
class PageListTest {
    private final PageList list = new PageList(TestMachine.builder().build().machine, "pages");

    @Test
    @DisplayName("Pages are put in and taken out anywhere, and it grows with them")
    void asASet() {
        TreeSet<Long> set = new TreeSet<>(Long::compareUnsigned);
        Random random = new Random(12);
        for (int i = 0; i < 20_000; i++) {
            // Half of them above 2^63: addresses are unsigned.
            long page = (random.nextLong() & 1L << 63) | random.nextInt(400) * 4096L;
            int index = list.indexOf(page);
            assertThat(index >= 0).isEqualTo(set.contains(page));
            if (index < 0 && (i / 2000 & 1) == 0) {
                list.insert(-1 - index, page);
                set.add(page);
            } else if (index >= 0) {
                assertThat(list.page(index)).isEqualTo(page);
                if (random.nextInt(3) > 0) {
                    list.remove(index);
                    set.remove(page);
                }
            }
            assertThat(list.count()).isEqualTo(set.size());
        }
        assertThat(list.toArray())
                .containsExactly(set.stream().mapToLong(Long::longValue).toArray());
        assertThat(set).hasSizeGreaterThan(16);
        list.clear();
        assertThat(list.count()).isZero();
        assertThat(list.toArray()).isEmpty();
        assertThat(list.indexOf(0)).isEqualTo(-1);
    }

    @Test
    @DisplayName("A whole list is set, longer or shorter than before")
    void set() {
        long[] pages = new long[100];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = 4096L * i;
        }
        list.set(pages, 15);
        assertThat(list.toArray()).hasSize(15);
        list.set(pages, 16);
        assertThat(list.toArray()).hasSize(16).endsWith(15 * 4096L);
        list.set(pages, 100);
        assertThat(list.toArray()).isEqualTo(pages);
        list.set(pages, 3);
        assertThat(list.toArray()).containsExactly(0, 4096, 8192);
    }
}
