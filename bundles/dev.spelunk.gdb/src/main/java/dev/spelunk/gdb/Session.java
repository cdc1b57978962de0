// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import dev.spelunk.api.debug.Condition;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.machine.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** One connection of GDB to a machine: from its first packet to its last. PEs are threads of one process. */
final class Session implements Runnable {
    static final String OK = "OK";
    private static final String NOT_SUPPORTED = "";
    static final String BAD_PACKET = "E01";
    private static final int POLL_MILLISECONDS = 10;
    private static final int SIGINT = 2;
    private static final int SIGTRAP = 5;
    private static final int SIGABRT = 6;
    static final int MOST_MEMORY = Packets.LONGEST / 2 - 8;

    private final Packets packets;
    private final Debugger debugger;
    private final Threads threads;
    private final RegisterPackets registers;
    private final MemoryPackets memory;
    private final Function<String, String> monitor;
    /** Conditions that GDB has set, and that go with it. */
    private final List<Condition> conditions = new ArrayList<>();
    /** Those that its user has set by {@code monitor}, of which GDB does not know. */
    private final List<Condition> monitored = new ArrayList<>();

    private Stop last;
    /** The PE of register packets, and that of bs and bc; -1 for the one that the last stop is about. */
    private int general = -1;

    private int control = -1;
    private boolean moving;
    private boolean detached;
    private boolean killed;
    /** Whether the answer to vRun is to come, before which nothing may be said. */
    private boolean restarts;

    /** @param monitor carries out a command of a person, and says what it said */
    Session(Packets packets, Machine machine, Function<String, String> monitor) {
        this.packets = packets;
        this.monitor = monitor;
        debugger = machine.debugger();
        threads = new Threads(machine.pes());
        registers = new RegisterPackets(debugger, machine.pes());
        memory = new MemoryPackets(debugger);
    }

    /** Whether GDB has ended the run. */
    boolean killed() {
        return killed;
    }

    @Override
    public void run() {
        try {
            debugger.halt();
            last = debugger.await(0);
            if (last == null) {
                last = new Stop(Stop.Kind.PAUSED, 0, null, 0, "");
            }
            while (!detached && !packets.ended()) {
                if (moving) {
                    watch();
                } else {
                    serve();
                }
            }
        } catch (IOException e) {
            // The other side is gone.
            detached = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave();
        }
    }

    /** The machine goes on without breakpoints. */
    private void leave() {
        packets.close();
        if (moving) {
            debugger.halt();
        }
        conditions.forEach(debugger::remove);
        monitored.forEach(debugger::remove);
        try {
            if (!killed && debugger.standing()) {
                debugger.go(Order.go());
            }
        } catch (IllegalStateException e) {
            // The run is over.
            killed = false;
        }
    }

    private void watch() throws IOException, InterruptedException {
        Stop stop = debugger.await(POLL_MILLISECONDS);
        if (stop != null) {
            moving = false;
            told(stop);
            return;
        }
        if (packets.interrupted()) {
            debugger.halt();
        }
    }

    private void told(Stop stop) throws IOException {
        last = stop;
        general = -1;
        if (!stop.told().isEmpty() && !restarts) {
            packets.send("O" + Hex.of(stop.told() + "\n"));
        }
        restarts = false;
        packets.send(reply(stop));
    }

    private void serve() throws IOException, InterruptedException {
        byte[] packet = packets.receive(POLL_MILLISECONDS);
        packets.interrupted();
        if (packet == null) {
            return;
        }
        String answer;
        try {
            answer = answer(packet);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            answer = BAD_PACKET;
        } catch (IllegalStateException e) {
            packets.send("E." + e.getMessage());
            return;
        }
        if (answer != null) {
            packets.send(answer);
        }
    }

    /** The answer to a packet; null for none, or one that comes when the machine stands again. */
    private String answer(byte[] packet) throws IOException {
        String text = new String(packet, StandardCharsets.ISO_8859_1);
        if (text.isEmpty()) {
            return NOT_SUPPORTED;
        }
        String rest = text.substring(1);
        return switch (text.charAt(0)) {
            case '?' -> rest.isEmpty() ? reply(last) : BAD_PACKET;
            case '!' -> OK;
            case 'H' -> select(rest);
            case 'T' -> threads.pe(rest) >= 0 ? OK : BAD_PACKET;
            case 'g' -> registers.readAll(selected());
            case 'G' -> {
                registers.writeAll(selected(), Hex.bytes(rest));
                yield OK;
            }
            case 'p' -> readRegister(rest);
            case 'P' -> writeRegister(rest);
            case 'm' -> memory.read(selected(), rest);
            case 'M' -> memory.write(selected(), rest);
            case 'X' -> memory.writeBinary(selected(), packet, rest);
            case 'Z' -> condition(rest, true);
            case 'z' -> condition(rest, false);
            case 'c' -> resume(rest, "c");
            case 's' -> resume(rest, "s");
            case 'b' -> back(rest);
            case 'k' -> kill();
            case 'D' -> detach();
            case 'v' -> multiLetter(text);
            case 'q' -> query(text);
            case 'Q' -> set(text);
            default -> NOT_SUPPORTED;
        };
    }

    private String reply(Stop stop) {
        if (stop.kind() == Stop.Kind.ENDED) {
            return String.format(Locale.ROOT, "W%02x", stop.address() & 0xFF) + threads.process();
        }
        int signal =
                switch (stop.kind()) {
                    case PAUSED -> stop.told().isEmpty() ? SIGINT : SIGTRAP;
                    case FAILED -> SIGABRT;
                    default -> SIGTRAP;
                };
        StringBuilder reply = new StringBuilder(
                String.format(Locale.ROOT, "T%02xthread:%s;", signal, threads.name(Math.max(stop.pe(), 0))));
        if (stop.kind() == Stop.Kind.BEGIN) {
            reply.append("replaylog:begin;");
        } else if (stop.condition() instanceof Condition.Access access && conditions.contains(access)) {
            String kind = access.read() ? access.write() ? "awatch" : "rwatch" : "watch";
            reply.append(String.format(Locale.ROOT, "%s:%x;", kind, stop.address()));
        } else if (stop.condition() instanceof Condition.At at && conditions.contains(at)) {
            reply.append("hwbreak:;");
        }
        return reply.toString();
    }

    private String select(String rest) {
        int pe = threads.pe(rest.substring(1));
        if (rest.charAt(0) == 'g') {
            general = pe;
        } else if (rest.charAt(0) == 'c') {
            control = pe;
        } else {
            return BAD_PACKET;
        }
        return OK;
    }

    private int stopped() {
        return Math.max(last.pe(), 0);
    }

    private int selected() {
        return general < 0 ? stopped() : general;
    }

    private String readRegister(String rest) {
        int number = (int) Math.min(Hex.number(rest) & Integer.MAX_VALUE, Integer.MAX_VALUE);
        return registers.size(number) == 0 ? BAD_PACKET : registers.read(selected(), number);
    }

    private String writeRegister(String rest) {
        int equals = rest.indexOf('=');
        int number = (int) Math.min(Hex.number(rest.substring(0, equals)), Integer.MAX_VALUE);
        registers.write(selected(), number, Hex.bytes(rest.substring(equals + 1)), 0);
        return OK;
    }

    private String condition(String rest, boolean set) {
        String[] parts = rest.split("[,;]");
        long address = Hex.number(parts[1]);
        long size = Hex.number(parts[2]);
        if (size == 0) {
            return BAD_PACKET;
        }
        Condition condition;
        switch (parts[0]) {
            case "0", "1" -> condition = new Condition.At(address);
            case "2" -> condition = new Condition.Access(address, size, false, true);
            case "3" -> condition = new Condition.Access(address, size, true, false);
            case "4" -> condition = new Condition.Access(address, size, true, true);
            default -> {
                return NOT_SUPPORTED;
            }
        }
        if (set) {
            debugger.add(condition);
            conditions.add(condition);
        } else if (conditions.remove(condition) && !conditions.contains(condition)) {
            debugger.remove(condition);
        }
        return OK;
    }

    private String resume(String address, String how) {
        if (!address.isEmpty()) {
            return BAD_PACKET;
        }
        return go(how.equals("s") ? step(control < 0 ? stopped() : control, 0, 0, false) : all());
    }

    private static Order all() {
        return new Order(Order.Kind.CONTINUE, -1, 0, 0, false, false, 0);
    }

    private static Order step(int pe, long from, long to, boolean alone) {
        return new Order(Order.Kind.STEP, pe, from, to, alone, false, 0);
    }

    private String go(Order order) {
        if (last.kind() == Stop.Kind.ENDED) {
            return reply(last);
        }
        debugger.go(order);
        moving = true;
        return null;
    }

    private String back(String rest) {
        int pe = control < 0 ? stopped() : control;
        return switch (rest) {
            case "s" -> go(Order.backStep(pe));
            case "c" -> go(Order.back());
            default -> NOT_SUPPORTED;
        };
    }

    private String kill() {
        killed = true;
        detached = true;
        return null;
    }

    private String detach() throws IOException {
        packets.send(OK);
        detached = true;
        return null;
    }

    /** Back to the beginning, where the history has it; also of a process that GDB has just killed for this. */
    private String restart() {
        if (debugger.earliest() != 0) {
            throw new IllegalStateException("the history does not reach back to the beginning");
        }
        debugger.go(Order.goTo(0));
        killed = false;
        restarts = true;
        moving = true;
        return null;
    }

    private String multiLetter(String text) {
        if (text.equals("vCont?")) {
            return "vCont;c;C;s;S;r";
        }
        if (text.startsWith("vCont;")) {
            return resume(text.substring(6).split(";"));
        }
        if (text.startsWith("vKill")) {
            killed = true;
            return OK;
        }
        if (text.startsWith("vRun")) {
            return restart();
        }
        return NOT_SUPPORTED;
    }

    /** One PE may step while the others go on, or stand; that others stand is another run than the machine's own. */
    private String resume(String... actions) {
        int stepped = -1;
        int only = -1;
        boolean others = false;
        long from = 0;
        long to = 0;
        for (String action : actions) {
            int colon = action.indexOf(':');
            int pe = colon < 0 ? -1 : threads.pe(action.substring(colon + 1));
            String what = colon < 0 ? action : action.substring(0, colon);
            char kind = what.charAt(0);
            if ((kind == 's' || kind == 'S' || kind == 'r') && stepped < 0) {
                stepped = pe < 0 ? stopped() : pe;
                if (kind == 'r') {
                    int comma = what.indexOf(',');
                    from = Hex.number(what.substring(1, comma));
                    to = Hex.number(what.substring(comma + 1));
                }
                others |= pe < 0;
            } else if (kind == 'c' || kind == 'C') {
                others |= pe < 0;
                only = pe < 0 ? only : pe;
            } else {
                return BAD_PACKET;
            }
        }
        boolean one = threads.count() == 1;
        if (stepped >= 0) {
            // A step off a breakpoint is of the PE whose turn it is: the others would stand anyway.
            return go(step(stepped, from, to, !others && !one && stepped != stopped()));
        }
        if (!others && !one && only >= 0) {
            return go(new Order(Order.Kind.CONTINUE, only, 0, 0, true, false, 0));
        }
        return go(all());
    }

    private String query(String text) throws IOException {
        if (text.startsWith("qSupported")) {
            threads.multiprocess(text.contains("multiprocess+"));
            String back = debugger.earliest() < 0 ? "" : ";ReverseStep+;ReverseContinue+";
            return "PacketSize=" + Integer.toHexString(Packets.LONGEST)
                    + ";QStartNoAckMode+;multiprocess+;vContSupported+;hwbreak+;swbreak+;qXfer:features:read+"
                    + ";qXfer:memory-map:read+;qXfer:exec-file:read+;qXfer:threads:read+" + back;
        }
        if (text.startsWith("qXfer:")) {
            return transfer(text.substring(6));
        }
        if (text.startsWith("qRcmd,")) {
            return command(new String(Hex.bytes(text.substring(6)), StandardCharsets.UTF_8));
        }
        if (text.startsWith("qThreadExtraInfo,")) {
            return Hex.of(threads.about(Math.max(threads.pe(text.substring(17)), 0)));
        }
        if (text.startsWith("qMemoryRegionInfo:")) {
            return memory.region(selected(), text.substring(18));
        }
        if (text.startsWith("qAttached")) {
            return "1";
        }
        if (text.startsWith("qSymbol")) {
            return OK;
        }
        return switch (text) {
            case "qC" -> "QC" + threads.name(stopped());
            case "qfThreadInfo" -> threads.list();
            case "qsThreadInfo" -> "l";
            default -> NOT_SUPPORTED;
        };
    }

    private String command(String command) throws IOException {
        List<Condition> before = debugger.conditions();
        String said = monitor.apply(command);
        debugger.conditions().stream().filter(each -> !before.contains(each)).forEach(monitored::add);
        int most = MOST_MEMORY / 2;
        for (int at = 0; at < said.length(); at += most) {
            packets.send("O" + Hex.of(said.substring(at, Math.min(said.length(), at + most))));
        }
        // The command may have moved the machine; GDB asks again for what it has cached when told so.
        return OK;
    }

    private String transfer(String rest) {
        String[] parts = rest.split(":", 4);
        String object = parts[0] + ":" + parts[1];
        String whole =
                switch (object) {
                    case "features:read" ->
                        parts[2].equals("target.xml") ? TargetDescription.of(registers.system()) : null;
                    case "memory-map:read" -> memoryMap();
                    case "exec-file:read" ->
                        new String(debugger.guest().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
                    case "threads:read" -> threads.document();
                    default -> null;
                };
        if (whole == null) {
            return "E00";
        }
        int comma = parts[3].indexOf(',');
        long offset = Hex.number(parts[3].substring(0, comma));
        long length = Math.min(Hex.number(parts[3].substring(comma + 1)) & Long.MAX_VALUE, MOST_MEMORY);
        if (offset < 0 || offset >= whole.length()) {
            return "l";
        }
        String part = whole.substring((int) offset, (int) Math.min(whole.length(), offset + length));
        return (offset + part.length() < whole.length() ? "m" : "l") + part;
    }

    /** Addresses are virtual: which of them are RAM is the guest's affair, and any may be. */
    private static String memoryMap() {
        return "<?xml version=\"1.0\"?><memory-map><memory type=\"ram\" start=\"0x0\""
                + " length=\"0xffffffffffffffff\"/></memory-map>";
    }

    private String set(String text) {
        if (text.equals("QStartNoAckMode")) {
            packets.withoutAcknowledgements();
            return OK;
        }
        return NOT_SUPPORTED;
    }
}
