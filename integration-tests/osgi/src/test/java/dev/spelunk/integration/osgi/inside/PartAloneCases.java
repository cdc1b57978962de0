// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi.inside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** One policy or trap handler, with every other component of its bundle turned off, does what its contract says. */
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class PartAloneCases {
    static final String NAME = "part";
    private static final long[] MEMSLOTS = {0x4000_0000L, 0x4000};
    private static final long[] BUFFER = {0x4000_0000L, 0x4000_2000L};

    @InjectBundleContext
    BundleContext context;

    @InjectService
    ServiceComponentRuntime runtime;

    private Bundle subject;
    private String part;
    private String name;

    @BeforeEach
    void turnTheOthersOff() throws Exception {
        String bundle = context.getProperty("spelunk.test.subject");
        part = context.getProperty("spelunk.test.part");
        name = context.getProperty("spelunk.test.name");
        subject = Arrays.stream(context.getBundles())
                .filter(b -> bundle.equals(b.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(subject)) {
            if (!name.equals(component.properties.get("spelunk.name"))
                    || !part.equals(component.properties.get("spelunk.part"))) {
                runtime.disableComponent(component).getValue();
            }
        }
    }

    @Test
    void nothingElseIsPublished() {
        assertThat(subject.getRegisteredServices()).hasSize(1);
        ServiceReference<?> only = subject.getRegisteredServices()[0];
        assertThat(only.getProperty("spelunk.part")).isEqualTo(part);
        assertThat(only.getProperty("spelunk.name")).isEqualTo(name);
    }

    @Test
    void itWorks() throws Exception {
        Object service = context.getService(subject.getRegisteredServices()[0]);
        if (service instanceof BufferPinningPolicy) {
            pins((BufferPinningPolicy) service);
        } else {
            serves((TrapHandler) service);
        }
    }

    /** What every policy keeps, whichever it is; what each pins is in the tests of its bundle. */
    private void pins(BufferPinningPolicy policy) {
        List<Set<Long>> first = rounds(policy);
        assertThat(Set.copyOf(first))
                .as("each enable, with its disable, is like the one before")
                .hasSize(1);
        assertThat(first.get(0))
                .as("\"none\" alone pins no buffer")
                .hasSizeGreaterThanOrEqualTo(name.equals("none") ? 0 : 1);
        assertThat(rounds(policy))
                .as("a second VM: nothing of the first one shows")
                .isEqualTo(first);
        Pins refusing = new Pins();
        refusing.refused = BUFFER[1];
        boolean enabled = policy.enabled(refusing, BUFFER, BUFFER.length);
        assertThat(refusing.asked.contains(BUFFER[1]))
                .as("what is refused disables the buffer")
                .isEqualTo(!enabled);
        if (!enabled) {
            assertThat(refusing.held).as("after a refusal nothing stays").isEmpty();
        }
    }

    /** A new VM whose vCPU enables and disables its buffer three times: what was pinned at each enable. */
    private static List<Set<Long>> rounds(BufferPinningPolicy policy) {
        Pins vm = new Pins();
        Pins vcpu = new Pins();
        assertThat(policy.attached(vm, MEMSLOTS)).isTrue();
        List<Set<Long>> rounds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThat(policy.enabled(vcpu, BUFFER, BUFFER.length)).isTrue();
            Set<Long> held = new TreeSet<>(vm.held);
            held.addAll(vcpu.held);
            rounds.add(held);
            policy.disabled(vcpu);
        }
        return rounds;
    }

    /** What a holder keeps pinned. */
    private static final class Pins implements BufferPinningPolicy.Pins {
        final TreeSet<Long> held = new TreeSet<>();
        long refused = -1;
        final Set<Long> asked = new TreeSet<>();

        @Override
        public int count() {
            return held.size();
        }

        @Override
        public long page(int index) {
            return new ArrayList<>(held).get(index);
        }

        @Override
        public boolean pin(long ipa) {
            asked.add(ipa);
            return ipa != refused && (held.add(ipa) || true);
        }

        @Override
        public void unpin(long ipa) {
            held.remove(ipa);
        }

        @Override
        public boolean replace(long[] pages, int count) {
            held.removeIf(page -> Arrays.binarySearch(pages, 0, count, page) < 0);
            for (int i = 0; i < count; i++) {
                if (!pin(pages[i])) {
                    clear();
                    return false;
                }
            }
            return true;
        }

        @Override
        public void clear() {
            held.clear();
        }
    }

    /** Reads and writes every register that the handler serves, on a vCPU whose registers are a map. */
    private void serves(TrapHandler handler) throws Exception {
        TreeMap<Integer, Long> memory = new TreeMap<>();
        Vcpu vcpu = vcpu(memory);
        int served = 0;
        for (Field field : SystemRegister.class.getFields()) {
            if (field.getType() != int.class
                    || !Modifier.isStatic(field.getModifiers())
                    || !handler.handles(field.getInt(null))) {
                continue;
            }
            int encoding = field.getInt(null);
            served++;
            long first = handler.read(vcpu, encoding);
            assertThat(handler.read(vcpu, encoding))
                    .as("a second read of " + field.getName())
                    .isEqualTo(first);
            handler.write(vcpu, encoding, 0x40L);
        }
        assertThat(handler.handles(SystemRegister.TTBR0_EL1))
                .as("a register that nobody traps")
                .isFalse();
        // Handlers of instructions and of unnamed encodings serve no register that has a constant.
        assertThat(served).isGreaterThanOrEqualTo(name.startsWith("spe") ? 1 : 0);
    }

    private static Vcpu vcpu(TreeMap<Integer, Long> memory) {
        MachineState machine = new MachineState(1, new PhysicalMemory(0, 4096), 1);
        PeContext pe = new PeContext(machine, machine.pes[0]);
        pe.registers = (RegisterFile) Proxy.newProxyInstance(
                RegisterFile.class.getClassLoader(),
                new Class<?>[] {RegisterFile.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "index":
                            return -1;
                        case "description":
                            return RegisterDefinition.of("R", (Integer) arguments[0])
                                    .whole()
                                    .from(1)
                                    .build();
                        case "read":
                            return memory.getOrDefault((Integer) arguments[0], 0L);
                        default:
                            return null;
                    }
                });
        pe.architecture = new Architecture(
                85, Set.of("FEAT_SPE"), new ProfilingRulesBuilder().build().extension(), Map.of());
        Object interrupts = Proxy.newProxyInstance(
                InterruptDistributor.class.getClassLoader(),
                new Class<?>[] {InterruptDistributor.class},
                (proxy, method, arguments) -> null);
        return (Vcpu) Proxy.newProxyInstance(
                Vcpu.class.getClassLoader(), new Class<?>[] {Vcpu.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "index":
                            return 0;
                        case "pe":
                            return pe;
                        case "interrupts":
                            return interrupts;
                        case "options":
                            return VmOptions.DEFAULT;
                        case "memory":
                            if (arguments.length == 1) {
                                return memory.getOrDefault((Integer) arguments[0], 0L);
                            }
                            memory.put((Integer) arguments[0], (Long) arguments[1]);
                            return null;
                        default:
                            return null;
                    }
                });
    }
}
