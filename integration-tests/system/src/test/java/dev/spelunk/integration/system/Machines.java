// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Overrides;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Machines composed in this JVM, inside an embedded Felix for each variant, by the classes of the command line.
 * The frameworks stay for all tests; they remove their folders when the JVM ends.
 */
final class Machines {
    private static final SortedMap<String, Composition> COMPOSITIONS = new TreeMap<>();

    static {
        System.setProperty("spelunk.home", Spelunk.ROOT.toString());
    }

    private Machines() {}

    /** A run that is over. */
    record Run(Result result, byte[] records, String console, String dump) {
        /** For messages of assertions. */
        String told() {
            return result + "\n" + console + (result.ending() == Machine.Ending.FAILED ? "\n" + dump : "");
        }
    }

    /** Does something with a machine that has not started yet. */
    @FunctionalInterface
    interface Preparation {
        void prepare(Machine machine, SwapService swaps);
    }

    /** What to run; each method changes one thing of what {@code spelunk run} runs. */
    static final class Setup {
        private InputStream input;
        private String variant = "default";
        private Path guest = Guests.BUNDLED;
        private String hypervisor = "kvm";
        private int el = 1;
        private String append = "";
        private Path under;
        private String underArguments = "";
        private long memory = 256L << 20;
        private long limit = Long.MAX_VALUE;
        private long seed = 1;
        private Long unknown;
        private int cpus = 1;
        private VmOptions vm = VmOptions.DEFAULT;
        private Snapshots snapshots = Snapshots.NONE;
        private TraceSink trace;
        private String policy;
        private final SortedMap<String, Object> host = new TreeMap<>();
        private Peripherals peripherals = Peripherals.NONE;

        Setup variant(String name) {
            variant = name;
            return this;
        }

        Setup guest(Path file) {
            guest = file;
            return this;
        }

        Setup hypervisor(String name) {
            hypervisor = name;
            return this;
        }

        Setup el(int level) {
            el = level;
            return this;
        }

        /** Puts a hypervisor under the guest. */
        Setup under(Path file, String arguments) {
            under = file;
            underArguments = arguments;
            return hypervisor("none").el(2);
        }

        Setup append(String arguments) {
            append = arguments;
            return this;
        }

        Setup memory(long bytes) {
            memory = bytes;
            return this;
        }

        Setup limit(long instructions) {
            limit = instructions;
            return this;
        }

        Setup cpus(int number) {
            cpus = number;
            return this;
        }

        Setup seed(long value) {
            seed = value;
            return this;
        }

        /** Fills what is UNKNOWN after a reset. */
        Setup unknown(long value) {
            unknown = value;
            return this;
        }

        Setup vm(VmOptions options) {
            vm = options;
            return this;
        }

        Setup policy(String name) {
            policy = name;
            return this;
        }

        /** Sets a property of the KVM model's configuration. */
        Setup host(String key, Object value) {
            host.put(key, value);
            return this;
        }

        /** What is typed; nothing without it. */
        Setup input(InputStream typed) {
            input = typed;
            return this;
        }

        Setup peripherals(Peripherals connected) {
            peripherals = connected;
            return this;
        }

        Setup trace(TraceSink sink) {
            trace = sink;
            return this;
        }

        Setup snapshots(Snapshots files) {
            snapshots = files;
            return this;
        }

        /** Composes the machine; the caller closes it. */
        Machine compose(ByteArrayOutputStream console) {
            Composition composition = composition(variant, host);
            Variant chosen = policy == null
                    ? composition.variant()
                    : composition.variant().withPart(Parts.POLICY, policy);
            return composition.machine(
                    chosen,
                    RunOptions.of(guest)
                            .withHypervisor(hypervisor)
                            .withEl(el)
                            .withBootArguments(append)
                            .withUnder(under, underArguments)
                            .withMemory(memory)
                            .withMaxInstructions(limit)
                            .withSeed(seed)
                            .withUnknownSeed(unknown)
                            .withConsole(console)
                            .withInput(input)
                            .withCpus(cpus)
                            .withVm(vm)
                            .withPeripherals(peripherals)
                            .withSnapshots(snapshots)
                            .withTrace(trace));
        }

        Run run() {
            return run((machine, swaps) -> {}, (machine, swaps) -> {});
        }

        Run run(Preparation before, Preparation after) {
            ByteArrayOutputStream console = new ByteArrayOutputStream();
            SwapService swaps = composition(variant, host).service(SwapService.class);
            try (Machine machine = compose(console)) {
                before.prepare(machine, swaps);
                Result result = machine.run();
                after.prepare(machine, swaps);
                return new Run(
                        result,
                        Machines.records(machine),
                        console.toString(StandardCharsets.ISO_8859_1),
                        machine.dump());
            }
        }
    }

    /** The records of all vCPUs, one after the other. */
    static byte[] records(Machine machine) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        machine.records().forEach(stream -> all.writeBytes(bytes(stream)));
        return all.toByteArray();
    }

    /** A stream of records. */
    static byte[] bytes(RecordStream stream) {
        try (InputStream in = stream.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Setup setup() {
        return new Setup();
    }

    static Composition composition(String variant) {
        return composition(variant, new TreeMap<>());
    }

    /** {@code -Dspelunk.engine=translator} runs the tests of a JVM with an engine that translates everything. */
    private static Overrides overrides() {
        String engine = System.getProperty("spelunk.engine");
        return engine == null
                ? Overrides.NONE
                : Overrides.NONE
                        .with(Parts.PE, engine)
                        .withConfiguration("dev.spelunk.pe.translator", Map.of("translate", "all"));
    }

    private static synchronized Composition composition(String variant, SortedMap<String, Object> host) {
        return COMPOSITIONS.computeIfAbsent(
                variant + host,
                key -> new Composition(
                        variant,
                        null,
                        host.isEmpty()
                                ? overrides()
                                : overrides().withConfiguration("dev.spelunk.hypervisor.kvm", new TreeMap<>(host))));
    }
}
