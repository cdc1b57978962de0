// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.Parts;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Services of one bundle, registered with nothing but what a selection of parts asks a framework for. */
public final class PartServices {
    private final List<ServiceReference<?>> references = new ArrayList<>();
    private final Map<Object, Object> services = new HashMap<>();
    private final Map<Object, ServiceObjects<?>> objects = new HashMap<>();
    /** Services that have been let go of. */
    public final List<Object> released = new ArrayList<>();

    private final Bundle bundle = bundle("parts", List.of(), List.of());

    @SuppressWarnings("unchecked")
    private static <T> T fake(Class<T> type, Answers answers) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "equals":
                    return proxy == arguments[0];
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "toString":
                    return type.getSimpleName();
                default:
                    return answers.answer(method.getName(), arguments);
            }
        });
    }

    @FunctionalInterface
    private interface Answers {
        Object answer(String method, Object[] arguments);
    }

    /** A bundle with capabilities and requirements in the namespace of features: pairs of name and directives. */
    public static Bundle bundle(String name, List<String> features, List<Map<String, String>> requirements) {
        BundleRevision revision = fake(BundleRevision.class, (method, arguments) -> {
            if (method.equals("getDeclaredCapabilities")) {
                return features.stream()
                        .map(f -> fake(
                                BundleCapability.class,
                                (m, a) -> m.equals("getAttributes") ? Map.<String, Object>of("arm.feature", f) : null))
                        .toList();
            }
            return requirements.stream()
                    .map(r -> fake(BundleRequirement.class, (m, a) -> m.equals("getDirectives") ? r : Map.of()))
                    .toList();
        });
        return fake(Bundle.class, (method, arguments) -> switch (method) {
            case "adapt" -> revision;
            case "getSymbolicName" -> name;
            case "getVersion" -> new Version(1, 0, 0);
            default -> null;
        });
    }

    /** Registers a service of a kind under a name. */
    public PartServices add(Kind kind, String name, Object service) {
        return add(kind.part, kind.type, name, service);
    }

    /** Registers a service of any type as a part of any kind. */
    public PartServices add(String part, Class<?> type, String name, Object service) {
        long id = references.size();
        Map<String, Object> properties = new TreeMap<>();
        properties.put(Parts.PART, part);
        properties.put(Parts.NAME, name);
        properties.put(Constants.SERVICE_ID, id);
        properties.put(Constants.OBJECTCLASS, new String[] {type.getName()});
        ServiceReference<?> reference = fake(ServiceReference.class, (method, arguments) -> switch (method) {
            case "getProperty" -> properties.get(arguments[0]);
            case "getPropertyKeys" -> properties.keySet().toArray(String[]::new);
            case "getBundle" -> bundle;
            case "compareTo" -> 0;
            default -> null;
        });
        references.add(reference);
        objects.put(reference, fake(ServiceObjects.class, (method, arguments) -> {
            if (method.equals("ungetService")) {
                released.add(arguments[0]);
            }
            return method.equals("getService") ? service : null;
        }));
        services.put(reference, service);
        return this;
    }

    /** All of them as offers. */
    public Offers offers() {
        BundleContext context = fake(BundleContext.class, (method, arguments) -> switch (method) {
            case "getServiceReferences", "getAllServiceReferences" -> references.toArray(ServiceReference[]::new);
            case "getService" -> services.get(arguments[0]);
            case "getServiceObjects" -> objects.get(arguments[0]);
            case "addServiceListener" -> {
                assert arguments[0] instanceof ServiceListener;
                yield null;
            }
            default -> null;
        });
        return new Offers(context, List.of(), offer -> {}, offer -> {});
    }

    /** A variant of Armv8.5 that takes all parts that there are. */
    public static Variant variant(String... features) {
        return variant(Map.of(), features);
    }

    /** @param parts names by kind of part */
    public static Variant variant(Map<String, List<String>> parts, String... features) {
        return new Variant(
                "test",
                85,
                Collections.unmodifiableSortedSet(new TreeSet<>(List.of(features))),
                new TreeMap<>(parts),
                new TreeSet<>(),
                Map.of());
    }
}
