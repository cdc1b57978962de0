// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Debugging;
import dev.spelunk.cli.composition.Logging;
import dev.spelunk.cli.composition.Overrides;
import dev.spelunk.cli.composition.ScheduledSwap;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.LimitedOutput;
import dev.spelunk.cli.run.TraceFile;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of every command that runs a machine: what it is made of and how it runs, whatever its guest. */
public final class MachineOptions {
    /** What is translated. */
    enum Translate {
        /** What runs often. */
        hot,
        /** Everything. */
        all
    }

    /** PID of the translator's configuration. */
    private static final String TRANSLATOR = "dev.spelunk.pe.translator";

    private static final String TRANSLATOR_NAME = "translator";

    /**
     * What the command puts into the machine.
     *
     * @param file the guest
     * @param initrd the initial RAM disk of a Linux image; null for none
     * @param bootArguments the guest's command line
     * @param memory size of its memory in bytes where the user does not say one
     */
    public record Guest(Path file, Path initrd, String bootArguments, long memory) {}

    @Option(
            names = "--variant",
            paramLabel = "NAME|FILE.json",
            defaultValue = "default",
            description = "The hardware variant: a name that 'spelunk variants' lists, or a feature JSON file. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String variant;

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "A folder to look for the variant's bundles in, in Maven layout or with the jars directly "
                    + "in it, before the local Maven repository.")
    private Path bundles;

    @Mixin
    private HypervisorOptions hypervisor = new HypervisorOptions();

    @Option(
            names = "--el",
            paramLabel = "1|2",
            description =
                    "The Exception level at which the guest is entered; at 2 it is the hypervisor, so none is under "
                            + "it. Default: 1, and 2 for nested.")
    private Integer el;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Size.class,
            description = "The guest's memory in bytes, or with one of K, M, G after the number. "
                    + "Default: 512M for a system (boot, record), else 256M.")
    private Long memory;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of processing elements. Default: ${DEFAULT-VALUE}.")
    private int cpus;

    @Option(
            names = "--max-instructions",
            paramLabel = "N",
            converter = Count.class,
            description = "End the run with exit code 4 when the guest has executed so many instructions.")
    private Long maxInstructions;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            converter = Seed.class,
            description =
                    "The seed of every random choice, also of a kernel's own (KASLR), decimal or with 0x in front. "
                            + "The same variant, guest and seed give the same records. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--reset-unknown",
            paramLabel = "SEED",
            converter = Seed.class,
            description =
                    "Fill registers and fields whose value after a reset is architecturally UNKNOWN, and that no boot protocol "
                            + "promises, from this seed: a guest that relies on zeros shows it. Default: zeros.")
    private Long resetUnknown;

    @Option(
            names = "--swap",
            paramLabel = "at=N,part=KIND[,name=WHICH][,with=NAME][,force=yes]",
            converter = SwapConverter.class,
            description =
                    "Replace a part when exactly N guest instructions have been executed: registers, mmu, pe, spu, "
                            + "features, timing, traps, policy or hypervisor. NAME says what comes in, else the same "
                            + "implementation is started anew; WHICH is the one to go where a kind has several. What the guest "
                            + "could notice must be forced. May be given several times.")
    private List<ScheduledSwap> swaps = new ArrayList<>();

    @Option(
            names = "--engine",
            paramLabel = "interpreter|translator",
            description =
                    "What executes the guest's instructions: interpreter; translator: the same, and what runs often is "
                            + "translated to bytecode; or the name of an engine that another bundle brings. Nothing but the "
                            + "speed depends on it. Default: the variant's.")
    private String engine;

    @Option(
            names = "--translate",
            paramLabel = "hot|all",
            description =
                    "The engine is the translator, and translates what is hot, or, for tests, everything before it "
                            + "runs. Default: the variant's engine, and what is hot.")
    private Translate translate;

    @Option(
            names = "--follow",
            description =
                    "Take over changes of the variant's file and of bundles in --bundles while " + "the guest runs.")
    private boolean follow;

    @Mixin
    private VmCommandOptions vm = new VmCommandOptions();

    @Option(
            names = "--save-at",
            paramLabel = "N=FILE",
            description =
                    "Save the machine's whole state in a file when so many instructions have been executed, and go on. "
                            + "May be given several times.")
    private Map<Long, Path> saves = new TreeMap<>();

    @Option(
            names = "--restore",
            paramLabel = "FILE",
            description =
                    "Go on from a saved state. All other options, and input that is no terminal, must be those of the run "
                            + "that saved it, drives must hold what they held; records and report are those of the whole run.")
    private Path restore;

    @Option(
            names = "--symbols",
            paramLabel = "FILE",
            description =
                    "The functions of a guest whose file does not have them, for findings, timelines, logs and GDB: an ELF file "
                            + "(vmlinux), System.map, or a copy of the guest's /proc/kallsyms.")
    private Path symbols;

    @Option(
            names = "--trace",
            paramLabel = "FILE.json",
            description =
                    "Write a timeline that Perfetto and chrome://tracing open: the vCPUs and their exits, the buffer "
                            + "registers in memory and in hardware, the buffer's fill level, pins, interrupts and events.")
    private Path trace;

    @Option(
            names = "--max-output",
            paramLabel = "SIZE",
            defaultValue = "16G",
            converter = Size.class,
            description = "What the guest may write to its console, and to each port, in bytes or with one of K, M, G; "
                    + "the rest is lost. Default: ${DEFAULT-VALUE}.")
    private long maxOutput;

    @Mixin
    private HostOptions host = new HostOptions();

    /** The options of the host. */
    public HostOptions host() {
        return host;
    }

    @Mixin
    private DebugOptions debug = new DebugOptions();

    /** The options of a debugger. */
    public DebugOptions debug() {
        return debug;
    }

    @Mixin
    private LogCommandOptions log = new LogCommandOptions();

    @Mixin
    private ClockOption clock = new ClockOption();

    /** What time it is in the machine. */
    public ClockOption clock() {
        return clock;
    }

    /** The variant: a name, or the path of its file. */
    public String variant() {
        return variant;
    }

    /**
     * Starts the variant's bundles, for a command that uses standard input and output itself.
     *
     * @throws UserError if the variant cannot be read, or a bundle not be found or started
     */
    public Composition compose() {
        return compose(false);
    }

    /** The same for a command that leaves standard input and output to GDB where the user says so. */
    public Composition composeWithStreams() {
        return compose(true);
    }

    private Composition compose(boolean streams) {
        Debugging debugging = debug.debugging(streams);
        Logging logging = log.logging();
        return new Composition(variant, bundles, overrides(), swaps, follow)
                .debugging(debugging)
                .logging(logging);
    }

    private Overrides overrides() {
        Overrides overrides = host.overrides();
        if (translate == null) {
            return engine == null ? overrides : overrides.with(Parts.PE, engine);
        }
        if (engine != null && !engine.equals(TRANSLATOR_NAME)) {
            throw new UserError("--translate is of the engine " + TRANSLATOR_NAME + ", and --engine says " + engine);
        }
        return overrides
                .with(Parts.PE, TRANSLATOR_NAME)
                .withConfiguration(TRANSLATOR, Map.of("translate", translate.name()));
    }

    /** Whether nothing but the guest itself has to do with the machine on its way: it may as well begin later. */
    public boolean undisturbed() {
        return swaps.isEmpty()
                && saves.isEmpty()
                && restore == null
                && trace == null
                && !follow
                && !log.given()
                && vm.undisturbed()
                && debug.debugging(false) == null;
    }

    /** Whether it goes on from a saved state. */
    public boolean restores() {
        return restore != null;
    }

    /** The value of --seed. */
    public long seed() {
        return seed;
    }

    /** The value of --max-instructions; {@link Long#MAX_VALUE} for none. */
    public long maxInstructions() {
        return maxInstructions == null ? Long.MAX_VALUE : maxInstructions;
    }

    /** Gives a guest that is asked to end by itself at --max-instructions so many more for it. */
    public void instructionsForTheEnd(long more) {
        if (maxInstructions != null) {
            maxInstructions = maxInstructions > Long.MAX_VALUE - more ? Long.MAX_VALUE : maxInstructions + more;
        }
    }

    /**
     * Makes the guest a host at EL2.
     *
     * @throws UserError when the options say otherwise
     */
    public void hostAtEl2() {
        if (el != null && el != 2) {
            throw new UserError("--el " + el + ": the host of a VM is entered at EL2");
        }
        el = 2;
    }

    /** Lets {@code --hypervisor} put a hypervisor under the guest. */
    void allowHypervisorUnderGuest() {
        hypervisor.allowPutUnder();
    }

    /** The number of PEs. */
    public int cpus() {
        return cpus;
    }

    /** The size of the memory in bytes, or that one where the user says none. */
    public long memory(long otherwise) {
        return memory == null ? otherwise : memory;
    }

    /** What the guest may write to each end of its host, in bytes. */
    public long maxOutput() {
        return maxOutput;
    }

    /**
     * What the machine is told. It keeps no sample records unless the command says so.
     *
     * @param guest what it runs
     * @param console gets what the guest prints
     * @param input the terminal's input; null for none
     * @param paced whether a person sits at the terminal
     */
    public RunOptions runOptions(Guest guest, OutputStream console, InputStream input, boolean paced) {
        if (el != null && el != 1 && el != 2) {
            throw new UserError("--el: must be 1 or 2, is " + el);
        }
        HypervisorOptions.Choice under = hypervisor.choice(el, host.given());
        named(guest).check();
        return RunOptions.of(guest.file())
                .withInitrd(guest.initrd())
                .withSymbols(symbols)
                .withHypervisor(under.kvm() ? "kvm" : "none")
                .withEl(under.el())
                .withUnder(under.file(), under.arguments())
                .withModules(under.modules())
                .withBootArguments(guest.bootArguments())
                .withMemory(memory == null ? guest.memory() : memory)
                .withCpus(cpus)
                .withMaxInstructions(maxInstructions == null ? Long.MAX_VALUE : maxInstructions)
                .withSeed(seed)
                .withConsole(new LimitedOutput("its console", console, maxOutput))
                .withInput(input)
                .withPaced(paced)
                .withUnknownSeed(resetUnknown)
                .withVm(vm.options(under.kvm(), under.el() == 2))
                .withSnapshots(new Snapshots(new TreeMap<>(saves), restore))
                .withRecords(RecordOptions.NONE)
                .withTrace(trace == null ? null : new TraceFile(trace));
    }

    /** The files that the command line names: those of the guest, the machine and the run. */
    public NamedFiles named(Guest guest) {
        String snapshot = "a snapshot (--save-at, --restore)";
        NamedFiles files = new NamedFiles()
                .reads("the guest", guest.file())
                .reads("the initial RAM disk", guest.initrd())
                .reads("the variant", variant.endsWith(".json") ? PathArgument.of(variant, "--variant: ") : null)
                .reads("the symbols", symbols)
                .writes("--trace", trace)
                .reads(snapshot, restore);
        hypervisor.named(files);
        saves.values().forEach(save -> files.writes(snapshot, save));
        log.named(files);
        return files;
    }

    /** Reads a size such as 64M. */
    public static final class Size implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,15})([KMG]?)i?B?", Pattern.CASE_INSENSITIVE);

        @Override
        public Long convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "' is not a size; write for example 256M");
            }
            int shift = 10 * "KMG".indexOf(matcher.group(2).toUpperCase(Locale.ROOT)) + 10;
            long size = Long.parseLong(matcher.group(1));
            if (!matcher.group(2).isEmpty()) {
                size = size > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : size << shift;
            }
            return size;
        }
    }

    /** Reads a positive number. */
    public static final class Count implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                long count = Long.parseLong(text.replace("_", ""));
                if (count > 0) {
                    return count;
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a number");
            }
            throw new TypeConversionException("'" + text + "' is not above 0");
        }
    }

    /** Reads a seed of 64 bits. */
    public static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return text.startsWith("0x") || text.startsWith("0X")
                        ? Long.parseUnsignedLong(text.substring(2), 16)
                        : Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a number of 64 bits");
            }
        }
    }
}
