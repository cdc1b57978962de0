// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.platform.Device;
import org.osgi.service.component.annotations.Component;

/** Publishes the generic timer's device. */
@Component(property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=timer"})
public final class TimerComponent implements PlatformDevice {
    @Override
    public Device create(DeviceContext context) {
        return new GenericTimer(context);
    }
}
