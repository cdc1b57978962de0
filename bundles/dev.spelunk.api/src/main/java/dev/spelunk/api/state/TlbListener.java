// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** Holds translations that are derived from a modelled TLB and must hear of what other PEs invalidate in it. */
public interface TlbListener {
    /** Anything may have been invalidated. */
    void tlbInvalidated();

    /** What covers [va, va + size) has been invalidated; va is sign-extended from bit 55. */
    void tlbInvalidated(long va, long size);
}
