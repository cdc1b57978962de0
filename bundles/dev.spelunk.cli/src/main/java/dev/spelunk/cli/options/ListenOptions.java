// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.machine.ConsoleServer;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import picocli.CommandLine.Option;

/** Where a console is served. */
public final class ListenOptions {
    private static final int MOST_PORT = 65_535;

    @Option(
            names = "--listen",
            paramLabel = "[HOST:]PORT",
            description =
                    "Where browsers find it. A host that is not this one's own (127.0.0.1) needs --tls; it is the name that "
                            + "browsers must use. Default: a free port of 127.0.0.1.")
    private String listen;

    @Option(
            names = "--tls",
            paramLabel = "FILE.p12",
            description = "Serve by TLS, with the key and the certificate of this PKCS #12 file.")
    private Path tls;

    @Option(names = "--tls-password", paramLabel = "FILE", description = "The file whose first line is its password.")
    private Path password;

    /**
     * Where it is to be.
     *
     * @throws UserError when it cannot be there
     */
    public ConsoleServer.Address address() {
        if (tls == null && password != null || tls != null && password == null) {
            throw new UserError("--tls and --tls-password go together");
        }
        String host = ConsoleServer.Address.LOOPBACK.host();
        int port = 0;
        if (listen != null) {
            int colon = listen.lastIndexOf(':');
            host = colon < 0 ? host : listen.substring(0, colon).replaceAll("[\\[\\]]", "");
            port = port(listen.substring(colon + 1));
        }
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UserError("--listen " + listen + ": there is no host " + host);
        }
        if (host.isEmpty() || address.isAnyLocalAddress()) {
            throw new UserError(
                    "--listen " + listen + ": name the host as browsers will; they are let in by no other name");
        }
        if (tls == null && !address.isLoopbackAddress()) {
            throw new UserError("--listen " + listen + ": " + host
                    + " is not this host's own, and without TLS whoever is on the way "
                    + "could do to the machine what you can; give --tls FILE.p12 and --tls-password FILE");
        }
        return new ConsoleServer.Address(host, port, tls, tls == null ? null : secret());
    }

    private int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MOST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new UserError("--listen " + listen + ": write PORT or HOST:PORT");
        }
        throw new UserError("--listen " + listen + ": a port is from 0 to " + MOST_PORT);
    }

    private String secret() {
        String secret;
        try {
            secret = Files.readString(password).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new UserError("--tls-password " + password + " cannot be read: " + e.getMessage());
        }
        try (InputStream in = Files.newInputStream(tls)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, secret.toCharArray());
            boolean key = false;
            for (String name : Collections.list(store.aliases())) {
                key |= store.isKeyEntry(name);
            }
            if (!key) {
                throw new UserError("--tls " + tls + " holds no key");
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new UserError("--tls " + tls + " cannot be opened: " + e.getMessage());
        }
        return secret;
    }
}
