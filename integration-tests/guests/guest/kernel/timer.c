// SPDX-License-Identifier: Apache-2.0
// Periodic tick by the virtual timer.
#include "kernel.h"
#include "sysreg.h"

#define CNTV_CTL_ENABLE         1
#define DEFAULT_TICK_US         1000

volatile u64 timer_ticks;

static u64 interval;
static u64 next_tick;

void timer_init(void)
{
	u64 frequency = read_sysreg(CNTFRQ_EL0);

	interval = frequency * bootarg_number("tick", DEFAULT_TICK_US) / 1000000;
	if (interval == 0)
		interval = 1;
	next_tick = read_sysreg(CNTVCT_EL0) + interval;
	write_sysreg(CNTKCTL_EL1, 0);
	write_sysreg(CNTV_CVAL_EL0, next_tick);
	write_sysreg(CNTV_CTL_EL0, CNTV_CTL_ENABLE);
	isb();
	gic_enable_ppi(platform.timer_intid);
}

void timer_interrupt(void)
{
	timer_ticks++;
	next_tick += interval;
	isb();
	u64 now = read_sysreg(CNTVCT_EL0);

	// After a long time without the PE (a paused machine) do not make up for lost ticks.
	if (next_tick <= now)
		next_tick = now + interval;
	write_sysreg(CNTV_CVAL_EL0, next_tick);
	isb();          // the level has dropped before the interrupt is ended
}
