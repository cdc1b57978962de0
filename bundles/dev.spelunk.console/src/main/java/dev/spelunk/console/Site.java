// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.machine.ConsoleServer;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.osgi.service.servlet.runtime.HttpServiceRuntimeConstants;
import org.osgi.service.servlet.whiteboard.HttpWhiteboardConstants;
import org.osgi.service.servlet.whiteboard.Preprocessor;
import org.osgi.util.tracker.ServiceTracker;

/** What is served: who guards it is there first, then the pages, and the HTTP service listens last. */
final class Site implements ConsoleServer.Serving {
    /** Where Felix's Web Console is. */
    static final String FELIX = "/system/console";

    private static final String HTTP = "org.apache.felix.http";
    private static final String WEB_CONSOLE = "org.apache.felix.webconsole.internal.servlet.OsgiManager";
    private static final int TOKEN_BYTES = 24;
    private static final long START_MILLISECONDS = 20_000;
    private static final int THREADS = 64;

    private final BundleContext context;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final Configuration http;
    private final Events events;
    private final String url;

    Site(BundleContext context, ConfigurationAdmin configurations, Desk desk, ConsoleServer.Address address, int port)
            throws IOException {
        this.context = context;
        boolean tls = address.keyStore() != null;
        String token = token();
        String host = address.host().contains(":") ? "[" + address.host() + "]" : address.host();
        String authority = (host + ":" + port).toLowerCase(Locale.ROOT);
        url = (tls ? "https://" : "http://") + authority + "/?" + Guard.TOKEN + "=" + token;
        events = new Events(desk);
        http = configurations.getConfiguration(HTTP, "?");
        try {
            register(Preprocessor.class, new Guard(token, authority, tls), Map.of());
            register(ConnectorFactory.class, new BadRequests(), Map.of());
            register(SecurityProvider.class, new Passed(), Map.of(SecurityProvider.PROPERTY_ID, "dev.spelunk.console"));
            servlet("/*", new Pages(desk));
            servlet("/api/*", new Api(desk));
            servlet("/events", events);
            for (String page : Pages.NAMES) {
                register(
                        Servlet.class,
                        new ToPage(page),
                        Map.of(
                                "felix.webconsole.label", "spelunk-" + page,
                                "felix.webconsole.title",
                                        page.substring(0, 1).toUpperCase(Locale.ROOT) + page.substring(1),
                                "felix.webconsole.category", "Spelunk"));
            }
            configurations
                    .getConfiguration(WEB_CONSOLE, "?")
                    .update(new Hashtable<>(Map.of("default.render", "bundles")));
            http.update(http(address, port));
            await();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Dictionary<String, Object> http(ConsoleServer.Address address, int port) {
        Hashtable<String, Object> values = new Hashtable<>();
        boolean tls = address.keyStore() != null;
        values.put("org.apache.felix.http.host", address.host());
        values.put("org.apache.felix.http.enable", !tls);
        values.put("org.apache.felix.https.enable", tls);
        values.put(tls ? "org.osgi.service.http.port.secure" : "org.osgi.service.http.port", port);
        values.put("org.apache.felix.http.jetty.threadpool.max", THREADS);
        values.put("org.apache.felix.http.jetty.sendServerHeader", false);
        values.put("org.apache.felix.jetty.gziphandler.enable", false);
        // What is no plain path comes to the guard, who refuses it.
        values.put("org.eclipse.jetty.UriComplianceMode", "UNSAFE");
        if (tls) {
            Path store = address.keyStore().toAbsolutePath();
            values.put("org.apache.felix.https.keystore", store.toString());
            values.put("org.apache.felix.https.keystore.type", "PKCS12");
            values.put("org.apache.felix.https.keystore.password", address.password());
            values.put("org.apache.felix.https.keystore.key.password", address.password());
        }
        return values;
    }

    private void servlet(String pattern, Servlet servlet) {
        register(Servlet.class, servlet, Map.of(HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN, pattern));
    }

    private <T> void register(Class<T> type, T service, Map<String, Object> properties) {
        registrations.add(context.registerService(type, service, new Hashtable<>(properties)));
    }

    /** Waits until it listens. */
    private void await() throws IOException {
        ServiceTracker<HttpServiceRuntime, HttpServiceRuntime> runtime =
                new ServiceTracker<>(context, HttpServiceRuntime.class, null);
        runtime.open();
        try {
            if (runtime.waitForService(START_MILLISECONDS) == null
                    || runtime.getServiceReference().getProperty(HttpServiceRuntimeConstants.HTTP_SERVICE_ENDPOINT)
                            == null) {
                throw new IOException("the HTTP service does not start; standard error says why");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            runtime.close();
        }
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public void close() {
        events.close();
        try {
            http.delete();
        } catch (IOException | IllegalStateException e) {
            // The framework ends, and the service with it.
            registrations.clear();
        }
        registrations.forEach(ServiceRegistration::unregister);
        registrations.clear();
    }

    /** Felix's pages are for who has passed the guard; they have no users of their own. */
    private static final class Passed implements SecurityProvider {
        @Override
        public Object authenticate(HttpServletRequest request, HttpServletResponse response) {
            return Boolean.TRUE.equals(request.getAttribute(Guard.PASSED)) ? "spelunk" : null;
        }

        @Override
        public boolean authorize(Object user, String role) {
            return true;
        }

        @Override
        public void logout(HttpServletRequest request, HttpServletResponse response) {
            // The cookie goes with the console.
        }
    }

    /** An entry of Felix's menu that leads to a page. */
    private static final class ToPage extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final String page;

        private ToPage(String page) {
            this.page = page;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.sendRedirect("/" + page);
        }
    }
}
