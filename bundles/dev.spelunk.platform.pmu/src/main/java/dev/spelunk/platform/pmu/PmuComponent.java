// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.platform.Device;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Component;

/** Publishes the performance monitors. Which version a machine has is what its variant asserts; without FEAT_PMUv3, none. */
@Component(property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=pmu"})
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMUv3", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMUv3p1", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMUv3p4", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMUv3p5", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMUv3p7", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMUv3p8", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_HPMN0", effective = "compose")
public final class PmuComponent implements PlatformDevice {
    @Override
    public Device create(DeviceContext context) {
        return new PmuDevice(context);
    }
}
