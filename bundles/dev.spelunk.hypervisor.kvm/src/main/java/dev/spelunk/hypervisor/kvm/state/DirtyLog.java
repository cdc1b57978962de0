// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;

/**
 * Which pages of the guest's memory were written to since user space last fetched the log (KVM_GET_DIRTY_LOG). It takes no
 * room before logging begins.
 */
public final class DirtyLog {
    private static final String NAME = "kvm.vm.dirty";
    private static final int ON = 0;
    private static final int DUE = 1;
    private static final int COUNT = 2;
    private static final int WORDS = 3;

    private final MachineState machine;
    private final int pages;

    DirtyLog(MachineState machine, int pages) {
        this.machine = machine;
        this.pages = pages;
    }

    /** Made when logging begins, or by a snapshot of a VM whose logging had. */
    private StateBlock block() {
        return machine.blocks().get(NAME);
    }

    /** Whether writes to the guest's memory are logged. */
    public boolean on() {
        StateBlock block = block();
        return block != null && block.words[ON] != 0;
    }

    /** Writes are logged from now on; what was written before counts as written. */
    public void begin() {
        StateBlock block = machine.block(NAME, WORDS, pages);
        block.words[ON] = 1;
        block.words[COUNT] = pages;
        Arrays.fill(block.bytes, (byte) 1);
    }

    /** Nothing is logged. */
    void clear() {
        StateBlock block = block();
        if (block != null) {
            Arrays.fill(block.words, 0);
            Arrays.fill(block.bytes, (byte) 0);
        }
    }

    /** The page is written to. Nothing happens while writes are not logged. */
    public void mark(int page) {
        if (on() && block().bytes[page] == 0) {
            block().bytes[page] = 1;
            block().words[COUNT]++;
        }
    }

    /** Whether the page is in the log. */
    public boolean dirty(int page) {
        return on() && block().bytes[page] != 0;
    }

    /** Number of pages in the log. */
    public long count() {
        return on() ? block().words[COUNT] : 0;
    }

    /** User space has fetched the log: no page is in it. */
    public void fetched() {
        block().words[COUNT] = 0;
        Arrays.fill(block().bytes, (byte) 0);
    }

    /** Virtual time of the next pass, once writes are logged. */
    public long due() {
        return block().words[DUE];
    }

    public void due(long cycles) {
        block().words[DUE] = cycles;
    }
}
