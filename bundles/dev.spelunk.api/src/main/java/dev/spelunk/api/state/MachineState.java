// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

import java.util.SortedMap;
import java.util.TreeMap;

/** Everything that one machine is, apart from the parts that give it behaviour. */
public final class MachineState {
    /** Virtual cycles for each tick of the system counter: 1 GHz against CNTFRQ_EL0 = 62.5 MHz. */
    public static final int CYCLES_PER_TICK = 16;
    /** CNTFRQ_EL0, in Hz. */
    public static final int COUNTER_FREQUENCY = 62_500_000;

    public final PeState[] pes;
    public final PhysicalMemory memory;
    /** Contexts of vCPUs that share PEs, for the time in which they are not on one; none where each has its own. */
    public final PeState[] vcpus;

    private long seed;

    private final SortedMap<String, StateBlock> blocks = new TreeMap<>();
    private final SortedMap<String, RandomStream> streams = new TreeMap<>();
    /** Its word is the latest count of the system counter that any PE has observed. */
    private final StateBlock counter = block("counter", 1, 0);

    public MachineState(int peCount, PhysicalMemory memory, long seed) {
        this(peCount, 0, memory, seed);
    }

    /** @param vcpuCount number of contexts for vCPUs that share PEs */
    public MachineState(int peCount, int vcpuCount, PhysicalMemory memory, long seed) {
        vcpus = new PeState[vcpuCount];
        for (int i = 0; i < vcpuCount; i++) {
            vcpus[i] = new PeState(i);
        }
        pes = new PeState[peCount];
        for (int i = 0; i < peCount; i++) {
            pes[i] = new PeState(i);
        }
        this.memory = memory;
        this.seed = seed;
    }

    /**
     * The count of the system counter as a PE observes it now. PEs take turns, so that one may be ahead of the next in
     * virtual time; the count is the same for all and never seen to go back (DDI 0487, D12.1.2): a PE that is behind
     * observes what the other did.
     *
     * @param cycles the PE's virtual time
     * @return the count, in ticks of {@link #COUNTER_FREQUENCY}
     */
    public long count(long cycles) {
        long latest = Math.max(counter.words[0], cycles / CYCLES_PER_TICK);
        counter.words[0] = latest;
        return latest;
    }

    /** The block of that name, made with these sizes when it is not there; a larger request keeps the content. */
    public StateBlock block(String name, int words, int bytes) {
        StateBlock old = blocks.get(name);
        if (old != null && old.words.length >= words && old.bytes.length >= bytes) {
            return old;
        }
        StateBlock block = new StateBlock(name, words, bytes);
        if (old != null) {
            System.arraycopy(old.words, 0, block.words, 0, Math.min(old.words.length, words));
            System.arraycopy(old.bytes, 0, block.bytes, 0, Math.min(old.bytes.length, bytes));
        }
        blocks.put(name, block);
        return block;
    }

    /** The random stream of that purpose, the same object for each call. */
    public RandomStream random(String purpose) {
        return streams.computeIfAbsent(purpose, p -> new RandomStream(seed, p));
    }

    /** The seed of the random streams that nobody has asked for yet. */
    public long seed() {
        return seed;
    }

    /** Lets every random stream begin anew, from another seed. */
    public void reseed(long value) {
        seed = value;
        streams.forEach((purpose, stream) -> stream.state = new RandomStream(value, purpose).state);
    }

    /** The random streams by purpose. */
    public SortedMap<String, RandomStream> randoms() {
        return streams;
    }

    /** Gives a block this content and these sizes, and makes it when it is not there. */
    public void restore(String name, long[] words, byte[] bytes) {
        StateBlock block = block(name, 0, 0);
        // Whoever holds the block goes on with it; its arrays stay too where they can.
        if (block.words.length != words.length) {
            block.words = new long[words.length];
        }
        if (block.bytes.length != bytes.length) {
            block.bytes = new byte[bytes.length];
        }
        System.arraycopy(words, 0, block.words, 0, words.length);
        System.arraycopy(bytes, 0, block.bytes, 0, bytes.length);
    }

    /** The blocks by name, in name order. */
    public SortedMap<String, StateBlock> blocks() {
        return blocks;
    }
}
