// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.io.IOException;
import java.util.List;

/** Something that executes blocks: one side of a comparison. */
public interface Engine {

    /** What people call it. */
    String name();

    /**
     * Executes each block from its own initial state.
     *
     * @return the outcomes, in the blocks' order
     * @throws IOException when the engine itself failed
     */
    List<Outcome> run(List<Block> blocks) throws IOException;
}
