// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.records.data.Pages.Page;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Accesses by page and interval")
class PagesTest {
    private final Site first = new Site(0x1000, 1, 0);
    private final Site second = new Site(0x2000, 1, 0);
    private final Pages pages = new Pages();

    private Page only() {
        assertThat(pages.hottest()).hasSize(1);
        return pages.hottest().get(0);
    }

    @Test
    @DisplayName("A page of 4 KiB counts by interval, and has the site with more than half of its accesses")
    void counts() {
        pages.add(0x5000, 0, first);
        pages.add(0x5FFF, 3, first);
        pages.add(0x5800, 3, second);
        Page page = only();
        assertThat(pages.shift()).isEqualTo(12);
        assertThat(page.number).isEqualTo(5);
        assertThat(page.total).isEqualTo(3);
        assertThat(page.accesses[0]).isEqualTo(1);
        assertThat(page.accesses[3]).isEqualTo(2);
        assertThat(page.site()).isSameAs(first);
        pages.add(0x5000, 4, second);
        pages.add(0x5000, 4, second);
        assertThat(page.site()).isSameAs(second);
        pages.add(0x6000, 0, first);
        assertThat(pages.hottest()).extracting(p -> p.number).containsExactly(5L, 6L);
    }

    @Test
    @DisplayName("The hottest are told, by unsigned address; of as many accesses the lower ones")
    void hottest() {
        for (long page = 0; page < 600; page++) {
            pages.add(page << 12, 0, first);
        }
        pages.add(0xFFFF_8000_0000_0000L, 0, first);
        pages.add(0xFFFF_8000_0000_0000L, 0, first);
        pages.add(599L << 12, 1, second);
        List<Page> hot = pages.hottest();
        assertThat(hot).hasSize(512);
        assertThat(hot.get(0).number).isZero();
        assertThat(hot.get(509).number).isEqualTo(509);
        assertThat(hot.get(510).number).isEqualTo(599);
        assertThat(hot.get(511).number).isEqualTo(0xFFFF_8000_0000_0L);
    }

    @Test
    @DisplayName("Up to 4096 pages are kept; with one more, neighbours become one, again while they are too many")
    void coarser() {
        for (long page = 0; page < 4096; page++) {
            pages.add(page << 12, (int) (page % 2), page % 2 == 0 ? first : second);
        }
        assertThat(pages.shift()).isEqualTo(12);
        pages.add(0x0, 2, first);
        pages.add(4096L << 12, 5, second);
        assertThat(pages.shift()).isEqualTo(13);
        Page zero = pages.hottest().get(0);
        assertThat(zero.number).isZero();
        assertThat(zero.total).isEqualTo(3);
        assertThat(zero.accesses[0]).isEqualTo(1);
        assertThat(zero.accesses[1]).isEqualTo(1);
        assertThat(zero.accesses[2]).isEqualTo(1);
        assertThat(zero.site()).isSameAs(first);
        Pages sparse = new Pages();
        for (long page = 0; page <= 4096; page++) {
            sparse.add(page << 14, 0, first);
        }
        assertThat(sparse.shift())
                .as("pages with gaps of three are many for longer")
                .isEqualTo(15);
        assertThat(sparse.hottest()).allSatisfy(p -> assertThat(p.total).isBetween(1L, 2L));
    }

    @Test
    @DisplayName("Of two pages that become one, the site with the larger lead stays")
    void sitesOfNeighbours() {
        pages.add(0x0000, 0, second);
        pages.add(0x1000, 0, first);
        pages.add(0x1000, 0, first);
        pages.add(0x2000, 0, first);
        pages.add(0x2000, 0, first);
        pages.add(0x3000, 0, second);
        for (long page = 4; page <= 4096; page++) {
            pages.add(page << 12, 0, second);
        }
        assertThat(pages.hottest().get(0).site()).isSameAs(first);
        assertThat(pages.hottest().get(1).site()).isSameAs(first);
        assertThat(pages.hottest().get(1).total).isEqualTo(3);
    }

    @Test
    @DisplayName("When an interval becomes twice as wide, accesses are added up by pairs")
    void halve() {
        pages.add(0, 0, first);
        pages.add(0, 1, first);
        pages.add(0, 127, first);
        pages.add(0x1000, 6, first);
        pages.halve();
        Page page = pages.hottest().get(0);
        assertThat(page.accesses[0]).isEqualTo(2);
        assertThat(page.accesses[1]).isZero();
        assertThat(page.accesses[63]).isEqualTo(1);
        assertThat(page.accesses[127]).isZero();
        assertThat(pages.hottest().get(1).accesses[3]).isEqualTo(1);
    }
}
