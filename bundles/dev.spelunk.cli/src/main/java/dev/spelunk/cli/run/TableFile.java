// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.SavedProfile;
import java.io.IOException;

/** The table of the records of machines that run one after the other, without any other file. */
public final class TableFile implements AutoCloseable {
    private final OutputFolder.Pending file;
    private final ProfileWriter profiles;
    private Profile profile;

    /** @param folder gets the table */
    public TableFile(OutputFolder folder, ProfileWriter profiles) {
        this.file = folder.begin(SavedProfile.TABLE);
        this.profiles = profiles;
    }

    /**
     * A machine whose records go into the table from now on.
     *
     * @throws UserError when the table cannot be written
     */
    public Machine of(Machine machine) {
        try {
            if (profile == null) {
                profile = profiles.begin(null, file.place(), machine.profile());
            }
        } catch (IOException e) {
            machine.close();
            throw file.failed(e);
        }
        machine.addSink(profile);
        return machine;
    }

    /**
     * Puts the table in its place.
     *
     * @throws UserError when it could not be written
     */
    public void complete() {
        if (profile == null) {
            return;
        }
        try {
            profile.finish();
        } catch (IOException e) {
            throw file.failed(e);
        }
        if (profile.tableFailure() != null) {
            throw file.failed(profile.tableFailure());
        }
        file.keep();
    }

    @Override
    public void close() {
        if (profile != null) {
            profile.close();
        }
        file.close();
    }
}
