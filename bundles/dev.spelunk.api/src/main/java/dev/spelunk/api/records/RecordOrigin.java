// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

/**
 * Where a sample record comes from and where it went. A profiling unit fills one object for all its records, so what it
 * says holds during one call of a {@link RecordSink} only.
 */
public final class RecordOrigin {
    /** {@link #vcpu} of a record that is of no vCPU, but of the hypervisor's host. */
    public static final int HOST = -1;
    /** {@link #physicalAddress} of one that nobody knows. */
    public static final long UNKNOWN_ADDRESS = -1;

    /** Index of the PE whose profiling unit made the record. */
    public int pe;
    /** Index of the vCPU that was on the PE, or {@link #HOST}; without a hypervisor that of the PE. */
    public int vcpu;
    /** The owning Exception level of the profiling buffer, 1 or 2 (DDI 0487, D17.4). */
    public int owningEl;
    /** Virtual address of the record's first byte in the profiling buffer, in the owning translation regime. */
    public long address;
    /** Physical address of that byte, or {@link #UNKNOWN_ADDRESS}. The rest of a record may be in another page. */
    public long physicalAddress;
    /** Virtual time in cycles at which the record was written. */
    public long cycles;
    /** Whether, since the record before, a sample collided with another one. */
    public boolean collided;
    /** Whether, since the record before, a sample that was to be recorded was lost. */
    public boolean lost;
    /** Whether, since the record before, one was lost when a part of it had been written. */
    public boolean torn;
}
