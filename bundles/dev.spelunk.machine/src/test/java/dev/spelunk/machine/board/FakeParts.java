// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.PartServices;
import dev.spelunk.machine.compose.Selection;
import dev.spelunk.testkit.StoredRegisters;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Parts that make objects without behaviour, and write down what is made, invalidated and closed. */
public final class FakeParts {
    /** What happened, in order: {@code make core}, {@code close core}, … */
    public final List<String> log = new ArrayList<>();

    public final PartServices services = new PartServices();
    /** The part whose next {@code create} fails; null for none. */
    public String failing;

    /** The part whose {@code create} does not return before {@link #release}, whoever interrupts it; null for none. */
    public String hanging;

    public final CountDownLatch release = new CountDownLatch(1);
    /** The hanging part has returned. */
    public final CountDownLatch returned = new CountDownLatch(1);

    private int made;

    public FakeParts() {
        services.add(Kind.REGISTER_MODEL, "table", (RegisterModel) (context, banks, previous) -> {
                    make("registers");
                    return new StoredRegisters(context.pe);
                })
                .add(Kind.MMU, "mmu", (Mmu) context -> make("translator", Translator.class))
                .add(Kind.MMU, "other", (Mmu) context -> make("other translator", Translator.class))
                .add(Kind.TIMING, "fixed", (TimingModel) context -> make("latencies", OperationTimer.class))
                .add(Kind.PE, "interpreter", (ProcessingElement) context -> make("core", Core.class))
                .add(Kind.PE, "translator", (ProcessingElement) context -> make("other core", Core.class))
                .add(Kind.INTERRUPTS, "gic", new InterruptController() {
                    @Override
                    public int stateWords(int peCount) {
                        return 1;
                    }

                    @Override
                    public InterruptDistributor create(
                            dev.spelunk.api.state.StateBlock state,
                            long[] affinities,
                            InterruptDistributor.Output out) {
                        return make("distributor", InterruptDistributor.class);
                    }

                    @Override
                    public void update(dev.spelunk.api.wiring.PeContext context) {
                        log.add("update interrupts");
                    }
                })
                .add(Kind.DEVICE, "nothing", (PlatformDevice) context -> {
                    make("device");
                    return null;
                });
    }

    private void awaitUninterruptibly() {
        while (true) {
            try {
                release.await();
                returned.countDown();
                return;
            } catch (InterruptedException e) {
                continue;
            }
        }
    }

    private void make(String what) {
        synchronized (log) {
            log.add("make " + what);
        }
        if (what.equals(hanging)) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // As code does that does not care.
                awaitUninterruptibly();
            }
        }
        if (what.equals(failing)) {
            throw new IllegalStateException(what + " fails");
        }
    }

    /** An object that does nothing, but says when it is closed or invalidated. */
    @SuppressWarnings("unchecked")
    private <T> T make(String what, Class<T> type) {
        make(what);
        int number = made++;
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "equals":
                    return proxy == arguments[0];
                case "hashCode":
                    return number;
                case "toString":
                    return what + " " + number;
                case "close":
                case "invalidate":
                    log.add(method.getName() + " " + what);
                    return null;
                case "distributor":
                case "redistributors":
                    return Proxy.newProxyInstance(
                            type.getClassLoader(), new Class<?>[] {BusTarget.class}, (p, m, a) -> p == a[0]);
                default:
                    return method.getReturnType() == int.class
                            ? (Object) 0
                            : method.getReturnType() == long.class
                                    ? (Object) 0L
                                    : method.getReturnType() == boolean.class ? (Object) false : null;
            }
        });
    }

    /** @param mmu name of the MMU's part @param pe name of the PE's */
    public Selection selection(String mmu, String pe) {
        return Selection.of(
                services.offers(), PartServices.variant(Map.of("mmu", List.of(mmu), "pe", List.of(pe))), false);
    }

    public static Architecture architecture(String... features) {
        return new Architecture(85, Set.of(features), null, Map.of());
    }

    public static RunOptions options(int cpus) {
        return RunOptions.of(Path.of("guest"))
                .withHypervisor("none")
                .withMemory(1 << 20)
                .withCpus(cpus);
    }

    public Board board(int cpus) {
        return new Board(selection("mmu", "interpreter"), architecture(), options(cpus));
    }
}
