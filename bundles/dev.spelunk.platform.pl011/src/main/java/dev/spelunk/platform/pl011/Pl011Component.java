// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.platform.Device;
import org.osgi.service.component.annotations.Component;

/** Publishes the PL011 UART. */
@Component(property = {Parts.PART + "=" + Parts.DEVICE, Parts.NAME + "=pl011"})
public final class Pl011Component implements PlatformDevice {
    @Override
    public Device create(DeviceContext context) {
        return new Pl011(context);
    }
}
