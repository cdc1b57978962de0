// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the console of the real program lets in. */
class ConsoleSecurityTest {
    private static final int REQUESTS = Integer.getInteger("spelunk.requests");
    private static final int FORBIDDEN = 403;

    @TempDir
    private static Path folder;

    private static RunningConsole console;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        console = new RunningConsole(folder);
    }

    @AfterAll
    static void end() throws InterruptedException {
        console.close();
    }

    @Test
    @DisplayName("it listens at 127.0.0.1 alone, and the printed address opens it with a strict policy")
    void opens() throws IOException {
        RunningConsole.Answer answer = console.get("/?token=" + console.token);
        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.head())
                .contains("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'")
                .contains("frame-ancestors 'none'", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer")
                .containsPattern("Set-Cookie: spelunk-" + console.port + "=\\S+; Path=/; HttpOnly; SameSite=Strict")
                .doesNotContain("unsafe", "Server:");
        assertThat(console.get("/machine", console.cookie()).code()).isEqualTo(200);
        assertThat(console.get("/system/console/bundles", console.cookie()).code())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/machine",
                "/api/machine",
                "/events",
                "/console.js",
                "/system/console",
                "/system/console/bundles",
                "/?token=",
                "/?token=wrong",
                "/?Token=x"
            })
    @DisplayName("without the token nothing is shown")
    void withoutToken(String path) throws IOException {
        assertThat(console.get(path).code()).isEqualTo(FORBIDDEN);
        assertThat(console.get(path, "Cookie: spelunk-" + console.port + "=wrong")
                        .code())
                .isEqualTo(FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:PORT",
                "localhost:PORT",
                "127.0.0.1",
                "127.0.0.1:1",
                "127.0.0.1:PORT.evil.example"
            })
    @DisplayName("another Host header is refused, with the right token too (DNS rebinding)")
    void otherHost(String host) throws IOException {
        String name = host.replace("PORT", Integer.toString(console.port));
        assertThat(console.get("/?token=" + console.token, "Host: " + name).code())
                .isEqualTo(FORBIDDEN);
        assertThat(console.get("/api/machine", console.cookie(), "Host: " + name)
                        .code())
                .isEqualTo(FORBIDDEN);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, Origin: http://evil.example",
        "GET, Sec-Fetch-Site: cross-site",
        "GET, Sec-Fetch-Site: same-site",
        "POST, Origin: http://evil.example",
        "POST, Origin: null",
        "POST, X-Nothing: 1",
        "PUT, Origin: ORIGIN",
        "DELETE, Origin: ORIGIN",
        "OPTIONS, Origin: ORIGIN"
    })
    @DisplayName("what comes from another site, or does not say where from, is refused")
    void otherSite(String method, String header) throws IOException {
        RunningConsole.Answer answer = console.send(
                method,
                method.equals("GET") ? "/api/machine" : "/api/start",
                method.equals("GET") ? "" : "{}",
                console.cookie(),
                header.replace("ORIGIN", console.origin()));
        assertThat(answer.code()).isEqualTo(FORBIDDEN);
        assertThat(console.get("/api/machine", console.cookie()).body()).contains("\"state\":\"new\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../../etc/passwd",
                "/..",
                "/machine/../api/machine",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/a/%2E%2E/api/machine",
                "/..%2f..%2fetc/passwd",
                "/a%5c..%5cb",
                "//etc/passwd",
                "/./api/machine",
                "/machine;x=1",
                "/api/machine%00",
                "/%252e%252e/x",
                "/a/..;/b"
            })
    @DisplayName("a path that could lead elsewhere is refused")
    void traversal(String path) throws IOException {
        RunningConsole.Answer answer = console.get(path, console.cookie());
        assertThat(answer.code()).as(answer.head()).isEqualTo(FORBIDDEN);
        assertThat(answer.body()).doesNotContain("root:");
    }

    @Test
    @DisplayName("random requests: no error of the server, nothing written, and it answers as before")
    void random() throws IOException {
        final List<String> before = files();
        final Random random = new Random(16);
        for (int i = 0; i < REQUESTS; i++) {
            byte[] request = request(random);
            RunningConsole.Answer answer = console.raw(request);
            assertThat(answer.code())
                    .as(() -> new String(request, StandardCharsets.ISO_8859_1))
                    // 505: a version of HTTP that there is not.
                    .matches(code -> code < 500 || code == 505, "no error of the server");
            assertThat(answer.head() + answer.body()).doesNotContain("Exception", "root:");
        }
        assertThat(files()).isEqualTo(before);
        assertThat(console.get("/api/machine", console.cookie()).body()).contains("\"state\":\"new\"");
        assertThat(console.errors()).isEmpty();
    }

    /** Something between a request that is nearly right and noise; none of them is one that may change something. */
    private static byte[] request(Random random) {
        String[] methods = {"GET", "GET", "HEAD", "POST", "PUT", "BREW", "", "get"};
        String[] paths = {
            "/",
            "/machine",
            "/api/machine",
            "/api/start",
            "/api/save",
            "/api/variant",
            "/console.js",
            "/system/console/bundles",
            "/system/console/configMgr",
            "/api/registers?pe=7&search=%",
            "/api/registers?pe=0&search=PM",
            "/api/composition",
            "/api/timeline"
        };
        StringBuilder text = new StringBuilder(methods[random.nextInt(methods.length)])
                .append(' ')
                .append(paths[random.nextInt(paths.length)]);
        for (int i = random.nextInt(6); i > 0; i--) {
            String[] bits = {
                "..", "/", "%2e", "\\", "%00", ";", "?", "&", "token=", "%", "é", "a".repeat(random.nextInt(300))
            };
            text.append(bits[random.nextInt(bits.length)]);
        }
        text.append(random.nextInt(20) == 0 ? "\r\n" : " HTTP/1." + random.nextInt(3) + "\r\n");
        String[] headers = {
            "Host: 127.0.0.1:" + console.port,
            "Host: x",
            console.cookie(),
            "Cookie: " + "c".repeat(random.nextInt(2000)),
            "Content-Length: " + (random.nextInt(40) - 5),
            "Transfer-Encoding: chunked",
            "Origin: null",
            "Accept: " + (char) random.nextInt(255),
            "Expect: 100-continue",
            "Upgrade: websocket",
            "Range: bytes=0-" + random.nextInt()
        };
        text.append("Host: 127.0.0.1:").append(console.port).append("\r\n");
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(headers[random.nextInt(headers.length)]).append("\r\n");
        }
        text.append("Connection: close\r\n\r\n").append("x".repeat(random.nextInt(60)));
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        for (int i = random.nextInt(4) - 1; i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    private static Path keyStore(String name, String... command) throws IOException, InterruptedException {
        Path store = folder.resolve(name);
        List<String> whole = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        whole.addAll(List.of(command));
        whole.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "not a secret"));
        Tools.run(folder, whole.toArray(String[]::new));
        return store;
    }

    @Test
    @DisplayName("with a key it is served by TLS alone: to who trusts its certificate, and not to plain HTTP")
    void tls() throws Exception {
        Path store = keyStore(
                "key.p12",
                "-genkeypair",
                "-alias",
                "console",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=console",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-validity",
                "2");
        Path password = Files.writeString(folder.resolve("password"), "not a secret\n");
        Path own = Files.createDirectory(folder.resolve("tls"));
        try (RunningConsole secure = new RunningConsole(
                own, "--listen", "127.0.0.1:0", "--tls", store.toString(), "--tls-password", password.toString())) {
            assertThat(secure.url).startsWith("https://127.0.0.1:");
            HttpClient trusting =
                    HttpClient.newBuilder().sslContext(trusting(store)).build();
            HttpResponse<String> page = trusting.send(
                    HttpRequest.newBuilder(URI.create(secure.url)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Set-Cookie").orElse("")).contains("; Secure", "; HttpOnly");
            assertThat(trusting.send(
                                    HttpRequest.newBuilder(URI.create(secure.page("machine")))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(FORBIDDEN);
            assertThatThrownBy(() -> HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create(secure.url))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
            RunningConsole.Answer plain = secure.get("/?token=" + secure.token);
            assertThat(plain.code()).isNotEqualTo(200);
            assertThat(plain.head() + plain.body()).doesNotContain("Spelunk", "Set-Cookie");
            assertThat(trusting.send(
                                    HttpRequest.newBuilder(URI.create(secure.page("api/quit")))
                                            .header("Cookie", secure.cookie().substring("Cookie: ".length()))
                                            .header("Origin", secure.origin())
                                            .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(secure.ended()).isZero();
            assertThat(secure.errors()).isEmpty();
        }

        refused("cannot be opened: ", store, Files.writeString(folder.resolve("wrong"), "wrong\n"));
        Path certificate = folder.resolve("certificate.der");
        keyStore("key.p12", "-exportcert", "-alias", "console", "-file", certificate.toString());
        refused(
                "holds no key",
                keyStore("trust.p12", "-importcert", "-noprompt", "-alias", "console", "-file", certificate.toString()),
                password);
    }

    /** Trusts the certificate of a store, and no other. */
    private static SSLContext trusting(Path store) throws Exception {
        KeyStore mine = KeyStore.getInstance(store.toFile(), "not a secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("console", mine.getCertificate("console"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static void refused(String message, Path store, Path password) {
        Spelunk.Outcome outcome = Spelunk.run(
                "console",
                "-o",
                folder.resolve("none").toString(),
                "--tls",
                store.toString(),
                "--tls-password",
                password.toString());
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.onlyError()).contains(store + " " + message);
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --listen 0.0.0.0:0        | name the host as browsers will
            --listen 192.0.2.1:8443   | 192.0.2.1 is not this host's own, and without TLS
            --listen x                | write PORT or HOST:PORT
            --listen 70000            | a port is from 0 to 65535
            --tls x.p12               | --tls and --tls-password go together
            --gdb stdio               | the console prints on standard output
            """)
    @DisplayName("where it cannot be served, one message says why")
    void badAddress(String options, String message) {
        Spelunk.Outcome outcome = Spelunk.run(("console -o " + folder.resolve("none") + " " + options).split(" "));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.onlyError()).contains(message);
        assertThat(folder.resolve("none")).doesNotExist();
    }
}
