// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;

/** IPAs of pages, ascending, each once, in a block of the machine's state: their number, then they. */
public final class PageList {
    /** Bytes of a page of the host and of stage 2. */
    public static final int PAGE = 4096;

    private static final int SMALLEST = 16;

    private final MachineState machine;
    private StateBlock block;

    public PageList(MachineState machine, String name) {
        this.machine = machine;
        block = machine.block(name, SMALLEST, 0);
    }

    public int count() {
        return (int) block.words[0];
    }

    public long page(int index) {
        return block.words[1 + index];
    }

    /** Index of the page, or -1 - the index at which it would be. */
    public int indexOf(long page) {
        int low = 0;
        int high = count() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            long there = page(middle);
            if (there == page) {
                return middle;
            }
            if (Long.compareUnsigned(there, page) < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    /** Puts in a page where {@link #indexOf} says that it would be. */
    public void insert(int index, long page) {
        int count = count();
        room(count + 1);
        System.arraycopy(block.words, 1 + index, block.words, 2 + index, count - index);
        block.words[1 + index] = page;
        block.words[0] = count + 1;
    }

    public void remove(int index) {
        int count = count() - 1;
        System.arraycopy(block.words, 2 + index, block.words, 1 + index, count - index);
        block.words[0] = count;
    }

    public void set(long[] pages, int count) {
        room(count);
        System.arraycopy(pages, 0, block.words, 1, count);
        block.words[0] = count;
    }

    public void clear() {
        block.words[0] = 0;
    }

    /** The list's pages in an array of their own. */
    public long[] toArray() {
        long[] pages = new long[count()];
        System.arraycopy(block.words, 1, pages, 0, pages.length);
        return pages;
    }

    private void room(int pages) {
        if (1 + pages > block.words.length) {
            block = machine.block(block.name, Math.max(1 + pages, 2 * block.words.length), 0);
        }
    }
}
