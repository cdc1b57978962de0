// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.machine.PartSource;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The part services that are there now. One tracker for all kinds: a machine's references to its parts are
 * optional, multiple and dynamic, and which of them it uses is the variant's choice.
 */
public final class Offers implements AutoCloseable {
    private final Set<Offer> offers = ConcurrentHashMap.newKeySet();
    private final ServiceTracker<Object, Offer> tracker;
    private final List<PartSource> sources;

    /**
     * @param sources are asked for what is not there
     * @param added hears of each offer that comes
     * @param removed hears of each offer that goes, before it has gone
     */
    public Offers(BundleContext context, List<PartSource> sources, Consumer<Offer> added, Consumer<Offer> removed) {
        this.sources = sources;
        try {
            tracker = new ServiceTracker<>(context, FrameworkUtil.createFilter("(" + Parts.NAME + "=*)"), null) {
                @Override
                public Offer addingService(ServiceReference<Object> reference) {
                    Offer offer = new Offer(context, reference);
                    offers.add(offer);
                    added.accept(offer);
                    return offer;
                }

                @Override
                public void removedService(ServiceReference<Object> reference, Offer offer) {
                    offers.remove(offer);
                    offer.withdraw();
                    removed.accept(offer);
                }
            };
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        tracker.open();
    }

    /** The offers that a variant chooses, by kind. @throws BadInputException when one that it needs is not there */
    public Map<Kind, List<Offer>> chosen(Variant variant, boolean kvm) {
        Map<Kind, List<Offer>> chosen = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            chosen.put(kind, kind == Kind.REGISTER_BANK ? all(kind, variant) : chosen(kind, variant));
        }
        if (chosen.get(Kind.FEATURES).isEmpty()) {
            chosen.put(Kind.SPU, List.of());
        } else {
            require(chosen, Kind.SPU, variant);
        }
        for (Kind kind : List.of(Kind.HYPERVISOR, Kind.POLICY, Kind.TRAPS)) {
            if (!kvm) {
                chosen.put(kind, List.of());
            } else if (!kind.several) {
                require(chosen, kind, variant);
            }
        }
        for (Kind kind : List.of(Kind.REGISTER_MODEL, Kind.MMU, Kind.PE, Kind.TIMING, Kind.INTERRUPTS)) {
            require(chosen, kind, variant);
        }
        chosen.forEach((kind, some) -> {
            if (!kind.several && some.size() > 1) {
                throw new BadInputException("variant " + variant.name() + ": " + some.size() + " parts of kind "
                        + kind.part + " (" + names(some.stream()) + "): name one in its \"parts\"");
            }
        });
        return chosen;
    }

    /** Whether the variant's bundles make an offer of that kind. */
    public boolean offers(Kind kind, Variant variant) {
        return !all(kind, variant).isEmpty();
    }

    private void require(Map<Kind, List<Offer>> chosen, Kind kind, Variant variant) {
        if (!chosen.get(kind).isEmpty()) {
            return;
        }
        String message = "variant " + variant.name() + ": no part of kind " + kind.part;
        Offer other = offers.stream().filter(o -> o.misplaced(kind)).findFirst().orElse(null);
        throw new BadInputException(
                other == null
                        ? message + ": add a bundle that publishes " + kind.type.getName()
                        : message + ": " + other.name + " of " + other.bundle.getSymbolicName()
                                + " would be one, but its service property " + Parts.PART + " is '" + other.part
                                + "', not '" + kind.part + "'");
    }

    /** Those that the variant names, in its order, or else all; of a kind of which there is one, those of the highest ranking. */
    private List<Offer> chosen(Kind kind, Variant variant) {
        List<Offer> all = all(kind, variant);
        List<String> names = variant.parts().get(kind.part);
        if (names == null) {
            int highest = all.stream().mapToInt(o -> o.ranking).max().orElse(0);
            return kind.several
                    ? all
                    : all.stream().filter(o -> o.ranking == highest).collect(Collectors.toList());
        }
        List<Offer> chosen = new ArrayList<>();
        for (String name : names) {
            chosen.add(all.stream()
                    .filter(o -> o.name.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException("variant " + variant.name() + ": no part of kind "
                            + kind.part + " is named " + name + "; there are: " + names(all.stream()))));
        }
        return chosen;
    }

    /** Every offer of a kind that the variant's bundles make, the newest of each name, ordered by name. */
    private List<Offer> all(Kind kind, Variant variant) {
        return newest(offers.stream()
                .filter(o -> o.offers(kind))
                .filter(o -> variant.bundles().isEmpty() || variant.bundles().contains(o.bundle.getSymbolicName())));
    }

    private static List<Offer> newest(Stream<Offer> some) {
        return some.collect(Collectors.groupingBy(o -> o.name, Collectors.maxBy(Offer.BY_AGE))).values().stream()
                .map(o -> o.orElseThrow())
                .sorted(Comparator.comparing(o -> o.name))
                .collect(Collectors.toList());
    }

    /** The newest offer of a kind and name, whatever bundle makes it; null when there is none. */
    public Offer newest(Kind kind, String name) {
        return offers.stream()
                .filter(o -> o.offers(kind) && o.name.equals(name))
                .max(Offer.BY_AGE)
                .orElse(null);
    }

    /** As {@link #newest(Kind, String)}; what is not there is looked for in bundles that are not started. */
    public Offer wanted(Kind kind, String name) {
        if (newest(kind, name) == null) {
            try {
                sources.forEach(source -> source.provide(kind.part, name));
            } catch (RuntimeException e) {
                throw new BadInputException(e.getMessage(), e);
            }
        }
        return newest(kind, name);
    }

    /** Names of all that is there of a kind, or could be started, for messages. */
    public String there(List<Kind> kinds) {
        SortedSet<String> names = new TreeSet<>();
        for (Kind kind : kinds) {
            offers.stream().filter(o -> o.offers(kind)).forEach(o -> names.add(o.name));
            sources.forEach(source -> names.addAll(source.startable(kind.part)));
        }
        return String.join(", ", names);
    }

    private static String names(Stream<Offer> some) {
        return some.map(o -> o.name).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        tracker.close();
    }
}
