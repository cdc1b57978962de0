// SPDX-License-Identifier: Apache-2.0
// GICv3: SGIs, PPIs and SPIs, priorities and preemption, both EOI modes, enables, pending and active state, a second PE.
#include "suite.h"

#define SPI 50
#define SPI2 51
#define SPURIOUS 1023
#define ISPENDR 0x200
#define ICPENDR 0x280
#define ISACTIVER 0x300
#define ICACTIVER 0x380
#define NONE 0xff       // ICC_RPR_EL1 without an active interrupt

static volatile u32 depth, deepest;
static volatile u64 seen[8];

static void sgi(u32 intid, u64 targets)
{
	write_sysreg(ICC_SGI1R_EL1, (u64)intid << 24 | targets);
	isb();
}

static u32 local(u32 offset) { return read32(GICR_SGI(0) + offset); }
static u32 shared(u32 offset, u32 intid) { return read32(GICD + offset + intid / 32 * 4) >> intid % 32 & 1; }
static void set_shared(u32 offset, u32 intid) { write32(GICD + offset + intid / 32 * 4, 1u << intid % 32); }
static void pause(void) { for (volatile u32 i = 0; i < 200; i++) ; }

static u32 quiet(void)
{
	irq_on();
	pause();
	irq_off();
	return taken[0];
}

static void identification(void)
{
	equal("GICD_PIDR2.ArchRev", read32(GICD + 0xffe8) >> 4 & 15, 3);
	equal("GICR_PIDR2.ArchRev", read32(GICR(0) + 0xffe8) >> 4 & 15, 3);
	check("GICD_TYPER: there are SPIs", (read32(GICD + 4) & 31) >= 1);
	equal("GICR_TYPER: the affinity of PE 0", read64(GICR(0) + 8) >> 32, 0);
	equal("GICR_TYPER: the number of PE 0", read64(GICR(0) + 8) >> 8 & 0xffff, 0);
	write32(GICD + 4, 0);
	check("GICD_TYPER is read-only", (read32(GICD + 4) & 31) >= 1);
	equal("GICD_ISENABLER0 is RAZ with affinity routing", read32(GICD + 0x100), 0);
	write8(GICR_SGI(0) + 0x400 + 3, 0xff);
	u8 priority = *(volatile u8 *)(GICR_SGI(0) + 0x400 + 3);
	check("priorities have at least four bits", (priority & 0xf0) == 0xf0);
	equal("SGIs are edges", read32(GICR_SGI(0) + 0xc00) & 0xaaaaaaaa, 0xaaaaaaaa);
	write32(GICR_SGI(0) + 0x180, 0xffff);
	equal("ICENABLER clears", local(0x100) & 0xffff, 0);
	write32(GICR_SGI(0) + 0x100, 0x5);
	equal("ISENABLER sets and does not clear", local(0x100) & 0xffff, 0x5);
	write32(GICR_SGI(0) + 0x100, 0x8);
	equal("ISENABLER sets more", local(0x180) & 0xffff, 0xd);
	write32(GICR_SGI(0) + 0x180, 0xffff);
}

static void sgis(void)
{
	forget_interrupts();
	for (u32 i = 0; i < 16; i++)
		enable_interrupt(i, 0x80);
	sgi(5, 1);
	equal("an SGI is pending", local(ISPENDR) & 0xffff, 1 << 5);
	equal("masked by PSTATE: not taken", taken[0], 0);
	equal("taken", wait_taken(0, 1), 1);
	equal("its INTID", taken_log[0][0], 5);
	equal("not pending any more", local(ISPENDR) & 0xffff, 0);
	equal("not active any more", local(ISACTIVER) & 0xffff, 0);
	forget_interrupts();
	sgi(7, 1);
	sgi(7, 1);
	wait_taken(0, 1);
	equal("two before one is taken are one", quiet(), 1);
	forget_interrupts();
	sgi(1, 1ul << 40);
	equal("to all others is not to this PE", quiet(), 0);
	sgi(2, 2);
	equal("to another PE is not to this PE", quiet(), 0);
	forget_interrupts();
	write32(GICR_SGI(0) + ISPENDR, 1 << 9);
	equal("pending by ISPENDR is taken", wait_taken(0, 1), 1);
	equal("INTID by ISPENDR", taken_log[0][0], 9);
	forget_interrupts();
	sgi(3, 1);
	write32(GICR_SGI(0) + ICPENDR, 1 << 3);
	equal("not pending after ICPENDR: not taken", quiet(), 0);
}

static void enables(void)
{
	forget_interrupts();
	disable_interrupt(4);
	sgi(4, 1);
	equal("disabled: pending", local(ISPENDR) >> 4 & 1, 1);
	equal("disabled: not taken", quiet(), 0);
	equal("HPPIR without one", read_sysreg(ICC_HPPIR1_EL1) & 0xffffff, SPURIOUS);
	equal("IAR without one", read_sysreg(ICC_IAR1_EL1) & 0xffffff, SPURIOUS);
	enable_interrupt(4, 0x80);
	equal("HPPIR", read_sysreg(ICC_HPPIR1_EL1) & 0xffffff, 4);
	write_sysreg(ICC_IGRPEN1_EL1, 0);
	isb();
	equal("ICC_IGRPEN1_EL1 = 0: not taken", quiet(), 0);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
	write32(GICD, read32(GICD) & ~2u);
	equal("GICD_CTLR.EnableGrp1 = 0: not taken", quiet(), 0);
	write32(GICD, read32(GICD) | 2);
	equal("group enabled: taken", wait_taken(0, 1), 1);
	equal("group enabled: INTID", taken_log[0][0], 4);
}

static void priorities(void)
{
	forget_interrupts();
	enable_interrupt(1, 0xa0);
	enable_interrupt(2, 0x40);
	enable_interrupt(3, 0x80);
	sgi(1, 1);
	sgi(2, 1);
	sgi(3, 1);
	equal("all are taken", wait_taken(0, 3), 3);
	equal("the highest priority first", taken_log[0][0], 2);
	equal("then the next", taken_log[0][1], 3);
	equal("the lowest last", taken_log[0][2], 1);
	forget_interrupts();
	enable_interrupt(6, 0x80);
	sgi(6, 1);
	sgi(3, 1);
	wait_taken(0, 2);
	equal("of equal priorities the lower INTID first", taken_log[0][0], 3);
	forget_interrupts();
	write_sysreg(ICC_PMR_EL1, 0x80);
	isb();
	sgi(3, 1);
	sgi(2, 1);
	equal("PMR lets only higher priorities through", quiet(), 1);
	equal("PMR: which", taken_log[0][0], 2);
	write_sysreg(ICC_PMR_EL1, 0x88);
	isb();
	check("PMR moved: the other too", quiet() == 2);
	write_sysreg(ICC_PMR_EL1, 0xff);
	isb();
}

static void nested(u32 intid)
{
	depth++;
	if (depth > deepest)
		deepest = depth;
	seen[intid & 7] = read_sysreg(ICC_RPR_EL1) & 0xff;
	if (intid == 3) {
		u64 elr = read_sysreg(ELR_EL1);
		u64 spsr = read_sysreg(SPSR_EL1);

		sgi(1, 1);      // lower
		sgi(6, 1);      // equal
		irq_on();
		pause();
		irq_off();
		seen[0] = taken[0];
		sgi(2, 1);      // higher
		irq_on();
		pause();
		irq_off();
		seen[7] = taken[0];
		write_sysreg(ELR_EL1, elr);
		write_sysreg(SPSR_EL1, spsr);
	}
	depth--;
}

static void preemption(void)
{
	forget_interrupts();
	depth = deepest = 0;
	on_interrupt = nested;
	equal("RPR when idle", read_sysreg(ICC_RPR_EL1) & 0xff, NONE);
	sgi(3, 1);
	equal("all are taken in the end", wait_taken(0, 4), 4);
	equal("neither lower nor equal priority preempts", seen[0], 1);
	equal("a higher priority preempts", seen[7], 2);
	equal("nesting", deepest, 2);
	equal("RPR in the handler", seen[3], 0x80);
	equal("RPR in the inner handler", seen[2], 0x40);
	equal("order after: equal priority", taken_log[0][2], 6);
	equal("order after: lower priority", taken_log[0][3], 1);
	equal("RPR when idle again", read_sysreg(ICC_RPR_EL1) & 0xff, NONE);
	on_interrupt = 0;
	// With the highest binary point priorities that differ below bit 7 are one group: there is no preemption.
	write_sysreg(ICC_BPR1_EL1, 7);
	isb();
	enable_interrupt(1, 0x70);
	enable_interrupt(2, 0x40);
	enable_interrupt(3, 0x60);
	enable_interrupt(6, 0x60);
	equal("BPR holds 7", read_sysreg(ICC_BPR1_EL1), 7);
	on_interrupt = nested;
	forget_interrupts();
	depth = deepest = 0;
	sgi(3, 1);
	wait_taken(0, 4);
	equal("one group: nothing preempts", deepest, 1);
	equal("one group: subpriority orders", taken_log[0][1], 2);
	equal("one group: the lowest last", taken_log[0][3], 1);
	on_interrupt = 0;
	write_sysreg(ICC_BPR1_EL1, 0);
	isb();
	check("BPR has a least value", read_sysreg(ICC_BPR1_EL1) <= 4);
}

static void end_modes(void)
{
	enable_interrupt(3, 0x80);
	enable_interrupt(1, 0xa0);
	sgi(3, 1);
	u64 intid = read_sysreg(ICC_IAR1_EL1) & 0xffffff;
	equal("acknowledged by hand", intid, 3);
	equal("active", local(ISACTIVER) & 0xffff, 1 << 3);
	equal("not pending", local(ISPENDR) & 0xffff, 0);
	equal("RPR", read_sysreg(ICC_RPR_EL1) & 0xff, 0x80);
	sgi(3, 1);
	equal("active and pending", local(ISPENDR) >> 3 & 1, 1);
	equal("an active one is not signalled", read_sysreg(ICC_HPPIR1_EL1) & 0xffffff, SPURIOUS);
	write_sysreg(ICC_EOIR1_EL1, 3);
	isb();
	equal("EOImode 0: EOIR deactivates", local(ISACTIVER) & 0xffff, 0);
	equal("EOImode 0: EOIR drops the priority", read_sysreg(ICC_RPR_EL1) & 0xff, NONE);
	equal("the second is there", read_sysreg(ICC_IAR1_EL1) & 0xffffff, 3);
	write_sysreg(ICC_EOIR1_EL1, 3);
	isb();

	write_sysreg(ICC_CTLR_EL1, 2);
	isb();
	equal("EOImode is 1", read_sysreg(ICC_CTLR_EL1) & 2, 2);
	sgi(3, 1);
	equal("EOImode 1: acknowledged", read_sysreg(ICC_IAR1_EL1) & 0xffffff, 3);
	write_sysreg(ICC_EOIR1_EL1, 3);
	isb();
	equal("EOImode 1: EOIR drops the priority", read_sysreg(ICC_RPR_EL1) & 0xff, NONE);
	equal("EOImode 1: EOIR leaves it active", local(ISACTIVER) & 0xffff, 1 << 3);
	sgi(3, 1);
	equal("EOImode 1: not signalled while active", read_sysreg(ICC_IAR1_EL1) & 0xffffff, SPURIOUS);
	sgi(1, 1);
	equal("EOImode 1: a lower priority is", read_sysreg(ICC_IAR1_EL1) & 0xffffff, 1);
	write_sysreg(ICC_EOIR1_EL1, 1);
	write_sysreg(ICC_DIR_EL1, 1);
	write_sysreg(ICC_DIR_EL1, 3);
	isb();
	equal("EOImode 1: DIR deactivates", local(ISACTIVER) & 0xffff, 0);
	equal("EOImode 1: the second is there", read_sysreg(ICC_IAR1_EL1) & 0xffffff, 3);
	write_sysreg(ICC_EOIR1_EL1, 3);
	write_sysreg(ICC_DIR_EL1, 3);
	isb();
	end_mode = 1;
	forget_interrupts();
	sgi(3, 1);
	equal("EOImode 1 in a handler", wait_taken(0, 1), 1);
	end_mode = 0;
	write_sysreg(ICC_CTLR_EL1, 0);
	isb();
	// Active state can be set and cleared by hand.
	write32(GICR_SGI(0) + ISACTIVER, 1 << 3);
	sgi(3, 1);
	equal("active by ISACTIVER: not signalled", read_sysreg(ICC_HPPIR1_EL1) & 0xffffff, SPURIOUS);
	write32(GICR_SGI(0) + ICACTIVER, 1 << 3);
	equal("not active by ICACTIVER: signalled", read_sysreg(ICC_HPPIR1_EL1) & 0xffffff, 3);
	forget_interrupts();
	equal("and taken", wait_taken(0, 1), 1);
}

static void spis(void)
{
	forget_interrupts();
	// Edges: what is made pending by ISPENDR is taken once.
	write32(GICD + 0xc00 + SPI / 16 * 4, read32(GICD + 0xc00 + SPI / 16 * 4) | 2u << SPI % 16 * 2 | 2u << SPI2 % 16 * 2);
	write64(GICD + 0x6000 + SPI * 8, 0);
	write64(GICD + 0x6000 + SPI2 * 8, 0);
	enable_interrupt(SPI, 0x80);
	enable_interrupt(SPI2, 0x40);
	equal("enabled", shared(0x100, SPI), 1);
	set_shared(ISPENDR, SPI);
	set_shared(ISPENDR, SPI2);
	equal("an SPI is pending", shared(ISPENDR, SPI), 1);
	equal("two SPIs are taken", wait_taken(0, 2), 2);
	equal("by priority", taken_log[0][0], SPI2);
	equal("the other", taken_log[0][1], SPI);
	equal("once", quiet(), 2);
	equal("not pending", shared(ISPENDR, SPI), 0);
	forget_interrupts();
	set_shared(ISPENDR, SPI);
	set_shared(ICPENDR, SPI);
	equal("not pending after ICPENDR: not taken", quiet(), 0);
	disable_interrupt(SPI);
	set_shared(ISPENDR, SPI);
	equal("disabled: not taken", quiet(), 0);
	equal("ICENABLER reads as ISENABLER", shared(0x180, SPI), 0);
	set_shared(ICPENDR, SPI);
	enable_interrupt(SPI, 0x80);
	write64(GICD + 0x6000 + SPI * 8, 1);
	equal("GICD_IROUTER holds the affinity", read64(GICD + 0x6000 + SPI * 8), 1);
	set_shared(ISPENDR, SPI);
	equal("routed to another PE: not taken here", quiet(), 0);
	set_shared(ICPENDR, SPI);
	write64(GICD + 0x6000 + SPI * 8, 0);
}

static void enable_for_job(void)
{
	for (u32 i = 0; i < 16; i++)
		enable_interrupt(i, 0x80);
	irq_on();
}

static void answer(void) { sgi(11, 1); }

static void second(void)
{
	if (!start_pe(1)) {
		print("one PE only\n");
		return;
	}
	on_interrupt = 0;
	set_job(1, enable_for_job);
	wait_job(1);
	forget_interrupts();
	sgi(8, 2);
	for (u32 i = 0; !taken[1] && i < 1000000; i++)
		;
	equal("an SGI to the other PE is taken there", taken[1], 1);
	equal("its INTID there", taken_log[1][0], 8);
	equal("not here", taken[0], 0);
	sgi(9, 1ul << 40);
	for (u32 i = 0; taken[1] < 2 && i < 1000000; i++)
		;
	equal("to all others: taken there", taken[1], 2);
	enable_interrupt(11, 0x80);
	set_job(1, answer);
	equal("an SGI from the other PE", wait_taken(0, 1), 1);
	equal("its INTID here", taken_log[0][0], 11);
	wait_job(1);
	forget_interrupts();
	write64(GICD + 0x6000 + SPI * 8, 1);
	set_shared(ISPENDR, SPI);
	for (u32 i = 0; !taken[1] && i < 1000000; i++)
		;
	equal("an SPI that is routed to the other PE", taken_log[1][0], SPI);
	equal("once there", taken[1], 1);
	equal("not here: SPI", quiet(), 0);
}

void run(void)
{
	gic_set_up();
	identification();
	sgis();
	enables();
	priorities();
	preemption();
	end_modes();
	spis();
	second();
}
