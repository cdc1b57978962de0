// SPDX-License-Identifier: Apache-2.0
/** How vCPUs come to PEs: own ones or shared ones, the host scheduler, and a task of the host. */
package dev.spelunk.hypervisor.kvm.scheduling;
