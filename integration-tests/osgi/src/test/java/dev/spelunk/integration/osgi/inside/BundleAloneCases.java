// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi.inside;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/**
 * What must hold for every bundle that is alone in the framework with the contracts, Declarative Services
 * and ConfigAdmin. A service that a component requires is stood in for by one that is never called.
 */
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BundleAloneCases {
    private static final String HOUSE = "dev.spelunk.";
    private static final String API = "dev.spelunk.api";

    @InjectBundleContext
    BundleContext context;

    @InjectService
    ServiceComponentRuntime runtime;

    @InjectService
    ConfigurationAdmin configurationAdmin;

    private Bundle subject;

    @BeforeEach
    void findAndGiveWhatItRequires() throws Exception {
        String name = context.getProperty("spelunk.test.subject");
        subject = Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        // osgi-test withdraws after each test what was registered in it.
        for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(subject)) {
            if ("require".equals(component.configurationPolicy)) {
                for (String pid : component.configurationPid) {
                    configurationAdmin.getConfiguration(pid, "?").update(new Hashtable<>());
                }
            }
            for (ReferenceDTO reference : component.references) {
                if (!reference.cardinality.startsWith("0") && absent(reference)) {
                    standIn(reference);
                }
            }
        }
    }

    @Test
    @Order(1)
    void itIsActive() {
        assertThat(subject.getState()).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    @Order(2)
    void nothingCanBeWiredToIt() {
        assertThat(subject.adapt(BundleWiring.class).getCapabilities(PackageNamespace.PACKAGE_NAMESPACE))
                .isEmpty();
    }

    @Test
    @Order(3)
    void ofTheHouseItIsWiredToContractsAndInstructionSetOnly() {
        List<String> providers = subject.adapt(BundleWiring.class).getRequiredWires(null).stream()
                .map(wire -> wire.getProvider().getSymbolicName())
                .filter(name -> name.startsWith(HOUSE))
                .distinct()
                .collect(Collectors.toList());
        assertThat(providers).isSubsetOf(API, "dev.spelunk.a64");
    }

    @Test
    @Order(4)
    void everyComponentActivatesWithOnlyWhatItRequires() throws Exception {
        Collection<ComponentDescriptionDTO> components = runtime.getComponentDescriptionDTOs(subject);
        assertThat(components).as("components of " + subject).isNotEmpty();
        for (ComponentDescriptionDTO component : components) {
            activate(component);
        }
    }

    @Test
    @Order(5)
    void itCanGoAndComeBackAndNothingElseNotices() throws Exception {
        Map<String, Integer> others = states();
        List<List<String>> services = services();
        subject.stop();
        assertThat(subject.getRegisteredServices()).isNull();
        assertThat(states()).isEqualTo(others);
        subject.start();
        assertThat(services()).isEqualTo(services);
        assertThat(services).isNotEmpty();
    }

    private void activate(ComponentDescriptionDTO component) {
        Collection<ComponentConfigurationDTO> instances = runtime.getComponentConfigurationDTOs(component);
        assertThat(instances).as(component.name).isNotEmpty();
        for (ComponentConfigurationDTO instance : instances) {
            assertThat(missing(instance))
                    .as("unsatisfied references of " + component.name)
                    .isEmpty();
            if (instance.service != null) {
                ServiceReference<?> reference = reference(component);
                assertThat(context.getService(reference))
                        .as("service of " + component.name)
                        .isNotNull();
                context.ungetService(reference);
            } else {
                assertThat(instance.failure).as(component.name).isNull();
                assertThat(instance.state).as(component.name).isEqualTo(ComponentConfigurationDTO.ACTIVE);
            }
        }
    }

    private ServiceReference<?> reference(ComponentDescriptionDTO component) {
        return Arrays.stream(subject.getRegisteredServices())
                .filter(candidate -> component.name.equals(candidate.getProperty("component.name")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(component.name + " published no service"));
    }

    private static List<String> missing(ComponentConfigurationDTO instance) {
        List<String> missing = new ArrayList<>();
        for (UnsatisfiedReferenceDTO reference : instance.unsatisfiedReferences) {
            missing.add(reference.name + " " + reference.target);
        }
        return missing;
    }

    private boolean absent(ReferenceDTO reference) throws InvalidSyntaxException {
        return context.getAllServiceReferences(reference.interfaceName, reference.target) == null;
    }

    private void standIn(ReferenceDTO reference) throws ClassNotFoundException {
        Class<?> type = subject.loadClass(reference.interfaceName);
        assertThat(type).as("a required service that is no interface").isInterface();
        Object service =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.getName().equals("equals")
                                ? (Object) (proxy == arguments[0])
                                : method.getName().equals("hashCode") ? (Object) 1 : (Object) "stand-in";
                    }
                    throw new AssertionError("called at activation: " + method);
                });
        context.registerService(reference.interfaceName, service, new Hashtable<>());
    }

    private Map<String, Integer> states() {
        Map<String, Integer> states = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle != subject) {
                states.put(bundle.getSymbolicName(), bundle.getState());
            }
        }
        return states;
    }

    private List<List<String>> services() {
        ServiceReference<?>[] references = subject.getRegisteredServices();
        return references == null
                ? List.of()
                : Arrays.stream(references)
                        .map(reference -> Arrays.asList((String[]) reference.getProperty(Constants.OBJECTCLASS)))
                        .sorted((a, b) -> a.toString().compareTo(b.toString()))
                        .collect(Collectors.toList());
    }
}
