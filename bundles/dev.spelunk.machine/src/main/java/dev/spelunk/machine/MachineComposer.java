// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.architecture.Architecture;
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
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.BoardDescription;
import dev.spelunk.machine.board.BootLoader;
import dev.spelunk.machine.board.BootModules;
import dev.spelunk.machine.board.DeviceTreeBlob;
import dev.spelunk.machine.board.GuestImage;
import dev.spelunk.machine.board.InitialRamDisk;
import dev.spelunk.machine.compose.Composition;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Limited;
import dev.spelunk.machine.compose.Offers;
import dev.spelunk.machine.compose.OptionRules;
import dev.spelunk.machine.compose.PartFailure;
import dev.spelunk.machine.compose.Selection;
import dev.spelunk.machine.snapshot.SnapshotIdentity;
import dev.spelunk.machine.swap.Swaps;
import java.util.List;
import java.util.SortedMap;
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
public final class MachineComposer implements MachineFactory, SwapService {
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
    public MachineComposer(BundleContext context) {
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
        OptionRules.check(options);
        boolean kvm = "kvm".equals(options.hypervisor());
        Selection parts = Selection.of(offers, variant, kvm);
        try {
            Architecture architecture = Limited.get(
                    "judging the machine", () -> Composition.architecture(variant, parts, kvm, options.el()));
            GuestImage image =
                    GuestImage.read(options.guest(), Board.RAM_BASE, options.memory(), options.loadAddress());
            byte[] initrd = options.initrd() == null ? null : InitialRamDisk.read(options.initrd(), options.memory());
            Board board = new Board(parts, architecture, options);
            board.records.whiteboard(sinks);
            GuestImage under = options.under() == null
                    ? null
                    : GuestImage.read(options.under(), Board.RAM_BASE, board.visibleMemory(), -1);
            BootModules modules = BootModules.read(board, image);
            DeviceTree described =
                    Limited.get("describing the machine", () -> BoardDescription.of(board, initrd, modules));
            BootLoader.load(board, under == null ? image : under, initrd, modules, DeviceTreeBlob.write(described));
            SpelunkMachine machine = new SpelunkMachine(board, image, under, machines::remove);
            machine.swaps = new Swaps(machine, board, machine.safepoints, offers, variant, listeners);
            machine.snapshots(
                    options.snapshots(),
                    SnapshotIdentity.of(variant, parts, architecture, image, initrd, under, modules, options));
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
            return Limited.get("judging the machine", () -> Composition.judge(variant, parts));
        } finally {
            parts.stop();
        }
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
    public void undo(Machine machine, Supplier<Variant> variant) {
        swaps(machine).undo(variant);
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
