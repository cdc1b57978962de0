// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Debugging;
import dev.spelunk.cli.composition.Logging;
import dev.spelunk.cli.composition.Overrides;
import java.nio.file.Path;

/** The bundled guest, composed as the command line does it. */
final class BundledGuest implements AutoCloseable {
    private static final long MEMORY = 256L << 20;

    private final Composition composition;

    /** On the default variant. */
    BundledGuest() {
        this("default");
    }

    /** @param variant name of a variant, or path of its file */
    BundledGuest(String variant) {
        this(variant, Overrides.NONE);
    }

    /** @param overrides what comes before the variant's own */
    BundledGuest(String variant, Overrides overrides) {
        composition = new Composition(variant, null, overrides);
    }

    /** Lets a debugger have the machines from now on; null for none. */
    void debugging(Debugging wanted) {
        composition.debugging(wanted);
    }

    /** Lets the machines log from now on; null for not. */
    void logging(Logging wanted) {
        composition.logging(wanted);
    }

    /**
     * Composes a machine.
     *
     * @param hypervisor {@code kvm} or {@code none}
     * @param bootArguments see the guest's README
     */
    Machine machine(String hypervisor, String bootArguments) {
        Path guest =
                Path.of(System.getProperty("spelunk.home"), "integration-tests", "guests", "prebuilt", "guest.elf");
        return composition.machine(RunOptions.of(guest)
                .withHypervisor(hypervisor)
                .withBootArguments(bootArguments)
                .withMemory(MEMORY));
    }

    /** Replaces parts of the machines. */
    SwapService swaps() {
        return composition.service(SwapService.class);
    }

    @Override
    public void close() {
        composition.close();
    }
}
