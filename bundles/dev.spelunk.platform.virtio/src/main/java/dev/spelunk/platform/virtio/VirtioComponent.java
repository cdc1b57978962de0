// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.platform.Device;
import org.osgi.service.component.annotations.Component;

/** Publishes the virtio devices that a run asks for. */
@Component(property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=virtio"})
public final class VirtioComponent implements PlatformDevice {
    @Override
    public Device create(DeviceContext context) {
        VirtioSlots slots = new VirtioSlots(context);
        return slots.empty() ? null : slots;
    }
}
