// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.platform.Device;
import org.osgi.annotation.versioning.ConsumerType;

/** Service: makes a device of the board. */
@ConsumerType
public interface PlatformDevice {
    /** The device, or null when the run asks for nothing that it is for. */
    Device create(DeviceContext context);
}
