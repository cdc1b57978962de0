// SPDX-License-Identifier: Apache-2.0
/** Invariants of the SPE part, checked at each write of the world switch, each exit and each entry. */
package dev.spelunk.hypervisor.kvm.checks;
