// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.StateBlock;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SetAssociativeTest {
    private static SetAssociative array(int sets, int ways) {
        return new SetAssociative(new StateBlock("test", 5 + SetAssociative.words(sets, ways), 0), 5, sets, ways);
    }

    @Property(seed = "20261121", tries = 200)
    void replacesTheLeastRecentlyUsed(@ForAll @Size(max = 300) List<@IntRange(min = 1, max = 40) Integer> keys) {
        SetAssociative array = array(4, 3);
        List<List<Integer>> sets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sets.add(new ArrayList<>());
        }
        for (Integer key : keys) {
            List<Integer> set = sets.get(key & 3);
            boolean there = set.remove(key);
            set.add(0, key);
            if (set.size() > 3) {
                set.remove(3);
            }
            assertThat(array.access(key, key)).isEqualTo(there);
        }
    }

    @Test
    @DisplayName("unseen fills push out what was used longest ago, evenly over the sets")
    void age() {
        SetAssociative array = array(4, 2);
        for (int key = 4; key < 12; key++) {
            array.access(key, key);
        }
        array.age(4);
        for (int key = 8; key < 12; key++) {
            assertThat(array.access(key, key))
                    .as("one fill in each set leaves the latest")
                    .isTrue();
        }
        array.age(8);
        for (int key = 8; key < 12; key++) {
            assertThat(array.access(key, key))
                    .as("two fills in each set leave nothing")
                    .isFalse();
        }
    }

    @Test
    @DisplayName("keys are dropped by some of their bits, or all at once")
    void drop() {
        SetAssociative array = array(1, 4);
        array.access(0, 0x101);
        array.access(0, 0x201);
        array.access(0, 0x102);
        array.drop(0xF00, 0x100);
        assertThat(array.access(0, 0x201)).isTrue();
        assertThat(array.access(0, 0x101)).isFalse();
        array.drop(0, 0);
        assertThat(array.access(0, 0x201)).isFalse();
    }

    @Test
    @DisplayName("what it holds is in the words, not in the object")
    void state() {
        StateBlock block = new StateBlock("test", SetAssociative.words(2, 2), 0);
        new SetAssociative(block, 0, 2, 2).access(7, 7);
        assertThat(new SetAssociative(block, 0, 2, 2).access(7, 7)).isTrue();
    }
}
