// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.parts.FirmwareCalls;

/** The vCPUs of a VM as the firmware calls of one of them see and change them. */
public interface VcpuPower extends FirmwareCalls.Pes {
    /**
     * A vCPU is reset and switched on.
     *
     * @param now virtual time of who asks for it
     */
    void powerOn(int vcpu, long entry, long x0, long now);
}
