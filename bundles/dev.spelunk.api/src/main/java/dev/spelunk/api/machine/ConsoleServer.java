// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Service: shows machines to browsers. */
@ProviderType
public interface ConsoleServer {
    /**
     * Where browsers find it.
     *
     * @param host name or address that is listened at, and by which alone requests may call it
     * @param port from 0 to 65535; a free one for 0
     * @param keyStore PKCS #12 file with the key and certificate of TLS; null for none, which only loopback addresses may have
     * @param password of the key store; null without one
     */
    record Address(String host, int port, Path keyStore, String password) {
        /** A free port of this host, for its own programs alone. */
        public static final Address LOOPBACK = new Address("127.0.0.1", 0, null, null);
    }

    /** What serves. */
    interface Serving extends AutoCloseable {
        /** The address that a browser opens, with a secret in it; whoever has it may do what its user may. */
        String url();

        /** Nobody is served any more. */
        @Override
        void close();
    }

    /**
     * Begins to serve.
     *
     * @throws dev.spelunk.api.problems.BadInputException when it cannot be listened there
     */
    Serving serve(ConsoleHost host, Address address);
}
