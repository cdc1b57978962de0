// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.api.debug.Condition;
import dev.spelunk.api.debug.Condition.Access;
import dev.spelunk.api.debug.Condition.At;
import dev.spelunk.api.debug.Condition.Event;
import dev.spelunk.api.debug.Condition.Profiling;
import dev.spelunk.api.debug.Condition.Taken;
import dev.spelunk.api.debug.Condition.Written;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.state.ExceptionHistory;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.run.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says where a machine is to stop. Breakpoints alone leave a PE at full speed where its core knows addresses before which to
 * end a run; all other conditions need every operation in observed form. What it compares are values before and after, so
 * that it sees what no instruction did.
 */
final class Watch implements Checks {
    private static final long[] NONE = {};

    private final PeContext[] pes;
    private final RegisterView registers;
    private final List<Condition> conditions = new ArrayList<>();
    private final List<At> places = new ArrayList<>();
    private final List<Access> accesses = new ArrayList<>();
    private final List<Written> written = new ArrayList<>();
    private final List<Condition> events = new ArrayList<>();
    private long[] addresses = NONE;
    /** By PE: the core that has been told addresses, which ones, and whether it stops before them. */
    private final Core[] cores;

    private final long[][] held;
    private final boolean[] fast;
    /** By PE: values of {@link #written}, then of the counters that {@link #events} are about. */
    private final long[][] values;

    private final long[][] counters;

    private boolean quiet;
    private boolean single;
    private int stepping = -1;
    private long from;
    private long to;
    /** PE that stands at a condition that does not hold it; with its operations then. */
    private int left = -1;

    private long leftAt;
    private long leftPc;
    private Stop due;
    /** On a search: what holds goes there, and nothing stops. */
    private Hits hits;
    /** The last operation in observed form. */
    private Place last;

    private long total;

    /** Gets what holds on the way to a place. */
    interface Hits {
        void hit(Stop stop, Place place);

        /** An operation of a PE is the next one before the place. */
        void operation(int pe, Place before);
    }

    Watch(PeContext[] pes, RegisterView registers) {
        this.pes = pes;
        this.registers = registers;
        cores = new Core[pes.length];
        held = new long[pes.length][];
        fast = new boolean[pes.length];
        values = new long[pes.length][];
        counters = new long[pes.length][];
    }

    List<Condition> conditions() {
        return List.copyOf(conditions);
    }

    void add(Condition condition) {
        if (condition instanceof Written register) {
            registers.description(pes[0], register.name());
        }
        if (!conditions.contains(condition)) {
            conditions.add(condition);
            sort();
            begin();
        }
    }

    void remove(Condition condition) {
        if (conditions.remove(condition)) {
            sort();
            begin();
        }
    }

    private void sort() {
        places.clear();
        accesses.clear();
        written.clear();
        events.clear();
        for (Condition condition : conditions) {
            if (condition instanceof At at) {
                places.add(at);
            } else if (condition instanceof Access access) {
                accesses.add(access);
            } else if (condition instanceof Written register) {
                written.add(register);
            } else {
                events.add(condition);
            }
        }
        addresses = places.isEmpty()
                ? NONE
                : places.stream().mapToLong(At::address).sorted().distinct().toArray();
    }

    /** Whether all conditions leave the PEs at full speed. */
    boolean fast() {
        return accesses.isEmpty() && written.isEmpty() && events.isEmpty();
    }

    boolean none() {
        return conditions.isEmpty();
    }

    /** Everything that it compares is what it is now. */
    void begin() {
        due = null;
        last = null;
        total = executed();
        for (PeContext context : pes) {
            remember(context);
        }
    }

    private void remember(PeContext context) {
        int pe = context.pe.index;
        if (values[pe] == null || values[pe].length != written.size()) {
            values[pe] = new long[written.size()];
        }
        for (int i = 0; i < written.size(); i++) {
            values[pe][i] = registers.value(context, written.get(i).name());
        }
        SpuState spu = context.pe.spu;
        ExceptionHistory taken = context.pe.exceptions;
        counters[pe] = new long[] {
            taken.taken, taken.interrupts, spu.counters[SpuState.RECORDS_WRITTEN], full(spu), faults(spu)
        };
    }

    private static long full(SpuState spu) {
        return spu.counters[SpuState.BUFFER_FULL];
    }

    private static long faults(SpuState spu) {
        return spu.counters[SpuState.STAGE1_FAULT]
                + spu.counters[SpuState.STAGE2_FAULT]
                + spu.counters[SpuState.EXTERNAL_ABORT]
                + spu.counters[SpuState.ACCESS_NOT_ALLOWED];
    }

    /** Nothing stops, but at the count of operations that the run loop is given. */
    void quiet() {
        quiet = true;
        single = false;
        hits = null;
        stepping = -1;
        due = null;
    }

    /** The run loop does one thing at a time, and nothing stops. */
    void single() {
        quiet();
        single = true;
    }

    /** What holds on the way is collected, and nothing stops. */
    void collect(Hits collected, boolean one) {
        quiet = false;
        single = one;
        hits = collected;
        stepping = -1;
        due = null;
    }

    /** As {@link #collect}, one thing at a time from here on. */
    void collectSingly() {
        single = true;
    }

    /** What an order to go forwards asks for. */
    void follow(Order order) {
        quiet = false;
        single = false;
        hits = null;
        stepping = order.kind() == Order.Kind.STEP ? order.pe() : -1;
        from = order.from();
        to = order.to();
        left = -1;
        begin();
        if (order.leaves()) {
            for (PeContext context : pes) {
                if (Arrays.binarySearch(addresses, context.pe.pc) >= 0 && left < 0) {
                    left = context.pe.index;
                    leftAt = context.pe.executed;
                    leftPc = context.pe.pc;
                }
            }
        }
    }

    Stop stop() {
        return due;
    }

    private long executed() {
        long sum = 0;
        for (PeContext context : pes) {
            sum += context.pe.executed;
        }
        return sum;
    }

    @Override
    public long closely(PeContext context) {
        if (single) {
            return 1;
        }
        if (quiet) {
            holds(context, NONE);
            return 0;
        }
        int pe = context.pe.index;
        if (stepping == pe || !fast() || collectsOperations()) {
            return Long.MAX_VALUE;
        }
        if (!holds(context, addresses)) {
            return Long.MAX_VALUE;
        }
        return addresses.length != 0 && Arrays.binarySearch(addresses, context.pe.pc) >= 0 ? 1 : 0;
    }

    private boolean collectsOperations() {
        return hits instanceof Operations;
    }

    /** Gets every operation. */
    interface Operations extends Hits {}

    /** Tells the PE's core these addresses, unless it holds them. @return whether it stops before them */
    private boolean holds(PeContext context, long[] wanted) {
        int pe = context.pe.index;
        if (cores[pe] != context.core || held[pe] != wanted) {
            boolean holdsOthers = cores[pe] == context.core && held[pe].length != 0;
            fast[pe] = wanted.length == 0 && !holdsOthers || context.core.stopBefore(wanted) || wanted.length == 0;
            cores[pe] = context.core;
            held[pe] = wanted;
        }
        return fast[pe];
    }

    @Override
    public boolean before(PeContext context) {
        if (quiet || addresses.length == 0) {
            return false;
        }
        PeState pe = context.pe;
        if (Arrays.binarySearch(addresses, pe.pc) < 0) {
            return false;
        }
        if (left == pe.index) {
            left = -1;
            if (leftAt == pe.executed && leftPc == pe.pc) {
                return false;
            }
        }
        for (At at : places) {
            if (at.address() == pe.pc && holds(at, context)) {
                Stop stop = new Stop(Stop.Kind.CONDITION, pe.index, at, pe.pc, "");
                if (hits != null) {
                    hits.hit(stop, Place.before(executed(), pe.index, pe.pc, pe.el));
                    return false;
                }
                due = stop;
                return true;
            }
        }
        return false;
    }

    private static boolean holds(At at, PeContext context) {
        return (at.el() == Condition.ANY || at.el() == context.pe.el)
                && (at.vmid() == Condition.ANY
                        || at.vmid() == context.register(SystemRegister.VTTBR_EL2) >>> TTBRn_ELx.VMID_SHIFT);
    }

    @Override
    public boolean due() {
        return single || due != null;
    }

    @Override
    public void after(PeContext context, Operation operation) {
        if (quiet) {
            return;
        }
        PeState pe = context.pe;
        if (operation != null) {
            total = executed();
            last = Place.before(total - 1, pe.index, operation.pc, operation.el);
            if (hits != null) {
                hits.operation(pe.index, last);
            }
            for (int i = 0; i < accesses.size(); i++) {
                accessed(context, accesses.get(i), operation);
            }
        }
        if (!written.isEmpty() || !events.isEmpty()) {
            compare(context, operation);
        }
        if (stepping == pe.index && due == null && moved(pe, operation)) {
            due = new Stop(Stop.Kind.STEPPED, pe.index, null, 0, "");
        }
    }

    private boolean moved(PeState pe, Operation operation) {
        boolean interrupted = counters[pe.index][1] != pe.exceptions.interrupts;
        return (operation != null || interrupted) && (interrupted || pe.pc < from || pe.pc >= to);
    }

    private void accessed(PeContext context, Access access, Operation operation) {
        if (!operation.is(Operation.HAS_VA)
                || operation.is(Operation.MAINTENANCE)
                || operation.va >= access.address() + access.size()
                || operation.va + operation.accessSize <= access.address()) {
            return;
        }
        if (access.read() && operation.is(Operation.LOAD) || access.write() && operation.is(Operation.STORE)) {
            holds(context, access, Math.max(access.address(), operation.va), "");
        }
    }

    private void holds(PeContext context, Condition condition, long address, String text) {
        Stop stop = new Stop(Stop.Kind.CONDITION, context.pe.index, condition, address, text);
        if (hits != null) {
            hits.hit(stop, last);
        } else if (due == null) {
            due = stop;
        }
    }

    private void compare(PeContext context, Operation operation) {
        int pe = context.pe.index;
        for (int i = 0; i < written.size(); i++) {
            String name = written.get(i).name();
            long now = registers.value(context, name);
            long was = values[pe][i];
            values[pe][i] = now;
            if (now != was || operation != null && writes(context, name, operation)) {
                String by = operation != null && writes(context, name, operation)
                        ? "MSR"
                        : operation != null ? "the operation" : "the hardware or the hypervisor";
                holds(
                        context,
                        written.get(i),
                        0,
                        String.format("%s was 0x%x, is 0x%x, written by %s", name, was, now, by));
            }
        }
        long[] c = counters[pe];
        ExceptionHistory taken = context.pe.exceptions;
        SpuState spu = context.pe.spu;
        for (Condition condition : events) {
            if (condition instanceof Taken exception) {
                taken(context, exception, c, taken);
            } else if (condition instanceof Profiling profiling && happened(profiling.event(), c, spu)) {
                holds(context, condition, 0, "");
            }
        }
        if (stepping != pe) {
            c[1] = taken.interrupts;
        }
        c[0] = taken.taken;
        c[2] = spu.counters[SpuState.RECORDS_WRITTEN];
        c[3] = full(spu);
        c[4] = faults(spu);
    }

    private static boolean happened(Event event, long[] c, SpuState spu) {
        return switch (event) {
            case RECORD -> spu.counters[SpuState.RECORDS_WRITTEN] != c[2];
            case BUFFER_FULL -> full(spu) != c[3];
            case FAULT -> faults(spu) != c[4];
        };
    }

    private void taken(PeContext context, Taken exception, long[] c, ExceptionHistory taken) {
        if (taken.taken != c[0]) {
            int i = (int) ((taken.taken - 1) % ExceptionHistory.KEPT);
            long to = taken.levels[i] >>> 4;
            if (exception.el() == Condition.ANY || exception.el() == to) {
                holds(
                        context,
                        exception,
                        0,
                        String.format(
                                "exception from EL%d to EL%d at 0x%x, ESR 0x%x",
                                taken.levels[i] & 15, to, taken.pc[i], taken.syndrome[i]));
            }
        } else if (taken.interrupts != c[1]) {
            long to = taken.interruptLevels >>> 4;
            if (exception.el() == Condition.ANY || exception.el() == to) {
                holds(
                        context,
                        exception,
                        0,
                        String.format("interrupt from EL%d to EL%d", taken.interruptLevels & 15, to));
            }
        }
    }

    private boolean writes(PeContext context, String name, Operation operation) {
        Instruction instruction = InstructionSet.whole().decode(operation.word);
        boolean msr = instruction != null && instruction.form() == Form.SYSTEM_WRITE;
        if (!msr || operation.is(Operation.EXCEPTION)) {
            return false;
        }
        int encoding = operation.word >>> 5 & 0x7FFF | 1 << 15;
        RegisterDescription register = context.registers.description(encoding);
        return register != null
                && context.registers.index(encoding)
                        == context.registers.index(
                                registers.description(context, name).encoding())
                && !name.startsWith(Debugger.IN_MEMORY);
    }
}
