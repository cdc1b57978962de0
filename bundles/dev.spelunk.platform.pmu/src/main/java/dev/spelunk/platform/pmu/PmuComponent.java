// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.platform.Device;
import org.osgi.service.component.annotations.Component;

/** Publishes the performance monitors. Which version a machine has is what its variant asserts; without FEAT_PMUv3, none. */
@Component(property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=pmu"})
@BringsFeature("FEAT_PMUv3")
@BringsFeature("FEAT_PMUv3p1")
@BringsFeature("FEAT_PMUv3p4")
@BringsFeature("FEAT_PMUv3p5")
@BringsFeature("FEAT_PMUv3p7")
@BringsFeature("FEAT_PMUv3p8")
@BringsFeature("FEAT_HPMN0")
@NeedsFeature(value = "FEAT_PMUv3p1", with = "FEAT_PMUv3", from = "8.1")
@NeedsFeature(value = "FEAT_PMUv3p4", with = "FEAT_PMUv3", from = "8.4")
@NeedsFeature(value = "FEAT_PMUv3p5", with = "FEAT_PMUv3", from = "8.5")
@NeedsFeature(value = "FEAT_PMUv3p7", with = "FEAT_PMUv3", from = "8.7")
@NeedsFeature(value = "FEAT_PMUv3p8", with = "FEAT_PMUv3", from = "8.8")
@NeedsFeature(
        value = "FEAT_HPMN0",
        with = {"FEAT_PMUv3", "FEAT_EL2"},
        from = "8.8")
@NeedsFeature(value = "FEAT_PMUv3", with = "FEAT_PMUv3p1")
@NeedsFeature(value = "FEAT_PMUv3p1", with = "FEAT_PMUv3p4")
@NeedsFeature(value = "FEAT_PMUv3p4", with = "FEAT_PMUv3p5")
@NeedsFeature(value = "FEAT_PMUv3p5", with = "FEAT_PMUv3p7")
@NeedsFeature(value = "FEAT_PMUv3p7", with = "FEAT_PMUv3p8")
@NeedsFeature(value = "FEAT_EL2", with = "FEAT_HPMN0")
@NeedsFeature(value = "FEAT_PMUv3", with = "FEAT_HPMN0")
@NeedsFeature(value = "FEAT_FGT", with = "FEAT_HPMN0")
public final class PmuComponent implements PlatformDevice {
    @Override
    public Device create(DeviceContext context) {
        return new PmuDevice(context);
    }
}
