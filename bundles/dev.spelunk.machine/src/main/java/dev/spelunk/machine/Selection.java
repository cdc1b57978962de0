// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.Hypervisor;
import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.mmu.Mmu;
import dev.spelunk.api.pe.ProcessingElement;
import dev.spelunk.api.platform.FirmwareCalls;
import dev.spelunk.api.platform.InterruptController;
import dev.spelunk.api.platform.PlatformDevice;
import dev.spelunk.api.registers.RegisterBank;
import dev.spelunk.api.registers.RegisterModel;
import dev.spelunk.api.spu.ProfilingFeatures;
import dev.spelunk.api.spu.SamplingUnit;
import dev.spelunk.api.timing.TimingModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.framework.Bundle;

/** The part services that one machine uses now. A swap replaces entries. */
final class Selection {
    Offer registers;
    List<Offer> banks;
    Offer mmu;
    Offer pe;
    /** Null with {@link #features} empty: the machine has no SPE. */
    Offer spu;
    List<Offer> features;
    Offer timing;
    Offer interrupts;
    List<Offer> devices;
    /** Null: calls to firmware are answered with NOT_SUPPORTED. */
    Offer firmware;
    /** Null without hypervisor. */
    Offer hypervisor;
    List<Offer> traps;
    Offer policy;

    static Selection of(Offers offers, Variant variant, boolean kvm) {
        Selection s = new Selection();
        s.registers = offers.required(RegisterModel.class, Parts.REGISTERS, variant);
        s.banks = offers.all(RegisterBank.class, variant);
        s.mmu = offers.required(Mmu.class, Parts.MMU, variant);
        s.pe = offers.required(ProcessingElement.class, Parts.PE, variant);
        s.features = inOrder(offers.chosen(ProfilingFeatures.class, Parts.FEATURES, variant));
        s.spu = s.features.isEmpty() ? null : offers.required(SamplingUnit.class, Parts.SPU, variant);
        s.timing = offers.required(TimingModel.class, Parts.TIMING, variant);
        s.interrupts = offers.required(InterruptController.class, Parts.INTERRUPTS, variant);
        s.devices = offers.chosen(PlatformDevice.class, Parts.DEVICE, variant);
        s.firmware = offers.one(FirmwareCalls.class, Parts.FIRMWARE, variant);
        s.traps = new ArrayList<>();
        if (kvm) {
            s.hypervisor = offers.required(Hypervisor.class, Parts.HYPERVISOR, variant);
            s.traps = offers.chosen(TrapHandler.class, Parts.TRAPS, variant);
            s.policy = offers.required(BufferPinningPolicy.class, Parts.POLICY, variant);
        }
        return s;
    }

    private static List<Offer> inOrder(List<Offer> features) {
        List<Offer> sorted = new ArrayList<>(features);
        sorted.sort(Comparator.comparingInt(o -> ((ProfilingFeatures) o.service()).order()));
        return sorted;
    }

    /** The bundles of the parts, each once. */
    Set<Bundle> bundles() {
        Set<Bundle> bundles = new LinkedHashSet<>();
        for (Offer o : new Offer[] {registers, mmu, pe, spu, timing, interrupts, firmware, hypervisor, policy}) {
            if (o != null) {
                bundles.add(o.bundle());
            }
        }
        for (List<Offer> several : List.of(banks, features, devices, traps)) {
            several.forEach(o -> bundles.add(o.bundle()));
        }
        return bundles;
    }

    /** Names by kind of part. */
    SortedMap<String, List<String>> names() {
        SortedMap<String, List<String>> names = new TreeMap<>();
        for (Offer o : new Offer[] {registers, mmu, pe, spu, timing, interrupts, firmware, hypervisor, policy}) {
            if (o != null) {
                names.put(o.part(), List.of(o.name()));
            }
        }
        names.put(Parts.FEATURES, features.stream().map(Offer::name).toList());
        names.put(Parts.DEVICE, devices.stream().map(Offer::name).toList());
        names.put(Parts.TRAPS, traps.stream().map(Offer::name).toList());
        names.values().removeIf(List::isEmpty);
        return names;
    }

    /** The bundles of the profiling features. */
    List<Bundle> increments() {
        return features.stream().map(Offer::bundle).toList();
    }

    List<RegisterBank> registerBanks() {
        return banks.stream().map(o -> (RegisterBank) o.service()).toList();
    }

    List<ProfilingFeatures> profilingFeatures() {
        return features.stream().map(o -> (ProfilingFeatures) o.service()).toList();
    }

    List<TrapHandler> trapHandlers() {
        return traps.stream().map(o -> (TrapHandler) o.service()).toList();
    }

    RegisterModel registerModel() {
        return (RegisterModel) registers.service();
    }

    SamplingUnit samplingUnit() {
        return (SamplingUnit) spu.service();
    }

    InterruptController interruptController() {
        return (InterruptController) interrupts.service();
    }
}
