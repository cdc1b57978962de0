// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

/**
 * What the VM's user space sets with the device attributes of a vCPU's SPE, the same for every vCPU.
 *
 * @param interrupt INTID of the buffer management interrupt, a PPI
 * @param spu number of the physical SPU that the vCPU uses
 * @param maxBufferSize maximum profiling buffer size for the guest in bytes, unsigned; 0 for none set
 */
public record ProfilingAttributes(int interrupt, int spu, long maxBufferSize) {
    /** INTID 21, the first SPU, no limit. */
    public static final ProfilingAttributes DEFAULT = new ProfilingAttributes(21, 0, 0);
}
