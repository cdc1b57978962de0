// SPDX-License-Identifier: Apache-2.0
/** Handlers of trapped accesses to system registers, one for each group of registers. */
package dev.spelunk.hypervisor.kvm.traps;
