// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.machine.ConsoleHost;
import dev.spelunk.api.machine.ConsoleServer;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows machines to browsers, on the HTTP service of the framework. */
@Component(service = ConsoleServer.class)
public final class BrowserConsole implements ConsoleServer {
    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final SwapService swaps;

    /**
     * Made by SCR.
     *
     * @param context of this bundle
     * @param configurations takes the HTTP service's configuration
     * @param swaps replaces parts
     */
    @Activate
    public BrowserConsole(
            BundleContext context, @Reference ConfigurationAdmin configurations, @Reference SwapService swaps) {
        this.context = context;
        this.configurations = configurations;
        this.swaps = swaps;
    }

    @Override
    public Serving serve(ConsoleHost host, Address address) {
        InetSocketAddress place = free(address);
        try {
            return new Site(context, configurations, new Desk(host, swaps), address, place.getPort());
        } catch (IOException e) {
            throw new BadInputException(
                    address.host() + ":" + place.getPort() + " cannot be listened at: " + e.getMessage(), e);
        }
    }

    /** Says early, and in one sentence, why an address cannot be listened at: the HTTP service would only log it. */
    private static InetSocketAddress free(Address address) {
        try (ServerSocket socket = new ServerSocket()) {
            InetAddress host = InetAddress.getByName(address.host());
            if (address.keyStore() == null && !host.isLoopbackAddress()) {
                throw new BadInputException(address.host()
                        + " is not this host's own (127.0.0.1): without TLS, whoever listens on the way could do to "
                        + "the machine what you can");
            }
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, address.port()));
            return new InetSocketAddress(host, socket.getLocalPort());
        } catch (IOException e) {
            throw new BadInputException(
                    address.host() + ":" + address.port() + " cannot be listened at: " + e.getMessage(), e);
        }
    }
}
