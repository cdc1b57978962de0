// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bundle as the build made it.
 *
 * @param name name of its folder under {@code bundles/}
 * @param jar the jar in the folder's {@code target}
 * @param manifest its manifest
 */
record BuiltBundle(String name, Path jar, Manifest manifest) {
    static final String API = "dev.spelunk.api";
    /** The description of the instruction set: a library of pure functions on the contracts. */
    static final String A64 = "dev.spelunk.a64";

    /** Every bundle of the source tree, in the order of the names. */
    static List<BuiltBundle> all() {
        Path bundles = Path.of(System.getProperty("spelunk.root"), "bundles");
        try (Stream<Path> folders = Files.list(bundles)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .sorted()
                    .map(BuiltBundle::in)
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bundle of a name. */
    static BuiltBundle named(String name) {
        return all().stream()
                .filter(bundle -> bundle.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Whether the bundle is below the behaviours, which may import its packages. */
    boolean isFloor() {
        return name.equals(API) || name.equals(A64);
    }

    /** The bundles that bring behaviour: neither contracts and instruction set nor what people use. */
    static List<BuiltBundle> behaviours() {
        return all().stream()
                .filter(bundle -> !bundle.isFloor() && !bundle.forPeople())
                .collect(Collectors.toList());
    }

    /** Whether the bundle is of the top layer, which starts and shows machines. */
    boolean forPeople() {
        return Set.of("dev.spelunk.cli", "dev.spelunk.shell", "dev.spelunk.gdb", "dev.spelunk.console")
                .contains(name);
    }

    String header(String header) {
        return manifest.getMainAttributes().getValue(header);
    }

    private static BuiltBundle in(Path folder) {
        String name = folder.getFileName().toString();
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("target"), name + "*.jar")) {
            files.forEach(jars::add);
        } catch (IOException e) {
            throw new IllegalStateException(folder + " is not built; run ./mvnw verify", e);
        }
        if (jars.size() != 1) {
            throw new IllegalStateException(
                    "in " + folder + "/target there must be one jar, there are " + jars + "; run ./mvnw clean verify");
        }
        try (JarFile jar = new JarFile(jars.get(0).toFile())) {
            return new BuiltBundle(name, jars.get(0), jar.getManifest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
