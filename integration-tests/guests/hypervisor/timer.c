// SPDX-License-Identifier: Apache-2.0
// The guest's timers are the CPU's own: their interrupts, PPIs 27 and 30, come as every other one (vgic.c).
#include "hypervisor.h"
#include "sysreg.h"

// With E2H = 1 (D24.10): EL1 may read the physical counter and use the physical timer.
#define CNTHCTL_EL1PCTEN        (1ul << 10)
#define CNTHCTL_EL1PTEN         (1ul << 11)

static u64 offset;

// The guest's virtual counter begins at zero, on all of its CPUs.
void timer_load(void)
{
	if (!offset)
		offset = read_sysreg(CNTPCT_EL0);
	write_sysreg(CNTVOFF_EL2, offset);
	write_sysreg(CNTHCTL_EL2, CNTHCTL_EL1PCTEN | CNTHCTL_EL1PTEN);
}
