// SPDX-License-Identifier: Apache-2.0
/** What a VM and its vCPUs are, in blocks of the machine's state, and the names of what is counted there. */
package dev.spelunk.hypervisor.kvm.state;
