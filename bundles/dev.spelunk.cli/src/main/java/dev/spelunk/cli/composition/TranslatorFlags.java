// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.Parts;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The flags of the JVM with which the engine that translates is fast. It is right without them; whoever lacks them is told once. */
final class TranslatorFlags {
    /** As the launcher script has them. */
    static final List<String> WANTED = List.of(
            "-XX:PerMethodTrapLimit=0",
            "-XX:CompileCommand=BackgroundCompilation,dev.spelunk.pe.TranslatedRegion*::run,false",
            "-XX:CompileCommand=CompileThresholdScaling,dev.spelunk.pe.TranslatedRegion*::run,0.02");

    private static final String TRANSLATOR = "translator";
    private static final TranslatorFlags PROCESS = new TranslatorFlags();

    private final AtomicBoolean told = new AtomicBoolean();

    /** Of this process. */
    static TranslatorFlags ofProcess() {
        return PROCESS;
    }

    /** Says what is lacking when a machine that is composed has the engine, or is to get it. */
    void composed(Variant variant, List<ScheduledSwap> swaps, PrintStream err) {
        boolean translates = variant.parts().getOrDefault(Parts.PE, List.of()).contains(TRANSLATOR)
                || swaps.stream()
                        .anyMatch(swap -> TRANSLATOR.equals(swap.request().with()));
        if (translates && !told.get()) {
            tell(ManagementFactory.getRuntimeMXBean().getInputArguments(), err);
        }
    }

    /** Says once which of them these arguments of a JVM lack. */
    void tell(Collection<String> arguments, PrintStream err) {
        List<String> lacking =
                WANTED.stream().filter(flag -> !arguments.contains(flag)).toList();
        if (!lacking.isEmpty() && told.compareAndSet(false, true)) {
            err.println("spelunk: the translator runs, but is slower than it can be: this Java was started without "
                    + String.join(" ", lacking) + " (the launcher ./spelunk sets them)");
        }
    }
}
