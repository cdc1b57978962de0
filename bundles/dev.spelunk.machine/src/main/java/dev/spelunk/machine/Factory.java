// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.api.machine.PartSource;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapListener;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.records.RecordSink;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Composes machines out of the part services, and swaps their parts. */
@Component(service = {MachineFactory.class, SwapService.class})
public final class Factory implements MachineFactory, SwapService {
    private static final long LARGEST_MEMORY = (2L << 30) - (64L << 20);
    private static final long SMALLEST_MEMORY = 1 << 20;
    private static final int MOST_CPUS = 8;
    private static final List<String> EL2_FEATURES = List.of("FEAT_EL2", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2");

    private final Offers offers;
    /** Machines that are not closed. */
    private final List<SpelunkMachine> machines = new CopyOnWriteArrayList<>();

    /** Sinks that other bundles contribute; each machine passes its records on to those that are there. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private final List<RecordSink> sinks = new CopyOnWriteArrayList<>();

    /** Those who want to hear of swaps. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private final List<SwapListener> listeners = new CopyOnWriteArrayList<>();

    /** Those who know bundles that are not started. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private final List<PartSource> sources = new CopyOnWriteArrayList<>();

    @Activate
    public Factory(BundleContext context) {
        offers = new Offers(
                context,
                sources,
                offer -> machines.forEach(m -> m.swaps.added(offer)),
                offer -> machines.forEach(m -> m.swaps.removed(offer)));
    }

    @Deactivate
    void deactivate() {
        // When all bundles stop, machines that are still there shall not look for other parts.
        machines.clear();
        offers.close();
    }

    @Override
    public Machine create(Variant variant, RunOptions options) {
        check(options);
        boolean kvm = "kvm".equals(options.hypervisor());
        Selection parts = Selection.of(offers, variant, kvm);
        try {
            Architecture architecture = architecture(variant, parts, kvm, options.el());
            GuestImage image = GuestImage.read(options.guest(), Board.RAM_BASE, options.memory());
            byte[] initrd = options.initrd() == null ? null : InitialRamDisk.read(options.initrd(), options.memory());
            Board board = new Board(parts, architecture, options);
            board.records.sinks(sinks);
            board.load(image, initrd, DeviceTreeBlob.write(BoardDescription.of(board, initrd)));
            SpelunkMachine machine = new SpelunkMachine(board, image, machines::remove);
            machine.swaps = new Swaps(machine, offers, variant, listeners);
            machine.snapshots(
                    options.snapshots(), SnapshotIdentity.of(variant, parts, architecture, image, initrd, options));
            machines.add(machine);
            return machine;
        } catch (BadInputException | OutOfMemoryError e) {
            parts.stop();
            throw e;
        } catch (RuntimeException | Error e) {
            parts.stop();
            throw new BadInputException(
                    "variant " + variant.name() + ": a part of it failed with " + PartFailure.told(e), e);
        }
    }

    @Override
    public Judgement judge(Variant variant) {
        Selection parts = Selection.of(offers, variant, offers.offers(Kind.HYPERVISOR, variant));
        try {
            Legality legality =
                    Legality.judge(parts.bundles(), parts.increments(), variant.architecture(), variant.asserted());
            SortedSet<String> mandatory = MandatoryFeatures.missing(variant.architecture(), legality.modelled());
            if (legality.problems().isEmpty()) {
                try {
                    legality.problems().addAll(statedInVain(variant, parts, legality, rules(parts)));
                } catch (BadInputException e) {
                    legality.problems().add(e.getMessage());
                } catch (RuntimeException | LinkageError e) {
                    legality.problems().add("a part of it failed with " + PartFailure.told(e));
                }
            }
            return legality.judgement(parts.names(), parts.bundles(), variant.asserted(), mandatory);
        } finally {
            parts.stop();
        }
    }

    private static void check(RunOptions options) {
        if (!List.of("kvm", "none").contains(options.hypervisor())) {
            throw new BadInputException("hypervisor " + options.hypervisor() + " is unknown: use kvm or none");
        }
        if (options.el() != 1 && options.el() != 2) {
            throw new BadInputException("a guest is entered at EL1 or EL2, not at EL" + options.el());
        }
        if (options.el() == 2 && !"none".equals(options.hypervisor())) {
            throw new BadInputException(
                    "a guest is entered at EL2 only with --hypervisor none: a KVM guest runs at EL1");
        }
        if (options.memory() < SMALLEST_MEMORY
                || options.memory() > LARGEST_MEMORY
                || options.memory() % (1 << 12) != 0) {
            throw new BadInputException("memory of " + options.memory() + " bytes: give a multiple of 4K from 1M to "
                    + (LARGEST_MEMORY >> 20) + "M");
        }
        if (options.cpus() < 1 || options.cpus() > MOST_CPUS) {
            throw new BadInputException(
                    "a machine of " + options.cpus() + " PEs: give a number from 1 to " + MOST_CPUS);
        }
        checkVm(options.vm(), options.cpus());
        if (options.maxInstructions() <= 0) {
            throw new BadInputException(
                    "a run of " + options.maxInstructions() + " instructions: give a positive number");
        }
    }

    /** Judges the composition. @throws BadInputException when it is no legal machine */
    static Legality judge(Variant variant, Selection parts) {
        Legality legality =
                Legality.judge(parts.bundles(), parts.increments(), variant.architecture(), variant.asserted());
        if (!legality.problems().isEmpty()) {
            throw new BadInputException(
                    "variant " + variant.name() + " is not a legal machine: " + String.join("; ", legality.problems()));
        }
        return legality;
    }

    private static void checkVm(VmOptions vm, int cpus) {
        int pes = vm.physicalPes() == 0 ? cpus : vm.physicalPes();
        if (pes < 1 || pes > cpus) {
            throw new BadInputException(pes + " physical PEs for " + cpus + " vCPUs: give a number from 1 to " + cpus);
        }
        if (vm.timeSlice() <= 0) {
            throw new BadInputException("a time slice of " + vm.timeSlice() + " cycles: give a positive number");
        }
        for (int pe : vm.pesWithoutSpe()) {
            if (pe < 0 || pe >= pes) {
                throw new BadInputException("PE " + pe + " cannot be without SPE: there are PEs 0 to " + (pes - 1));
            }
        }
        for (VmOptions.Move move : vm.moves()) {
            if (move.vcpu() < 0 || move.vcpu() >= cpus || move.pe() < 0 || move.pe() >= pes) {
                throw new BadInputException("vCPU " + move.vcpu() + " cannot go to PE " + move.pe()
                        + ": there are vCPUs 0 to " + (cpus - 1) + " and PEs 0 to " + (pes - 1));
            }
        }
    }

    /** Judges the composition and says what it is. */
    static Architecture architecture(Variant variant, Selection parts, boolean kvm, int el) {
        Legality legality = judge(variant, parts);
        SortedSet<String> features = new TreeSet<>(legality.modelled());
        if (kvm) {
            for (String needed : List.of("FEAT_EL2", "FEAT_VHE")) {
                if (!features.contains(needed)) {
                    throw new BadInputException("variant " + variant.name() + " has no " + needed
                            + ", which the KVM model needs: use --hypervisor none");
                }
            }
        } else if (el == 1) {
            EL2_FEATURES.forEach(features::remove);
        } else if (!features.contains("FEAT_EL2")) {
            throw new BadInputException(
                    "variant " + variant.name() + " has no FEAT_EL2: the guest cannot be entered at EL2");
        }
        ProfilingRules rules = rules(parts);
        List<String> problems = statedInVain(variant, parts, legality, rules);
        if (!problems.isEmpty()) {
            throw new BadInputException("variant " + variant.name() + ": " + String.join("; ", problems));
        }
        return new Architecture(variant.architecture(), features, rules, variant.registers());
    }

    /** Null without SPE. @throws BadInputException when the features do not fit each other */
    private static ProfilingRules rules(Selection parts) {
        return parts.samplingUnit() == null ? null : parts.samplingUnit().compose(parts.profilingFeatures());
    }

    /** The registers whose values the variant states in vain, one sentence each. */
    private static List<String> statedInVain(
            Variant variant, Selection parts, Legality legality, ProfilingRules rules) {
        return StatedRegisters.problems(
                variant.registers(),
                new Architecture(variant.architecture(), legality.modelled(), rules, variant.registers()),
                parts);
    }

    @Override
    public void swap(Machine machine, SwapRequest request) {
        swaps(machine).now(request);
    }

    @Override
    public void swapAt(Machine machine, long instructions, SwapRequest request) {
        swaps(machine).at(instructions, request);
    }

    @Override
    public List<String> recompose(Machine machine, Supplier<Variant> variant, boolean force) {
        return swaps(machine).recompose(variant, force);
    }

    @Override
    public SortedMap<String, List<String>> parts(Machine machine) {
        return ((SpelunkMachine) machine).board.parts.names();
    }

    @Override
    public SwapReport report(Machine machine) {
        return swaps(machine).report();
    }

    private static Swaps swaps(Machine machine) {
        return ((SpelunkMachine) machine).swaps;
    }
}
