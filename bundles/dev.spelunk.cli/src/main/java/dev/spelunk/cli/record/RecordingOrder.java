// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.process.UserError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be recorded.
 *
 * @param event the event of perf in the Linux in which the program runs; null for no perf there
 * @param period operations from sample to sample; 0 for the driver's choice
 * @param duration seconds of the guest's time after which the program is ended; null for none
 * @param limit instructions of the guest after which the program is ended; {@link Long#MAX_VALUE} for none
 * @param countFunctions whether to count what each function of the program executes
 * @param command the program and its arguments
 * @param files what the guest gets beside the program
 * @param results files of the guest that come out when the program has ended
 * @param nesting the host in whose VM that is; null where the program's Linux is the only one
 * @param seed of every random choice from the moment on at which the guest gets its orders; of a host at EL2, from its reset
 * @param fresh whether Linux boots, also where one that has booted is saved
 */
public record RecordingOrder(
        String event,
        long period,
        String duration,
        long limit,
        boolean countFunctions,
        List<String> command,
        List<GuestFile> files,
        List<GuestFile> results,
        Nesting nesting,
        long seed,
        boolean fresh) {
    /** The seed with which every guest boots that waits for its orders, so that one that has booted serves all seeds. */
    static final long BOOT_SEED = 1;

    /** What a recording itself writes to the output folder. */
    private static final List<String> OWN = List.of("perf.data", "kallsyms", "functions.json");

    /**
     * Checks the order.
     *
     * @throws UserError when two files would get the same name in the output folder
     */
    public RecordingOrder {
        Set<String> names = new HashSet<>(OWN);
        for (GuestFile result : results) {
            if (!names.add(result.host().toString())) {
                throw new UserError("--output-file " + result.guest() + ": the output folder gets another file "
                        + result.host() + "; name it otherwise with GUEST:NAME");
            }
        }
    }

    /** The same with another event and seed. */
    RecordingOrder with(String anotherEvent, long anotherSeed) {
        return new RecordingOrder(
                anotherEvent,
                period,
                duration,
                limit,
                countFunctions,
                command,
                files,
                results,
                nesting,
                anotherSeed,
                fresh);
    }

    /** The event of the profile that comes out; null when there is none. */
    String profiled() {
        return event != null || nesting == null ? event : nesting.event();
    }
}
