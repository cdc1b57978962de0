// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The Gogo commands of scope {@code spelunk}: what a person does with the composed machine. */
@Component(service = MachineCommands.class, property = {"osgi.command.scope=spelunk", "osgi.command.function=start",
    "osgi.command.function=pause", "osgi.command.function=resume", "osgi.command.function=await",
    "osgi.command.function=status", "osgi.command.function=registers", "osgi.command.function=dump",
    "osgi.command.function=records", "osgi.command.function=decode", "osgi.command.function=swap"})
public final class MachineCommands {
    private final MachineControl control;
    private final ProfileWriter writer;
    private final SwapService swapService;

    /**
     * Made by SCR.
     *
     * @param machine the composed machine
     * @param writer decodes records
     * @param swapService replaces parts
     */
    @Activate
    public MachineCommands(@Reference Machine machine, @Reference ProfileWriter writer,
            @Reference SwapService swapService) {
        this.control = new MachineControl(machine);
        this.writer = writer;
        this.swapService = swapService;
    }

    /** Starts the guest. */
    @Descriptor("start the guest (felix:start starts a bundle)")
    public String start() {
        return control.start();
    }

    /** Pauses. */
    @Descriptor("stop the machine between two instructions")
    public String pause() {
        return control.pause();
    }

    /** Resumes. */
    @Descriptor("let a paused machine go on")
    public String resume() {
        return control.resume();
    }

    /** Waits for the end. */
    @Descriptor("wait until the guest has ended")
    public String await() throws InterruptedException {
        return control.await();
    }

    /** Says what the machine does. */
    @Descriptor("say what the machine does")
    public String status() {
        return control.status();
    }

    /** Prints all registers of PE 0. */
    @Descriptor("print the registers of PE 0")
    public String registers() {
        return control.registers(0, "");
    }

    /** Prints registers of PE 0. */
    @Descriptor("print registers of PE 0")
    public String registers(@Descriptor("part of their names, as PMB") String name) {
        return control.registers(0, name);
    }

    /** Prints registers of a PE. */
    @Descriptor("print registers of a PE")
    public String registers(@Descriptor("part of their names, as PMB") String name,
            @Descriptor("index of the PE, from 0") int pe) {
        return control.registers(pe, name);
    }

    /** Prints all registers and the last exception. */
    @Descriptor("print all registers and the last exception")
    public String dump() {
        return control.dump();
    }

    /** Counts the records so far. */
    @Descriptor("count the sample records so far")
    public String records() throws MalformedRecordException {
        byte[] records = control.records();
        return writer.count(records) + " records, " + records.length + " bytes";
    }

    /** Decodes the records so far. */
    @Descriptor("decode the sample records so far")
    public String decode() throws IOException, MalformedRecordException {
        StringBuilder text = new StringBuilder();
        writer.decode(new ByteArrayInputStream(control.records()), text);
        return text.toString().stripTrailing();
    }

    /** Replaces a part by a new one of the same implementation. */
    @Descriptor("replace a part of the machine by the same one, made anew")
    public String swap(@Descriptor("kind of the part: pe, mmu, spu, timing, …") String part) {
        swapService.swap(control.machine(), part, null);
        return "swapped " + part;
    }

    /** Replaces a part. */
    @Descriptor("replace a part of the machine")
    public String swap(@Descriptor("kind of the part: pe, mmu, spu, timing, …") String part,
            @Descriptor("spelunk.name of the implementation") String name) {
        swapService.swap(control.machine(), part, name);
        return "swapped " + part + " to " + name;
    }
}
