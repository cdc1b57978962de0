// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.hypervisor.Hypervisor;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.hypervisor.VmDescription;
import dev.spelunk.api.machine.Parts;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Publishes the KVM model. Its configuration says what the host's actions cost in virtual time. */
@Component(
        configurationPid = KvmHypervisor.PID,
        property = {Parts.PART + "=" + Parts.HYPERVISOR, Parts.NAME + "=kvm"})
@Designate(ocd = KvmHypervisor.Config.class)
@Requirement(namespace = Architecture.FEATURE_NAMESPACE, filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_EL2)",
        effective = "compose")
@Requirement(namespace = Architecture.FEATURE_NAMESPACE, filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_VHE)",
        effective = "compose")
public final class KvmHypervisor implements Hypervisor {
    static final String PID = "dev.spelunk.hypervisor.kvm";

    /** Virtual-time costs of the host's actions, in cycles of the PE. Assumptions, not measurements; 0 is legal. */
    @ObjectClassDefinition(name = "KVM model: costs of host actions")
    public @interface Config {
        @AttributeDefinition(description = "From the exception to EL2 until the exit is served")
        long exitCycles() default 800;

        @AttributeDefinition(description = "From the end of serving until the guest's first operation")
        long entryCycles() default 600;

        @AttributeDefinition(description = "Pinning or letting go of one page")
        long pinCyclesPerPage() default 400;

        @AttributeDefinition(description = "One software walk of the guest's stage 1")
        long walkCycles() default 100;

        @AttributeDefinition(description = "Putting one mapping into stage 2")
        long mapCycles() default 500;

        @AttributeDefinition(description = "From a physical SPE interrupt until the host has taken it")
        long interruptDeliveryCycles() default 1500;
    }

    private final HostCosts costs;

    @Activate
    public KvmHypervisor(Config config) {
        this(new HostCosts(config.exitCycles(), config.entryCycles(), config.pinCyclesPerPage(), config.walkCycles(),
                config.mapCycles(), config.interruptDeliveryCycles()));
    }

    KvmHypervisor(HostCosts costs) {
        this.costs = costs;
    }

    @Override
    public VirtualMachine create(VmDescription description) {
        return new KvmVirtualMachine(description, costs);
    }
}
