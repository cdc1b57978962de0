// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.Hypervisor;
import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.parts.PmuEvents;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.parts.SamplingUnit;
import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/** The parts of one machine by kind. Not changed once made: a swap makes another one. */
public final class Selection {
    private static final Comparator<Part> BY_ORDER =
            Comparator.comparingInt(p -> ((ProfilingFeatures) p.service()).order());

    private final Map<Kind, List<Part>> parts = new EnumMap<>(Kind.class);
    private ProfilingRules rules;

    private Selection() {
        for (Kind kind : Kind.values()) {
            parts.put(kind, List.of());
        }
    }

    /**
     * Starts the parts that the variant chooses.
     *
     * @param kvm whether there is a hypervisor
     */
    public static Selection of(Offers offers, Variant variant, boolean kvm) {
        Maker maker = new Maker(new Selection());
        try {
            for (Map.Entry<Kind, List<Offer>> chosen :
                    offers.chosen(variant, kvm).entrySet()) {
                String names = chosen.getValue().stream().map(o -> o.name).collect(Collectors.joining(", "));
                Limited.run(
                        "starting " + chosen.getKey().part + " " + names,
                        step -> maker.use(chosen.getKey(), chosen.getValue()));
            }
            return maker.made();
        } catch (RuntimeException | Error e) {
            maker.undo();
            throw e;
        }
    }

    /** Makes a selection out of another one, and remembers which parts it has started for it. */
    public static final class Maker {
        private final Selection made = new Selection();
        private final List<Part> started = new ArrayList<>();

        public Maker(Selection before) {
            made.parts.putAll(before.parts);
        }

        public List<Part> parts(Kind kind) {
            return made.parts.get(kind);
        }

        /** Uses these offers for a kind: parts that have been started from them already stay. */
        public void use(Kind kind, List<Offer> offers) {
            List<Part> parts = new ArrayList<>();
            for (Offer offer : offers) {
                parts.add(made.parts.get(kind).stream()
                        .filter(p -> p.offer == offer)
                        .findFirst()
                        .orElseGet(() -> start(kind, offer)));
            }
            set(kind, parts);
        }

        /** Puts a part started from the offer in the place of another one. */
        public void replace(Kind kind, Part old, Offer with) {
            List<Part> parts = new ArrayList<>(made.parts.get(kind));
            parts.set(parts.indexOf(old), start(kind, with));
            set(kind, parts);
        }

        public void add(Kind kind, Offer offer) {
            List<Part> parts = new ArrayList<>(made.parts.get(kind));
            parts.add(start(kind, offer));
            parts.sort(Comparator.comparing(Part::name));
            set(kind, parts);
        }

        public void remove(Kind kind, Part old) {
            List<Part> parts = new ArrayList<>(made.parts.get(kind));
            parts.remove(old);
            set(kind, parts);
        }

        private void set(Kind kind, List<Part> parts) {
            if (kind == Kind.FEATURES) {
                parts.sort(BY_ORDER);
            }
            made.parts.put(kind, List.copyOf(parts));
        }

        private Part start(Kind kind, Offer offer) {
            Part part = offer.start(kind.type);
            started.add(part);
            return part;
        }

        /** What has been chosen so far. */
        public Selection made() {
            return made;
        }

        /** Stops what has been started. */
        public void undo() {
            started.forEach(Part::stop);
        }
    }

    public List<Part> all(Kind kind) {
        return parts.get(kind);
    }

    /** The part of a kind that a machine has at most one of; null when there is none. */
    private Object one(Kind kind) {
        List<Part> all = parts.get(kind);
        return all.isEmpty() ? null : all.get(0).service();
    }

    public boolean has(Kind kind) {
        return !parts.get(kind).isEmpty();
    }

    public boolean differs(Kind kind, Selection other) {
        return !parts.get(kind).equals(other.parts.get(kind));
    }

    /** The parts that the other selection does not use. */
    public List<Part> without(Selection other) {
        List<Part> rest = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (Part part : parts.get(kind)) {
                if (!other.parts.get(kind).contains(part)) {
                    rest.add(part);
                }
            }
        }
        return rest;
    }

    /** The parts whose services have been withdrawn, as kind and name. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            parts.get(kind).stream().filter(p -> p.offer.gone()).forEach(p -> missing.add(kind.part + " " + p.name()));
        }
        return missing;
    }

    /** Names by kind of part. */
    public SortedMap<String, List<String>> names() {
        SortedMap<String, List<String>> names = new TreeMap<>();
        parts.forEach((kind, some) -> some.forEach(
                part -> names.computeIfAbsent(kind.part, k -> new ArrayList<>()).add(part.name())));
        return Collections.unmodifiableSortedMap(names);
    }

    /** As {@link #names()}, without the engine, of which a machine's state has nothing. */
    public SortedMap<String, List<String>> namesOfState() {
        SortedMap<String, List<String>> names = new TreeMap<>(names());
        names.remove(Kind.PE.part);
        return names;
    }

    /** What the parts but the engine are configured to, by the name of the setting and of the part. */
    public SortedMap<String, String> settings() {
        SortedMap<String, String> settings = new TreeMap<>();
        parts.forEach((kind, some) -> {
            if (kind != Kind.PE) {
                some.forEach(part ->
                        part.offer.settings().forEach((key, value) -> settings.put(key + " of " + part.name(), value)));
            }
        });
        return settings;
    }

    public void stop() {
        parts.values().forEach(some -> some.forEach(Part::stop));
    }

    /** The bundles of the parts, each once. */
    Set<Bundle> bundles() {
        Set<Bundle> bundles = new LinkedHashSet<>();
        parts.values().forEach(some -> some.forEach(part -> bundles.add(part.offer.bundle)));
        return bundles;
    }

    /** The bundles of the profiling features. */
    List<Bundle> increments() {
        return parts.get(Kind.FEATURES).stream().map(part -> part.offer.bundle).toList();
    }

    public RegisterModel registerModel() {
        return (RegisterModel) one(Kind.REGISTER_MODEL);
    }

    /** The contributed banks, then the SPU's. */
    public List<RegisterBank> registerBanks() {
        List<RegisterBank> banks = new ArrayList<>();
        parts.get(Kind.REGISTER_BANK).forEach(p -> banks.add((RegisterBank) p.service()));
        if (samplingUnit() != null) {
            banks.add(samplingUnit().registers(profilingRules()));
        }
        return banks;
    }

    /**
     * The rules of the profiling features, composed when they are first asked for; null without SPE.
     *
     * @throws BadInputException when the features do not fit each other
     */
    public synchronized ProfilingRules profilingRules() {
        if (rules == null && samplingUnit() != null) {
            rules = samplingUnit().compose(profilingFeatures());
        }
        return rules;
    }

    /** What SPE implements; null without SPE. */
    public ProfilingExtension profilingExtension() {
        return samplingUnit() == null ? null : profilingRules().extension();
    }

    /** The PMU events that parts bring to a machine of that architecture. */
    List<PmuEvent> pmuEvents(Architecture architecture) {
        List<PmuEvent> events = new ArrayList<>();
        if (timingModel() != null) {
            events.addAll(timingModel().events());
        }
        parts.get(Kind.PMU_EVENTS).forEach(p -> events.addAll(((PmuEvents) p.service()).events(architecture)));
        return events;
    }

    public Mmu mmu() {
        return (Mmu) one(Kind.MMU);
    }

    public ProcessingElement processingElement() {
        return (ProcessingElement) one(Kind.PE);
    }

    public TimingModel timingModel() {
        return (TimingModel) one(Kind.TIMING);
    }

    List<ProfilingFeatures> profilingFeatures() {
        return parts.get(Kind.FEATURES).stream()
                .map(p -> (ProfilingFeatures) p.service())
                .toList();
    }

    /** Null when the machine has no SPE. */
    public SamplingUnit samplingUnit() {
        return (SamplingUnit) one(Kind.SPU);
    }

    public InterruptController interruptController() {
        return (InterruptController) one(Kind.INTERRUPTS);
    }

    /** Null: calls to firmware are answered with NOT_SUPPORTED. */
    public FirmwareCalls firmware() {
        return (FirmwareCalls) one(Kind.FIRMWARE);
    }

    public List<PlatformDevice> devices() {
        return parts.get(Kind.DEVICE).stream()
                .map(p -> (PlatformDevice) p.service())
                .toList();
    }

    public List<TrapHandler> trapHandlers() {
        return parts.get(Kind.TRAPS).stream()
                .map(p -> (TrapHandler) p.service())
                .toList();
    }

    public BufferPinningPolicy pinningPolicy() {
        return (BufferPinningPolicy) one(Kind.POLICY);
    }

    /** Null without hypervisor. */
    public Hypervisor hypervisor() {
        return (Hypervisor) one(Kind.HYPERVISOR);
    }
}
