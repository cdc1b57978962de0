// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.tables;

import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.process.CacheFolder;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * DuckDB's JDBC driver. It is many times as large as all of Spelunk, so it comes when it is first used: by Maven, where
 * there is one, into the local repository. Whoever has no Maven brings the file into the cache folder. It is used only
 * when its checksum is right.
 */
final class Driver {
    private static final String GROUP = "org/duckdb";
    private static final String ARTIFACT = "duckdb_jdbc";

    private final String version;
    private final String sha256;

    Driver() {
        Properties properties = new Properties();
        try (InputStream stream = Driver.class.getResourceAsStream("driver.properties")) {
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        version = properties.getProperty("version");
        sha256 = properties.getProperty("sha256");
    }

    private String fileName() {
        return ARTIFACT + "-" + version + ".jar";
    }

    private Path inRepository() {
        return Home.localRepository()
                .resolve(GROUP)
                .resolve(ARTIFACT)
                .resolve(version)
                .resolve(fileName());
    }

    private Path inCache() {
        return CacheFolder.ofUser().resolve(fileName());
    }

    /**
     * Loads it.
     *
     * @throws UserError when it is not there and does not come, or is another file
     */
    java.sql.Driver load() {
        Path jar = find();
        try {
            URL[] urls = {jar.toUri().toURL()};
            // It holds native code, which lives as long as the process.
            @SuppressWarnings("resource")
            URLClassLoader loader = new URLClassLoader(urls, Driver.class.getClassLoader());
            return (java.sql.Driver)
                    loader.loadClass("org.duckdb.DuckDBDriver").getConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException | LinkageError e) {
            throw new UserError("DuckDB's driver " + jar + " cannot be loaded: " + e);
        }
    }

    private Path find() {
        for (Path file : List.of(inCache(), inRepository())) {
            if (Files.isRegularFile(file)) {
                return checked(file);
            }
        }
        List<String> maven = maven();
        if (maven != null) {
            System.err.println("spelunk: fetches DuckDB " + version + " (82 MiB, once)");
            run(maven);
            if (Files.isRegularFile(inRepository())) {
                return checked(inRepository());
            }
        }
        throw new UserError("queries need DuckDB's driver, which "
                + (maven == null ? "is not here, and there is no Maven to fetch it" : "Maven could not fetch")
                + ": put " + fileName() + " of Maven's org.duckdb:" + ARTIFACT + ":" + version + " (SHA-256 " + sha256
                + ") into " + inCache().getParent());
    }

    private Path checked(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(sha256)) {
                throw new UserError(file + " is not the file that it should be: its SHA-256 is " + found + " and not "
                        + sha256 + "; remove it");
            }
            return file;
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: " + e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The command that brings it; null without Maven. */
    private List<String> maven() {
        Path wrapper = Home.wrapper();
        String program = Files.isExecutable(wrapper) ? wrapper.toString() : onPath("mvn");
        if (program == null) {
            return null;
        }
        return List.of(
                program,
                "-B",
                "-q",
                "-Dmaven.repo.local=" + Home.localRepository(),
                "dependency:get",
                "-Dtransitive=false",
                "-Dartifact=org.duckdb:" + ARTIFACT + ":" + version);
    }

    private static String onPath(String program) {
        String path = System.getenv("PATH");
        for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return Path.of(folder, program).toString();
            }
        }
        return null;
    }

    /** Whether it came shows in the repository; what Maven says otherwise is long. */
    private static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(TemporaryFolder.folder("maven").toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Thread hook = new Thread(process::destroy, "end of Maven");
            Runtime.getRuntime().addShutdownHook(hook);
            process.waitFor();
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IOException e) {
            throw new UserError(command.get(0) + " cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }
}
