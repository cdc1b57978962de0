// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard service: serves trapped accesses of the guest to system registers. Ordered by {@code spelunk.name}. */
@ConsumerType
public interface TrapHandler {
    /** Whether this handler serves the register. */
    boolean handles(int encoding);

    /** The value that the guest reads. */
    long read(Vcpu vcpu, int encoding);

    /** The guest writes. Returns false when the access is UNDEFINED to the guest. */
    boolean write(Vcpu vcpu, int encoding, long value);
}
