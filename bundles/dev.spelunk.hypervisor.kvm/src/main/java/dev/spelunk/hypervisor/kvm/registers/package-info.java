// SPDX-License-Identifier: Apache-2.0
/** Values and sets of registers as KVM programs and copies them. */
package dev.spelunk.hypervisor.kvm.registers;
