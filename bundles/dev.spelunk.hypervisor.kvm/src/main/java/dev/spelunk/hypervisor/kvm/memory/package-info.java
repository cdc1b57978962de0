// SPDX-License-Identifier: Apache-2.0
/** The guest's memory: memslots, the host's pages behind them, stage 2, pins, and memory pressure. */
package dev.spelunk.hypervisor.kvm.memory;
