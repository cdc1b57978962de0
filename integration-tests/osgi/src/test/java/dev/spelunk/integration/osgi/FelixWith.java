// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/**
 * A Felix framework with Declarative Services, ConfigAdmin, contracts and instruction set, and what osgi-test needs; the
 * tests of package {@code inside} run in it as a bundle.
 */
final class FelixWith implements AutoCloseable {
    /** Starts of the names of the jars on the class path that are installed. */
    private static final List<String> LIBRARIES = List.of(
            "junit-",
            "opentest4j-",
            "org.osgi.test.",
            "assertj-core-",
            "byte-buddy-",
            "org.osgi.service.component-",
            "org.osgi.util.promise-",
            "org.osgi.util.function-",
            "org.apache.felix.scr-",
            "org.apache.felix.configadmin-",
            "org.apache.felix.gogo.runtime-",
            "jline-");

    /** What the console's bundle needs beside them. */
    private static final List<String> OF_THE_CONSOLE = List.of(
            "org.apache.felix.http.",
            "org.apache.felix.inventory-",
            "org.apache.felix.webconsole-",
            "commons-fileupload-",
            "commons-io-",
            "encoder-",
            "jakarta.json-api-",
            "org.osgi.service.log-");

    /** As the launcher exports it. */
    private static final String SLF4J =
            "org.slf4j;version=1.7.36,org.slf4j.helpers;version=1.7.36,org.slf4j;version=2.0.20,"
                    + "org.slf4j.event;version=2.0.20,org.slf4j.helpers;version=2.0.20,org.slf4j.spi;version=2.0.20";

    private static final String INSIDE = "dev.spelunk.integration.osgi.inside";
    private static final long STOP_MILLISECONDS = 10_000;

    private final Framework framework;

    /**
     * Starts the framework.
     *
     * @param storage an empty folder
     * @param subject symbolic name of the bundle that the tests look at
     */
    FelixWith(Path storage, String subject) throws Exception {
        this(storage, subject, Map.of());
    }

    /** @param more properties of the framework, for the tests inside */
    FelixWith(Path storage, String subject, Map<String, String> more) throws Exception {
        Map<String, String> properties = new HashMap<>(more);
        properties.put(Constants.FRAMEWORK_STORAGE, storage.resolve("cache").toString());
        properties.put("felix.log.level", "1");
        properties.put("spelunk.test.subject", subject);
        List<String> libraries = new ArrayList<>(LIBRARIES);
        if (subject.equals("dev.spelunk.console")) {
            libraries.addAll(OF_THE_CONSOLE);
            properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SLF4J);
            properties.put("org.apache.felix.http.require.config", "true");
        }
        framework = new FrameworkFactory().newFramework(properties);
        framework.start();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            File file = new File(entry);
            if (file.isFile() && libraries.stream().anyMatch(file.getName()::startsWith) && isBundle(file)) {
                install(file.toPath());
            }
        }
        for (Bundle bundle : context().getBundles()) {
            if (bundle.getSymbolicName().startsWith("org.apache.felix.")) {
                bundle.start();
            }
        }
        // The tests inside look at services by their contracts.
        install(BuiltBundle.named(BuiltBundle.API).jar()).start();
        install(BuiltBundle.named(BuiltBundle.A64).jar()).start();
        install(testBundle(storage)).start();
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    Bundle install(Path jar) throws Exception {
        return context().installBundle("reference:" + jar.toUri());
    }

    /**
     * Runs the tests of the package {@code inside}.
     *
     * @return how many ran, and after it what failed
     */
    @SuppressWarnings("unchecked")
    List<String> runTests() throws Exception {
        for (ServiceReference<?> reference : context().getServiceReferences(Callable.class, "(spelunk.test=true)")) {
            return ((Callable<List<String>>) context().getService(reference)).call();
        }
        throw new IllegalStateException("the test bundle published no runner");
    }

    @Override
    public void close() throws Exception {
        framework.stop();
        framework.waitForStop(STOP_MILLISECONDS);
    }

    private static boolean isBundle(File file) throws Exception {
        try (JarFile jar = new JarFile(file)) {
            Manifest manifest = jar.getManifest();
            return manifest != null && manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME) != null;
        }
    }

    private static Path testBundle(Path storage) throws Exception {
        Path file = storage.resolve("inside.jar");
        try (Builder builder = new Builder()) {
            File classes = new File(FelixWith.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            builder.addClasspath(classes);
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (new File(entry).isFile()) {
                    builder.addClasspath(new File(entry));
                }
            }
            builder.setProperty("Bundle-SymbolicName", INSIDE);
            builder.setProperty("Bundle-Activator", INSIDE + ".Runner");
            builder.setProperty("Private-Package", INSIDE);
            builder.setProperty("-noee", "true");
            try (Jar jar = builder.build()) {
                if (!builder.isOk()) {
                    throw new IllegalStateException("the test bundle cannot be made: " + builder.getErrors());
                }
                jar.write(file.toFile());
            }
        }
        return file;
    }
}
