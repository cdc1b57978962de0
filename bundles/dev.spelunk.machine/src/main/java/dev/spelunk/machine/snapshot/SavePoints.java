// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.machine.run.Safepoints;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/** When the state of one machine is written to files, or told as digests. */
public final class SavePoints {
    private final Snapshot snapshot;
    private final Map<String, String> identity;
    private final Safepoints safepoints;
    private final SortedSet<Long> unsaved = new TreeSet<>();

    /** @param identity what a snapshot must be of, to fit the machine */
    public SavePoints(Snapshot snapshot, Map<String, String> identity, Safepoints safepoints) {
        this.snapshot = snapshot;
        this.identity = identity;
        this.safepoints = safepoints;
    }

    /**
     * Plans what is to be saved.
     *
     * @param executed the instructions that the machine has executed already
     * @throws BadInputException when one of the places has been passed, or its file cannot be written
     */
    public void plan(Snapshots snapshots, long executed) {
        snapshots.saves().forEach((instructions, file) -> {
            if (instructions < executed) {
                throw new BadInputException("--save-at " + instructions + "=" + file + ": "
                        + (snapshots.restore() == null
                                ? "give a number from 0 on"
                                : "the restored machine has executed " + executed + " instructions already"));
            }
            SnapshotFile.checkPlace(file);
            unsaved.add(instructions);
            safepoints.at(instructions, () -> {
                SnapshotFile.write(file, identity, snapshot);
                unsaved.remove(instructions);
            });
        });
        if (snapshots.digests() != null) {
            digest(snapshots, executed + snapshots.every());
        }
    }

    private void digest(Snapshots snapshots, long at) {
        safepoints.at(at, () -> {
            if (snapshots.digests().digest(at, SnapshotFile.digest(snapshot))) {
                digest(snapshots, at + snapshots.every());
            }
        });
    }

    /** Replaces the state by a saved one: between two operations only. */
    public void restore(Path file) {
        SnapshotFile.read(file, identity, snapshot);
    }

    /** Saves at the next safepoint, which is here where the machine stands, and tells how that went: null for well. */
    public void save(Path file, Consumer<BadInputException> saved) {
        if (safepoints.stands()) {
            safepoints.request(() -> saved.accept(write(file)));
        } else {
            safepoints.at(0, () -> saved.accept(write(file)));
        }
    }

    private BadInputException write(Path file) {
        try {
            SnapshotFile.write(file, identity, snapshot);
            return null;
        } catch (BadInputException e) {
            return e;
        }
    }

    /** One line that says what a snapshot must be of, to fit the machine. */
    public String identity() {
        return SnapshotIdentity.digest(identity);
    }

    /** The planned places, in instructions, that have not come yet. */
    public SortedSet<Long> unsaved() {
        return unsaved;
    }
}
