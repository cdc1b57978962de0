// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** A change of a framework's bundles and configurations, which is made, and then kept or undone. */
public final class BundleUpdate {
    private static final long CONFIGURATION_NANOSECONDS = 2_000_000_000L;

    private final FrameworkHost host;
    private final String wantedBy;
    private final Map<Path, Installed> before;
    private final Map<String, Map<String, Object>> configurationsBefore;
    private final Map<String, Map<String, Object>> configurations;
    private boolean configured;

    /**
     * Begins a change.
     *
     * @param host the framework
     * @param wantedBy the file that names it, for messages
     * @param from configurations until now
     * @param to configurations from now on
     */
    public BundleUpdate(
            FrameworkHost host,
            String wantedBy,
            Map<String, Map<String, Object>> from,
            Map<String, Map<String, Object>> to) {
        this.host = host;
        this.wantedBy = wantedBy;
        before = new LinkedHashMap<>(host.installed());
        configurationsBefore = from;
        configurations = to;
    }

    /** Installs and starts what is not there, then sets what differs of the configurations. */
    public void apply(List<Path> files) {
        host.install(wantedBy, files).forEach(bundle -> FrameworkHost.start(wantedBy, bundle));
        host.checkConfigurations(wantedBy, configurations);
        configured = true;
        change(configurationsBefore, configurations);
    }

    /**
     * Uninstalls bundles that are used no more.
     *
     * @param from files of the bundles that were in use
     * @param to files of those that are
     */
    public void keep(List<Path> from, List<Path> to) {
        for (Path file : from) {
            Installed old = before.get(file);
            if (host.installed().get(file) != old || !to.contains(file)) {
                FrameworkHost.uninstall(old);
                host.installed().remove(file, old);
            }
        }
    }

    /** Puts back what was there. */
    public void undo() {
        if (configured) {
            change(configurations, configurationsBefore);
        }
        for (Installed now : List.copyOf(host.installed().values())) {
            if (before.get(now.file()) != now) {
                FrameworkHost.uninstall(now);
            }
        }
        host.installed().clear();
        host.installed().putAll(before);
    }

    private void change(Map<String, Map<String, Object>> from, Map<String, Map<String, Object>> to) {
        Map<String, Map<String, Object>> changed = new TreeMap<>();
        to.forEach((pid, values) -> {
            if (!values.equals(from.get(pid))) {
                changed.put(pid, values);
            }
        });
        from.keySet().stream().filter(pid -> !to.containsKey(pid)).forEach(pid -> changed.put(pid, Map.of()));
        host.configure(wantedBy, changed);
        changed.forEach(this::await);
    }

    /** SCR hears of configurations on a thread of its own. */
    private void await(String pid, Map<String, Object> values) {
        long end = System.nanoTime() + CONFIGURATION_NANOSECONDS;
        while (!taken(pid, values) && System.nanoTime() < end) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Whether the components of that PID are there, with these values, and offer their services. */
    private boolean taken(String pid, Map<String, Object> values) {
        return host.descriptions().stream()
                .filter(component -> List.of(component.configurationPid).contains(pid))
                .allMatch(component -> {
                    Collection<ComponentConfigurationDTO> instances =
                            host.runtime().getComponentConfigurationDTOs(component);
                    return !instances.isEmpty()
                            && instances.stream()
                                    .allMatch(instance -> has(instance, values) && instance.service != null);
                });
    }

    private static boolean has(ComponentConfigurationDTO instance, Map<String, Object> values) {
        SortedMap<String, String> expected = new TreeMap<>();
        instance.description.properties.forEach((key, value) -> expected.put(key, String.valueOf(value)));
        values.forEach((key, value) -> expected.put(key, String.valueOf(value)));
        return expected.entrySet().stream()
                .allMatch(e -> e.getValue().equals(String.valueOf(instance.properties.get(e.getKey()))));
    }
}
