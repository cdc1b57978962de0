// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * The embedded Felix framework with the bundles and configurations of one variant.
 *
 * <p>The contracts ({@code dev.spelunk.api}) and the OSGi service interfaces that the launcher itself uses
 * come from its own class path, exported by the system bundle with the versions of their manifests, so that
 * launcher and bundles mean the same types.
 */
public final class FrameworkHost implements AutoCloseable {
    /** Symbolic names of the class path's jars whose packages the system bundle exports. */
    private static final Set<String> SHARED = Set.of(
            "dev.spelunk.api",
            "jakarta.json-api",
            "org.osgi.service.cm",
            "org.osgi.service.component",
            "org.osgi.util.promise",
            "org.osgi.util.function",
            // Of the console's bundles; its implementation writes to standard error.
            "slf4j.api");

    private static final long STOP_MILLISECONDS = 5_000;
    /** How long SCR waits for a component that is being activated before it goes on, in milliseconds. */
    private static final String COMPONENT_PATIENCE = "2000";

    private final Path assembly;
    private final Map<Path, Installed> installed = new LinkedHashMap<>();
    private final Path storage;
    private final Framework framework;

    /**
     * Starts an empty framework.
     *
     * @param assembly the folder whose bundles do not change, and are used where they are
     */
    public FrameworkHost(Path assembly) {
        this.assembly = assembly;
        storage = TemporaryFolder.folder("framework-");
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, storage.resolve("felix").toString());
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, sharedPackages());
        // What an agent of the JVM (a profiler, a fuzzer) calls from the classes that it changes.
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, System.getProperty(Constants.FRAMEWORK_BOOTDELEGATION, ""));
        properties.put("felix.cache.locking", "false");
        // The handlers reach into the JDK, which the newest releases warn about; nothing here needs bundle: URLs.
        properties.put("felix.service.urlhandlers", "false");
        properties.put("felix.log.level", "1");
        // What goes wrong with a component is asked for and reported in one line; SCR would print stack traces.
        properties.put("ds.loglevel", "0");
        // A part that never returns from its activation must not hold up the end of its bundle for long.
        properties.put("ds.lock.timeout.milliseconds", COMPONENT_PATIENCE);
        properties.put("ds.stop.timeout.milliseconds", COMPONENT_PATIENCE);
        // A bundle is updated by its new one beside it, which may have the same version.
        properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        // Not before a configuration says where: by default it would listen at all addresses.
        properties.put("org.apache.felix.http.require.config", "true");
        properties.put("gosh.args", "--nointeractive --noshutdown");
        framework = new FrameworkFactory().newFramework(properties);
        try {
            framework.start();
        } catch (BundleException e) {
            close();
            throw new UserError("the OSGi framework does not start: " + message(e));
        }
    }

    /** The context of the system bundle. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /**
     * Installs and starts bundles that are not there yet. Those that bring components start last, when the
     * configurations are there.
     *
     * @param wantedBy the file that names them, for messages
     * @param files the bundles' files
     * @param configurations properties by PID; a PID with a tilde is that of a factory's instance
     * @return the symbolic names of the bundles
     * @throws UserError if one cannot be installed, resolved or started
     */
    public synchronized SortedSet<String> start(
            String wantedBy, List<Path> files, Map<String, Map<String, Object>> configurations) {
        BundleUpdate update = new BundleUpdate(this, wantedBy, Map.of(), Map.of());
        try {
            List<Bundle> bundles = install(wantedBy, files);
            bundles.stream().filter(bundle -> !hasComponents(bundle)).forEach(bundle -> start(wantedBy, bundle));
            configure(wantedBy, configurations);
            bundles.stream().filter(FrameworkHost::hasComponents).forEach(bundle -> start(wantedBy, bundle));
            checkConfigurations(wantedBy, configurations);
        } catch (UserError e) {
            update.undo();
            throw e;
        }
        return names(files);
    }

    /** The symbolic names of the bundles that were installed from these files. */
    public SortedSet<String> names(List<Path> files) {
        SortedSet<String> names = new TreeSet<>();
        files.forEach(file -> names.add(installed.get(file).bundle().getSymbolicName()));
        return names;
    }

    /** Whether what was installed from each file is what it holds now. */
    public boolean upToDate(List<Path> files) {
        return files.stream()
                .allMatch(file -> installed.containsKey(file)
                        && installed.get(file).time().equals(time(file)));
    }

    /** Installs those that are not there, or whose files have been written anew. */
    List<Bundle> install(String wantedBy, List<Path> files) {
        List<Bundle> bundles = new ArrayList<>();
        for (Path file : files) {
            StopRequests.ofProcess().check();
            Installed there = installed.get(file);
            FileTime time = time(file);
            if (there != null && there.time().equals(time)) {
                continue;
            }
            try {
                Bundle bundle = there == null
                        ? context().installBundle(location(file))
                        : context().installBundle(location(file) + "?" + time.toMillis(), Files.newInputStream(file));
                installed.put(file, new Installed(file, time, bundle));
                if (bundle.getSymbolicName() == null) {
                    throw new UserError(wantedBy + ": not an OSGi bundle: " + file);
                }
                bundles.add(bundle);
            } catch (BundleException | IOException e) {
                throw new UserError(wantedBy + ": cannot install " + file + ": " + message(e));
            }
        }
        return bundles;
    }

    /** Files of the user may be built again while they are in use: the framework copies them. */
    private String location(Path file) {
        return (file.startsWith(assembly) ? "reference:" : "")
                + file.toAbsolutePath().toUri();
    }

    /** When files have been written. */
    public static List<FileTime> times(List<Path> files) {
        return files.stream().map(FrameworkHost::time).toList();
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    /** What was installed from each file, the newest. */
    Map<Path, Installed> installed() {
        return installed;
    }

    /** Uninstalls a bundle, and says so when it cannot be. */
    static void uninstall(Installed gone) {
        if (gone.bundle().getState() == Bundle.STARTING) {
            // Its start has been given up, and whoever wants to uninstall it would wait for that for ever.
            return;
        }
        try {
            gone.bundle().uninstall();
        } catch (BundleException | IllegalStateException e) {
            System.err.println(
                    "spelunk: the bundle " + gone.bundle().getSymbolicName() + " cannot be uninstalled: " + message(e));
        }
    }

    /**
     * Gets a service.
     *
     * @param type the service's type
     * @param wantedBy the file that names the bundles, for the message
     * @param <T> the service's type
     * @return the service with the highest ranking
     * @throws UserError that says why components that could have published it are not active
     */
    public <T> T service(Class<T> type, String wantedBy) {
        ServiceReference<T> reference = context().getServiceReference(type);
        T service = reference == null ? null : context().getService(reference);
        if (service == null) {
            throw new UserError(wantedBy + ": no bundle of it publishes " + type.getSimpleName() + reasons());
        }
        return service;
    }

    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLISECONDS);
        } catch (BundleException e) {
            System.err.println("spelunk: the OSGi framework does not stop: " + message(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            TemporaryFolder.delete(storage);
        } catch (IOException e) {
            System.err.println("spelunk: the temporary folder " + storage + " cannot be removed: " + e.getMessage());
        }
    }

    private static boolean hasComponents(Bundle bundle) {
        return bundle.getHeaders("").get("Service-Component") != null;
    }

    static void start(String wantedBy, Bundle bundle) {
        StopRequests.ofProcess().check();
        if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null) {
            return;
        }
        try {
            new BundleStart(bundle).await();
        } catch (BundleException e) {
            throw new UserError(
                    wantedBy + ": the bundle " + bundle.getSymbolicName() + " does not start: " + message(e));
        }
    }

    void configure(String wantedBy, Map<String, Map<String, Object>> configurations) {
        if (configurations.isEmpty()) {
            return;
        }
        ConfigurationAdmin admin = service(ConfigurationAdmin.class, wantedBy);
        for (Map.Entry<String, Map<String, Object>> configuration : configurations.entrySet()) {
            String pid = configuration.getKey();
            int tilde = pid.indexOf('~');
            Dictionary<String, Object> properties = new Hashtable<>(configuration.getValue());
            try {
                if (tilde < 0) {
                    admin.getConfiguration(pid, "?").update(properties);
                } else {
                    admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?")
                            .update(properties);
                }
            } catch (IOException | IllegalArgumentException e) {
                throw new UserError(wantedBy + ": the configuration " + pid + " cannot be set: " + e.getMessage());
            }
        }
    }

    /**
     * Components whose activation failed, because of a configuration for example.
     *
     * @return one sentence each
     */
    public SortedSet<String> failures() {
        SortedSet<String> failures = new TreeSet<>();
        for (ComponentConfigurationDTO instance : instances()) {
            if (instance.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                failures.add(instance.description.name + ": " + cause(instance.failure));
            }
        }
        return failures;
    }

    List<ComponentConfigurationDTO> instances() {
        List<ComponentConfigurationDTO> instances = new ArrayList<>();
        descriptions().forEach(component -> instances.addAll(runtime().getComponentConfigurationDTOs(component)));
        return instances;
    }

    /** Refuses configurations that no component takes, and properties that it does not know. */
    void checkConfigurations(String wantedBy, Map<String, Map<String, Object>> configurations) {
        if (configurations.isEmpty()) {
            return;
        }
        SortedMap<String, SortedMap<String, Object>> known = properties();
        configurations.forEach((pid, properties) -> {
            String place = wantedBy + ": /configurations/" + pid;
            SortedMap<String, Object> defaults = known.get(pid.replaceFirst("~.*", ""));
            if (defaults == null) {
                throw new UserError(place + ": no component of the variant's bundles has this PID");
            }
            properties.forEach((key, value) -> {
                if (!defaults.containsKey(key)) {
                    throw new UserError(
                            place + "/" + key + ": unknown key; allowed here: " + String.join(", ", defaults.keySet()));
                }
                if (defaults.get(key) instanceof Number && !(value instanceof Number)) {
                    throw new UserError(place + "/" + key + ": must be a number, is \"" + value + "\"");
                }
                if (defaults.get(key) instanceof Boolean && !(value instanceof Boolean)) {
                    throw new UserError(place + "/" + key + ": must be true or false, is \"" + value + "\"");
                }
            });
        });
    }

    /** For each PID that a component can be configured by: its properties with what they are where nobody says it. */
    public SortedMap<String, SortedMap<String, Object>> properties() {
        SortedMap<String, SortedMap<String, Object>> known = new TreeMap<>();
        for (ComponentDescriptionDTO component : descriptions()) {
            for (String pid : component.configurationPid) {
                SortedMap<String, Object> defaults = known.computeIfAbsent(pid, key -> new TreeMap<>());
                component.properties.forEach((key, value) -> {
                    if (!key.startsWith("spelunk.") && !key.startsWith("osgi.")) {
                        defaults.put(key, value);
                    }
                });
            }
        }
        return known;
    }

    List<ComponentDescriptionDTO> descriptions() {
        ServiceComponentRuntime runtime = runtime();
        return runtime == null ? List.of() : new ArrayList<>(runtime.getComponentDescriptionDTOs());
    }

    /** SCR's own view; null when no bundle brings SCR. */
    ServiceComponentRuntime runtime() {
        ServiceReference<ServiceComponentRuntime> reference =
                context().getServiceReference(ServiceComponentRuntime.class);
        return reference == null ? null : context().getService(reference);
    }

    private String reasons() {
        if (runtime() == null) {
            return "; no bundle of it runs components (org.apache.felix:org.apache.felix.scr)";
        }
        SortedSet<String> reasons = failures();
        for (ComponentConfigurationDTO instance : instances()) {
            for (UnsatisfiedReferenceDTO unsatisfied : instance.unsatisfiedReferences) {
                reasons.add(instance.description.name + " has no " + unsatisfied.name
                        + (unsatisfied.target == null ? "" : " " + unsatisfied.target));
            }
        }
        return reasons.isEmpty() ? "" : ": " + String.join("; ", reasons);
    }

    /** The message of the innermost cause in a stack trace: SCR gives the failure as text. */
    private static String cause(String stackTrace) {
        String cause = "activation failed";
        for (String line : String.valueOf(stackTrace).lines().collect(Collectors.toList())) {
            if (!line.startsWith("\t") && !line.isBlank()) {
                cause = line.replaceFirst("^Caused by: ", "").replaceFirst("^([\\w.$]+(Exception|Error): )+", "");
            }
        }
        return cause;
    }

    private static String sharedPackages() {
        List<String> exports = new ArrayList<>();
        try {
            for (URL url :
                    Collections.list(FrameworkHost.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
                try (InputStream stream = url.openStream()) {
                    Attributes attributes = new Manifest(stream).getMainAttributes();
                    String name = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
                    String packages = attributes.getValue(Constants.EXPORT_PACKAGE);
                    if (packages != null && name != null && SHARED.contains(name.replaceFirst(";.*", ""))) {
                        exports.add(packages);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return exports.stream().sorted().collect(Collectors.joining(","));
    }

    private static String message(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return message.replaceAll("\\s+", " ");
    }
}
