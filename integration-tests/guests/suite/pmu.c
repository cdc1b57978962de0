// SPDX-License-Identifier: Apache-2.0
// Performance monitors: exact counts, filters, overflow and its interrupt, chained counters, access from EL0.
#include "suite.h"

#define INTID 23
#define SW_INCR 0x00
#define INST_RETIRED 0x08
#define EXC_TAKEN 0x09
#define EXC_RETURN 0x0a
#define CPU_CYCLES 0x11
#define CHAIN 0x1e
#define P (1ul << 31)
#define U (1ul << 30)
#define C (1ul << 31)
#define E 1ul
#define LP (1ul << 7)
#define N_SHIFT 11

static u32 version, counters;
static volatile u64 overflows;

// Executes so many instructions with PMCR_EL0 = pmcr and E = 1: ISB, the loop, and the MSR that ends it.
static void measure(u64 instructions, u64 pmcr)
{
	u64 loops = (instructions - 2) / 2;

	__asm__ volatile("msr PMCR_EL0, %[on]\n isb\n 1: subs %[loops], %[loops], #1\n b.ne 1b\n msr PMCR_EL0, %[off]\n isb"
			: [loops] "+r"(loops) : [on] "r"(pmcr | E), [off] "r"(pmcr) : "memory", "cc");
}

static void clean(void)
{
	write_sysreg(PMCR_EL0, 6);
	write_sysreg(PMCNTENCLR_EL0, ~0ul);
	write_sysreg(PMINTENCLR_EL1, ~0ul);
	write_sysreg(PMOVSCLR_EL0, ~0ul);
	write_sysreg(PMCCFILTR_EL0, 0);
	write_sysreg(PMUSERENR_EL0, 0);
	isb();
}

static void type(u32 counter, u64 value)
{
	write_sysreg(PMSELR_EL0, counter);
	isb();
	write_sysreg(PMXEVTYPER_EL0, value);
	write_sysreg(PMCNTENSET_EL0, 1ul << counter);
	isb();
}

static void set(u32 counter, u64 value)
{
	write_sysreg(PMSELR_EL0, counter);
	isb();
	write_sysreg(PMXEVCNTR_EL0, value);
	isb();
}

static u64 get(u32 counter)
{
	write_sysreg(PMSELR_EL0, counter);
	isb();
	return read_sysreg(PMXEVCNTR_EL0);
}

static void registers(void)
{
	write_sysreg(PMCR_EL0, ~0ul);
	equal("PMCR_EL0.{P,C} read as zero", read_sysreg(PMCR_EL0) & 6, 0);
	equal("PMCR_EL0.LC is RES1", read_sysreg(PMCR_EL0) >> 6 & 1, 1);
	equal("PMCR_EL0.LP is there with FEAT_PMUv3p5", read_sysreg(PMCR_EL0) >> 7 & 1, version >= 6);
	equal("PMCR_EL0.N is read-only", read_sysreg(PMCR_EL0) >> N_SHIFT & 31, counters);
	clean();
	write_sysreg(PMCNTENSET_EL0, ~0ul);
	equal("PMCNTENSET_EL0 has a bit for each counter", read_sysreg(PMCNTENSET_EL0), C | ((1ul << counters) - 1));
	write_sysreg(PMCNTENCLR_EL0, 1);
	equal("PMCNTENCLR_EL0 reads the same", read_sysreg(PMCNTENCLR_EL0), C | ((1ul << counters) - 2));
	write_sysreg(PMINTENSET_EL1, C | 1);
	equal("PMINTENSET_EL1", read_sysreg(PMINTENCLR_EL1), C | 1);
	write_sysreg(PMOVSSET_EL0, C | 2);
	equal("PMOVSSET_EL0", read_sysreg(PMOVSCLR_EL0), C | 2);
	write_sysreg(PMSELR_EL0, ~0ul);
	equal("PMSELR_EL0 has five bits", read_sysreg(PMSELR_EL0), 31);
	clean();
	check("PMCEID0_EL0: instructions and cycles",
			(read_sysreg(PMCEID0_EL0) & (1ul << INST_RETIRED | 1ul << CPU_CYCLES | 1)) == (1ul << INST_RETIRED | 1ul << CPU_CYCLES | 1));
	write_sysreg(PMCCNTR_EL0, 0x123456789abcdef0);
	equal("PMCCNTR_EL0 has 64 bits", read_sysreg(PMCCNTR_EL0), 0x123456789abcdef0);
	write_sysreg(PMCR_EL0, 4);
	equal("PMCR_EL0.C", read_sysreg(PMCCNTR_EL0), 0);
	set(0, ~0ul);
	equal("an event counter has 64 bits with FEAT_PMUv3p5", get(0), version >= 6 ? ~0ul : 0xffffffff);
	write_sysreg(PMCR_EL0, 2);
	equal("PMCR_EL0.P", get(0), 0);
}

static void counts(void)
{
	clean();
	type(0, INST_RETIRED);
	type(1, CPU_CYCLES);
	write_sysreg(PMCNTENSET_EL0, C);
	isb();
	for (u64 n = 100; n <= 100000; n *= 10) {
		write_sysreg(PMCR_EL0, 6);
		measure(n, 0);
		equal("instructions are counted exactly", get(0), n);
		check("cycles: at least one for each", get(1) >= n);
		equal("PMCCNTR_EL0 counts what CPU_CYCLES counts", read_sysreg(PMCCNTR_EL0), get(1));
	}
	u64 before = get(0);
	for (volatile u32 i = 0; i < 50; i++)
		;
	equal("nothing counts with PMCR_EL0.E = 0", get(0), before);
	write_sysreg(PMCNTENCLR_EL0, 1);
	write_sysreg(PMCR_EL0, 6);
	measure(1000, 0);
	equal("a disabled counter does not count", get(0), 0);
	check("the others do", get(1) >= 1000);
}

// Loops of two loads, a store, a conditional branch that is never taken, a call with its return, a branch, and the loop's own.
static void loads_and_branches(u64 loops)
{
	static u64 data[2];
	register u64 *p __asm__("x11") = data;

	__asm__ volatile("msr PMCR_EL0, %[on]\n isb\n"
			"1: ldr x9, [%[p]]\n str x9, [%[p]]\n ldp x9, x10, [%[p]]\n cbnz xzr, 1b\n bl 2f\n b 3f\n 2: ret\n"
			"3: subs %[loops], %[loops], #1\n b.ne 1b\n msr PMCR_EL0, %[off]\n isb"
			: [loops] "+r"(loops) : [on] "r"(E), [off] "r"(0ul), [p] "r"(p) : "x9", "x10", "x30", "memory", "cc");
}

// Event, how often it happens in each loop, and what is added to that for all of them.
static const struct { u32 event; u32 times; s64 more; } retired[] = {
	{ 0x06, 2, 0 }, { 0x07, 1, 0 }, { 0x0c, 4, -1 }, { 0x0d, 4, 0 }, { 0x0e, 1, 0 }, { 0x0f, 0, 0 }, { 0x13, 3, 0 }, { 0x21, 5, 0 },
	{ 0x66, 2, 0 }, { 0x67, 1, 0 }, { 0x8107, 1, 1 }, { 0x8108, 3, -1 }, { 0x810a, 1, 0 }, { 0x811d, 1, 0 }, { 0x811e, 0, 0 },
	{ 0x817a, 1, 0 }, { 0x8180, 3, 0 }, { 0x8181, 2, 0 }, { 0x8182, 1, -1 }, { 0x82aa, 3, 0 },
};

static void executed_instructions(void)
{
	clean();
	for (u32 i = 0; i < sizeof retired / sizeof *retired; i++) {
		u32 event = retired[i].event;
		if (event < 0x40)
			equal("PMCEID says that it is counted", (event < 0x20 ? read_sysreg(PMCEID0_EL0) >> event
					: read_sysreg(PMCEID1_EL0) >> (event - 0x20)) & 1, 1);
		type(0, event);
		type(1, INST_RETIRED);
		for (u64 loops = 1; loops <= 10000; loops *= 100) {
			write_sysreg(PMCR_EL0, 6);
			loads_and_branches(loops);
			equal("executed instructions of a kind", get(0), loops * retired[i].times + retired[i].more);
			equal("instructions beside them", get(1), 9 * loops + 2);
		}
	}
	clean();
	type(0, 0x13);
	type(1, CHAIN);
	for (u64 before = 0; before < 3; before++) {
		write_sysreg(PMOVSCLR_EL0, ~0ul);
		set(0, (1ul << 32) - 300 - before);
		set(1, 0);
		loads_and_branches(100);
		equal("overflow at the exact access", read_sysreg(PMOVSSET_EL0), before == 0);
		equal("and its chained counter", get(1), before == 0);
	}
}

// What counter 1, of instructions, had counted when the interrupt came.
static volatile u64 instructions;

static void note(u32 intid)
{
	(void)intid;
	instructions = get(1);
	overflows |= read_sysreg(PMOVSCLR_EL0);
	write_sysreg(PMOVSCLR_EL0, ~0ul);
	isb();
}

static void interrupt_at_an_access(void)
{
	u64 first = 0;

	clean();
	forget_interrupts();
	on_interrupt = note;
	enable_interrupt(INTID, 0x80);
	type(0, 0x13);
	type(1, INST_RETIRED);
	write_sysreg(PMINTENSET_EL1, 1);
	irq_on();
	for (u64 loops = 1; loops < 40; loops++) {
		// The log of interrupts is short, and the handler's way depends on it.
		forget_interrupts();
		overflows = 0;
		set(0, (1ul << 32) - 3 * loops);
		set(1, 0);
		loads_and_branches(50);
		equal("the overflow interrupts", overflows, 1);
		if (loops == 1)
			first = instructions;
		equal("at the operation that it comes from", instructions, first + 9 * (loops - 1));
	}
	irq_off();
	disable_interrupt(INTID);
	on_interrupt = 0;
	clean();
}

static void software(void)
{
	clean();
	type(0, SW_INCR);
	type(1, SW_INCR | P);
	type(2, INST_RETIRED | P);
	write_sysreg(PMCR_EL0, E);
	isb();
	for (u32 i = 0; i < 10; i++)
		write_sysreg(PMSWINC_EL0, 7);
	isb();
	write_sysreg(PMCR_EL0, 0);
	isb();
	equal("software increments", get(0), 10);
	equal("software increments where EL1 is filtered", get(1), 0);
	equal("only of counters with that event", get(2), 0);
}

static void spin(u64 loops)
{
	__asm__ volatile("1: subs %0, %0, #1\n b.ne 1b" : "+r"(loops) :: "cc");
	el0_return(0);
}

static void filters(void)
{
	clean();
	type(0, INST_RETIRED | P);
	type(1, INST_RETIRED | U);
	type(2, EXC_TAKEN | P);
	type(3, EXC_TAKEN | U);
	type(4, EXC_RETURN);
	write_sysreg(PMCR_EL0, E);
	isb();
	run_at_el0(spin, 1000, EL0_STACK);
	write_sysreg(PMCR_EL0, 0);
	isb();
	check("EL0: the loop and little more", get(0) >= 2001 && get(0) < 2020);
	check("EL1: not the loop", get(1) > 20 && get(1) < 200);
	equal("the SVC is an exception of EL0", get(2), 1);
	equal("and not of EL1", get(3), 0);
	equal("one exception return", get(4), 1);
	write_sysreg(PMCCFILTR_EL0, P);
	write_sysreg(PMCNTENSET_EL0, C);
	write_sysreg(PMCR_EL0, E | 4);
	isb();
	for (volatile u32 i = 0; i < 100; i++)
		;
	equal("the cycle counter is filtered too", read_sysreg(PMCCNTR_EL0), 0);
	write_sysreg(PMCR_EL0, 0);
}

static void overflow(void)
{
	clean();
	type(0, INST_RETIRED);
	set(0, 0xffffffff - 49);
	measure(50, 0);
	equal("overflow at the exact instruction", read_sysreg(PMOVSSET_EL0), 1);
	equal("the counter after it", get(0), version >= 6 ? 1ul << 32 : 0);
	write_sysreg(PMOVSCLR_EL0, 1);
	set(0, 0xffffffff - 50);
	measure(50, 0);
	equal("no overflow one instruction before", read_sysreg(PMOVSSET_EL0), 0);
	if (version >= 6) {
		set(0, 0xffffffff - 10);
		measure(50, LP);
		equal("LP: no overflow from bit 31", read_sysreg(PMOVSSET_EL0), 0);
		set(0, ~0ul - 10);
		measure(50, LP);
		equal("LP: overflow from bit 63", read_sysreg(PMOVSSET_EL0), 1);
	}
	clean();
	write_sysreg(PMCNTENSET_EL0, C);
	write_sysreg(PMCCNTR_EL0, 0xffffffff - 10);
	measure(50, 0);
	equal("the cycle counter does not overflow from bit 31", read_sysreg(PMOVSSET_EL0), 0);
	write_sysreg(PMCCNTR_EL0, ~0ul - 10);
	measure(50, 0);
	equal("the cycle counter overflows from bit 63", read_sysreg(PMOVSSET_EL0), C);
	clean();
	type(0, SW_INCR);
	set(0, 0xffffffff);
	write_sysreg(PMCR_EL0, E);
	write_sysreg(PMSWINC_EL0, 1);
	isb();
	equal("a software increment overflows", read_sysreg(PMOVSSET_EL0), 1);
}

static void chain(void)
{
	clean();
	type(0, INST_RETIRED);
	type(1, CHAIN);
	set(0, 0xffffffff - 99);
	measure(200, 0);
	equal("the odd counter counts the even one's overflow", get(1), 1);
	equal("chained: overflow status", read_sysreg(PMOVSSET_EL0), 1);
	equal("chained: low half", get(0) & 0xffffffff, 100);
	clean();
	type(0, INST_RETIRED);
	type(1, CHAIN);
	set(0, 0xffffffff - 99);
	set(1, 0xffffffff);
	measure(200, 0);
	equal("both overflow", read_sysreg(PMOVSSET_EL0), 3);
	clean();
	type(0, INST_RETIRED);
	type(1, CHAIN);
	write_sysreg(PMCNTENCLR_EL0, 2);
	set(0, 0xffffffff - 99);
	measure(200, 0);
	equal("a disabled odd counter does not", get(1), 0);
	clean();
	type(0, CHAIN);
	type(1, INST_RETIRED);
	set(1, 0xffffffff - 99);
	measure(200, 0);
	equal("an even counter never chains", get(0), 0);
}

static void clear(u32 intid)
{
	(void)intid;
	overflows |= read_sysreg(PMOVSCLR_EL0);
	write_sysreg(PMOVSCLR_EL0, ~0ul);
	isb();
}

static void interrupts(void)
{
	clean();
	forget_interrupts();
	on_interrupt = clear;
	overflows = 0;
	enable_interrupt(INTID, 0x80);
	type(0, INST_RETIRED);
	set(0, 0xffffffff - 100);
	measure(200, 0);
	equal("without PMINTENSET_EL1 not pending", read32(GICR_SGI(0) + 0x200) >> INTID & 1, 0);
	write_sysreg(PMINTENSET_EL1, 1);
	isb();
	equal("with PMCR_EL0.E = 0 not pending", read32(GICR_SGI(0) + 0x200) >> INTID & 1, 0);
	write_sysreg(PMCR_EL0, E);
	isb();
	equal("pending", read32(GICR_SGI(0) + 0x200) >> INTID & 1, 1);
	write_sysreg(PMOVSCLR_EL0, 1);
	isb();
	equal("a level: gone with its status", read32(GICR_SGI(0) + 0x200) >> INTID & 1, 0);
	write_sysreg(PMCR_EL0, 0);
	for (u32 i = 1; i <= 3; i++) {
		set(0, 0xffffffff - 5000);
		write_sysreg(PMCR_EL0, E);
		isb();
		equal("an interrupt for each overflow", wait_taken(0, i), i);
		equal("its INTID", taken_log[0][i - 1], INTID);
		write_sysreg(PMCR_EL0, 0);
		isb();
	}
	equal("of counter 0", overflows, 1);
	// A timer-like use: the counter's own interrupt ends a long loop at EL0.
	forget_interrupts();
	type(0, INST_RETIRED | P);
	set(0, 0xffffffff - 1000);
	write_sysreg(PMCR_EL0, E);
	isb();
	irq_on();
	run_at_el0(spin, 10000, EL0_STACK);
	irq_off();
	write_sysreg(PMCR_EL0, 0);
	isb();
	equal("no interrupt while EL0 masks it", taken[0] <= 1, 1);
	disable_interrupt(INTID);
	on_interrupt = 0;
}

static void read_counter(u64 unused) { (void)unused; u64 v; __asm__ volatile("mrs %0, PMCCNTR_EL0" : "=r"(v)); el0_return(v); }
static void write_counter(u64 unused) { (void)unused; __asm__ volatile("msr PMCCNTR_EL0, xzr"); el0_return(0); }
static void read_event(u64 unused) { (void)unused; __asm__ volatile("mrs x0, PMEVCNTR0_EL0" ::: "x0"); el0_return(0); }
static void increment(u64 unused) { (void)unused; __asm__ volatile("msr PMSWINC_EL0, xzr"); el0_return(0); }
static void read_control(u64 unused) { (void)unused; __asm__ volatile("mrs x0, PMCR_EL0" ::: "x0"); el0_return(0); }
static void write_user(u64 unused) { (void)unused; __asm__ volatile("msr PMUSERENR_EL0, xzr"); el0_return(0); }

static u32 at_el0(void (*function)(u64))
{
	expect();
	run_at_el0(function, 0, EL0_STACK);
	return caught_class();
}

static void el0(void)
{
	clean();
	equal("EL0 without PMUSERENR_EL0 reads PMCCNTR_EL0", at_el0(read_counter), 0x18);
	equal("its ISS", caught.syndrome & 0x3fffff & ~(31ul << 5), 3 << 20 | 0 << 17 | 3 << 14 | 9 << 10 | 13 << 1 | 1);
	equal("EL0 writes PMUSERENR_EL0", at_el0(write_user), 0);
	write_sysreg(PMUSERENR_EL0, 1 << 2);
	equal("CR: EL0 reads PMCCNTR_EL0", at_el0(read_counter), 0xff);
	equal("CR: EL0 writes PMCCNTR_EL0", at_el0(write_counter), 0x18);
	equal("CR: EL0 reads PMEVCNTR0_EL0", at_el0(read_event), 0x18);
	write_sysreg(PMUSERENR_EL0, 1 << 3);
	equal("ER: EL0 reads PMEVCNTR0_EL0", at_el0(read_event), 0xff);
	equal("ER: EL0 reads PMCR_EL0", at_el0(read_control), 0x18);
	write_sysreg(PMUSERENR_EL0, 1 << 1);
	equal("SW: EL0 writes PMSWINC_EL0", at_el0(increment), 0xff);
	equal("SW: EL0 reads PMEVCNTR0_EL0", at_el0(read_event), 0x18);
	write_sysreg(PMUSERENR_EL0, 1);
	equal("EN: EL0 reads PMCR_EL0", at_el0(read_control), 0xff);
	equal("EN: EL0 writes PMCCNTR_EL0", at_el0(write_counter), 0xff);
	write_sysreg(PMUSERENR_EL0, 0);
}

void run(void)
{
	version = read_sysreg(ID_AA64DFR0_EL1) >> 8 & 15;
	check("there is FEAT_PMUv3", version != 0 && version != 15);
	counters = read_sysreg(PMCR_EL0) >> N_SHIFT & 31;
	check("there are counters", counters >= 5);
	gic_set_up();
	registers();
	counts();
	executed_instructions();
	software();
	filters();
	overflow();
	chain();
	interrupts();
	interrupt_at_an_access();
	el0();
	clean();
}
