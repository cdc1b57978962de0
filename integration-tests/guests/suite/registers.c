// SPDX-License-Identifier: Apache-2.0
// System registers and exceptions at EL1 and EL0: what is UNDEFINED, what traps with which syndrome, what is RES0.
#include "suite.h"

#define UNKNOWN 0x00
#define WFX 0x01
#define ILLEGAL_STATE 0x0e
#define SVC 0x15
#define SYSTEM 0x18
#define SP_ALIGNMENT 0x26
#define BRK 0x3c
#define SCTLR_UCT (1ul << 15)
#define SCTLR_DZE (1ul << 14)
#define SCTLR_UMA (1ul << 9)
#define SCTLR_NTWI (1ul << 16)
#define SCTLR_SA0 (1ul << 4)
// ISS of a trapped MRS to x0: op0, op2, op1, CRn, Rt, CRm, direction.
#define ISS(op0, op1, crn, crm, op2, read) \
	((u64)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1 | (read))

#define undefined(what, instruction) do { expect(); __asm__ volatile(instruction ::: "x0", "memory"); \
	equal(what, caught_class(), UNKNOWN); equal(what ": ISS", caught.syndrome & 0x1ffffff, 0); \
	equal(what ": IL", caught.syndrome >> 25 & 1, 1); } while (0)

static void undefined_at_el1(void)
{
	undefined("write of MIDR_EL1", "msr S3_0_C0_C0_0, x0");
	undefined("write of ID_AA64PFR0_EL1", "msr S3_0_C0_C4_0, x0");
	undefined("read of an unallocated encoding", "mrs x0, S3_0_C2_C7_7");
	undefined("write of an unallocated encoding", "msr S3_3_C7_C9_6, x0");
	undefined("read of HCR_EL2", "mrs x0, S3_4_C1_C1_0");
	undefined("write of VBAR_EL2", "msr S3_4_C12_C0_0, x0");
	undefined("read of SCTLR_EL12", "mrs x0, S3_5_C1_C0_0");
	undefined("read of SCR_EL3", "mrs x0, S3_6_C1_C1_0");
	undefined("read of SP_EL1", "mrs x0, S3_4_C4_C1_0");
	undefined("write of CNTFRQ_EL0", "msr S3_3_C14_C0_0, x0");
	undefined("write of CNTVCT_EL0", "msr S3_3_C14_C0_2, x0");
	undefined("write of ICC_IAR1_EL1", "msr S3_0_C12_C12_0, x0");
	undefined("read of ICC_EOIR1_EL1", "mrs x0, S3_0_C12_C12_1");
	undefined("read of ICC_SGI1R_EL1", "mrs x0, S3_0_C12_C11_5");
	undefined("UDF", ".inst 0");
}

static void values(void)
{
	equal("CurrentEL", read_sysreg(CurrentEL), 4);
	equal("MPIDR_EL1 RES1", read_sysreg(MPIDR_EL1) >> 31 & 1, 1);
	u64 vbar = read_sysreg(VBAR_EL1);
	write_sysreg(VBAR_EL1, vbar | 0x7ff);
	equal("VBAR_EL1 bits 10:0", read_sysreg(VBAR_EL1), vbar);
	write_sysreg(TPIDR_EL0, 0x123456789abcdef0);
	equal("TPIDR_EL0", read_sysreg(TPIDR_EL0), 0x123456789abcdef0);
	write_sysreg(CONTEXTIDR_EL1, 0xffffffff00000055);
	equal("CONTEXTIDR_EL1 bits 63:32", read_sysreg(CONTEXTIDR_EL1), 0x55);
	write_sysreg(CONTEXTIDR_EL1, 0);
	write_sysreg(FAR_EL1, 0xfedcba9876543210);
	equal("FAR_EL1", read_sysreg(FAR_EL1), 0xfedcba9876543210);
	write_sysreg(PAR_EL1, 0);
	write_sysreg(CSSELR_EL1, 0xf);
	equal("CSSELR_EL1 has four bits", read_sysreg(CSSELR_EL1) & ~0xful, 0);
	write_sysreg(DAIF, 0x3c0);
	equal("DAIF", read_sysreg(DAIF), 0x3c0);
	__asm__ volatile("msr DAIFClr, #8");
	equal("DAIFClr", read_sysreg(DAIF), 0x1c0);
	__asm__ volatile("msr DAIFSet, #8");
	write_sysreg(NZCV, ~0ul);
	equal("NZCV", read_sysreg(NZCV), 0xf0000000);
	equal("CNTFRQ_EL0 is set up", read_sysreg(CNTFRQ_EL0) != 0, 1);
	check("PFR0: EL0 and EL1 are AArch64", (read_sysreg(ID_AA64PFR0_EL1) & 0xff) == 0x11);
}

static void synchronous(void)
{
	expect();
	__asm__ volatile("brk #0x1234");
	equal("BRK", caught_class(), BRK);
	equal("BRK: comment", caught.syndrome & 0xffff, 0x1234);
	// An SVC at EL1 returns to the instruction after it, so the skip would miss one: a NOP is there for it.
	expect();
	__asm__ volatile("svc #0x4321\n nop");
	equal("SVC at EL1", caught_class(), SVC);
	equal("SVC: immediate", caught.syndrome & 0xffff, 0x4321);
	expect();
	__asm__ volatile("mov x0, #0x3c9\n msr SPSR_EL1, x0\n adr x0, 1f\n msr ELR_EL1, x0\n eret\n 1: nop" ::: "x0");
	equal("return to EL2 from EL1 is illegal", caught_class(), ILLEGAL_STATE);
	equal("still at EL1", read_sysreg(CurrentEL), 4);
}

static void read_midr(u64 unused) { (void)unused; __asm__ volatile("mrs x0, MIDR_EL1" ::: "x0"); el0_return(0); }
static void read_ctr(u64 unused) { (void)unused; u64 v; __asm__ volatile("mov x0, #0\n mrs x0, CTR_EL0\n mov %0, x0" : "=r"(v) :: "x0"); el0_return(v); }
static void zero_block(u64 at) { __asm__ volatile("mov x0, %0\n dc zva, x0" :: "r"(at) : "x0", "memory"); el0_return(0); }
static void read_daif(u64 unused) { (void)unused; __asm__ volatile("mrs x0, DAIF" ::: "x0"); el0_return(0); }
static void set_daif(u64 unused) { (void)unused; __asm__ volatile("msr DAIFSet, #2"); el0_return(0); }
static void wait(u64 unused) { (void)unused; __asm__ volatile("wfi"); el0_return(0); }
static void write_tpidrro(u64 unused) { (void)unused; __asm__ volatile("msr TPIDRRO_EL0, x0"); el0_return(0); }
static void read_counter(u64 unused) { (void)unused; __asm__ volatile("mrs x0, CNTVCT_EL0" ::: "x0"); el0_return(0); }
static void write_vbar(u64 unused) { (void)unused; __asm__ volatile("msr VBAR_EL1, x0"); el0_return(0); }
static void load_by_sp(u64 unused) { (void)unused; __asm__ volatile("ldr x0, [sp]\n mov x0, #7\n svc #0"); __builtin_unreachable(); }
static void call_hypervisor(u64 unused) { (void)unused; __asm__ volatile("hvc #0"); el0_return(0); }

static u32 at_el0(void (*function)(u64), u64 argument)
{
	expect();
	run_at_el0(function, argument, EL0_STACK);
	return caught_class();
}

static void el0(void)
{
	u64 sctlr = read_sysreg(SCTLR_EL1);
	u64 block = ((u64)el0_stack + 2047) & ~2047ul;
	int idst = (read_sysreg(ID_AA64MMFR2_EL1) >> 36 & 15) != 0;

	write_sysreg(SCTLR_EL1, sctlr & ~(SCTLR_UCT | SCTLR_DZE | SCTLR_UMA | SCTLR_NTWI));
	isb();
	equal("EL0 reads MIDR_EL1", at_el0(read_midr, 0), idst ? SYSTEM : UNKNOWN);
	if (idst)
		equal("EL0 reads MIDR_EL1: ISS", caught.syndrome & 0x1ffffff, ISS(3, 0, 0, 0, 0, 1));
	equal("EL0 writes VBAR_EL1", at_el0(write_vbar, 0), UNKNOWN);
	equal("EL0 writes TPIDRRO_EL0", at_el0(write_tpidrro, 0), UNKNOWN);
	equal("HVC at EL0", at_el0(call_hypervisor, 0), UNKNOWN);
	equal("EL0 reads CTR_EL0, UCT = 0", at_el0(read_ctr, 0), SYSTEM);
	equal("EL0 reads CTR_EL0: ISS", caught.syndrome & 0x1ffffff, ISS(3, 3, 0, 0, 1, 1));
	equal("EL0 does DC ZVA, DZE = 0", at_el0(zero_block, block), SYSTEM);
	equal("EL0 does DC ZVA: ISS", caught.syndrome & 0x1ffffff, ISS(1, 3, 7, 4, 1, 0));
	equal("EL0 reads DAIF, UMA = 0", at_el0(read_daif, 0), SYSTEM);
	equal("EL0 sets DAIF, UMA = 0", at_el0(set_daif, 0), SYSTEM);
	equal("EL0 does WFI, nTWI = 0", at_el0(wait, 0), WFX);
	equal("EL0 does WFI: ISS", caught.syndrome & 0x3, 0);
	write_sysreg(CNTKCTL_EL1, 0);
	equal("EL0 reads CNTVCT_EL0, EL0VCTEN = 0", at_el0(read_counter, 0), SYSTEM);
	equal("EL0 reads CNTVCT_EL0: ISS", caught.syndrome & 0x1ffffff, ISS(3, 3, 14, 0, 2, 1));
	write_sysreg(CNTKCTL_EL1, 2);
	equal("EL0 reads CNTVCT_EL0, EL0VCTEN = 1", at_el0(read_counter, 0), 0xff);

	write_sysreg(SCTLR_EL1, sctlr | SCTLR_UCT | SCTLR_UMA | SCTLR_SA0);
	isb();
	expect();
	u64 ctr = run_at_el0(read_ctr, 0, EL0_STACK);
	equal("EL0 reads CTR_EL0, UCT = 1", caught_class(), 0xff);
	equal("CTR_EL0 at EL0", ctr, read_sysreg(CTR_EL0));
	equal("EL0 reads DAIF, UMA = 1", at_el0(read_daif, 0), 0xff);
	expect();
	equal("goes on after the fault", run_at_el0(load_by_sp, 0, EL0_STACK - 64 + 8), 7);
	equal("misaligned SP at EL0", caught_class(), SP_ALIGNMENT);
	write_sysreg(SCTLR_EL1, sctlr);
	isb();
}

void run(void)
{
	undefined_at_el1();
	values();
	synchronous();
	el0();
}
