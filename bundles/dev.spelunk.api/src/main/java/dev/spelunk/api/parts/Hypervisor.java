// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.hypervisor.VirtualMachine;
import org.osgi.annotation.versioning.ProviderType;

/** Service: runs a guest as a virtual machine on the PEs of a machine. */
@ProviderType
public interface Hypervisor {
    VirtualMachine create(VmDescription description);
}
