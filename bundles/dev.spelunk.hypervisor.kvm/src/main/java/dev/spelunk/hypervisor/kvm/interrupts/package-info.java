// SPDX-License-Identifier: Apache-2.0
/** Physical interrupts that go to the host, virtual ones that it presents to the guest. */
package dev.spelunk.hypervisor.kvm.interrupts;
