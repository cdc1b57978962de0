// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.rtc;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.platform.Device;
import org.osgi.service.component.annotations.Component;

/** Publishes the PL031 real-time clock, which a machine has when its run says what time it is. */
@Component(property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=pl031"})
public final class Pl031Component implements PlatformDevice {
    @Override
    public Device create(DeviceContext context) {
        return context.peripherals().clock() == null ? null : new Pl031(context);
    }
}
