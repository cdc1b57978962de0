// SPDX-License-Identifier: Apache-2.0
// Numbers that assembly and C share.
#ifndef LAYOUT_H
#define LAYOUT_H

#define MOST_CPUS       8
#define STACK_SIZE      4096

// struct vcpu, as entry.S uses it: X0 to X30, then the hypervisor's stack pointer while the guest runs.
#define VCPU_X          0
#define VCPU_HOST_SP    248

// What the guest was left for.
#define EXIT_SYNC       0
#define EXIT_IRQ        1
#define EXIT_FIQ        2
#define EXIT_SERROR     3

// HCR_EL2 while the hypervisor runs (E2H, TGE, RW): stage 2 does not apply, and EL2 has the registers of EL1's form.
#define HCR_HOST        0x488000000

#endif
