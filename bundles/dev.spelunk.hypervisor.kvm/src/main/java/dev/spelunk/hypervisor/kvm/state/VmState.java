// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a VM is, in blocks of the machine's state: a hypervisor that takes over finds all of it there. */
public final class VmState {
    private static final int CREATED = 0;
    private static final int STAGE_2_ROOT = 1;
    private static final int STAGE_2_FREE = 2;
    private static final int STAGE_2_TABLES = 3;
    private static final int STAGE_2_BLOCKS = 4;
    private static final int STAGE_2_PAGES = 5;
    private static final int PINNED_PAGES = 6;
    private static final int PEAK_PINNED_PAGES = 7;
    private static final int PINS = 8;
    private static final int UNPINS = 9;
    private static final int PRESSURE_DUE = 10;
    private static final int COUNTER_OFFSET = 11;
    private static final int STAGE_2_FREE_TABLES = 12;
    private static final int PIN_LIMIT = 13;
    private static final int RESIDENT = 14;
    private static final int EXITS = 16;
    private static final int EVENTS = 48;
    private static final int HOST = 80;
    private static final int WORDS = 128;
    private static final int TRAPPED_REGISTERS = 256;
    /** Of the first event of each kind: operations before it, PMBSR_EL1, address, PMBLIMITR_EL1, cause. */
    private static final int FIRST_EVENT_WORDS = 5;

    private static final int IGNORABLE_WORDS = 3;
    /** So many places are told apart; the last one stands for all others. */
    private static final int IGNORABLE_PLACES = 64;

    private final StateBlock block;
    private final StateBlock pinCounts;
    private final StateBlock firstEvents;
    private final RegisterWords traps;
    /** Writes while PMBLIMITR_EL1.E is 1 that a hypervisor may ignore: register, PC and count of each. */
    private final StateBlock ignorable;
    /** When vCPUs left the guest. */
    public final ExitTimes exitTimes;

    private final DirtyLog dirtyLog;
    /** The limit has refused a pin, until somebody asks. */
    private boolean pinLimitHit;
    /** Of the exit that is served now. */
    private ExitReason reason = ExitReason.OTHER;
    /** The last event, until somebody has taken note of it. */
    private BufferEvent news;

    private final long[] newsWords = new long[FIRST_EVENT_WORDS];

    /** @param pages number of 4 KiB pages of the guest's memory */
    public VmState(MachineState machine, int pages) {
        block = machine.block("kvm.vm", WORDS, 0);
        pinCounts = machine.block("kvm.vm.pins", 0, 2 * pages);
        firstEvents = machine.block("kvm.vm.events", FIRST_EVENT_WORDS * BufferEvent.values().length, 0);
        dirtyLog = new DirtyLog(machine, pages);
        ignorable = machine.block("kvm.vm.ignorable", IGNORABLE_WORDS * IGNORABLE_PLACES, 0);
        exitTimes = new ExitTimes(machine);
        traps = new RegisterWords(machine.block("kvm.vm.traps", 2 * TRAPPED_REGISTERS, 0), 0, TRAPPED_REGISTERS);
    }

    public boolean created() {
        return block.words[CREATED] != 0;
    }

    /** Begins a new VM: nothing is mapped, pinned or counted. */
    public void create() {
        Arrays.fill(block.words, 0);
        Arrays.fill(pinCounts.bytes, (byte) 0);
        Arrays.fill(firstEvents.words, 0);
        traps.clear();
        exitTimes.clear();
        Arrays.fill(ignorable.words, 0);
        dirtyLog.clear();
        block.words[CREATED] = 1;
    }

    public void destroy() {
        block.words[CREATED] = 0;
    }

    public long stage2Root() {
        return block.words[STAGE_2_ROOT];
    }

    public void stage2Root(long pa) {
        block.words[STAGE_2_ROOT] = pa;
    }

    /** Physical address of the first byte that the stage 2 tables do not use yet. */
    public long stage2Free() {
        return block.words[STAGE_2_FREE];
    }

    public void stage2Free(long pa) {
        block.words[STAGE_2_FREE] = pa;
    }

    public void countStage2Table() {
        block.words[STAGE_2_TABLES]++;
    }

    public void countStage2Block() {
        block.words[STAGE_2_BLOCKS]++;
    }

    public void countStage2Page() {
        block.words[STAGE_2_PAGES]++;
    }

    /** Tables below the root, blocks of 2 MiB, and pages, in this order. */
    public long[] stage2Counts() {
        return Arrays.copyOfRange(block.words, STAGE_2_TABLES, STAGE_2_PAGES + 1);
    }

    public long counterOffset() {
        return block.words[COUNTER_OFFSET];
    }

    public void counterOffset(long ticks) {
        block.words[COUNTER_OFFSET] = ticks;
    }

    /** How often a page of the guest's memory is pinned now. */
    public int pinCount(int page) {
        return pinCounts.bytes[2 * page] & 0xFF | (pinCounts.bytes[2 * page + 1] & 0xFF) << 8;
    }

    /** Whether the limit has refused a pin since the last call. */
    public boolean takePinLimitHit() {
        boolean hit = pinLimitHit;
        pinLimitHit = false;
        return hit;
    }

    /** Pins a page once more. Returns false over the accounting limit, which counts each page once. */
    public boolean pin(int page) {
        int count = pinCount(page);
        boolean hit = count == 0 && block.words[PINNED_PAGES] >= block.words[PIN_LIMIT];
        pinLimitHit |= hit;
        if (count == 0xFFFF || hit) {
            return false;
        }
        setPinCount(page, count + 1);
        block.words[PINS]++;
        if (count == 0) {
            block.words[PINNED_PAGES]++;
            block.words[PEAK_PINNED_PAGES] = Math.max(block.words[PEAK_PINNED_PAGES], block.words[PINNED_PAGES]);
        }
        return true;
    }

    /** Takes one pin of the page back, if there is one. */
    public void unpin(int page) {
        int count = pinCount(page);
        if (count == 0) {
            return;
        }
        setPinCount(page, count - 1);
        block.words[UNPINS]++;
        if (count == 1) {
            block.words[PINNED_PAGES]--;
        }
    }

    private void setPinCount(int page, int count) {
        pinCounts.bytes[2 * page] = (byte) count;
        pinCounts.bytes[2 * page + 1] = (byte) (count >>> 8);
    }

    /** Pages with at least one pin. */
    public long pinnedPages() {
        return block.words[PINNED_PAGES];
    }

    long peakPinnedPages() {
        return block.words[PEAK_PINNED_PAGES];
    }

    public long pins() {
        return block.words[PINS];
    }

    public long unpins() {
        return block.words[UNPINS];
    }

    /** Physical address of the first stage 2 table that is not used any more; 0 when there is none. */
    public long stage2FreeTables() {
        return block.words[STAGE_2_FREE_TABLES];
    }

    public void stage2FreeTables(long pa) {
        block.words[STAGE_2_FREE_TABLES] = pa;
    }

    /** Pages that may be pinned at a time. */
    public long pinLimit() {
        return block.words[PIN_LIMIT];
    }

    public void pinLimit(long pages) {
        block.words[PIN_LIMIT] = pages;
    }

    /** Whether a page may not be moved or taken away: it is pinned, or all memory is resident. */
    public boolean stays(int page) {
        return block.words[RESIDENT] != 0 || pinCount(page) != 0;
    }

    /** All of the guest's memory stays where it is from now on (guest_memfd, pre-faulted). */
    public void resident() {
        block.words[RESIDENT] = 1;
    }

    /** The dirty log of the guest's memory. */
    public DirtyLog dirtyLog() {
        return dirtyLog;
    }

    /** Virtual time of the next event of memory pressure. */
    public long pressureDue() {
        return block.words[PRESSURE_DUE];
    }

    public void pressureDue(long cycles) {
        block.words[PRESSURE_DUE] = cycles;
    }

    public void count(HostCounter counter) {
        block.words[HOST + counter.ordinal()]++;
    }

    public void count(HostCounter counter, long amount) {
        block.words[HOST + counter.ordinal()] += amount;
    }

    public long counted(HostCounter counter) {
        return block.words[HOST + counter.ordinal()];
    }

    public void count(ExitReason exit) {
        reason = exit;
        block.words[EXITS + exit.ordinal()]++;
    }

    /** The reason that was counted last. */
    public ExitReason reason() {
        return reason;
    }

    /**
     * Counts an event that the guest gets.
     *
     * @param executed operations that the PE has executed
     * @param pmbsr the guest's PMBSR_EL1
     * @param address PMBPTR_EL1, or the address whose walk failed
     * @param limit the guest's PMBLIMITR_EL1
     */
    public void count(BufferEvent event, EventCause cause, long executed, long pmbsr, long address, long limit) {
        news = event;
        newsWords[0] = executed;
        newsWords[1] = pmbsr;
        newsWords[2] = address;
        newsWords[3] = limit;
        newsWords[4] = cause.ordinal();
        if (block.words[EVENTS + event.ordinal()]++ == 0) {
            System.arraycopy(newsWords, 0, firstEvents.words, event.ordinal() * FIRST_EVENT_WORDS, FIRST_EVENT_WORDS);
        }
    }

    /** The event since the last call, or null. */
    public BufferEvent takeNews() {
        BufferEvent event = news;
        news = null;
        return event;
    }

    /** Why the last event happened. */
    public String newsReason(BufferEvent event) {
        return reason(event, newsWords, 0);
    }

    /** For each kind of event that happened, why the first one did. */
    public SortedMap<String, String> eventReasons() {
        SortedMap<String, String> result = new TreeMap<>();
        for (BufferEvent event : BufferEvent.values()) {
            if (block.words[EVENTS + event.ordinal()] != 0) {
                int at = event.ordinal() * FIRST_EVENT_WORDS;
                result.put(
                        event.label,
                        String.format(
                                "first after %,d operations: %s",
                                firstEvents.words[at], reason(event, firstEvents.words, at)));
            }
        }
        return result;
    }

    private static String reason(BufferEvent event, long[] words, int at) {
        return EventReason.of(
                event, EventCause.values()[(int) words[at + 4]], words[at + 1], words[at + 2], words[at + 3]);
    }

    public void countTrap(int encoding) {
        traps.increment(encoding);
    }

    public RegisterWords traps() {
        return traps;
    }

    public SortedMap<String, Long> exits() {
        SortedMap<String, Long> result = new TreeMap<>();
        for (ExitReason reason : ExitReason.values()) {
            put(result, reason.label, block.words[EXITS + reason.ordinal()]);
        }
        return result;
    }

    public SortedMap<String, Long> bufferEvents() {
        SortedMap<String, Long> result = new TreeMap<>();
        for (BufferEvent event : BufferEvent.values()) {
            put(result, event.label, block.words[EVENTS + event.ordinal()]);
        }
        return result;
    }

    /** Counts a write to a buffer register while PMBLIMITR_EL1.E is 1 that a hypervisor may ignore (DEN0154). */
    public void countIgnorable(int encoding, long pc) {
        long[] words = ignorable.words;
        int last = IGNORABLE_WORDS * (IGNORABLE_PLACES - 1);
        for (int at = 0; at <= last; at += IGNORABLE_WORDS) {
            if (words[at + 2] == 0) {
                words[at] = encoding;
                words[at + 1] = pc;
            }
            if (at == last || words[at] == encoding && words[at + 1] == pc) {
                words[at + 2]++;
                return;
            }
        }
    }

    private void putIgnorable(SortedMap<String, Long> host) {
        for (int place = 0; place < IGNORABLE_PLACES; place++) {
            int at = IGNORABLE_WORDS * place;
            String where = place == IGNORABLE_PLACES - 1
                    ? "buffer registers written while E = 1, elsewhere"
                    : String.format(
                            "%s written while E = 1, at 0x%x",
                            bufferRegister((int) ignorable.words[at]), ignorable.words[at + 1]);
            put(host, where, ignorable.words[at + 2]);
        }
    }

    private static String bufferRegister(int encoding) {
        return switch (encoding) {
            case SystemRegister.PMBPTR_EL1 -> "PMBPTR_EL1";
            case SystemRegister.PMBSR_EL1 -> "PMBSR_EL1";
            default -> "PMBLIMITR_EL1";
        };
    }

    public SortedMap<String, Long> host() {
        SortedMap<String, Long> result = new TreeMap<>();
        put(result, VirtualMachine.PINS, pins());
        put(result, VirtualMachine.UNPINS, unpins());
        put(result, VirtualMachine.PEAK_PINNED_BYTES, peakPinnedPages() * PageList.PAGE);
        for (HostCounter counter : HostCounter.values()) {
            put(result, counter.label, counted(counter));
        }
        put(result, "pages in the dirty log", dirtyLog.count());
        putIgnorable(result);
        return result;
    }

    private static void put(SortedMap<String, Long> map, String label, long count) {
        if (count != 0) {
            map.put(label, count);
        }
    }
}
