// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.io.InputStream;
import java.io.OutputStream;
import org.osgi.annotation.versioning.ProviderType;

/** Service: lets a debugger that is another program have a machine, over that debugger's protocol. */
@ProviderType
public interface DebugServer {
    /** What serves; closing it ends the connection, and the machine goes on. */
    interface Serving extends AutoCloseable {
        /** Where it listens, as the other side would name it. */
        String place();

        @Override
        void close();
    }

    /**
     * Listens for one debugger after the other.
     *
     * @param machine that has not begun to run
     * @param where {@code PORT} or {@code HOST:PORT}; without a host at the loopback address alone, at a free port for 0
     * @throws dev.spelunk.api.problems.BadInputException when it is no such thing, or cannot be listened at
     */
    Serving serve(Machine machine, String where);

    /** Serves one debugger, by streams. */
    Serving serve(Machine machine, InputStream in, OutputStream out);
}
