// SPDX-License-Identifier: Apache-2.0
// PSCI calls (DEN0022) by the conduit that the device tree names.
#include "kernel.h"

#define PSCI_VERSION    0x84000000u
#define PSCI_SYSTEM_OFF 0x84000008u

static u64 psci_call(u32 function)
{
	register u64 x0 asm("x0") = function;
	register u64 x1 asm("x1") = 0;
	register u64 x2 asm("x2") = 0;
	register u64 x3 asm("x3") = 0;

	// The SMC Calling Convention lets a callee change x4..x17 before version 1.1.
	if (platform.psci_uses_smc)
		asm volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "x4", "x5", "x6",
			     "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			     "memory");
	else
		asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "x4", "x5", "x6",
			     "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			     "memory");
	return x0;
}

u32 psci_version(void)
{
	return (u32)psci_call(PSCI_VERSION);
}

void psci_system_off(void)
{
	psci_call(PSCI_SYSTEM_OFF);
	panic("psci: SYSTEM_OFF returned");
}
