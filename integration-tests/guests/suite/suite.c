// SPDX-License-Identifier: Apache-2.0
#include "suite.h"

#define UART 0x09000000ul
#define SPINS 4000000

volatile struct caught caught;
volatile u32 taken[4];
volatile u32 taken_log[4][LOG];
void (*volatile on_interrupt)(u32 intid);
volatile int end_mode;
volatile u64 started[4][4];
static void (*volatile jobs[4])(void);
u8 el0_stack[4096] __attribute__((aligned(16)));
static u32 checks, failures;

struct frame {
	u64 x[20];
	u64 elr, spsr;
};

void secondary_start(void);

void print(const char *text)
{
	while (*text)
		write32(UART, (u8)*text++);
}

static void number(u64 value, u32 base)
{
	char digits[24];
	u32 n = sizeof digits;

	digits[--n] = 0;
	do {
		digits[--n] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	print(base == 16 ? "0x" : "");
	print(digits + n);
}

void equal(const char *what, u64 got, u64 expected)
{
	checks++;
	if (got == expected)
		return;
	failures++;
	print("FAIL ");
	print(what);
	print(": is ");
	number(got, 16);
	print(", not ");
	number(expected, 16);
	print("\n");
}

void check(const char *what, int holds)
{
	equal(what, holds != 0, 1);
}

int run_tests(void)
{
	run();
	number(checks, 10);
	print(" checks, ");
	number(failures, 10);
	print(" failed\n");
	return failures != 0;
}

void expect(void)
{
	caught.syndrome = 0;
	caught.address = 0;
	caught.count = 0;
}

u32 caught_class(void)
{
	return caught.count ? (u32)(caught.syndrome >> 26 & 0x3f) : 0xff;
}

void take_synchronous(struct frame *frame)
{
	u64 syndrome = read_sysreg(ESR_EL1);

	caught.syndrome = syndrome;
	caught.address = read_sysreg(FAR_EL1);
	caught.count++;
	if (syndrome >> 26 == 0x0e)
		frame->spsr &= ~(1ul << 20);    // Illegal Execution state: the instruction was not at fault
	else
		frame->elr += 4;
}

u32 this_pe(void)
{
	return (u32)read_sysreg(TPIDR_EL1);
}

void take_interrupt(void)
{
	u32 pe = this_pe();
	u32 intid = (u32)read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	if (taken[pe] < LOG)
		taken_log[pe][taken[pe]] = intid;
	taken[pe]++;
	if (on_interrupt)
		on_interrupt(intid);
	if (intid < 1020) {
		write_sysreg(ICC_EOIR1_EL1, intid);
		if (end_mode)
			write_sysreg(ICC_DIR_EL1, intid);
	}
	isb();
}

void gic_set_up(void)
{
	u32 pe = this_pe();

	write_sysreg(ICC_SRE_EL1, 1);
	isb();
	if (pe == 0)
		write32(GICD, 1 << 4 | 1 << 1);
	write32(GICR(pe) + 0x14, 0);
	while (read32(GICR(pe) + 0x14) & 4)
		;
	write32(GICR_SGI(pe) + 0x180, 0xffffffff);
	write32(GICR_SGI(pe) + 0x80, 0xffffffff);
	write_sysreg(ICC_PMR_EL1, 0xff);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_CTLR_EL1, 0);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

void enable_interrupt(u32 intid, u8 priority)
{
	if (intid < 32) {
		u64 frame = GICR_SGI(this_pe());

		write8(frame + 0x400 + intid, priority);
		write32(frame + 0x100, 1u << intid);
		return;
	}
	write8(GICD + 0x400 + intid, priority);
	write32(GICD + 0x80 + intid / 32 * 4, read32(GICD + 0x80 + intid / 32 * 4) | 1u << intid % 32);
	write32(GICD + 0x100 + intid / 32 * 4, 1u << intid % 32);
}

void disable_interrupt(u32 intid)
{
	write32(intid < 32 ? GICR_SGI(this_pe()) + 0x180 : GICD + 0x180 + intid / 32 * 4, 1u << intid % 32);
}

void forget_interrupts(void)
{
	for (u32 pe = 0; pe < 4; pe++)
		taken[pe] = 0;
}

u32 wait_taken(u32 pe, u32 count)
{
	irq_on();
	for (u32 i = 0; taken[pe] < count && i < SPINS; i++)
		;
	irq_off();
	return taken[pe];
}

s64 psci(u32 function, u64 a1, u64 a2, u64 a3)
{
	register u64 x0 __asm__("x0") = function;
	register u64 x1 __asm__("x1") = a1;
	register u64 x2 __asm__("x2") = a2;
	register u64 x3 __asm__("x3") = a3;

	__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) ::
			"x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
	return (s64)x0;
}

int start_pe(u32 pe)
{
	started[pe][3] = 0;
	if (psci(CPU_ON, pe, (u64)secondary_start, pe + 100) != 0)
		return 0;
	for (u32 i = 0; !started[pe][3] && i < SPINS; i++)
		;
	return started[pe][3] != 0;
}

void set_job(u32 pe, void (*job)(void))
{
	jobs[pe] = job;
}

void wait_job(u32 pe)
{
	for (u32 i = 0; jobs[pe] && i < SPINS; i++)
		;
	check("the other PE does what it is told", jobs[pe] == 0);
}

void secondary_main(u64 argument, u64 daif, u64 sctlr, u64 el)
{
	u32 pe = this_pe();

	started[pe][0] = argument;
	started[pe][1] = daif;
	started[pe][2] = sctlr;
	gic_set_up();
	started[pe][3] = el;
	for (;;) {
		void (*job)(void) = jobs[pe];

		if (job) {
			job();
			jobs[pe] = 0;
		}
	}
}
