// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.machine.BadInputException;
import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.machine.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The part services that are there now. One tracker for all kinds: a machine's references to its parts are
 * optional, multiple and dynamic, and which of them it uses is the variant's choice.
 */
final class Offers implements AutoCloseable {
    private final Set<Offer> offers = ConcurrentHashMap.newKeySet();
    private final ServiceTracker<Object, Offer> tracker;

    Offers(BundleContext context) {
        try {
            tracker = new ServiceTracker<>(context, FrameworkUtil.createFilter("(" + Parts.NAME + "=*)"), null) {
                @Override
                public Offer addingService(ServiceReference<Object> reference) {
                    Object service = context.getService(reference);
                    if (service == null) {
                        return null;
                    }
                    Object part = reference.getProperty(Parts.PART);
                    Offer offer = new Offer(service, part == null ? "" : part.toString(),
                            reference.getProperty(Parts.NAME).toString(), reference.getBundle(),
                            (Long) reference.getProperty("service.id"));
                    offers.add(offer);
                    return offer;
                }

                @Override
                public void removedService(ServiceReference<Object> reference, Offer offer) {
                    offers.remove(offer);
                    context.ungetService(reference);
                }
            };
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        tracker.open();
    }

    /** Every offer of a service type that the variant's bundles make, ordered by name, then service id. */
    List<Offer> all(Class<?> type, Variant variant) {
        return offers.stream()
                .filter(o -> type.isInstance(o.service()))
                .filter(o -> variant.bundles().isEmpty() || variant.bundles().contains(o.bundle().getSymbolicName()))
                .sorted(Comparator.comparing(Offer::name).thenComparing(Offer::id))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /**
     * The offers of one kind of part that the variant chooses: those that it names, in its order, or all.
     *
     * @throws BadInputException when a named one is not there
     */
    List<Offer> chosen(Class<?> type, String part, Variant variant) {
        List<Offer> all = all(type, variant);
        List<String> names = variant.parts().get(part);
        if (names == null) {
            return all;
        }
        List<Offer> chosen = new ArrayList<>();
        for (String name : names) {
            chosen.add(named(all, part, name, variant.name()));
        }
        return chosen;
    }

    /** The one offer of a kind that the variant chooses, or null when there is none at all. */
    Offer one(Class<?> type, String part, Variant variant) {
        List<Offer> chosen = chosen(type, part, variant);
        if (chosen.size() > 1) {
            throw new BadInputException("variant " + variant.name() + ": " + chosen.size() + " parts of kind " + part + " ("
                    + chosen.stream().map(Offer::name).collect(Collectors.joining(", "))
                    + "): name one in its \"parts\"");
        }
        return chosen.isEmpty() ? null : chosen.get(0);
    }

    /** As {@link #one}, and it must be there. */
    Offer required(Class<?> type, String part, Variant variant) {
        Offer offer = one(type, part, variant);
        if (offer == null) {
            throw new BadInputException("variant " + variant.name() + ": no part of kind " + part
                    + ": add a bundle that publishes " + type.getName());
        }
        return offer;
    }

    /** The offer of that kind and name among all that are there. @throws BadInputException when there is none */
    Offer named(Class<?> type, String part, String name) {
        List<Offer> there = offers.stream().filter(o -> type.isInstance(o.service()))
                .sorted(Comparator.comparing(Offer::id)).collect(Collectors.toList());
        return there.stream().filter(o -> o.name().equals(name)).reduce((a, b) -> b)
                .orElseThrow(() -> new BadInputException("no part of kind " + part + " is named " + name + "; there are: "
                        + there.stream().map(Offer::name).collect(Collectors.joining(", "))));
    }

    /** The offer of that name among some. */
    private static Offer named(List<Offer> among, String part, String name, String variant) {
        return among.stream().filter(o -> o.name().equals(name)).reduce((a, b) -> b)
                .orElseThrow(() -> new BadInputException("variant " + variant + ": no part of kind " + part + " is named "
                        + name + "; there are: " + among.stream().map(Offer::name).collect(Collectors.joining(", "))));
    }

    @Override
    public void close() {
        tracker.close();
    }
}
