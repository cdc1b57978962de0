// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Offer;
import dev.spelunk.machine.compose.Offers;
import dev.spelunk.machine.compose.Part;
import dev.spelunk.machine.compose.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Which parts take the place of which. */
final class Change {
    /** Kinds whose parts are made once for a machine and stay. */
    private static final Kind FIXED = Kind.DEVICE;

    private Change() {}

    /**
     * What a request means for a machine.
     *
     * @param parts what it is made of
     * @throws BadInputException when the machine has no such part, or nothing has the name that shall come in
     */
    static Consumer<Selection.Maker> of(Offers offers, Selection parts, SwapRequest request) {
        List<Kind> kinds = Kind.of(request.part());
        if (!Parts.SWAPPABLE.contains(request.part())) {
            throw new BadInputException(
                    "unknown part " + request.part() + "; parts are " + String.join(", ", Parts.SWAPPABLE));
        }
        if (kinds.stream().noneMatch(parts::has)) {
            throw new BadInputException("this machine has no " + request.part());
        }
        if (request.name() != null) {
            return named(offers, parts, kinds, request);
        }
        if (request.with() == null) {
            return anew(offers, parts, kinds);
        }
        if (request.with().equals(SwapRequest.NONE) && kinds.stream().anyMatch(kind -> kind.several)) {
            throw new BadInputException(
                    "say by its name which part of kind " + request.part() + " shall go: " + names(parts, kinds));
        }
        for (Kind kind : kinds) {
            Offer offer = offers.wanted(kind, request.with());
            if (offer != null) {
                return incoming(parts, kind, offer);
            }
        }
        throw notThere(offers, kinds, request.with());
    }

    private static Consumer<Selection.Maker> named(
            Offers offers, Selection parts, List<Kind> kinds, SwapRequest request) {
        for (Kind kind : kinds) {
            for (Part part : parts.all(kind)) {
                if (!part.name().equals(request.name())) {
                    continue;
                }
                if (SwapRequest.NONE.equals(request.with()) && kind.several) {
                    return maker -> maker.remove(kind, part);
                }
                String with = request.with() == null ? part.name() : request.with();
                Offer offer = offers.wanted(kind, with);
                if (offer == null) {
                    throw notThere(offers, List.of(kind), with);
                }
                return maker -> maker.replace(kind, part, offer);
            }
        }
        throw new BadInputException("this machine uses no part of kind " + request.part() + " named " + request.name()
                + "; it uses " + names(parts, kinds));
    }

    private static Consumer<Selection.Maker> anew(Offers offers, Selection parts, List<Kind> kinds) {
        List<Consumer<Selection.Maker>> steps = new ArrayList<>();
        for (Kind kind : kinds) {
            for (Part part : parts.all(kind)) {
                Offer offer = offers.newest(kind, part.name());
                if (offer == null) {
                    throw notThere(offers, List.of(kind), part.name());
                }
                steps.add(maker -> maker.replace(kind, part, offer));
            }
        }
        return maker -> steps.forEach(step -> step.accept(maker));
    }

    private static Consumer<Selection.Maker> incoming(Selection parts, Kind kind, Offer offer) {
        List<Part> all = parts.all(kind);
        for (Part part : all) {
            if (!kind.several || part.name().equals(offer.name)) {
                return maker -> maker.replace(kind, part, offer);
            }
        }
        return maker -> maker.add(kind, offer);
    }

    private static BadInputException notThere(Offers offers, List<Kind> kinds, String name) {
        String there = offers.there(kinds);
        return new BadInputException("no part of kind " + kinds.get(0).part + " is named " + name + "; there "
                + (there.isEmpty() ? "is none" : "are: " + there));
    }

    private static String names(Selection parts, List<Kind> kinds) {
        return kinds.stream()
                .flatMap(k -> parts.all(k).stream())
                .map(Part::name)
                .collect(Collectors.joining(", "));
    }

    /** The newest offer of the same name in the place of each part. */
    static void newest(Selection.Maker maker, Offers offers) {
        for (Kind kind : Kind.values()) {
            for (Part part : maker.parts(kind)) {
                Offer newest = offers.newest(kind, part.name());
                if (newest != null && newest != part.offer) {
                    maker.replace(kind, part, newest);
                }
            }
        }
    }

    /** What a variant chooses. @throws BadInputException when that changes what must stay */
    static void to(Selection.Maker maker, Map<Kind, List<Offer>> chosen) {
        List<String> devices = maker.parts(FIXED).stream().map(Part::name).collect(Collectors.toList());
        if (!devices.equals(chosen.get(FIXED).stream().map(o -> o.name).collect(Collectors.toList()))) {
            throw new BadInputException("a device cannot come or go while the machine runs: start it anew");
        }
        chosen.forEach((kind, offers) -> maker.use(kind, offers));
    }
}
