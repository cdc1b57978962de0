// SPDX-License-Identifier: Apache-2.0
// Self-hosted debug at EL1 and EL0 (DDI 0487, chapter D2): Software Step, breakpoints, watchpoints, OS Lock, BRK.
#include "suite.h"

#define BREAKPOINT 0x30         // from a lower EL; from the same one more
#define STEP 0x32
#define WATCHPOINT 0x34
#define BRK 0x3c
#define NONE 0xff
#define DEBUG_FSC 0x22
#define MDSCR_SS (1ul << 0)
#define MDSCR_KDE (1ul << 13)
#define MDSCR_MDE (1ul << 15)
#define ISV (1ul << 24)
#define EX (1ul << 6)
#define WNR (1ul << 6)
#define EL0H 0x1c0ul            // SPSR: EL0, D clear, A, I and F masked
#define EL1H 0x1c5ul
#define SS (1ul << 21)

// DBGBCR and DBGWCR
#define ENABLE 1ul
#define AT_EL1 (1ul << 1)
#define AT_EL0 (2ul << 1)
#define LOADS (1ul << 3)
#define STORES (2ul << 3)
#define BAS(bytes) ((u64)(bytes) << 5)
#define ALL_BYTES BAS(0xff)
#define LINK(n) ((u64)(n) << 16)
#define BT(type) ((u64)(type) << 20)
#define WT_LINKED (1ul << 20)
#define MASK(bits) ((u64)(bits) << 24)
#define HMC (1ul << 13)
#define SSC(state) ((u64)(state) << 14)

#define unmask() __asm__ volatile("msr DAIFClr, #8\n isb" ::: "memory")
#define mask() __asm__ volatile("msr DAIFSet, #8\n isb" ::: "memory")

extern u64 step_el0(u64 target, u64 spsr, u64 *elr);
static u64 data[64] __attribute__((aligned(512)));

static void enable(u64 bits)
{
	write_sysreg(MDSCR_EL1, bits);
	isb();
}

static void nothing_is_enabled(void)
{
	enable(0);
	write_sysreg(DBGBCR0_EL1, 0);
	write_sysreg(DBGBCR1_EL1, 0);
	write_sysreg(DBGWCR0_EL1, 0);
	write_sysreg(DBGWCR1_EL1, 0);
	isb();
}

// The number of the last, context-aware breakpoint; its registers by number.
static void context_breakpoint(u64 value, u64 control)
{
	switch (read_sysreg(ID_AA64DFR0_EL1) >> 12 & 15) {
#define CASE(n) case n: write_sysreg(DBGBVR##n##_EL1, value); write_sysreg(DBGBCR##n##_EL1, control); break;
	CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(15)
	default: check("this suite knows the last breakpoint", 0);
	}
	isb();
}

static void registers(void)
{
	u64 dfr0 = read_sysreg(ID_AA64DFR0_EL1);

	check("ID_AA64DFR0_EL1.DebugVer", (dfr0 & 15) >= 6);
	check("BRPs", (dfr0 >> 12 & 15) >= 1);
	check("WRPs", (dfr0 >> 20 & 15) >= 1);
	check("CTX_CMPs", (dfr0 >> 28 & 15) <= (dfr0 >> 12 & 15));
	write_sysreg(DBGBVR0_EL1, 0x0000123456789abc);
	equal("DBGBVR0_EL1", read_sysreg(DBGBVR0_EL1), 0x0000123456789abc);
	write_sysreg(DBGWVR0_EL1, 0x0000123456789abc);
	equal("DBGWVR0_EL1", read_sysreg(DBGWVR0_EL1), 0x0000123456789abc);
	write_sysreg(DBGWCR0_EL1, ALL_BYTES | LOADS | STORES | AT_EL1);
	equal("DBGWCR0_EL1", read_sysreg(DBGWCR0_EL1), ALL_BYTES | LOADS | STORES | AT_EL1);
	write_sysreg(OSLAR_EL1, 1);
	isb();
	equal("OSLSR_EL1 locked", read_sysreg(OSLSR_EL1) & 0xb, 0xa);
	write_sysreg(OSLAR_EL1, 0);
	isb();
	equal("OSLSR_EL1 open", read_sysreg(OSLSR_EL1) & 0xb, 0x8);
	enable(MDSCR_KDE | MDSCR_MDE);
	equal("MDSCR_EL1", read_sysreg(MDSCR_EL1), MDSCR_KDE | MDSCR_MDE);
	nothing_is_enabled();
}

// --- Software Step of EL0 ---------------------------------------------------------------------------
__asm__(
	".balign 16\n"
	"el0_code: nop\n"
	"el0_branch: b el0_exclusive\n"
	"el0_skipped: nop\n"
	"el0_exclusive: ldxr x9, [x10]\n"
	"el0_plain: mov x9, #1\n"
	"el0_fault: ldr x9, [x11]\n"
	"el0_svc: svc #3\n"
	"el0_end: nop\n");
extern char el0_code[], el0_branch, el0_exclusive, el0_plain, el0_fault, el0_svc, el0_end;

static void step(const char *what, void *from, void *to, u64 iss)
{
	u64 elr;
	u64 syndrome = step_el0((u64)from, EL0H | SS, &elr);

	equal(what, syndrome >> 26, STEP);
	equal(what, elr, (u64)to);
	equal(what, syndrome & 0x1ffffff, iss | DEBUG_FSC);
}

static void steps_of_el0(void)
{
	u64 elr, syndrome;

	enable(MDSCR_SS);
	step("step over a NOP", el0_code, &el0_branch, ISV);
	step("step over a branch", &el0_branch, &el0_exclusive, ISV);
	step("step over a Load-Exclusive", &el0_exclusive, &el0_plain, ISV | EX);
	step("step over a move", &el0_plain, &el0_fault, ISV);
	syndrome = step_el0((u64)&el0_fault, EL0H | SS, &elr);
	equal("a step that faults takes its own exception", syndrome >> 26, 0x24);
	equal("SPSR.SS of a step that was not made", read_sysreg(SPSR_EL1) & SS, SS);
	syndrome = step_el0((u64)&el0_svc, EL0H | SS, &elr);
	equal("a step of SVC takes the SVC", syndrome >> 26, 0x15);
	equal("SPSR.SS after SVC", read_sysreg(SPSR_EL1) & SS, 0);
	equal("the return address of SVC", elr, (u64)&el0_end);
	syndrome = step_el0((u64)&el0_svc, EL0H, &elr);
	equal("a return without SPSR.SS has its step pending", syndrome >> 26, STEP);
	equal("and executes nothing", elr, (u64)&el0_svc);
	equal("and has no syndrome", syndrome & 0x1ffffff, DEBUG_FSC);
	write_sysreg(OSLAR_EL1, 1);
	isb();
	syndrome = step_el0((u64)&el0_svc, EL0H | SS, &elr);
	equal("no step under the OS Lock", syndrome >> 26, 0x15);
	write_sysreg(OSLAR_EL1, 0);
	isb();
	enable(0);
	syndrome = step_el0((u64)&el0_svc, EL0H | SS, &elr);
	equal("no step without MDSCR_EL1.SS", syndrome >> 26, 0x15);
}

// --- breakpoints -------------------------------------------------------------------------------------
__attribute__((noinline)) static void place(void)
{
	__asm__ volatile(".global breakpoint_place\nbreakpoint_place: nop" ::: "memory");
}
extern char breakpoint_place[];

static u32 at_place(void)
{
	expect();
	place();
	return caught_class();
}

static void user_place(u64 argument)
{
	place();
	el0_return(argument);
}

static void breakpoints(void)
{
	write_sysreg(DBGBVR0_EL1, breakpoint_place);
	write_sysreg(DBGBCR0_EL1, ENABLE | AT_EL1 | BAS(0xf));
	enable(MDSCR_MDE | MDSCR_KDE);
	equal("masked by PSTATE.D", at_place(), NONE);
	unmask();
	equal("breakpoint at EL1", at_place(), BREAKPOINT + 1);
	equal("its syndrome", caught.syndrome & 0x1ffffff, DEBUG_FSC);
	enable(MDSCR_MDE);
	equal("not without MDSCR_EL1.KDE", at_place(), NONE);
	enable(MDSCR_KDE);
	equal("not without MDSCR_EL1.MDE", at_place(), NONE);
	enable(MDSCR_MDE | MDSCR_KDE);
	write_sysreg(OSLAR_EL1, 1);
	isb();
	equal("not under the OS Lock", at_place(), NONE);
	write_sysreg(OSLAR_EL1, 0);
	write_sysreg(DBGBCR0_EL1, ENABLE | AT_EL0 | BAS(0xf));
	isb();
	equal("one for EL0 does not match at EL1", at_place(), NONE);
	expect();
	equal("a program at EL0 goes on", run_at_el0(user_place, 5, EL0_STACK), 5);
	equal("breakpoint at EL0", caught_class(), BREAKPOINT);
	unmask();
	write_sysreg(DBGBCR0_EL1, ENABLE | AT_EL1 | AT_EL0 | BAS(0xf));
	write_sysreg(DBGBVR0_EL1, breakpoint_place + 8);
	isb();
	equal("another address", at_place(), NONE);
	write_sysreg(DBGBVR0_EL1, breakpoint_place);
	write_sysreg(DBGBCR0_EL1, ENABLE | BAS(0xf) | HMC | SSC(3));
	isb();
	equal("one for EL2 only", at_place(), NONE);
	nothing_is_enabled();
	mask();
}

static void linked_breakpoints(void)
{
	u32 last = read_sysreg(ID_AA64DFR0_EL1) >> 12 & 15;

	write_sysreg(CONTEXTIDR_EL1, 0x1234);
	context_breakpoint(0x1234, ENABLE | BT(3) | BAS(0xf));
	write_sysreg(DBGBVR0_EL1, breakpoint_place);
	write_sysreg(DBGBCR0_EL1, ENABLE | AT_EL1 | BAS(0xf) | BT(1) | LINK(last));
	enable(MDSCR_MDE | MDSCR_KDE);
	unmask();
	equal("linked to the current context", at_place(), BREAKPOINT + 1);
	write_sysreg(CONTEXTIDR_EL1, 0x1235);
	isb();
	equal("linked to another context", at_place(), NONE);
	context_breakpoint(0x1235, BT(3) | BAS(0xf));
	equal("linked to one that is disabled", at_place(), NONE);
	context_breakpoint(0x1235, ENABLE | BT(3) | BAS(0xf));
	write_sysreg(DBGWVR0_EL1, data);
	write_sysreg(DBGWCR0_EL1, ENABLE | AT_EL1 | LOADS | ALL_BYTES | WT_LINKED | LINK(last));
	write_sysreg(DBGBCR0_EL1, 0);
	isb();
	expect();
	(void)*(volatile u64 *)data;
	equal("a watchpoint linked to the current context", caught_class(), WATCHPOINT + 1);
	write_sysreg(CONTEXTIDR_EL1, 0);
	isb();
	expect();
	(void)*(volatile u64 *)data;
	equal("a watchpoint linked to another context", caught_class(), NONE);
	context_breakpoint(0, 0);
	nothing_is_enabled();
	mask();
}

// A context breakpoint that is not linked stops each instruction of its context: at EL0, where the handler is not.
static void context_code(u64 argument)
{
	el0_return(argument);
}

static void context_breakpoints(void)
{
	write_sysreg(CONTEXTIDR_EL1, 0x77);
	context_breakpoint(0x77, ENABLE | AT_EL0 | BT(2) | BAS(0xf));
	enable(MDSCR_MDE);
	u64 elr;
	u64 syndrome = step_el0((u64)context_code, EL0H, &elr);
	equal("context breakpoint", syndrome >> 26, BREAKPOINT);
	equal("at the first instruction", elr, (u64)context_code);
	write_sysreg(CONTEXTIDR_EL1, 0x78);
	isb();
	expect();
	equal("another context runs", run_at_el0(context_code, 9, EL0_STACK), 9);
	equal("without exception", caught.count, 0);
	write_sysreg(CONTEXTIDR_EL1, 0);
	context_breakpoint(0, 0);
	nothing_is_enabled();
}

// --- watchpoints -------------------------------------------------------------------------------------
static void watch(u64 address, u64 control)
{
	write_sysreg(DBGWVR0_EL1, address);
	write_sysreg(DBGWCR0_EL1, control);
	isb();
	expect();
}

static u32 load8(u64 address) { (void)*(volatile u64 *)address; return caught_class(); }
static u32 load1(u64 address) { (void)*(volatile u8 *)address; return caught_class(); }
static u32 store8(u64 address) { *(volatile u64 *)address = 1; return caught_class(); }
static u32 store1(u64 address) { *(volatile u8 *)address = 1; return caught_class(); }

static void watched_load(u64 address)
{
	(void)*(volatile u64 *)address;
	el0_return(7);
}

static void watchpoints(void)
{
	u64 address = (u64)&data[8];

	enable(MDSCR_MDE | MDSCR_KDE);
	unmask();
	watch(address, ENABLE | AT_EL1 | LOADS | ALL_BYTES);
	equal("a load", load8(address), WATCHPOINT + 1);
	equal("its syndrome", caught.syndrome & 0x1ffffff, DEBUG_FSC);
	equal("its address", caught.address, address);
	expect();
	equal("a store to what is watched for loads", store8(address), NONE);
	equal("the doubleword before", load8(address - 8), NONE);
	equal("the doubleword after", load8(address + 8), NONE);
	data[8] = 0x55;
	watch(address, ENABLE | AT_EL1 | STORES | ALL_BYTES);
	equal("a load of what is watched for stores", load8(address), NONE);
	equal("a store", store8(address), WATCHPOINT + 1);
	equal("its syndrome says write", caught.syndrome & 0x1ffffff, DEBUG_FSC | WNR);
	watch(address, 0);
	equal("the store was not made", data[8], 0x55);
	watch(address, ENABLE | AT_EL1 | LOADS | STORES | BAS(0x10));
	equal("byte 4", load1(address + 4), WATCHPOINT + 1);
	expect();
	equal("byte 3", load1(address + 3), NONE);
	equal("byte 5", store1(address + 5), NONE);
	equal("the doubleword with the byte", load8(address), WATCHPOINT + 1);
	watch(address, ENABLE | AT_EL1 | STORES | BAS(0x10));
	__asm__ volatile("stp xzr, xzr, [%0]" :: "r"(address - 8) : "memory");
	equal("a pair whose second half is watched", caught_class(), WATCHPOINT + 1);
	watch((u64)data, ENABLE | AT_EL1 | LOADS | ALL_BYTES | MASK(6));
	equal("a range: its first byte", load1((u64)data), WATCHPOINT + 1);
	expect();
	equal("its last byte", load1((u64)data + 63), WATCHPOINT + 1);
	expect();
	equal("the byte after it", load1((u64)data + 64), NONE);
	watch(address, ENABLE | AT_EL0 | LOADS | ALL_BYTES);
	equal("one for EL0 does not match at EL1", load8(address), NONE);
	__asm__ volatile("ldtr x0, [%0]" :: "r"(address) : "x0", "memory");
	equal("LDTR at EL1 is an access of EL0", caught_class(), WATCHPOINT + 1);
	expect();
	equal("a program at EL0 goes on", run_at_el0(watched_load, address, EL0_STACK), 7);
	equal("a watchpoint at EL0", caught_class(), WATCHPOINT);
	unmask();
	watch(address, ENABLE | AT_EL1 | STORES | ALL_BYTES);
	__asm__ volatile("ldxr x0, [%0]\n stxr w1, x0, [%0]" :: "r"(address) : "x0", "x1", "memory");
	equal("a Store-Exclusive", caught_class(), WATCHPOINT + 1);
	watch(address, ENABLE | AT_EL1 | LOADS | ALL_BYTES);
	mask();
	equal("masked by PSTATE.D", load8(address), NONE);
	nothing_is_enabled();
}

static void brk(void)
{
	expect();
	__asm__ volatile("brk #77");
	equal("BRK needs no enable and is not masked", caught_class(), BRK);
	enable(MDSCR_SS);
	u64 elr;
	extern char el0_brk;
	__asm__ volatile("b 1f\n el0_brk: brk #5\n nop\n 1:");
	u64 syndrome = step_el0((u64)&el0_brk, EL0H | SS, &elr);
	equal("BRK that is stepped", syndrome, (u64)BRK << 26 | 1ul << 25 | 5);
	equal("its step was not made", read_sysreg(SPSR_EL1) & SS, SS);
	equal("it is not skipped", elr, (u64)&el0_brk);
	enable(0);
}

void run(void)
{
	write_sysreg(OSLAR_EL1, 0);
	isb();
	registers();
	steps_of_el0();
	breakpoints();
	linked_breakpoints();
	context_breakpoints();
	watchpoints();
	brk();
}

// step_el0(target, spsr, &elr): enters EL0 and returns the syndrome of the first exception that comes back.
__asm__(
	".global step_el0\n"
	"step_el0:\n"
	"	stp x29, x30, [sp, #-48]!\n"
	"	stp x19, x20, [sp, #16]\n"
	"	mrs x9, VBAR_EL1\n"
	"	stp x2, x9, [sp, #32]\n"
	"	adrp x10, step_vectors\n"
	"	add x10, x10, :lo12:step_vectors\n"
	"	msr VBAR_EL1, x10\n"
	"	msr ELR_EL1, x0\n"
	"	msr SPSR_EL1, x1\n"
	"	adrp x10, el0_stack\n"
	"	add x10, x10, :lo12:el0_stack\n"
	"	mov x11, #0x1000000000000\n"
	"	isb\n"
	"	eret\n"
	"step_taken:\n"
	"	ldp x2, x9, [sp, #32]\n"
	"	msr VBAR_EL1, x9\n"
	"	mrs x0, ELR_EL1\n"
	"	str x0, [x2]\n"
	"	mrs x0, ESR_EL1\n"
	"	ldp x19, x20, [sp, #16]\n"
	"	ldp x29, x30, [sp], #48\n"
	"	isb\n"
	"	ret\n"
	"	.balign 2048\n"
	"step_vectors:\n"
	"	.rept 8\n"
	"	b .\n"
	"	.balign 128\n"
	"	.endr\n"
	"	b step_taken\n"
	"	.balign 128\n"
	"	.rept 7\n"
	"	b .\n"
	"	.balign 128\n"
	"	.endr\n");
