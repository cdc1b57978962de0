// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.api.machine.DebugServer;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.api.machine.PartSource;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapListener;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.machine.VariantUpdate;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.framework.BundleLocator;
import dev.spelunk.cli.framework.BundleUpdate;
import dev.spelunk.cli.framework.FrameworkHost;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantDocumentation;
import dev.spelunk.cli.variant.VariantReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.feature.ID;

/** A variant whose bundles are started in the embedded framework, and what is to be swapped in its machines. */
public final class Composition implements AutoCloseable, VariantUpdate, SwapListener, PartSource {
    private static final String DEBUG_BUNDLES = "gdb.json";

    /** The process's own: in the shell, threads that commands start would write to the shell's session. */
    private final PrintStream err = System.err;

    private final String nameOrFile;
    private final Path bundles;
    private final BundleLocator locator;
    private final FrameworkHost host;
    private final Overrides overrides;
    private final List<ScheduledSwap> swaps;
    private final boolean follows;
    private volatile VariantDefinition definition;
    private volatile Variant variant;
    private VariantFollower follower;
    private volatile boolean refused;
    private Debugging debugging;
    private DebugServer.Serving serving;
    private Logging logging;
    private ServiceRegistration<Machine> shared;

    /**
     * Reads the variant, starts the framework, and in it the variant's bundles.
     *
     * @param nameOrFile name of the variant or path of its file
     * @param bundles a folder with bundles, or null
     * @throws UserError if anything of it cannot be done
     */
    public Composition(String nameOrFile, Path bundles) {
        this(nameOrFile, bundles, Overrides.NONE);
    }

    /**
     * As {@link #Composition(String, Path)}, with what the command line changes.
     *
     * @param overrides what comes before the variant's own
     */
    public Composition(String nameOrFile, Path bundles, Overrides overrides) {
        this(nameOrFile, bundles, overrides, List.of(), false);
    }

    /**
     * As {@link #Composition(String, Path, Overrides)}, with what happens while a machine runs.
     *
     * @param swaps what is to be swapped in each machine
     * @param follows whether a machine follows changes of the variant's file
     */
    public Composition(
            String nameOrFile, Path bundles, Overrides overrides, List<ScheduledSwap> swaps, boolean follows) {
        this.nameOrFile = nameOrFile;
        this.bundles = bundles;
        this.overrides = overrides;
        this.swaps = swaps;
        this.follows = follows;
        definition = new VariantReader(Home.features()).read(nameOrFile);
        locator = new BundleLocator(Home.assembly(), bundles, Home.localRepository());
        List<Path> files = locator.locate(definition.file(), definition.bundles());
        host = new FrameworkHost(Home.assembly());
        try {
            StopRequests.ofProcess().check();
            host.start(source(), files, configurations(definition));
            variant = variant(definition, files);
            host.context()
                    .registerService(
                            new String[] {
                                SwapListener.class.getName(), VariantUpdate.class.getName(), PartSource.class.getName()
                            },
                            this,
                            null);
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    /** Where what is wrong with a configuration may come from. */
    private String source() {
        return overrides.configurations().isEmpty() ? definition.file() : definition.file() + " with --host";
    }

    /** The variant of a definition, with what the command line changes. */
    private Variant variant(VariantDefinition of, List<Path> files) {
        Variant whole = of.toVariant(host.names(files));
        for (Map.Entry<String, String> part : overrides.parts().entrySet()) {
            whole = whole.withPart(part.getKey(), part.getValue());
        }
        return whole;
    }

    /** The configurations of a definition, with what the command line changes. */
    private SortedMap<String, Map<String, Object>> configurations(VariantDefinition of) {
        SortedMap<String, Map<String, Object>> merged = new TreeMap<>(of.configurations());
        overrides.configurations().forEach((pid, values) -> {
            Map<String, Object> all = new LinkedHashMap<>(merged.getOrDefault(pid, Map.of()));
            all.putAll(values);
            merged.put(pid, all);
        });
        return merged;
    }

    /**
     * The names of the implementations of a kind of part that the variant's bundles publish, sorted.
     *
     * @param part the kind
     */
    public SortedSet<String> names(String part) {
        SortedSet<String> names = new TreeSet<>();
        try {
            ServiceReference<?>[] references =
                    context().getAllServiceReferences(null, "(" + Parts.PART + "=" + part + ")");
            if (references != null) {
                for (ServiceReference<?> reference : references) {
                    names.add(String.valueOf(reference.getProperty(Parts.NAME)));
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(part, e);
        }
        return names;
    }

    @Override
    public void provide(String part, String name) {
        Path file = locator.offering(part, name);
        if (file != null) {
            host.start("the swap of " + part + " with " + name, List.of(file), Map.of());
        }
    }

    @Override
    public SortedSet<String> startable(String part) {
        return locator.offered(part);
    }

    /** Starts bundles that are not the variant's. */
    public void start(String wantedBy, List<ID> ids) {
        host.start(wantedBy, locator.locate(wantedBy, ids), Map.of());
    }

    /** The variant, with the names of its bundles. */
    public Variant variant() {
        return variant;
    }

    /**
     * The SHA-256 of each bundle's content, by the file's name.
     *
     * @throws UserError when one cannot be read any more
     */
    public SortedMap<String, byte[]> contents() {
        SortedMap<String, byte[]> contents = new TreeMap<>();
        for (Path file : locator.locate(definition.file(), definition.bundles())) {
            try {
                contents.put(
                        file.getFileName().toString(),
                        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
            } catch (IOException e) {
                throw new UserError("bundle " + file + " cannot be read: " + e.getMessage());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
        return contents;
    }

    /** The context of the framework's system bundle. */
    public BundleContext context() {
        return host.context();
    }

    /**
     * Gets a service of the variant's bundles.
     *
     * @param type the service's type
     * @throws UserError that says why nothing publishes it
     */
    public <T> T service(Class<T> type) {
        return host.service(type, definition.file());
    }

    /**
     * Composes a machine with a guest, and puts the swaps on its schedule.
     *
     * @throws BadInputException when the variant is illegal, the guest cannot be loaded, or the machine has nothing
     *     of what is to be swapped
     * @throws UserError when a part did not start
     */
    public Machine machine(RunOptions options) {
        return machine(variant, options);
    }

    /** As {@link #machine(RunOptions)} with another choice of parts. */
    public Machine machine(Variant chosen, RunOptions options) {
        StopRequests.ofProcess().check();
        TranslatorFlags.ofProcess().composed(chosen, swaps, err);
        try {
            return scheduled(service(MachineFactory.class).create(chosen, options));
        } catch (BadInputException e) {
            SortedSet<String> failures = host.failures();
            if (failures.isEmpty()) {
                throw e;
            }
            throw new UserError(source() + ": " + String.join("; ", failures));
        }
    }

    /** Lets a debugger have the machines that are composed from here on; null for none. */
    public Composition debugging(Debugging wanted) {
        debugging = wanted;
        return this;
    }

    /** Lets the machines that are composed from here on log; null for none. What the logs have is whole with the end of this. */
    public Composition logging(Logging wanted) {
        logging = wanted;
        return this;
    }

    /** Puts the files of the logs in their places; what comes later is in none. */
    public void endLogs() {
        if (logging != null) {
            logging.close();
        }
    }

    /** A debugger may connect from now on. */
    private void serve(Machine machine) {
        share(machine);
        if (serving == null) {
            String feature;
            try (InputStream stream = Composition.class.getResourceAsStream(DEBUG_BUNDLES)) {
                feature = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            start(DEBUG_BUNDLES, new VariantReader(Home.features()).bundles(DEBUG_BUNDLES, feature));
        } else {
            serving.close();
        }
        if (debugging.history() != 0) {
            machine.debugger().keepHistory(debugging.history());
        }
        if (debugging.waits()) {
            machine.debugger().standAtBegin();
        }
        DebugServer server = host.service(DebugServer.class, DEBUG_BUNDLES);
        if (debugging.where().equals(Debugging.STREAMS)) {
            serving = server.serve(machine, System.in, System.out);
        } else {
            serving = server.serve(machine, debugging.where());
            err.println("spelunk: GDB may connect: target remote " + serving.place());
        }
    }

    /** Makes a machine a service, for commands of the shell. */
    public void share(Machine machine) {
        if (shared != null) {
            shared.unregister();
        }
        shared = context().registerService(Machine.class, machine, null);
    }

    private Machine scheduled(Machine machine) {
        try {
            if (logging != null) {
                machine.log(logging.options());
            }
            if (debugging != null) {
                serve(machine);
            }
            for (ScheduledSwap swap : swaps) {
                service(SwapService.class).swapAt(machine, swap.at(), swap.request());
            }
            if (follows) {
                stopFollowing();
                follower = new VariantFollower(this, machine);
            }
            return machine;
        } catch (RuntimeException e) {
            machine.close();
            throw e;
        }
    }

    /**
     * Judges the variant without running it.
     *
     * @throws UserError when a part did not start
     */
    public Judgement judge() {
        SortedSet<String> failures = host.failures();
        if (!failures.isEmpty()) {
            throw new UserError(source() + ": " + String.join("; ", failures));
        }
        return service(MachineFactory.class).judge(variant);
    }

    /** The exit code of a command whose machine ended with this one: bad input when a swap was refused on the way. */
    public int exitCode(int code) {
        return code == ExitCode.SUCCESS && refused ? ExitCode.BAD_INPUT : code;
    }

    @Override
    public synchronized String update(Machine machine, boolean force) {
        return change(machine, new VariantReader(Home.features()).read(nameOrFile), force);
    }

    /**
     * Changes a configuration, and the machine with it, as an update of the variant's file would.
     *
     * @param values by property, as text
     * @param force also when the guest could notice
     * @return one sentence about what was done
     * @throws RuntimeException with one sentence when it is refused: the machine goes on as it was
     */
    public synchronized String configure(Machine machine, String pid, Map<String, String> values, boolean force) {
        SortedMap<String, Object> known = host.properties().get(pid);
        if (known == null) {
            throw new UserError("no component has the PID " + pid);
        }
        Map<String, Object> changed =
                new LinkedHashMap<>(definition.configurations().getOrDefault(pid, Map.of()));
        values.forEach((key, text) -> {
            if (!known.containsKey(key)) {
                throw new UserError(pid + " has no property " + key + ", but " + String.join(", ", known.keySet()));
            }
            if (overrides.configurations().getOrDefault(pid, Map.of()).containsKey(key)) {
                throw new UserError(key + " of " + pid + " is as the command line says");
            }
            changed.put(key, typed(pid + "/" + key, known.get(key), text));
        });
        SortedMap<String, Map<String, Object>> all = new TreeMap<>(definition.configurations());
        all.put(pid, changed);
        // What was swapped by hand stays.
        String done = change(machine, present(machine).withConfigurations(all), force);
        return done.isEmpty() ? "nothing differs" : done;
    }

    private static Object typed(String what, Object like, String text) {
        try {
            if (like instanceof Boolean) {
                if (!text.equals("true") && !text.equals("false")) {
                    throw new UserError(what + ": must be true or false, is \"" + text + "\"");
                }
                return Boolean.valueOf(text);
            }
            if (like instanceof Double || like instanceof Float) {
                return Double.valueOf(text);
            }
            return like instanceof Number ? (Object) Long.valueOf(text) : text;
        } catch (NumberFormatException e) {
            throw new UserError(what + ": must be a number, is \"" + text + "\"");
        }
    }

    /** For each PID of a component of the variant's bundles that is configured or can be: its properties. */
    public synchronized SortedMap<String, SortedMap<String, Object>> configurations() {
        SortedMap<String, SortedMap<String, Object>> all = host.properties();
        configurations(definition).forEach((pid, values) -> all.computeIfAbsent(pid, key -> new TreeMap<>())
                .putAll(values));
        return all;
    }

    /** What a machine is now: what the variant's files say, with what has been configured and swapped since. */
    public synchronized VariantDefinition present(Machine machine) {
        SortedMap<String, List<String>> composed = new TreeMap<>(judge().parts());
        composed.keySet().removeAll(overrides.parts().keySet());
        return PresentVariant.of(
                definition.withConfigurations(configurations(definition)),
                composed,
                service(SwapService.class).parts(machine),
                publishers());
    }

    /** Where the variant's values come from. */
    public VariantDocumentation documentation() {
        return definition.documentation();
    }

    /** The symbolic name of the bundle that publishes each implementation, by kind of part and name. */
    public SortedMap<String, SortedMap<String, String>> publishers() {
        return PresentVariant.publishers(context());
    }

    /** How the user has named the variant. */
    public String nameOrFile() {
        return nameOrFile;
    }

    /** Starts another variant in a framework of its own, with the same folder of bundles. */
    public Composition another(String variantNameOrFile) {
        return new Composition(variantNameOrFile, bundles);
    }

    private String change(Machine machine, VariantDefinition next, boolean force) {
        List<Path> from = locator.locate(definition.file(), definition.bundles());
        List<Path> to = locator.locate(next.file(), next.bundles());
        if (next.equals(definition) && host.upToDate(to)) {
            return "";
        }
        SwapService service = service(SwapService.class);
        BundleUpdate update = new BundleUpdate(host, next.file(), configurations(definition), configurations(next));
        List<String> swapped;
        try {
            swapped = service.recompose(
                    machine,
                    () -> {
                        update.apply(to);
                        return variant(next, to);
                    },
                    force);
        } catch (RuntimeException e) {
            service.undo(machine, () -> {
                update.undo();
                return variant;
            });
            throw e;
        }
        update.keep(from, to);
        definition = next;
        variant = variant(next, to);
        return next.file() + ": "
                + (swapped.isEmpty() ? "nothing of the machine differs" : "swapped " + String.join(", ", swapped));
    }

    /**
     * What an update would be made to: the variant as its files say it, and when they and the bundles were written.
     *
     * @throws UserError when the file is wrong
     */
    Object wanted() {
        VariantDefinition next = new VariantReader(Home.features()).read(nameOrFile);
        List<Path> files = new ArrayList<>(locator.locate(next.file(), next.bundles()));
        files.add(Path.of(next.file()));
        return List.of(next, FrameworkHost.times(files));
    }

    @Override
    public void happened(Machine machine, Event event, String message) {
        if (event != Event.SWAPPED) {
            refused |= event == Event.REFUSED;
            err.println("spelunk: " + message);
        }
    }

    private void stopFollowing() {
        if (follower != null) {
            follower.close();
        }
    }

    @Override
    public void close() {
        stopFollowing();
        if (serving != null) {
            serving.close();
        }
        host.close();
        endLogs();
    }
}
