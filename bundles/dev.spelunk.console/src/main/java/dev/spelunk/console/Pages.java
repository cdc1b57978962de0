// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The pages themselves. Each is the same document; its script shows what its path says. */
final class Pages extends HttpServlet {
    /** The pages, in the order of the menu. */
    static final List<String> NAMES = List.of("machine", "composition", "registers", "profile", "timeline");

    private static final long serialVersionUID = 1;
    private static final String HTML = "text/html;charset=utf-8";
    private static final String SCRIPT = "text/javascript;charset=utf-8";
    private static final String STYLE = "text/css;charset=utf-8";

    /** Files of this bundle, by path. */
    private static final Map<String, String> OWN =
            Map.of("/console.css", STYLE, "/console.js", SCRIPT, "/icon.svg", "image/svg+xml");

    /** Files of the report's page. */
    private static final Map<String, String> OF_THE_REPORT =
            Map.of("/echarts.min.js", SCRIPT, "/report.js", SCRIPT, "/report.css", STYLE);

    private final transient Desk desk;

    Pages(Desk desk) {
        this.desk = desk;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        if (path.equals("/") || NAMES.contains(path.substring(1))) {
            send(response, HTML, own("console.html"));
        } else if (OWN.containsKey(path)) {
            send(response, OWN.get(path), own(path.substring(1)));
        } else if (OF_THE_REPORT.containsKey(path)) {
            send(response, OF_THE_REPORT.get(path), desk.host().asset(path.substring(1)));
        } else {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
            send(response, "text/plain;charset=utf-8", "404: there is no such page\n");
        }
    }

    private static void send(HttpServletResponse response, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    private static String own(String name) throws IOException {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
