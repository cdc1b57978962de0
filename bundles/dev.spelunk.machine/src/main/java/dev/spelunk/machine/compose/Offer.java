// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** A service that can become a part of a machine. It is started by whom it becomes a part of, not before. */
public final class Offer {
    /** Of offers with the same type and name, the last in this order is the one to use. */
    static final Comparator<Offer> BY_AGE = Comparator.<Offer, org.osgi.framework.Version>comparing(
                    o -> o.bundle.getVersion())
            .thenComparing(o -> o.id);

    /** The service property {@code spelunk.part}; empty when there is none. */
    final String part;

    public final String name;
    final Bundle bundle;
    final long id;
    /** The service's ranking, by which one of several is chosen where nobody names one. */
    final int ranking;

    private final BundleContext context;
    private final ServiceReference<Object> reference;
    private final Set<String> types;
    private volatile boolean gone;

    Offer(BundleContext context, ServiceReference<Object> reference) {
        this.context = context;
        this.reference = reference;
        Object kind = reference.getProperty(Parts.PART);
        part = kind == null ? "" : kind.toString();
        name = reference.getProperty(Parts.NAME).toString();
        bundle = reference.getBundle();
        id = (Long) reference.getProperty(Constants.SERVICE_ID);
        ranking = reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer rank ? rank : 0;
        types = new TreeSet<>(Set.of((String[]) reference.getProperty(Constants.OBJECTCLASS)));
    }

    /** Whether it can be a part of that kind: by its type, and by what it says itself that it is a part of. */
    public boolean offers(Kind kind) {
        // Registers belong to the part that brings them, whatever that is.
        return types.contains(kind.type.getName()) && (kind == Kind.REGISTER_BANK || part.equals(kind.part));
    }

    /** Whether its type is that of a kind, but it says that it is something else. */
    boolean misplaced(Kind kind) {
        return types.contains(kind.type.getName()) && !offers(kind);
    }

    /** What it is configured to: its service's properties, apart from those that say what service it is. */
    SortedMap<String, String> settings() {
        SortedMap<String, String> settings = new TreeMap<>();
        for (String key : reference.getPropertyKeys()) {
            if (!key.equals(Constants.OBJECTCLASS) && !key.matches("(service|component|spelunk)\\..*")) {
                String value = String.valueOf(reference.getProperty(key));
                settings.put(key, value.isEmpty() ? "none" : value);
            }
        }
        return settings;
    }

    /** Its service has been withdrawn. */
    boolean gone() {
        return gone;
    }

    void withdraw() {
        gone = true;
    }

    /**
     * Starts the service for one machine: a component of prototype scope is activated anew.
     *
     * @throws BadInputException when it does not activate
     */
    Part start(Class<?> type) {
        ServiceObjects<Object> objects = context.getServiceObjects(reference);
        Object service = objects == null ? null : objects.getService();
        if (service == null) {
            throw new BadInputException(
                    "the part " + name + " of " + bundle.getSymbolicName() + " does not start" + reason());
        }
        return new Part(this, type.cast(service), objects);
    }

    private String reason() {
        ServiceReference<ServiceComponentRuntime> runtimes = context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = runtimes == null ? null : context.getService(runtimes);
        if (runtime == null) {
            return "";
        }
        try {
            for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(bundle)) {
                for (ComponentConfigurationDTO instance : runtime.getComponentConfigurationDTOs(component)) {
                    if (instance.failure != null && name.equals(String.valueOf(instance.properties.get(Parts.NAME)))) {
                        return ": " + innermost(instance.failure.lines().toList());
                    }
                }
            }
        } finally {
            context.ungetService(runtimes);
        }
        return "";
    }

    /** The message of the innermost cause in a stack trace, which is how SCR gives the failure. */
    private static String innermost(Collection<String> stackTrace) {
        String message = "";
        for (String line : stackTrace) {
            if (message.isEmpty()) {
                message = line;
            } else if (line.startsWith("Caused by: ")) {
                message = line.substring("Caused by: ".length());
            }
        }
        return message.replaceFirst("^([\\w.$]+(Exception|Error): )+", "");
    }
}
