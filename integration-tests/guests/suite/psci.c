// SPDX-License-Identifier: Apache-2.0
// PSCI by HVC: discovery, switching PEs on and off, standby, error codes.
#include "suite.h"

#define NOT_SUPPORTED (-1)
#define INVALID_PARAMETERS (-2)
#define ALREADY_ON (-4)
#define PE_ON 0
#define PE_OFF 1

static volatile u64 ran;

static void count(void) { ran++; }
static void switch_off(void) { psci(CPU_OFF, 0, 0, 0); }

static void discovery(void)
{
	s64 version = psci(PSCI_VERSION, 0, 0, 0);

	check("version 1.0 or later", version >= 0x10000);
	equal("CPU_ON is there", psci(PSCI_FEATURES, CPU_ON, 0, 0), 0);
	equal("CPU_OFF is there", psci(PSCI_FEATURES, CPU_OFF, 0, 0), 0);
	equal("SYSTEM_RESET is there", psci(PSCI_FEATURES, SYSTEM_RESET, 0, 0), 0);
	equal("an unknown function is not", psci(PSCI_FEATURES, 0x8400001fu, 0, 0), NOT_SUPPORTED);
	equal("an unknown function", psci(0x8400001fu, 0, 0, 0), NOT_SUPPORTED);
	equal("no Trusted OS to migrate", psci(MIGRATE_INFO_TYPE, 0, 0, 0), 2);
	equal("this PE is on", psci(AFFINITY_INFO, 0, 0, 0), PE_ON);
	equal("AFFINITY_INFO of no PE", psci(AFFINITY_INFO, 0xff00, 0, 0), INVALID_PARAMETERS);
	equal("CPU_ON of no PE", psci(CPU_ON, 0xff00, 0x40200000, 0), INVALID_PARAMETERS);
	equal("CPU_ON of this PE", psci(CPU_ON, 0, 0x40200000, 0), ALREADY_ON);
	equal("CPU_ON of this PE, SMC32", psci(CPU_ON & ~0x40000000u, 0, 0x40200000, 0), ALREADY_ON);
}

static void wait_off(u32 pe)
{
	for (u32 i = 0; psci(AFFINITY_INFO, pe, 0, 0) != PE_OFF && i < 100000; i++)
		;
	equal("AFFINITY_INFO after CPU_OFF", psci(AFFINITY_INFO, pe, 0, 0), PE_OFF);
}

static void second(void)
{
	if (psci(AFFINITY_INFO, 1, 0, 0) == INVALID_PARAMETERS) {
		print("one PE only\n");
		return;
	}
	equal("the other PE is off", psci(AFFINITY_INFO, 1, 0, 0), PE_OFF);
	for (u32 round = 1; round <= 2; round++) {
		check("CPU_ON starts it", start_pe(1));
		equal("its x0", started[1][0], 101);
		equal("its interrupts are masked", started[1][1], 0x3c0);
		equal("its MMU and caches are off", started[1][2] & 0x1005, 0);
		equal("its Exception level", started[1][3], 4);
		equal("AFFINITY_INFO when on", psci(AFFINITY_INFO, 1, 0, 0), PE_ON);
		equal("CPU_ON again", psci(CPU_ON, 1, 0x40200000, 0), ALREADY_ON);
		set_job(1, count);
		wait_job(1);
		equal("it runs", ran, round);
		set_job(1, switch_off);
		wait_off(1);
		set_job(1, 0);
	}
}

static void standby(void)
{
	forget_interrupts();
	enable_interrupt(27, 0x80);
	write_sysreg(CNTV_CTL_EL0, 0);
	write_sysreg(CNTV_TVAL_EL0, 100000);
	u64 due = read_sysreg(CNTV_CVAL_EL0);
	write_sysreg(CNTV_CTL_EL0, 1);
	isb();
	equal("CPU_SUSPEND to standby", psci(CPU_SUSPEND, 0, 0, 0), 0);
	isb();
	check("it waits for the interrupt", read_sysreg(CNTVCT_EL0) >= due);
	write_sysreg(CNTV_CTL_EL0, 0);
	isb();
}

void run(void)
{
	gic_set_up();
	discovery();
	second();
	standby();
}
