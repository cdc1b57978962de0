// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.trace.TraceSink;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** How to run a guest. Nothing of it changes: each {@code with} makes options that differ in one thing. */
public final class RunOptions implements Cloneable {
    private Path guest;
    private Path initrd;
    private Path symbols;
    private String hypervisor = "kvm";
    private int el = 1;
    private String bootArguments = "";
    private long memory = 256L << 20;
    private int cpus = 1;
    private long maxInstructions = Long.MAX_VALUE;
    private long seed = 1;
    private LaterSeed laterSeed;
    private OutputStream console = OutputStream.nullOutputStream();
    private InputStream input;
    private boolean paced = false;
    private Peripherals peripherals = Peripherals.NONE;
    private VmOptions vm = VmOptions.DEFAULT;
    private TraceSink trace;
    private Snapshots snapshots = Snapshots.NONE;
    private RecordOptions records = RecordOptions.TEMPORARY;
    private long loadAddress = -1;
    private Long unknownSeed;
    private Path under;
    private String underArguments = "";
    private List<BootModule> modules = List.of();

    private RunOptions(Path guest) {
        this.guest = guest;
    }

    /** A guest under the KVM model, with everything else as it is at first. */
    public static RunOptions of(Path guest) {
        return new RunOptions(guest);
    }

    private RunOptions with(Consumer<RunOptions> change) {
        try {
            RunOptions copy = (RunOptions) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An ELF file or an image with the Linux arm64 boot header, which may be compressed with gzip. */
    public Path guest() {
        return guest;
    }

    /** The initial RAM disk of a Linux image; null, as at first, for none. */
    public Path initrd() {
        return initrd;
    }

    /**
     * The guest's functions where its file does not have them: an ELF file with a symbol table, or text as in
     * {@code System.map} and {@code /proc/kallsyms}. Null, as at first, for none.
     */
    public Path symbols() {
        return symbols;
    }

    /** {@code kvm}, as at first, or {@code none}. */
    public String hypervisor() {
        return hypervisor;
    }

    /** Exception level at which the guest is entered, 1, as at first, or 2; 2 only with none. */
    public int el() {
        return el;
    }

    /** For {@code /chosen/bootargs}; empty at first. */
    public String bootArguments() {
        return bootArguments;
    }

    /** Size of the guest's memory in bytes; 256 MiB at first. */
    public long memory() {
        return memory;
    }

    /** Number of PEs of the guest, from 1, as at first. */
    public int cpus() {
        return cpus;
    }

    /** Operations after which the run ends; Long.MAX_VALUE, as at first, for no limit. */
    public long maxInstructions() {
        return maxInstructions;
    }

    /** Of every random choice; 1 at first. */
    public long seed() {
        return seed;
    }

    /**
     * Another seed, in force from the moment on at which the guest reads the first byte of a port.
     *
     * @param port its name
     * @param seed from which every random stream begins anew
     */
    public record LaterSeed(String port, long seed) {}

    /** A seed that comes later than {@link #seed}; null, as at first, for none. A snapshot from before may be of another one. */
    public LaterSeed laterSeed() {
        return laterSeed;
    }

    /** The terminal's output; what is written at first goes nowhere. */
    public OutputStream console() {
        return console;
    }

    /** The terminal's input; null, as at first, for none. */
    public InputStream input() {
        return input;
    }

    /**
     * Whether an idle machine waits as long as its idle time lasts, for a person at the terminal; not at first. What the
     * guest computes does not depend on it.
     */
    public boolean paced() {
        return paced;
    }

    /** What is connected to the machine beside the terminal; nothing at first. */
    public Peripherals peripherals() {
        return peripherals;
    }

    /** How the VM is run; without meaning for hypervisor {@code none}. */
    public VmOptions vm() {
        return vm;
    }

    /** Gets the timeline of the run; null, as at first, for none. */
    public TraceSink trace() {
        return trace;
    }

    /** What is saved and restored; nothing at first. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /** What becomes of the sample records; {@link RecordOptions#TEMPORARY} at first. */
    public RecordOptions records() {
        return records;
    }

    /**
     * Guest physical address to which a position-independent ELF or an image without a header is loaded, a multiple of
     * 4 KiB; -1, as at first, where the file says.
     */
    public long loadAddress() {
        return loadAddress;
    }

    /** The same with another {@link #initrd}. */
    public RunOptions withInitrd(Path value) {
        return with(o -> o.initrd = value);
    }

    /** The same with another {@link #hypervisor}. */
    public RunOptions withHypervisor(String value) {
        return with(o -> o.hypervisor = value);
    }

    /** The same with another {@link #el}. */
    public RunOptions withEl(int value) {
        return with(o -> o.el = value);
    }

    /** The same with another {@link #bootArguments}. */
    public RunOptions withBootArguments(String value) {
        return with(o -> o.bootArguments = value);
    }

    /** The same with another {@link #memory}. */
    public RunOptions withMemory(long value) {
        return with(o -> o.memory = value);
    }

    /** The same with another {@link #symbols}. */
    public RunOptions withSymbols(Path value) {
        return with(o -> o.symbols = value);
    }

    /** The same with another {@link #cpus}. */
    public RunOptions withCpus(int value) {
        return with(o -> o.cpus = value);
    }

    /** The same with another {@link #maxInstructions}. */
    public RunOptions withMaxInstructions(long value) {
        return with(o -> o.maxInstructions = value);
    }

    /** The same with another {@link #seed}. */
    public RunOptions withSeed(long value) {
        return with(o -> o.seed = value);
    }

    /** The same with another {@link #laterSeed}. */
    public RunOptions withLaterSeed(LaterSeed value) {
        return with(o -> o.laterSeed = value);
    }

    /** The same with another {@link #console}. */
    public RunOptions withConsole(OutputStream value) {
        return with(o -> o.console = value);
    }

    /** The same with another {@link #input}. */
    public RunOptions withInput(InputStream value) {
        return with(o -> o.input = value);
    }

    /** The same with another {@link #paced}. */
    public RunOptions withPaced(boolean value) {
        return with(o -> o.paced = value);
    }

    /** The same with another {@link #peripherals}. */
    public RunOptions withPeripherals(Peripherals value) {
        return with(o -> o.peripherals = value);
    }

    /** The same with another {@link #vm}. */
    public RunOptions withVm(VmOptions value) {
        return with(o -> o.vm = value);
    }

    /** The same with another {@link #trace}. */
    public RunOptions withTrace(TraceSink value) {
        return with(o -> o.trace = value);
    }

    /** The same with another {@link #snapshots}. */
    public RunOptions withSnapshots(Snapshots value) {
        return with(o -> o.snapshots = value);
    }

    /** The same with another {@link #records}. */
    public RunOptions withRecords(RecordOptions value) {
        return with(o -> o.records = value);
    }

    /** The same with another {@link #loadAddress}. */
    public RunOptions withLoadAddress(long value) {
        return with(o -> o.loadAddress = value);
    }

    /**
     * Seed of what registers and fields hold after a reset whose value is UNKNOWN then; null, as at first: 0, or what suits
     * most guests.
     */
    public Long unknownSeed() {
        return unknownSeed;
    }

    /** The same with another {@link #unknownSeed}. */
    public RunOptions withUnknownSeed(Long value) {
        return with(o -> o.unknownSeed = value);
    }

    /**
     * A hypervisor that is put under the guest: entered at EL2, with the guest as its first module, of type
     * {@link BootModule#KERNEL}, and 32 MiB of memory more than the guest's. Null, as at first, for none; else {@link #el}
     * is 2 and {@link #hypervisor} is {@code none}.
     */
    public Path under() {
        return under;
    }

    /** The {@code /chosen/bootargs} of the hypervisor {@link #under} the guest; empty at first. */
    public String underArguments() {
        return underArguments;
    }

    /** The same with another hypervisor {@link #under} the guest, and its arguments. */
    public RunOptions withUnder(Path value, String arguments) {
        return with(o -> {
            o.under = value;
            o.underArguments = arguments;
        });
    }

    /** What is handed over to a hypervisor beside its guest, in this order; nothing at first. */
    public List<BootModule> modules() {
        return modules;
    }

    /** The same with other {@link #modules}. */
    public RunOptions withModules(List<BootModule> value) {
        return with(o -> o.modules = List.copyOf(value));
    }
}
