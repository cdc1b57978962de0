// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import org.apache.felix.http.jetty.ConnectorFactory;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what is so wrong that it never comes to the guard, such as a path out of the top folder: 403 for a request whose path
 * is none, and no page for any error. The HTTP service lets nobody at its server but who adds a connector to it, so this adds
 * one that listens nowhere.
 */
final class BadRequests implements ConnectorFactory, Request.Handler {
    @Override
    public Connector createConnector(Server server) {
        server.setErrorHandler(this);
        return new Nowhere(server);
    }

    /** Starts and stops, and nothing else. */
    private static final class Nowhere extends ServerConnector {
        private Nowhere(Server server) {
            super(server);
            setHost("127.0.0.1");
        }

        @Override
        protected void doStart() {
            // It listens nowhere.
        }

        @Override
        protected void doStop() {
            // As above.
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (response.getStatus() == HttpStatus.BAD_REQUEST_400) {
            response.setStatus(HttpStatus.FORBIDDEN_403);
        }
        response.getHeaders().put("Content-Security-Policy", "default-src 'none'");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        Content.Sink.write(response, true, response.getStatus() + ": nothing for this request\n", callback);
        return true;
    }
}
