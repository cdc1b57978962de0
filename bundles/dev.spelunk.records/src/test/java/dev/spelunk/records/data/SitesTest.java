// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Sites are found by address, Exception level and address space")
class SitesTest {
    @Test
    @DisplayName("The same site for the same place; another Exception level or address space is another one")
    void places() {
        Sites sites = new Sites();
        Site site = sites.at(0x4000_0000L, 1, 0);
        assertThat(sites.at(0x4000_0000L, 1, 0)).isSameAs(site);
        assertThat(sites.at(0x4000_0000L, 0, 0)).isNotSameAs(site);
        assertThat(sites.at(0x4000_0000L, 1, 7)).isNotSameAs(site);
        assertThat(sites.at(0x4000_0004L, 1, 0)).isNotSameAs(site);
        assertThat(sites.all()).hasSize(4);
    }

    @Test
    @DisplayName("Any number of them, however their places are spread")
    void many() {
        Sites sites = new Sites();
        Random random = new Random(20261121);
        long[] addresses = new long[20_000];
        Site[] made = new Site[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = i % 2 == 0 ? 4L * i : random.nextLong() & ~3L;
            made[i] = sites.at(addresses[i], i % 3, i % 5);
            assertThat(made[i].address).isEqualTo(addresses[i]);
            assertThat(made[i].el).isEqualTo(i % 3);
            assertThat(made[i].space).isEqualTo(i % 5);
        }
        for (int i = 0; i < addresses.length; i++) {
            assertThat(sites.at(addresses[i], i % 3, i % 5)).isSameAs(made[i]);
        }
        List<Site> all = sites.all();
        assertThat(all).hasSize(addresses.length).doesNotHaveDuplicates();
    }
}
