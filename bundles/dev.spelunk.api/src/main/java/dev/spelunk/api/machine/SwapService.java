// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.problems.BadInputException;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: replaces parts of a machine while its guest runs. What comes in is prepared on a thread of its own,
 * beside the part that runs: started, judged by the rules of composition, and tried in a machine of its own that
 * nobody sees. Only then references change, between two instructions. Until there, whatever goes wrong, and
 * whatever takes longer than {@link #LIMIT_MILLISECONDS}, leaves the machine as it is.
 *
 * <p>Without being asked, a machine takes over a newer service of the same kind and {@code spelunk.name} as a part
 * that it uses: that of a bundle that was installed beside the old one, or updated. When a part leaves and
 * nothing of its name is there to take its place, the machine stands still until something is.
 */
@ProviderType
public interface SwapService {
    /** How long the preparation of a swap may last, in milliseconds. */
    int LIMIT_MILLISECONDS = 2000;

    /**
     * Replaces a part at the next safepoint, and returns when that has happened.
     *
     * @throws BadInputException when it cannot be, with the reason: the machine goes on as it was
     */
    void swap(Machine machine, SwapRequest request);

    /**
     * Replaces a part when exactly that many operations have been executed over all PEs. May be called before the
     * run. What goes wrong then is in {@link #report}, and {@link SwapListener}s hear of it.
     *
     * @throws BadInputException when the machine has no such part, or nothing has the name of what shall come in
     */
    void swapAt(Machine machine, long instructions, SwapRequest request);

    /**
     * Makes the machine what another variant says, at the next safepoint. Only parts that differ are replaced.
     *
     * @param variant makes whatever change of bundles and configurations it takes, and says what the machine shall be
     *     then; what that withdraws and publishes is not swapped one by one
     * @param force also when the guest could notice
     * @return the parts that were replaced, as kind and name; empty when nothing differs
     * @throws BadInputException when it cannot be: the machine goes on as it was
     */
    List<String> recompose(Machine machine, Supplier<Variant> variant, boolean force);

    /**
     * Takes back what a refused {@link #recompose} had changed; the report does not count it.
     *
     * @param variant takes the changes back, and says what the machine was before
     */
    void undo(Machine machine, Supplier<Variant> variant);

    /** The parts that the machine uses now: names by kind, in the order in which they count. */
    SortedMap<String, List<String>> parts(Machine machine);

    /** What has been swapped in the machine so far. */
    SwapReport report(Machine machine);
}
