// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.machine.VariantUpdate;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The Gogo commands of scope {@code spelunk}: what a person does with the composed machine. */
@Component(
        service = MachineCommands.class,
        property = {
            "osgi.command.scope=spelunk",
            "osgi.command.function=start",
            "osgi.command.function=pause",
            "osgi.command.function=resume",
            "osgi.command.function=await",
            "osgi.command.function=status",
            "osgi.command.function=save",
            "osgi.command.function=buffer",
            "osgi.command.function=host",
            "osgi.command.function=trace",
            "osgi.command.function=registers",
            "osgi.command.function=dump",
            "osgi.command.function=records",
            "osgi.command.function=decode",
            "osgi.command.function=swap",
            "osgi.command.function=force",
            "osgi.command.function=parts",
            "osgi.command.function=update"
        })
public final class MachineCommands {
    private static final String KIND = "kind of the part, as the first column of 'parts' says it";

    private final MachineControl control;
    private final ProfileWriter writer;
    private final SwapService swapService;
    private final VariantUpdate variant;

    /**
     * Made by SCR.
     *
     * @param machine the composed machine
     * @param writer decodes records
     * @param swapService replaces parts
     * @param variant follows the variant's file
     */
    @Activate
    public MachineCommands(
            @Reference Machine machine,
            @Reference ProfileWriter writer,
            @Reference SwapService swapService,
            @Reference VariantUpdate variant) {
        this.control = new MachineControl(machine);
        this.writer = writer;
        this.swapService = swapService;
        this.variant = variant;
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
        List<String> missing = swapService.report(control.machine()).missing();
        return control.status() + (missing.isEmpty() ? "" : ", waits for " + String.join(", ", missing));
    }

    /** Saves a snapshot. */
    @Descriptor("write a snapshot of the machine, which --restore goes on from")
    public String save(@Descriptor("file") String file) {
        if (control.ended()) {
            throw new IllegalStateException("the machine has ended");
        }
        CompletableFuture<BadInputException> saved = new CompletableFuture<>();
        control.machine().save(Path.of(file), saved::complete);
        BadInputException failure = saved.join();
        if (failure != null) {
            throw failure;
        }
        return "saved " + file;
    }

    /** Says how full the profiling buffers are. */
    @Descriptor("say how full the profiling buffers are, by the hardware's registers")
    public String buffer() {
        return control.whilePaused(() -> BufferText.of(control.machine()));
    }

    /** Says what the hypervisor's host did. */
    @Descriptor("say what the hypervisor's host did: pins, memory, time; counts, bytes or cycles")
    public String host() {
        StringBuilder text = new StringBuilder();
        control.whilePaused(control.machine()::host)
                .forEach((name, value) -> text.append(String.format(Locale.ROOT, "%-32s%,d%n", name, value)));
        return text.length() == 0
                ? "this machine has no hypervisor"
                : text.toString().stripTrailing();
    }

    /** Switches the logs. */
    @Descriptor("leave out lines of the logs that --log asked for, or write them again")
    public String trace(@Descriptor("on or off") String how) {
        if (!how.equals("on") && !how.equals("off")) {
            throw new IllegalArgumentException("trace on, or trace off; not trace " + how);
        }
        control.whilePaused(() -> {
            control.machine().logging(how.equals("on"));
            return null;
        });
        return "logs are " + (how.equals("on") ? "written" : "left out");
    }

    /** What moves the machine and looks at it. */
    MachineControl control() {
        return control;
    }

    /** The kinds of parts that the machine uses. */
    Collection<String> kinds() {
        return swapService.parts(control.machine()).keySet();
    }

    /** Prints all registers of PE 0. */
    @Descriptor("print the registers of PE 0")
    public String registers() {
        return control.registers(0, "");
    }

    /** Prints registers of PE 0. */
    @Descriptor("print registers of PE 0")
    public String registers(
            @Descriptor("part of their names, as PMB, or PMB* for those that begin so, with fields") String name) {
        return control.registers(0, name);
    }

    /** Prints registers of a PE. */
    @Descriptor("print registers of a PE")
    public String registers(
            @Descriptor("part of their names, as PMB, or PMB* for those that begin so, with fields") String name,
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
    public String records() {
        return control.records();
    }

    /** Decodes the records so far. */
    @Descriptor("decode the sample records so far")
    public String decode() throws IOException, MalformedRecordException {
        return control.decode(writer);
    }

    /** Replaces a part by a new one of the same implementation. */
    @Descriptor("replace a part of the machine by the same one, started anew")
    public String swap(@Descriptor(KIND) String part) {
        return swap(new SwapRequest(part, null, null, false));
    }

    /** Replaces a part. */
    @Descriptor("replace a part of the machine; of a kind that has several, add one")
    public String swap(
            @Descriptor(KIND) String part,
            @Descriptor("spelunk.name of the implementation to use from now on") String with) {
        return swap(new SwapRequest(part, null, with, false));
    }

    /** Replaces one of several parts. */
    @Descriptor("replace one of several parts of a kind")
    public String swap(
            @Descriptor(KIND) String part,
            @Descriptor("spelunk.name of the part to be replaced") String name,
            @Descriptor("spelunk.name of the implementation to use from now on; none takes the part away")
                    String with) {
        return swap(new SwapRequest(part, name, with, false));
    }

    /** Replaces a part, also when the guest can notice. */
    @Descriptor("as swap, also when the guest could notice")
    public String force(
            @Descriptor(KIND) String part,
            @Descriptor("spelunk.name of the implementation to use from now on") String with) {
        return swap(new SwapRequest(part, null, with, true));
    }

    /** Replaces one of several parts, also when the guest can notice. */
    @Descriptor("as swap, also when the guest could notice")
    public String force(
            @Descriptor(KIND) String part,
            @Descriptor("spelunk.name of the part to be replaced") String name,
            @Descriptor("spelunk.name of the implementation to use from now on; none takes the part away")
                    String with) {
        return swap(new SwapRequest(part, name, with, true));
    }

    private String swap(SwapRequest request) {
        swapService.swap(control.machine(), request);
        return "swapped " + request;
    }

    /** Lists the parts in use. */
    @Descriptor("list the parts that the machine uses, by kind, and what has been swapped")
    public String parts() {
        StringBuilder text = new StringBuilder();
        swapService
                .parts(control.machine())
                .forEach((kind, names) ->
                        text.append(String.format(Locale.ROOT, "%-12s%s%n", kind, String.join(", ", names))));
        SwapReport report = swapService.report(control.machine());
        text.append(String.format(
                Locale.ROOT,
                "%-12s%d%s",
                "swaps",
                report.swaps(),
                report.swaps() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", median pause %.2f ms, longest %.2f ms",
                                report.medianPause() / 1e6,
                                report.longestPause() / 1e6)));
        report.refused().forEach(why -> text.append(String.format(Locale.ROOT, "%n%-12s%s", "refused", why)));
        return text.toString();
    }

    /** Takes over what has changed in the variant's file. */
    @Descriptor("take over what has changed in the variant's file")
    public String update() {
        return variant.update(control.machine(), false);
    }

    /** Takes over what has changed in the variant's file. */
    @Descriptor("take over what has changed in the variant's file; force: also what the guest could notice")
    public String update(@Descriptor("force") String force) {
        if (!force.equals("force")) {
            throw new IllegalArgumentException("update, or update force; not update " + force);
        }
        return variant.update(control.machine(), true);
    }
}
