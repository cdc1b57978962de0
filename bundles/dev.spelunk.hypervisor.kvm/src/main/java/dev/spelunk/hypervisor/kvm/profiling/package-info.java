// SPDX-License-Identifier: Apache-2.0
/** The guest's profiling buffer: judged, pinned, its events, and the device attributes of the vCPU's SPE. */
package dev.spelunk.hypervisor.kvm.profiling;
