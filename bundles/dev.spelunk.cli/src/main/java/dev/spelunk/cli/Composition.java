// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.api.machine.BadInputException;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.cli.framework.BundleLocator;
import dev.spelunk.cli.framework.FrameworkHost;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.osgi.framework.BundleContext;
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
        definition = new VariantReader(Home.features()).read(nameOrFile);
        locator = new BundleLocator(Home.assembly(), bundles, Home.localRepository());
        List<Path> files = locator.locate(definition.file(), definition.bundles());
        host = new FrameworkHost();
        try {
            SortedSet<String> names = host.start(definition.file(), files, definition.configurations());
            variant = definition.toVariant(names);
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
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
        try {
            return service(MachineFactory.class).create(variant, options);
        } catch (BadInputException e) {
            SortedSet<String> failures = host.failures();
            if (failures.isEmpty()) {
                throw e;
            }
            throw new UserError(definition.file() + ": " + String.join("; ", failures));
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
