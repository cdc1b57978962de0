// SPDX-License-Identifier: Apache-2.0
// The virtual and the physical timer of EL1: CVAL and TVAL, ISTATUS, masks, the level of the interrupt, WFI.
#include "suite.h"

#define ENABLE 1ul
#define IMASK 2ul
#define ISTATUS 4ul

struct timer {
	const char *name;
	u32 intid;
};

static const struct timer VIRTUAL = {"virtual timer", 27};
static int physical;
static volatile u64 late;

static u64 count(void) { isb(); return physical ? read_sysreg(CNTPCT_EL0) : read_sysreg(CNTVCT_EL0); }
static u64 ctl(void) { return physical ? read_sysreg(CNTP_CTL_EL0) : read_sysreg(CNTV_CTL_EL0); }
static u64 cval(void) { return physical ? read_sysreg(CNTP_CVAL_EL0) : read_sysreg(CNTV_CVAL_EL0); }
static u64 tval(void) { return physical ? read_sysreg(CNTP_TVAL_EL0) : read_sysreg(CNTV_TVAL_EL0); }

static void set_ctl(u64 value)
{
	if (physical)
		write_sysreg(CNTP_CTL_EL0, value);
	else
		write_sysreg(CNTV_CTL_EL0, value);
	isb();
}

static void set_cval(u64 value)
{
	if (physical)
		write_sysreg(CNTP_CVAL_EL0, value);
	else
		write_sysreg(CNTV_CVAL_EL0, value);
	isb();
}

static void set_tval(u64 value)
{
	if (physical)
		write_sysreg(CNTP_TVAL_EL0, value);
	else
		write_sysreg(CNTV_TVAL_EL0, value);
	isb();
}

static int pending(u32 intid)
{
	return read32(GICR_SGI(0) + 0x200) >> intid & 1;
}

static void stop(u32 intid)
{
	(void)intid;
	late = count();
	set_ctl(0);
}

// The third time.
static void stop_late(u32 intid)
{
	if (taken[0] == 3)
		stop(intid);
}

static void values(void)
{
	u64 before = count();
	set_tval(1000);
	u64 after = count();
	check("CVAL is count + TVAL", cval() - 1000 >= before && cval() - 1000 <= after);
	set_tval(0xffffffff00000000 | (u32)-500);
	check("TVAL is signed and has 32 bits", (s64)(cval() - count()) < 0 && (s64)(cval() - count()) > -100000);
	set_cval(count() + 50000);
	u64 left = tval();
	check("TVAL counts down", left <= 50000 && left > 40000);
	u64 next = tval();
	check("TVAL goes on counting", next <= left);
	set_cval(count() - 10);
	check("TVAL of a time that is over is negative", (int)tval() < 0);
	equal("TVAL bits 63:32 are RES0", tval() >> 32, 0);
	set_ctl(0xfffffff8 | IMASK);
	equal("CTL has no other bits", ctl(), IMASK);
}

static void status(const struct timer *t)
{
	set_ctl(ENABLE | IMASK);
	set_cval(count() + 100000000);
	equal("ISTATUS before the time", ctl(), ENABLE | IMASK);
	set_cval(0);
	equal("ISTATUS after the time", ctl(), ENABLE | IMASK | ISTATUS);
	equal("masked: not pending", pending(t->intid), 0);
	set_ctl(ENABLE);
	equal("unmasked: pending", pending(t->intid), 1);
	set_cval(~0ul);
	equal("CVAL moved: the level is gone", pending(t->intid), 0);
	equal("CVAL moved: ISTATUS is gone", ctl(), ENABLE);
	set_cval(0);
	set_ctl(0);
	equal("disabled: not pending", pending(t->intid), 0);
}

static void interrupts(const struct timer *t)
{
	on_interrupt = stop;
	forget_interrupts();
	u64 due = count() + 2000;
	set_cval(due);
	set_ctl(ENABLE);
	equal("one interrupt", wait_taken(0, 1), 1);
	equal("its INTID", taken_log[0][0], t->intid);
	check("not before its time", late >= due);
	check("not long after it", late < due + 20000);

	forget_interrupts();
	set_tval(3000);
	due = cval();
	set_ctl(ENABLE);
	wfi();
	check("WFI wakes at the time, with interrupts masked", count() >= due);
	equal("masked by PSTATE: not taken", taken[0], 0);
	equal("then taken", wait_taken(0, 1), 1);

	// A level that its handler leaves high comes again after the end of the interrupt.
	forget_interrupts();
	on_interrupt = stop_late;
	set_cval(0);
	set_ctl(ENABLE);
	equal("a level that stays comes again", wait_taken(0, 3), 3);
	on_interrupt = 0;
	forget_interrupts();
	irq_on();
	for (volatile u32 i = 0; i < 100; i++)
		;
	irq_off();
	equal("and not when it is gone", taken[0], 0);

	disable_interrupt(t->intid);
	set_cval(0);
	set_ctl(ENABLE);
	irq_on();
	isb();
	irq_off();
	equal("disabled at the GIC: not taken", taken[0], 0);
	equal("disabled at the GIC: pending", pending(t->intid), 1);
	set_ctl(0);
	enable_interrupt(t->intid, 0x80);
}

static void one(const struct timer *t)
{
	print(t->name);
	print("\n");
	enable_interrupt(t->intid, 0x80);
	set_ctl(0);
	u64 a = count();
	u64 b = count();
	check("the count does not go back", b >= a);
	values();
	status(t);
	interrupts(t);
	set_ctl(0);
}

static void both(void)
{
	forget_interrupts();
	on_interrupt = 0;
	write_sysreg(CNTV_CVAL_EL0, 0);
	write_sysreg(CNTP_CVAL_EL0, 0);
	write_sysreg(CNTV_CTL_EL0, ENABLE);
	write_sysreg(CNTP_CTL_EL0, ENABLE);
	isb();
	equal("both timers are pending", read32(GICR_SGI(0) + 0x200) & (1u << 27 | 1u << 30), 1u << 27 | 1u << 30);
	write_sysreg(CNTV_CTL_EL0, 0);
	isb();
	equal("one is not the other", read32(GICR_SGI(0) + 0x200) & (1u << 27 | 1u << 30), 1u << 30);
	write_sysreg(CNTP_CTL_EL0, 0);
	isb();
	u64 offset = read_sysreg(CNTPCT_EL0);
	isb();
	check("the virtual count is not before the machine", (s64)(offset - read_sysreg(CNTVCT_EL0)) > -1000);
}

// Two PEs show each other what they read: time never goes back from one to the other.
#define EXCHANGES 20000
static volatile u64 shown[2];
static volatile u32 back[2];

static void exchange(u32 own)
{
	for (u32 i = 0; i < EXCHANGES; i++) {
		u64 other = shown[1 - own];
		u64 now = count();
		if (now < other)
			back[own]++;
		shown[own] = now;
	}
}

static void exchange_second(void) { exchange(1); }

static void uniform(void)
{
	if (!start_pe(1)) {
		print("one PE only\n");
		return;
	}
	set_job(1, exchange_second);
	exchange(0);
	wait_job(1);
	check("both have read", shown[0] != 0 && shown[1] != 0);
	equal("the first PE sees no time go back", back[0], 0);
	equal("the second PE sees no time go back", back[1], 0);
}

static void read_timer(u64 unused) { (void)unused; __asm__ volatile("mrs x0, CNTV_CTL_EL0\n mrs x0, CNTP_CVAL_EL0" ::: "x0"); el0_return(0); }

static void el0(void)
{
	write_sysreg(CNTKCTL_EL1, 0);
	expect();
	run_at_el0(read_timer, 0, EL0_STACK);
	equal("EL0VTEN and EL0PTEN = 0: both trap", caught.count, 2);
	equal("to EL1", caught_class(), 0x18);
	write_sysreg(CNTKCTL_EL1, 3 << 8);
	expect();
	run_at_el0(read_timer, 0, EL0_STACK);
	equal("EL0VTEN and EL0PTEN = 1: none traps", caught.count, 0);
	write_sysreg(CNTKCTL_EL1, 0);
}

void run(void)
{
	static const struct timer PHYSICAL = {"physical timer", 30};

	gic_set_up();
	one(&VIRTUAL);
	physical = 1;
	one(&PHYSICAL);
	both();
	uniform();
	el0();
}
