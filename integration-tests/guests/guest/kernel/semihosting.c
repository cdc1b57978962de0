// SPDX-License-Identifier: Apache-2.0
// Semihosting exit, and the choice between it and PSCI.
#include "kernel.h"

#define SYS_EXIT_EXTENDED               0x20
#define ADP_STOPPED_APPLICATION_EXIT    0x20026

void semihosting_exit(u64 code)
{
	const u64 block[2] = { ADP_STOPPED_APPLICATION_EXIT, code };
	register u64 operation asm("x0") = SYS_EXIT_EXTENDED;
	register const u64 *parameter asm("x1") = block;

	asm volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
	// Nobody answers semihosting: nothing is left but to stop.
	for (;;)
		asm volatile("wfi");
}

void machine_exit(u64 code)
{
	// SYSTEM_OFF carries no code: only success leaves that way.
	if (code == EXIT_OK && bootarg_is("exit", "psci")) {
		if (!platform.have_psci)
			panic("exit=psci, but the device tree has no PSCI node");
		psci_system_off();
	}
	semihosting_exit(code);
}
