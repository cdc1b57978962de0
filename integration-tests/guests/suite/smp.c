// SPDX-License-Identifier: Apache-2.0
// PEs that wait for each other: by SGI and WFI, by events and WFE, by spinning, by a lock, by PSCI.
#include "suite.h"

#define ROUNDS 20
#define LOCKED_ROUNDS 200
#define PATIENCE 50000000
#define PING 3
#define PONG 4
// An SGI and its answer take less than a turn of the PEs: ticks of the counter, 16 cycles each.
#define PROMPT (16384 / 16)

static volatile u64 flag, rounds;
static volatile u64 received[2];
static u32 lock;
static volatile u64 guarded, inside, trespassed;
static volatile u32 vectors[2];

static void sgi(u32 intid, u64 targets)
{
	write_sysreg(ICC_SGI1R_EL1, (u64)intid << 24 | targets);
	isb();
}

static void dsb(void) { __asm__ volatile("dsb sy" ::: "memory"); }
static void sev(void) { __asm__ volatile("dsb sy\n\tsev" ::: "memory"); }
static void wfe(void) { __asm__ volatile("wfe" ::: "memory"); }

// Events: each PE waits in WFE until it is its turn.
static void take_turns(u64 mine)
{
	for (u64 round = mine; round < 2 * ROUNDS; round += 2) {
		while (flag != round)
			wfe();
		rounds++;
		flag = round + 1;
		sev();
	}
}

static void odd_turns(void) { take_turns(1); }

static void events(void)
{
	flag = rounds = 0;
	set_job(1, odd_turns);
	take_turns(0);
	wait_job(1);
	equal("turns taken by events", rounds, 2 * ROUNDS);
}

// Interrupts: a PE sleeps in WFI until the other's SGI, and answers.
static void answer(u32 intid)
{
	if (intid == PING) {
		vectors[1]++;
		sgi(PONG, 1);
	} else if (intid == PONG) {
		vectors[0]++;
	}
}

static void sleep_for(volatile u32 *count, u32 wanted)
{
	while (*count < wanted) {
		wfi();
		irq_on();
		isb();
		irq_off();
	}
}

static void answering(void)
{
	gic_set_up();
	enable_interrupt(PING, 0x80);
	flag = 1;
	sev();
	sleep_for(&vectors[1], ROUNDS);
}

static void interrupts(int own_pe)
{
	u64 longest = 0;

	flag = 0;
	forget_interrupts();
	vectors[0] = vectors[1] = 0;
	on_interrupt = answer;
	enable_interrupt(PONG, 0x80);
	set_job(1, answering);
	while (!flag)
		wfe();
	for (u32 round = 1; round <= ROUNDS; round++) {
		u64 before = read_sysreg(CNTVCT_EL0);

		sgi(PING, 2);
		sleep_for(&vectors[0], round);
		isb();
		u64 took = read_sysreg(CNTVCT_EL0) - before;
		if (took > longest)
			longest = took;
	}
	wait_job(1);
	equal("answers to SGIs", vectors[0], ROUNDS);
	equal("SGIs that were answered", vectors[1], ROUNDS);
	if (own_pe)
		check("an answer to an SGI is prompt", longest < PROMPT);
	on_interrupt = 0;
	disable_interrupt(PONG);
}

// A lock with WFE, as ticket and spin locks have it.
static void acquire(void)
{
	u32 value, failed;

	__asm__ volatile(
		"	sevl\n"
		"1:	wfe\n"
		"2:	ldaxr	%w0, [%2]\n"
		"	cbnz	%w0, 1b\n"
		"	stxr	%w1, %w3, [%2]\n"
		"	cbnz	%w1, 2b\n"
		: "=&r"(value), "=&r"(failed) : "r"(&lock), "r"(1) : "memory");
}

static void release(void)
{
	__asm__ volatile("stlr wzr, [%0]" :: "r"(&lock) : "memory");
	sev();
}

static void guarded_rounds(void)
{
	for (u32 i = 0; i < LOCKED_ROUNDS; i++) {
		acquire();
		if (inside++)
			trespassed++;
		for (u64 j = 0, was = guarded; j < 50; j++)
			guarded = was + 1;
		inside--;
		release();
	}
}

static void locks(void)
{
	guarded = inside = trespassed = 0;
	set_job(1, guarded_rounds);
	guarded_rounds();
	wait_job(1);
	equal("rounds under the lock", guarded, 2 * LOCKED_ROUNDS);
	equal("two at a time", trespassed, 0);
}

// Spinning without any hint: only the end of a time slice lets the other one run.
static void set_flag(void) { received[1] = received[0]; dsb(); }

static void spins(void)
{
	for (u64 round = 1; round <= 3; round++) {
		received[0] = round;
		set_job(1, set_flag);
		for (u32 i = 0; received[1] != round && i < PATIENCE; i++)
			;
		equal("seen by spinning", received[1], round);
		wait_job(1);
	}
}

// Switched off and on again, again and again.
static void switch_off(void) { psci(CPU_OFF, 0, 0, 0); }

static void power(void)
{
	for (u64 round = 0; round < 4; round++) {
		set_job(1, switch_off);
		for (u32 i = 0; psci(AFFINITY_INFO, 1, 0, 0) != 1 && i < PATIENCE; i++)
			;
		equal("off", psci(AFFINITY_INFO, 1, 0, 0), 1);
		set_job(1, 0);
		check("on again", start_pe(1));
		equal("AFFINITY_INFO", psci(AFFINITY_INFO, 1, 0, 0), 0);
	}
}

void run(void)
{
	gic_set_up();
	check("the other PE starts", start_pe(1));
	for (u32 i = 0; i < 3; i++) {
		events();
		locks();
		spins();
		interrupts(!SHARED);
		power();
	}
}
