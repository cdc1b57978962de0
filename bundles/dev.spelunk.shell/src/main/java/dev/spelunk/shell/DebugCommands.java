// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.debug.Condition;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.machine.Machine;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The Gogo commands of scope {@code spelunk} that a person finds a mistake with; GDB's {@code monitor} has them too. */
@Component(
        service = DebugCommands.class,
        property = {
            "osgi.command.scope=spelunk",
            "osgi.command.function=break",
            "osgi.command.function=watch",
            "osgi.command.function=breaks",
            "osgi.command.function=delete",
            "osgi.command.function=step",
            "osgi.command.function=until",
            "osgi.command.function=proceed",
            "osgi.command.function=back",
            "osgi.command.function=backstep",
            "osgi.command.function=travel",
            "osgi.command.function=history"
        })
public final class DebugCommands {
    private static final int POLL_MILLISECONDS = 200;
    private static final Pattern LEVEL = Pattern.compile("(?i)el([0-3])");

    private final Machine machine;
    private final GuestView view;
    private final MachineControl control;
    private volatile boolean interrupted;

    /**
     * Made by SCR.
     *
     * @param machine the composed machine
     * @param commands that start it
     */
    @Activate
    public DebugCommands(@Reference Machine machine, @Reference MachineCommands commands) {
        this.machine = machine;
        control = commands.control();
        view = new GuestView(machine);
    }

    /** Ends the command that moves the machine, if there is one, and stops the machine; returns what it does then. */
    String interrupt() {
        interrupted = true;
        return control.interrupt();
    }

    private Debugger debugger() {
        return machine.debugger();
    }

    /** Stops at an address. */
    @Descriptor("stop before the instruction at an address or function")
    public String _break(@Descriptor("address or function, or exception, record, full, fault") String what) {
        return add(
                switch (what) {
                    case "exception" -> new Condition.Taken(Condition.ANY);
                    case "record" -> new Condition.Profiling(Condition.Event.RECORD);
                    case "full" -> new Condition.Profiling(Condition.Event.BUFFER_FULL);
                    case "fault" -> new Condition.Profiling(Condition.Event.FAULT);
                    default -> new Condition.At(view.address(what));
                });
    }

    /** Stops at an address at an Exception level, on an exception to one, or on a write of a system register. */
    @Descriptor("stop at an Exception level or VMID, on an exception to one, or when a system register is written")
    public String _break(
            @Descriptor("el0, el1, el2 or vmid=N, or exception, or write") String where,
            @Descriptor("address or function; of exception: elN; of write: name of the register") String what) {
        Matcher level = LEVEL.matcher(where);
        if (level.matches()) {
            return add(new Condition.At(view.address(what), Integer.parseInt(level.group(1)), Condition.ANY));
        }
        if (where.startsWith("vmid=")) {
            return add(new Condition.At(view.address(what), Condition.ANY, (int) number(where.substring(5))));
        }
        if (where.equals("exception")) {
            Matcher to = LEVEL.matcher(what);
            if (!to.matches()) {
                throw new IllegalArgumentException("break exception el1, or el2; not " + what);
            }
            return add(new Condition.Taken(Integer.parseInt(to.group(1))));
        }
        if (where.equals("write")) {
            return add(new Condition.Written(what));
        }
        throw new IllegalArgumentException(
                "break ADDRESS, break elN ADDRESS, break vmid=N ADDRESS, break exception [elN], break write REGISTER, "
                        + "break record, break full or break fault; not break " + where);
    }

    /** Stops at a store. */
    @Descriptor("stop after a store to 8 bytes at an address")
    public String watch(@Descriptor("address or function") String address) {
        return watch(address, Long.BYTES);
    }

    /** Stops at a store. */
    @Descriptor("stop after a store to memory")
    public String watch(@Descriptor("address or function") String address, @Descriptor("number of bytes") long size) {
        if (size <= 0) {
            throw new IllegalArgumentException("a number of bytes is above 0, not " + size);
        }
        return add(new Condition.Access(view.address(address), size, false, true));
    }

    private String add(Condition condition) {
        debugger().add(condition);
        return (debugger().conditions().indexOf(condition) + 1) + ": " + text(condition);
    }

    /** Lists where it stops. */
    @Descriptor("list where the machine stops")
    public String breaks() {
        List<Condition> all = debugger().conditions();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < all.size(); i++) {
            text.append(i + 1).append(": ").append(text(all.get(i))).append('\n');
        }
        return all.isEmpty() ? "the machine stops nowhere" : text.toString().stripTrailing();
    }

    private String text(Condition condition) {
        if (condition instanceof Condition.At at) {
            return "break at " + view.place(at.address()) + (at.el() == Condition.ANY ? "" : " at EL" + at.el())
                    + (at.vmid() == Condition.ANY ? "" : " of VMID " + at.vmid());
        }
        if (condition instanceof Condition.Access access) {
            String kind = access.read() ? access.write() ? "access" : "load" : "store";
            return String.format(
                    Locale.ROOT, "watch for a %s of %d bytes at %s", kind, access.size(), view.place(access.address()));
        }
        if (condition instanceof Condition.Taken taken) {
            return "break on an exception" + (taken.el() == Condition.ANY ? "" : " to EL" + taken.el());
        }
        if (condition instanceof Condition.Written written) {
            return "break when " + written.name() + " is written";
        }
        return "break on "
                + switch (((Condition.Profiling) condition).event()) {
                    case RECORD -> "a sample record";
                    case BUFFER_FULL -> "a full profiling buffer";
                    case FAULT -> "a fault of the profiling buffer";
                };
    }

    /** Deletes one. */
    @Descriptor("take away what breaks lists, by its number")
    public String delete(@Descriptor("number, or all") String which) {
        List<Condition> all = debugger().conditions();
        if (which.equals("all")) {
            all.forEach(debugger()::remove);
            return all.size() + " taken away";
        }
        long number = number(which);
        if (number < 1 || number > all.size()) {
            throw new IllegalArgumentException("no " + which + "; breaks lists them");
        }
        debugger().remove(all.get((int) number - 1));
        return "taken away";
    }

    /** Steps. */
    @Descriptor("execute one instruction of PE 0")
    public String step() throws InterruptedException {
        return step(1);
    }

    /** Steps. */
    @Descriptor("execute instructions of PE 0")
    public String step(@Descriptor("how many") long count) throws InterruptedException {
        return step(count, 0);
    }

    /** Steps. */
    @Descriptor("execute instructions of a PE")
    public String step(@Descriptor("how many") long count, @Descriptor("index of the PE, from 0") int pe)
            throws InterruptedException {
        return repeated(Order.step(view.checked(pe)), count);
    }

    /** Steps back. */
    @Descriptor("go back by one instruction of PE 0")
    public String backstep() throws InterruptedException {
        return backstep(1);
    }

    /** Steps back. */
    @Descriptor("go back by instructions of PE 0")
    public String backstep(@Descriptor("how many") long count) throws InterruptedException {
        return repeated(Order.backStep(0), count);
    }

    private String repeated(Order order, long count) throws InterruptedException {
        Stop stop = null;
        interrupted = false;
        for (long i = 0; i < count && !interrupted && (stop == null || stop.kind() == Stop.Kind.STEPPED); i++) {
            stop = go(order);
        }
        return told(stop);
    }

    /** Goes on to a place. */
    @Descriptor("go on until the machine is at an address or function, or stops before")
    public String until(@Descriptor("address or function") String address) throws InterruptedException {
        Condition condition = new Condition.At(view.address(address));
        boolean fresh = !debugger().conditions().contains(condition);
        debugger().add(condition);
        try {
            return told(go(Order.go()));
        } finally {
            if (fresh && debugger().standing()) {
                debugger().remove(condition);
            }
        }
    }

    /** Goes on to where it stops. */
    @Descriptor("go on, and wait until the machine stops; resume does not wait")
    public String proceed() throws InterruptedException {
        return told(go(Order.go()));
    }

    /** Goes back. */
    @Descriptor("go back to where something that breaks lists held last")
    public String back() throws InterruptedException {
        return told(go(Order.back()));
    }

    /** Goes to a count. */
    @Descriptor("go back or on to where so many instructions have been executed, over all PEs")
    public String travel(@Descriptor("how many") String count) throws InterruptedException {
        return told(go(Order.goTo(Math.max(number(count), 0))));
    }

    private Stop go(Order order) throws InterruptedException {
        if (machine.instructions() == 0 && !machine.paused() && !control.started()) {
            debugger().standAtBegin();
            control.start();
        }
        debugger().go(order);
        Stop stop = null;
        while (stop == null) {
            stop = debugger().await(POLL_MILLISECONDS);
        }
        return stop;
    }

    private String told(Stop stop) {
        if (stop == null) {
            return view.where();
        }
        String why =
                switch (stop.kind()) {
                    case CONDITION -> text(stop.condition()) + "\n";
                    case BEGIN -> "";
                    case FAILED -> "the guest cannot go on\n";
                    case ENDED -> "the run is over\n";
                    default -> "";
                };
        return why + (stop.told().isEmpty() ? "" : stop.told() + "\n") + view.where(Math.max(stop.pe(), 0));
    }

    /** Says how far back one can go. */
    @Descriptor("say how far back one can go, and what it costs")
    public String history() {
        Debugger debugger = debugger();
        return debugger.earliest() < 0
                ? "this run keeps no history: give --history SIZE"
                : String.format(
                        Locale.ROOT,
                        "from operation %,d to %,d, now at %,d; %,d KiB of memory",
                        debugger.earliest(),
                        debugger.latest(),
                        debugger.place(),
                        debugger.historyBytes() >> 10);
    }

    private static long number(String text) {
        try {
            return Long.decode(text.replace("_", "").replace(",", ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: " + text, e);
        }
    }
}
