// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/**
 * Sees each request before anybody else, whatever page it is for, and lets through those of a browser that was opened with
 * the printed address. Everything else gets 403 and one sentence.
 *
 * <ul>
 *   <li>The {@code Host} header must be the address itself: a name that somebody else lets point here is none (DNS rebinding).
 *   <li>What comes from pages of other sites is refused, by {@code Origin} and {@code Sec-Fetch-Site}; a request that changes
 *       something must say where it comes from.
 *   <li>A path is made of plain segments.
 *   <li>The secret is in the address that opens the console, and from then on in a cookie that no script can read and no other
 *       site sends.
 * </ul>
 */
final class Guard implements Preprocessor {
    /** Name of the query parameter with the secret. */
    static final String TOKEN = "token";

    /** Attribute of a request that may pass. */
    static final String PASSED = Guard.class.getName();

    private static final String STRICT =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Felix's own pages have scripts and styles in them. */
    private static final String WITH_INLINE = "default-src 'none'; script-src 'self' 'unsafe-inline'; "
            + "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
            + "form-action 'self'; frame-ancestors 'none'";

    private static final Set<String> READING = Set.of("GET", "HEAD");
    private static final int MOST_TOKEN = 200;

    private final byte[] token;
    private final String origin;
    private final String authority;
    private final String cookie;
    private final boolean secure;

    /**
     * @param token the secret
     * @param authority host and port as a browser writes them
     * @param secure whether it is reached by TLS
     */
    Guard(String token, String authority, boolean secure) {
        this.token = token.getBytes(StandardCharsets.US_ASCII);
        this.authority = authority;
        this.secure = secure;
        origin = (secure ? "https://" : "http://") + authority;
        // Cookies do not tell ports apart.
        cookie = "spelunk-" + authority.replaceFirst("^.*:", "");
    }

    @Override
    public void doFilter(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) any;
        HttpServletResponse response = (HttpServletResponse) answer;
        String path = request.getRequestURI();
        headers(response, path);
        String problem = problem(request, path);
        if (problem == null && !has(request)) {
            problem = "the address that 'spelunk console' printed opens this console; this one has no valid token";
        }
        if (problem != null) {
            refuse(response, problem);
            return;
        }
        if (inAddress(request) != null) {
            remember(response);
        }
        request.setAttribute(PASSED, true);
        chain.doFilter(request, response);
    }

    private static void headers(HttpServletResponse response, String path) {
        boolean felix = path != null && path.startsWith(Site.FELIX);
        response.setHeader("Content-Security-Policy", felix ? WITH_INLINE : STRICT);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-store");
    }

    private String problem(HttpServletRequest request, String path) {
        if (!authority.equals(lower(request.getHeader("Host")))) {
            return "the Host header is not " + authority;
        }
        if (path == null || !plain(path)) {
            return "the path is none of this console";
        }
        String site = request.getHeader("Sec-Fetch-Site");
        String from = request.getHeader("Origin");
        if (from != null && !origin.equals(lower(from))
                || site != null && !site.equals("same-origin") && !site.equals("none")) {
            return "it comes from another site";
        }
        if (!READING.contains(request.getMethod())) {
            if (!request.getMethod().equals("POST")) {
                return "the method is none of GET, HEAD and POST";
            }
            if (from == null) {
                return "it changes something and does not say where it comes from";
            }
        }
        return null;
    }

    /** Without anything that could mean another file: no dots for folders, no encoded or doubled separators. */
    static boolean plain(String path) {
        if (!path.startsWith("/")) {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c > '~' || c == '\\' || c == ';') {
                return false;
            }
        }
        String small = path.toLowerCase(Locale.ROOT);
        for (String bad : new String[] {"//", "/.", "%2e", "%2f", "%5c", "%00", "%25"}) {
            if (small.contains(bad)) {
                return false;
            }
        }
        return true;
    }

    private boolean has(HttpServletRequest request) {
        String given = inAddress(request);
        if (given != null) {
            return same(given);
        }
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie each : cookies) {
                if (each.getName().equals(cookie) && same(each.getValue())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The secret in the address; of an order nobody reads parameters, which its body could have. */
    private static String inAddress(HttpServletRequest request) {
        return READING.contains(request.getMethod()) ? request.getParameter(TOKEN) : null;
    }

    /** Takes as long whatever differs. */
    private boolean same(String given) {
        return given != null
                && given.length() < MOST_TOKEN
                && MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8));
    }

    private void remember(HttpServletResponse response) {
        response.addHeader(
                "Set-Cookie",
                cookie + "=" + new String(token, StandardCharsets.US_ASCII) + "; Path=/; HttpOnly; SameSite=Strict"
                        + (secure ? "; Secure" : ""));
    }

    private static String lower(String text) {
        return text == null ? null : text.toLowerCase(Locale.ROOT);
    }

    private static void refuse(HttpServletResponse response, String why) throws IOException {
        response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().write("403: " + why + "\n");
    }
}
