// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.api.machine.BadInputException;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.cli.framework.BundleLocator;
import dev.spelunk.cli.framework.FrameworkHost;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantReader;
import java.nio.file.Path;
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
import org.osgi.service.feature.ID;

/** A variant whose bundles are started in the embedded framework. */
public final class Composition implements AutoCloseable {
    private final VariantDefinition definition;
    private final Variant variant;
    private final BundleLocator locator;
    private final FrameworkHost host;

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
        definition = new VariantReader(Home.features()).read(nameOrFile);
        locator = new BundleLocator(Home.assembly(), bundles, Home.localRepository());
        List<Path> files = locator.locate(definition.file(), definition.bundles());
        host = new FrameworkHost();
        try {
            boolean changed = !overrides.configurations().isEmpty();
            SortedSet<String> names = host.start(changed ? definition.file() + " with --host" : definition.file(), files,
                    merged(definition.configurations(), overrides.configurations()));
            Variant whole = definition.toVariant(names);
            for (Map.Entry<String, String> part : overrides.parts().entrySet()) {
                whole = whole.withPart(part.getKey(), part.getValue());
            }
            variant = whole;
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    private static SortedMap<String, Map<String, Object>> merged(
            Map<String, Map<String, Object>> base, Map<String, Map<String, Object>> changes) {
        SortedMap<String, Map<String, Object>> merged = new TreeMap<>(base);
        changes.forEach((pid, values) -> {
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
            ServiceReference<?>[] references = context().getAllServiceReferences(null, "(" + Parts.PART + "=" + part + ")");
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

    /** Starts bundles that are not the variant's. */
    void start(String wantedBy, List<ID> ids) {
        host.start(wantedBy, locator.locate(wantedBy, ids), Map.of());
    }

    /** The variant, with the names of its bundles. */
    public Variant variant() {
        return variant;
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
     * Composes a machine with a guest.
     *
     * @throws BadInputException when the variant is illegal or the guest cannot be loaded
     * @throws UserError when a part did not start
     */
    public Machine machine(RunOptions options) {
        return machine(variant, options);
    }

    /** As {@link #machine(RunOptions)} with another choice of parts. */
    public Machine machine(Variant chosen, RunOptions options) {
        try {
            return service(MachineFactory.class).create(chosen, options);
        } catch (BadInputException e) {
            SortedSet<String> failures = host.failures();
            if (failures.isEmpty()) {
                throw e;
            }
            throw new UserError(definition.file() + ": " + String.join("; ", failures));
        }
    }

    /**
     * Judges the variant without running it.
     *
     * @throws UserError when a part did not start
     */
    Judgement judge() {
        SortedSet<String> failures = host.failures();
        if (!failures.isEmpty()) {
            throw new UserError(definition.file() + ": " + String.join("; ", failures));
        }
        return service(MachineFactory.class).judge(variant);
    }

    @Override
    public void close() {
        host.close();
    }
}
