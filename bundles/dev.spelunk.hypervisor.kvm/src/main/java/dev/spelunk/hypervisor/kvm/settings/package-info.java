// SPDX-License-Identifier: Apache-2.0
/** How the host of a VM is set up, and what its actions cost. */
package dev.spelunk.hypervisor.kvm.settings;
