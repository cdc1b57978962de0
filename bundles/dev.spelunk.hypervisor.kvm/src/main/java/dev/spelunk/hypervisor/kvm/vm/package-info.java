// SPDX-License-Identifier: Apache-2.0
/** The VM as the machine sees it. */
package dev.spelunk.hypervisor.kvm.vm;
