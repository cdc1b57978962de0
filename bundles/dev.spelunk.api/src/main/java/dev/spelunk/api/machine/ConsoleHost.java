// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a console can have done for it: one machine after the other of one composition. Methods may be called from any thread.
 * They throw a RuntimeException with one sentence for people when something cannot be done; nothing has changed then.
 */
@ConsumerType
public interface ConsoleHost {
    /** The newest machine. */
    Machine machine();

    /** Name of the hardware variant. */
    String variant();

    /** Runs the newest machine, on a thread of its own. */
    void start();

    /**
     * Makes a new machine, which has not begun, in place of one that does not run.
     *
     * @param snapshot name of one of {@link #snapshots} that it goes on from; empty for none
     */
    void anew(String snapshot);

    /** How the newest machine's run ended; null while it has not. */
    Machine.Result result();

    /** Why the run broke off without a result; empty when it did not. */
    String failure();

    /** What the ended run has left, as paths of files; empty while there is nothing. */
    List<String> files();

    /**
     * Saves the machine's whole state, and returns when that is done.
     *
     * @param name of letters, digits, '.', '_' and '-'; a snapshot that is there is not replaced
     * @return where it is
     */
    String save(String name);

    /** Names of the snapshots that have been saved. */
    List<String> snapshots();

    /** The last of what the guest has printed. */
    String output();

    /** The latest of each track of the timeline, as JSON. */
    String timeline();

    /**
     * What has been recorded so far. Call while the machine stands.
     *
     * @return makes the JSON that the report's page shows; it may be asked when the machine has gone on
     */
    Supplier<String> profile();

    /**
     * A file of the report's page.
     *
     * @param name {@code echarts.min.js}, {@code report.js} or {@code report.css}
     * @return its text; null when there is no such file
     */
    String asset(String name);

    /** The implementations of a kind of part that could be swapped in, by {@code spelunk.name}. */
    SortedSet<String> offers(String part);

    /** Bundle symbolic names by kind of part and {@code spelunk.name} of what is published. */
    SortedMap<String, SortedMap<String, String>> publishers();

    /** For each PID of the composition's components, its properties with their values. */
    SortedMap<String, SortedMap<String, Object>> configurations();

    /**
     * Changes a configuration, also while the machine runs.
     *
     * @param values by property, as text
     * @param force also when the guest could notice
     * @return one sentence about what was done
     */
    String configure(String pid, Map<String, String> values, boolean force);

    /** Judges the composition as it is configured. */
    Judgement judge();

    /**
     * Judges another variant.
     *
     * @param variant its name or file
     * @return what is to be said of it, in lines
     */
    List<String> check(String variant);

    /** Names of the variants that come along. */
    List<String> variants();

    /**
     * Writes a variant that is what the machine is now.
     *
     * @param name of letters, digits, '.', '_' and '-'; a file that is there is not replaced
     * @return the file
     */
    String newVariant(String name);

    /** Ends the machine's run, if there is one, and the console with it. */
    void quit();
}
