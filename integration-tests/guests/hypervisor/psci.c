// SPDX-License-Identifier: Apache-2.0
// PSCI (DEN0022): the guest calls by HVC, or by SMC, which traps; the firmware is called by SMC. What it does for the
// machine is what the VM wants, but for a CPU that is switched on: that has to come to the hypervisor first.
#include "hypervisor.h"
#include "sysreg.h"

#define SMC64                   0x40000000u
#define CPU_ON                  0x84000003u
#define NOT_SUPPORTED           (-1l)
#define INVALID_PARAMETERS      (-2l)
#define INVALID_ADDRESS         (-9l)
#define AFFINITY                0xff00fffffful

static u64 firmware(u64 function, u64 x1, u64 x2, u64 x3)
{
	register u64 r0 asm("x0") = function;
	register u64 r1 asm("x1") = x1;
	register u64 r2 asm("x2") = x2;
	register u64 r3 asm("x3") = x3;

	asm volatile("smc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) : : "x4", "x5", "x6", "x7", "x8", "x9",
		     "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
	return r0;
}

// The VM's CPUs are numbered by Aff0, as the machine's are.
static u64 cpu_on(u64 target, u64 entry, u64 context)
{
	u64 index = target & 0xff;

	if (index >= MOST_CPUS || (target & AFFINITY) != index)
		return (u64)INVALID_PARAMETERS;
	if (entry & 3 || !vm_contains(entry))
		return (u64)INVALID_ADDRESS;
	vcpus[index].entry = entry;
	vcpus[index].context = context;
	dsb();
	return firmware(CPU_ON | SMC64, target, (u64)secondary_start, (u64)&vcpus[index]);
}

void psci_call(struct vcpu *vcpu)
{
	u32 function = (u32)vcpu->x[0];
	u64 mask = function & SMC64 ? ~0ul : 0xfffffffful;
	u32 owner = function >> 24 & 0x3f;

	if ((function & ~SMC64) == CPU_ON)
		vcpu->x[0] = cpu_on(vcpu->x[1] & mask, vcpu->x[2] & mask, vcpu->x[3] & mask);
	else if (owner == 4 || owner == 0)      // Standard Secure Service Calls, Arm Architecture Calls
		vcpu->x[0] = firmware(function, vcpu->x[1], vcpu->x[2], vcpu->x[3]);
	else
		vcpu->x[0] = (u64)NOT_SUPPORTED;
}
