// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.TranslationCache;
import java.util.Arrays;

/**
 * Gives the controls of translation the numbers by which a {@link TranslationCache} knows them, so that it keeps what it
 * holds of a guest over a world switch, and of a process over the turns of others. The controls not used for
 * longest lose their number to new ones.
 */
final class CacheContexts {
    private static final int COUNT = TranslationCache.CONTEXTS;

    private final long[][] keys = new long[COUNT][];
    private final long[] lastUse = new long[COUNT];
    private final long[] key = new long[Controls.KEY];
    private long uses;
    private int current = -1;

    /** Forgets all of them: whoever has the numbers holds nothing. */
    void clear() {
        current = -1;
        Arrays.fill(lastUse, 0);
        for (long[] known : keys) {
            if (known != null) {
                Arrays.fill(known, -1);
            }
        }
    }

    /** Tells the cache in which context translations are made from now on. */
    void enter(Controls controls, TranslationCache cache) {
        controls.key(key);
        if (current >= 0 && Arrays.equals(keys[current], key)) {
            return;
        }
        int oldest = 0;
        for (int i = 0; i < COUNT; i++) {
            if (lastUse[i] != 0 && Arrays.equals(keys[i], key)) {
                use(i);
                cache.enterContext(i, false);
                return;
            }
            if (lastUse[i] < lastUse[oldest]) {
                oldest = i;
            }
        }
        if (keys[oldest] == null) {
            keys[oldest] = new long[Controls.KEY];
        }
        System.arraycopy(key, 0, keys[oldest], 0, key.length);
        use(oldest);
        cache.enterContext(oldest, true);
    }

    private void use(int i) {
        current = i;
        lastUse[i] = ++uses;
    }
}
