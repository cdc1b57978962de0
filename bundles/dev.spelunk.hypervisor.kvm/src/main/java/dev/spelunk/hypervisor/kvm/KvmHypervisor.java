// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.parts.Hypervisor;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.vm.KvmVirtualMachine;
import java.util.Arrays;
import java.util.List;
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
@NeedsFeature("FEAT_EL2")
@NeedsFeature("FEAT_VHE")
public final class KvmHypervisor implements Hypervisor {
    static final String PID = "dev.spelunk.hypervisor.kvm";

    /**
     * The host: virtual-time costs of its actions in cycles of the PE (assumptions, not measurements; 0 is legal),
     * its memory, and the VM's memslots.
     */
    @ObjectClassDefinition(name = "KVM model: the host")
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

        @AttributeDefinition(description = "Bringing a reclaimed page back in")
        long swapInCycles() default 20000;

        @AttributeDefinition(description = "Giving a shared page a frame of its own")
        long copyPageCycles() default 1500;

        @AttributeDefinition(
                description = "From the SPU's interrupt until the host takes it; the guest runs on meanwhile")
        long interruptDeliveryCycles() default 1500;

        @AttributeDefinition(
                description = "Bytes of the guest's memory that may be pinned at a time, as RLIMIT_MEMLOCK; "
                        + "0 for all of it")
        long pinLimit() default 0;

        @AttributeDefinition(description = "Map the guest's memory with transparent huge pages at first")
        boolean hugePages() default true;

        @AttributeDefinition(description = "Memslots, IPA:SIZE each, with commas; empty for one that shows all memory")
        String memslots() default "";

        @AttributeDefinition(description = "Mean virtual time between two events of host memory pressure; 0 for none")
        long memoryPressureCycles() default 0;

        @AttributeDefinition(description = "Kinds of these events, with commas")
        String memoryPressureKinds() default "reclaim,migration,compaction,merging,split,collapse";

        @AttributeDefinition(
                description = "Of a hundred such events, how many go for a page of a profiling buffer in use")
        int memoryPressureOnBuffers() default 50;

        @AttributeDefinition(
                description = "Ignore the guest's writes to buffer registers while PMBLIMITR_EL1.E is 1, clearing E "
                        + "apart, as Arm's SPE virtual machine interface (DEN0154) allows")
        boolean strictWrites() default false;

        @AttributeDefinition(description = "Version of KVM's SPE series: v6 (November 2025) or v7 (September 2026)")
        String series() default "v6";

        @AttributeDefinition(
                description = "Series v6: bytes up to which user space raises pinLimit when KVM exits to it because a "
                        + "buffer cannot be pinned (KVM_EXIT_RLIMIT); 0 for never")
        long pinLimitMost() default 0;

        @AttributeDefinition(description = "The VMM is perfmon_capable(): the guest may have physical timestamps")
        boolean perfmonCapable() default false;

        @AttributeDefinition(description = "From KVM to user space and back, where a profiling buffer needs that")
        long userSpaceExitCycles() default 2000;

        @AttributeDefinition(
                description = "Series v7: virtual cycles after which user space logs dirty pages, as for a migration; "
                        + "0 for never")
        long dirtyLoggingFrom() default 0;

        @AttributeDefinition(description = "Series v7: virtual cycles from one pass over the dirty log to the next")
        long dirtyLoggingPass() default 1000000;
    }

    private final HostSettings settings;

    @Activate
    public KvmHypervisor(Config config) {
        HostCosts costs = new HostCosts(
                config.exitCycles(),
                config.entryCycles(),
                config.pinCyclesPerPage(),
                config.walkCycles(),
                config.mapCycles(),
                config.swapInCycles(),
                config.copyPageCycles(),
                config.interruptDeliveryCycles(),
                config.userSpaceExitCycles());
        settings = new HostSettings(
                costs,
                config.pinLimit(),
                config.hugePages(),
                list(config.memslots()),
                config.memoryPressureCycles(),
                PressureKind.of(list(config.memoryPressureKinds())),
                config.memoryPressureOnBuffers(),
                config.strictWrites(),
                new SeriesSettings(
                        SeriesSettings.named(config.series()),
                        config.pinLimitMost(),
                        config.perfmonCapable(),
                        config.dirtyLoggingFrom(),
                        config.dirtyLoggingPass()));
    }

    private static List<String> list(String values) {
        return Arrays.stream(values.split(","))
                .map(String::trim)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    @Override
    public VirtualMachine create(VmDescription description) {
        return new KvmVirtualMachine(description, settings);
    }
}
