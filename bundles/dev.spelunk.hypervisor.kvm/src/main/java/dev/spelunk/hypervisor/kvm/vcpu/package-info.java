// SPDX-License-Identifier: Apache-2.0
/** One vCPU on a PE: world switch, exits and what KVM does about each. */
package dev.spelunk.hypervisor.kvm.vcpu;
