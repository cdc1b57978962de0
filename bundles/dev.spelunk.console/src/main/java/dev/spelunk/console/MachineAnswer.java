// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import jakarta.json.stream.JsonGenerator;
import java.util.List;
import java.util.Locale;

/** What the machine is doing. While it runs, it is looked at without being stopped: places are where PEs were a moment ago. */
final class MachineAnswer {
    private static final double NANOSECONDS_PER_MICROSECOND = 1e3;
    /** A speed is that of the last so many nanoseconds. */
    private static final long SPAN = 900_000_000L;

    private final Desk desk;
    private Machine of;
    private long counted;
    private long at;
    private double mips;

    MachineAnswer(Desk desk) {
        this.desk = desk;
    }

    synchronized String text() {
        Machine machine = desk.machine();
        Desk.State state = desk.state();
        measure(machine, state);
        return Answers.object(json -> members(json, machine, state));
    }

    private void members(JsonGenerator json, Machine machine, Desk.State state) {
        json.write("state", state.name().toLowerCase(Locale.ROOT));
        json.write("variant", desk.host().variant());
        json.write("instructions", machine.instructions());
        json.write("mips", Math.round(mips * 10) / 10.0);
        long records = 0;
        long bytes = 0;
        for (RecordStream stream : machine.records()) {
            records += stream.records();
            bytes += stream.bytes();
        }
        json.write("records", records);
        json.write("bytes", bytes);
        SwapReport swaps = desk.swaps().report(machine);
        json.write("swaps", swaps.swaps());
        strings(json, "waitsFor", swaps.missing());
        json.writeStartArray("pes");
        for (int i = 0; i < machine.pes().size(); i++) {
            pe(json, machine, i);
        }
        json.writeEnd();
        strings(json, "snapshots", desk.host().snapshots());
        if (state == Desk.State.ENDED) {
            ended(json);
        }
    }

    private static void pe(JsonGenerator json, Machine machine, int index) {
        PeContext context = machine.pes().get(index);
        PeState pe = context.pe;
        Debugger debugger = machine.debugger();
        json.writeStartObject();
        json.write("el", pe.el);
        json.write("pc", Answers.hex(pe.pc));
        json.write("function", debugger.symbol(pe.pc));
        json.write("vcpu", pe.vcpu);
        json.write("does", !pe.powered ? "off" : pe.waiting ? "waits" : "executes");
        json.writeEnd();
    }

    private void ended(JsonGenerator json) {
        Machine.Result result = desk.host().result();
        json.writeStartObject("end");
        if (result == null) {
            json.write("how", "failed inside: " + desk.host().failure());
        } else {
            json.write("how", how(result));
            json.write("seconds", Math.round(result.nanoseconds() / 1e6) / 1e3);
            json.write("cycles", result.cycles());
        }
        strings(json, "files", desk.host().files());
        json.writeEnd();
    }

    private static String how(Machine.Result result) {
        String message = result.message() == null || result.message().isEmpty() ? "" : ": " + result.message();
        return result.ending().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (result.ending() == Machine.Ending.EXITED ? " with " + result.exitCode() : "")
                + message;
    }

    static void strings(JsonGenerator json, String key, List<String> values) {
        json.writeStartArray(key);
        values.forEach(json::write);
        json.writeEnd();
    }

    private void measure(Machine machine, Desk.State state) {
        long now = System.nanoTime();
        long count = machine.instructions();
        if (machine != of || state != Desk.State.RUNNING) {
            of = machine;
            counted = count;
            at = now;
            mips = 0;
        } else if (now - at >= SPAN) {
            mips = (count - counted) * NANOSECONDS_PER_MICROSECOND / (now - at);
            counted = count;
            at = now;
        }
    }
}
