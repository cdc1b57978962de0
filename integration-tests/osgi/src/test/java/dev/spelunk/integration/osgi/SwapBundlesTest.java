// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.cli.composition.Composition;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;

/** Bundles come and go in Felix while a machine made of them runs a guest that profiles itself. */
class SwapBundlesTest {
    private static final int CYCLES = 1000;
    private static final long MEGABYTE = 1 << 20;
    /** Bundles, and the kinds of parts that they publish. */
    private static final Map<String, List<String>> PUBLISHED = Map.of(
            "dev.spelunk.timing.fixed",
            List.of(Parts.TIMING),
            "dev.spelunk.mmu",
            List.of(Parts.MMU),
            "dev.spelunk.pe",
            List.of(Parts.PE),
            "dev.spelunk.pmsver.v1p1",
            List.of(Parts.FEATURES),
            "dev.spelunk.spu",
            List.of(Parts.SPU, Parts.REGISTERS),
            "dev.spelunk.registers",
            List.of(Parts.REGISTERS),
            "dev.spelunk.policies",
            List.of(Parts.POLICY),
            "dev.spelunk.hypervisor.kvm",
            List.of(Parts.HYPERVISOR, Parts.TRAPS));

    private Composition composition;
    private SwapService swaps;
    private Machine machine;
    private Thread thread;
    private Machine.Result result;

    @BeforeEach
    void start() {
        System.setProperty("spelunk.home", System.getProperty("spelunk.root"));
        composition = new Composition("default", null);
        swaps = composition.service(SwapService.class);
        Path guest = Path.of(System.getProperty("spelunk.root"), "integration-tests/guests/prebuilt/guest.elf");
        machine = composition.machine(RunOptions.of(guest)
                .withBootArguments("scale=100000 spe.interval=1024")
                .withMemory(64 << 20));
        thread = new Thread(() -> result = machine.run(), "machine");
        thread.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        machine.interrupt();
        thread.join();
        assertThat(result.ending()).isEqualTo(Machine.Ending.INTERRUPTED);
        machine.close();
        composition.close();
    }

    private void assertItGoesOn() throws InterruptedException {
        long now = machine.instructions();
        for (int i = 0; i < 1000 && machine.instructions() == now; i++) {
            Thread.sleep(10);
        }
        assertThat(machine.instructions()).isGreaterThan(now);
    }

    private Bundle bundle(String name) {
        for (Bundle bundle : composition.context().getBundles()) {
            if (bundle.getSymbolicName().equals(name)) {
                return bundle;
            }
        }
        throw new AssertionError(name);
    }

    private static Path jar(String name) {
        return BuiltBundle.all().stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow()
                .jar();
    }

    @Test
    @DisplayName(
            "after a thousand cycles of install, swap and uninstall no old class loader is alive and memory is flat")
    void classLoaders() throws Exception {
        BundleContext context = composition.context();
        List<String> names = PUBLISHED.keySet().stream().sorted().toList();
        List<Bundle> current = new ArrayList<>();
        names.forEach(name -> current.add(bundle(name)));
        List<Path> jars = names.stream().map(SwapBundlesTest::jar).toList();
        List<WeakReference<ClassLoader>> old = new ArrayList<>();
        long early = 0;
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            int which = cycle % names.size();
            Bundle next = context.installBundle("cycle:" + cycle, Files.newInputStream(jars.get(which)));
            old.add(replace(current.set(which, next), next, PUBLISHED.get(names.get(which))));
            if (cycle == CYCLES / 5) {
                early = used(old);
            }
        }
        long late = used(old);
        assertThat(old.stream()
                        .map(WeakReference::get)
                        .filter(Objects::nonNull)
                        .map(Object::toString)
                        .toList())
                .as("class loaders that are alive")
                .isEmpty();
        assertThat(late - early).as("growth of memory in bytes").isLessThan(16 * MEGABYTE);
        assertThat(swaps.report(machine).missing()).isEmpty();
        assertItGoesOn();
    }

    /** In a method of its own, whose frame does not keep the old bundle alive. */
    private WeakReference<ClassLoader> replace(Bundle old, Bundle next, List<String> kinds) throws Exception {
        next.start();
        for (String kind : kinds) {
            swaps.swap(machine, SwapRequest.anew(kind));
        }
        WeakReference<ClassLoader> loader =
                new WeakReference<>(old.adapt(BundleWiring.class).getClassLoader());
        old.uninstall();
        return loader;
    }

    /** Bytes of heap and of classes that are used when nothing more can be collected. */
    private static long used(List<WeakReference<ClassLoader>> old) throws InterruptedException {
        for (int i = 0; i < 50 && (i < 3 || old.stream().anyMatch(loader -> loader.get() != null)); i++) {
            System.gc();
            Thread.sleep(20);
        }
        long classes = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .sum();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + classes;
    }

    @Test
    @DisplayName("a machine stands still while a part is away, and goes on when it is back")
    void aPartLeaves() throws Exception {
        assertItGoesOn();
        Bundle timing = bundle("dev.spelunk.timing.fixed");
        timing.stop();
        assertThat(swaps.report(machine).missing()).containsExactly("timing fixed");
        long stopped = machine.instructions();
        Thread.sleep(200);
        assertThat(machine.instructions()).isEqualTo(stopped);
        timing.start();
        assertItGoesOn();
        assertThat(swaps.report(machine).missing()).isEmpty();
    }

    @Test
    @DisplayName("a newer bundle beside the old one takes over, and the old one can go")
    void aNewerBundle() throws Exception {
        assertItGoesOn();
        Bundle old = bundle("dev.spelunk.timing.fixed");
        composition
                .context()
                .installBundle("newer", Files.newInputStream(jar(old.getSymbolicName())))
                .start();
        for (int i = 0; i < 1000 && swaps.report(machine).swaps() == 0; i++) {
            Thread.sleep(10);
        }
        assertThat(swaps.report(machine).swaps()).isEqualTo(1);
        old.uninstall();
        assertThat(swaps.report(machine).missing()).isEmpty();
        assertItGoesOn();
    }

    /** Where a part goes wrong. */
    enum Place {
        ACTIVATE,
        CREATE,
        TRIAL
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    @DisplayName("a part that throws leaves the old one running")
    void aPartThrows(Place place) throws Exception {
        register("bad", place, () -> {
            throw new IllegalStateException("it is broken");
        });
        assertThatThrownBy(() -> swaps.swap(machine, new SwapRequest(Parts.TIMING, null, "bad", false)))
                .isInstanceOf(BadInputException.class)
                .message()
                .contains(
                        "the swap of timing with bad is refused",
                        place == Place.ACTIVATE ? "does not start" : "it is broken");
        assertThat(swaps.parts(machine)).containsEntry(Parts.TIMING, List.of("fixed"));
        assertItGoesOn();
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    @DisplayName("a part that does not return leaves the old one running")
    void aPartHangs(Place place) throws Exception {
        register("hanging", place, () -> {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // Nothing else ends it: the test shall not leave a thread behind.
                throw new IllegalStateException(e);
            }
        });
        long began = System.nanoTime();
        assertThatThrownBy(() -> swaps.swap(machine, new SwapRequest(Parts.TIMING, null, "hanging", false)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("does not end within 2 s");
        assertThat((System.nanoTime() - began) / 1e9).isGreaterThan(1.9);
        assertThat(swaps.parts(machine)).containsEntry(Parts.TIMING, List.of("fixed"));
        assertItGoesOn();
    }

    @Test
    @DisplayName("what cannot be swapped is said in one sentence, and the machine goes on")
    void badRequests() throws Exception {
        for (SwapRequest request : List.of(
                new SwapRequest("tmr", null, null, false),
                new SwapRequest(Parts.TIMING, null, "nosuch", false),
                new SwapRequest(Parts.TRAPS, "nosuch", null, false),
                new SwapRequest(Parts.PE, "interpreter", SwapRequest.NONE, false),
                new SwapRequest(Parts.FEATURES, "FEAT_SPEv1p1", SwapRequest.NONE, false))) {
            assertThatThrownBy(() -> swaps.swap(machine, request))
                    .as(request.toString())
                    .isInstanceOf(BadInputException.class)
                    .message()
                    .startsWith("the swap of ")
                    .doesNotContain("\n");
        }
        assertItGoesOn();
    }

    private void register(String name, Place place, Runnable wrong) {
        OperationTimer timer = (OperationTimer) Proxy.newProxyInstance(
                OperationTimer.class.getClassLoader(),
                new Class<?>[] {OperationTimer.class},
                (proxy, method, arguments) -> {
                    if (place == Place.TRIAL && method.getName().equals("time")) {
                        wrong.run();
                    }
                    return method.getReturnType() == int.class
                            ? 0
                            : method.getReturnType() == List.class ? List.of() : null;
                });
        TimingModel model = context -> {
            if (place == Place.CREATE) {
                wrong.run();
            }
            return timer;
        };
        Dictionary<String, Object> properties = new Hashtable<>(Map.of(Parts.PART, Parts.TIMING, Parts.NAME, name));
        composition
                .context()
                .registerService(
                        TimingModel.class,
                        new ServiceFactory<TimingModel>() {
                            @Override
                            public TimingModel getService(
                                    Bundle bundle, ServiceRegistration<TimingModel> registration) {
                                if (place == Place.ACTIVATE) {
                                    wrong.run();
                                }
                                return model;
                            }

                            @Override
                            public void ungetService(
                                    Bundle bundle, ServiceRegistration<TimingModel> registration, TimingModel service) {
                                // Nothing to let go of.
                            }
                        },
                        properties);
    }
}
