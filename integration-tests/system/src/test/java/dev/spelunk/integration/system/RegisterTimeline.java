// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens to the SPE registers of a machine's one vCPU, from each guest entry to the next. In-memory values are
 * those of the timeline; everything else is looked up in the PE while the timeline is told.
 */
final class RegisterTimeline implements TraceSink {
    static final long E = 1;
    static final long S = 1L << 17;
    static final List<Integer> BUFFER =
            List.of(SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1);
    static final List<Integer> SAMPLING = List.of(
            SystemRegister.PMSCR_EL1,
            SystemRegister.PMSICR_EL1,
            SystemRegister.PMSIRR_EL1,
            SystemRegister.PMSFCR_EL1,
            SystemRegister.PMSEVFR_EL1,
            SystemRegister.PMSLATFR_EL1);
    private static final long HCR_VM_TGE = 1 | 1L << 27;
    private static final int EC_SHIFT = 26;
    private static final int EC_SYSTEM_REGISTER = 0x18;
    private static final int ZERO = 31;

    /** The buffer registers at one time. */
    record Registers(long limit, long pointer, long status) {
        boolean e() {
            return (limit & E) != 0;
        }

        boolean s() {
            return (status & S) != 0;
        }
    }

    /** A buffer register got a value; the rest is what was right after that. */
    record Change(
            boolean inHardware, int register, long value, boolean stage2On, Registers memory, Registers hardware) {}

    /** How the guest was entered. */
    record Entry(
            Registers memory,
            Registers hardware,
            boolean stage2On,
            long mdcr,
            List<Long> sampling,
            List<Integer> trapping) {}

    /** From an entry to the next one. */
    static final class Passage {
        final Entry entry;
        final List<Change> changes = new ArrayList<>(2);
        String reason;
        /** Register whose access exited, or -1. */
        int accessed = -1;

        boolean read;
        /** What the guest wrote, or was shown. */
        long value;
        /** When the exit had been served, before the next entry. */
        Registers memory;

        Registers hardware;
        boolean stage2On;
        Entry next;

        Passage(Entry entry) {
            this.entry = entry;
        }

        boolean writes(int register) {
            return accessed == register && !read;
        }

        /** PMBSR_EL1 as hardware left it when it asserted the management interrupt, or 0. */
        long asserted() {
            return changes.stream()
                    .filter(c -> c.inHardware() && c.register() == SystemRegister.PMBSR_EL1 && (c.value() & S) != 0)
                    .mapToLong(Change::value)
                    .findFirst()
                    .orElse(0);
        }

        @Override
        public String toString() {
            return reason
                    + (accessed < 0
                            ? ""
                            : String.format(" %s %s 0x%x", read ? "read" : "write", Encoding.name(accessed), value))
                    + ", entry " + entry + ", served: memory " + memory + ", hardware " + hardware + ", changes "
                    + changes;
        }
    }

    final List<Passage> passages = new ArrayList<>();
    /** Values of the interrupt's line that were not those of in-memory S. */
    int wrongLines;

    int rises;
    private final long[] memory = new long[BUFFER.size()];
    private PeContext pe;
    private Passage passage;

    /** Begins, with a guest that has been entered for the first time and has executed nothing. */
    void follow(PeContext context) {
        pe = context;
        entered();
    }

    String name(int register) {
        return pe.registers.description(register).name();
    }

    @Override
    public void state(int vcpu, String track, String text, long cycles) {
        if (track.equals(RUN)) {
            if (pe == null) {
                return;
            }
            if (text.equals("guest")) {
                entered();
            } else {
                served(text);
            }
            return;
        }
        boolean inHardware = track.startsWith(HARDWARE);
        if (pe == null || !inHardware && !track.startsWith(MEMORY)) {
            return;
        }
        String name = track.substring((inHardware ? HARDWARE : MEMORY).length());
        for (int i = 0; i < memory.length; i++) {
            if (name(BUFFER.get(i)).equals(name)) {
                long value = Long.parseUnsignedLong(text.substring(2), 16);
                if (!inHardware) {
                    memory[i] = value;
                }
                passage.changes.add(new Change(inHardware, BUFFER.get(i), value, stage2On(), memory(), hardware()));
                return;
            }
        }
        throw new AssertionError("a track of no buffer register: " + track);
    }

    @Override
    public void instant(int vcpu, String track, String name, String detail, long cycles) {
        // The run's counters say it too.
    }

    @Override
    public void counter(int vcpu, String track, long value, long cycles) {
        if (track.equals(LINE)) {
            wrongLines += (value != 0) == memory().s() ? 0 : 1;
            rises += value != 0 ? 1 : 0;
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    private void entered() {
        List<Long> sampling = new ArrayList<>();
        List<Integer> trapping = new ArrayList<>();
        for (int register : SAMPLING) {
            sampling.add(pe.register(register));
            add(trapping, register);
        }
        for (int register : BUFFER) {
            add(trapping, register);
        }
        add(trapping, SystemRegister.PMSIDR_EL1);
        add(trapping, SystemRegister.PMBIDR_EL1);
        // Most entries are like the one before in these, which then takes no memory of its own.
        if (passage != null && trapping.equals(passage.entry.trapping())) {
            trapping = passage.entry.trapping();
        }
        if (passage != null && sampling.equals(passage.entry.sampling())) {
            sampling = passage.entry.sampling();
        }
        Entry entry =
                new Entry(memory(), hardware(), stage2On(), pe.register(SystemRegister.MDCR_EL2), sampling, trapping);
        if (passage != null) {
            passage.next = entry;
            passages.add(passage);
        }
        passage = new Passage(entry);
    }

    /** Asks the PE's own rules what a read at EL1 would do. */
    private void add(List<Integer> trapping, int register) {
        int el = pe.pe.el;
        pe.pe.el = 1;
        if (pe.registers.decide(register, true) == Access.trap(2)) {
            trapping.add(register);
        }
        pe.pe.el = el;
    }

    private void served(String text) {
        passage.reason = text;
        long syndrome = pe.register(SystemRegister.ESR_EL2);
        if (text.equals("exit: system register") && syndrome >>> EC_SHIFT == EC_SYSTEM_REGISTER) {
            int iss = (int) syndrome & 0x1FF_FFFF;
            int rt = iss >>> 5 & 31;
            passage.accessed =
                    Encoding.of(iss >>> 20 & 3, iss >>> 14 & 7, iss >>> 10 & 15, iss >>> 1 & 15, iss >>> 17 & 7);
            passage.read = (iss & 1) != 0;
            passage.value = rt == ZERO ? 0 : pe.pe.x[rt];
        }
        passage.memory = memory();
        passage.hardware = hardware();
        passage.stage2On = stage2On();
    }

    private Registers memory() {
        return new Registers(memory[0], memory[1], memory[2]);
    }

    private Registers hardware() {
        return new Registers(pe.register(BUFFER.get(0)), pe.register(BUFFER.get(1)), pe.register(BUFFER.get(2)));
    }

    private boolean stage2On() {
        return (pe.register(SystemRegister.HCR_EL2) & HCR_VM_TGE) == 1;
    }
}
