// SPDX-License-Identifier: Apache-2.0
// What a hypervisor sees: each attempt at EL1 or EL0 under one setting of EL2's controls, and how it came back: registers of
// the syndrome, addresses, results. One line each; it is the same on every machine that is one of the architecture.
typedef unsigned char u8;
typedef unsigned long u64;

#define read_sysreg(name) ({ u64 v_; __asm__ volatile("mrs %0, " #name : "=r"(v_) :: "memory"); v_; })
#define write_sysreg(name, value) __asm__ volatile("msr " #name ", %0" :: "r"((u64)(value)) : "memory")
#define isb() __asm__ volatile("isb" ::: "memory")

struct frame {
	u64 x[31], pc, pstate, syndrome, address, ipa, kind;
};
void enter(struct frame *frame);
void print(const char *text);
extern volatile u64 caught;
extern u8 vectors_el1[];

// HCR_EL2 (DDI 0487, D24.2.53)
#define VM (1ul << 0)
#define FMO (1ul << 3)
#define IMO (1ul << 4)
#define AMO (1ul << 5)
#define VF (1ul << 6)
#define VI (1ul << 7)
#define VSE (1ul << 8)
#define TWI (1ul << 13)
#define TWE (1ul << 14)
#define TID1 (1ul << 16)
#define TID2 (1ul << 17)
#define TID3 (1ul << 18)
#define TSC (1ul << 19)
#define TACR (1ul << 21)
#define TSW (1ul << 22)
#define TPCP (1ul << 23)
#define TPU (1ul << 24)
#define TTLB (1ul << 25)
#define TVM (1ul << 26)
#define TGE (1ul << 27)
#define TDZ (1ul << 28)
#define TRVM (1ul << 30)
#define RW (1ul << 31)
#define E2H (1ul << 34)
#define APK (1ul << 40)
#define API (1ul << 41)
#define HCR (RW | APK | API)

// SCTLR_EL1 without MMU and caches, SP aligned; EL0 may wait, maintain caches, and read CTR_EL0.
#define NO_MMU 0x34d5c818ul

#define EL1H 0x3c5ul
#define EL1H_OPEN 0x005ul
#define EL0T 0x3c0ul
#define EL0T_OPEN 0x000ul

static struct frame frame;
static char line[512];
static char *end;

static void text(const char *what)
{
	while (*what) {
		*end++ = *what++;
	}
}

static void hex(const char *what, u64 value)
{
	text(what);
	text("0x");
	int digits = 1;
	while (digits < 16 && value >> (4 * digits)) {
		digits++;
	}
	while (digits--) {
		*end++ = "0123456789abcdef"[value >> (4 * digits) & 15];
	}
}

// What is set beside HCR_EL2, for what is attempted next.
static const char *setting = "";

static void begin(const char *name)
{
	end = line;
	text(setting);
	text(name);
	text(":");
}

static void done(void)
{
	text("\n");
	*end = 0;
	print(line);
}

static void say(const char *name, u64 value)
{
	begin(name);
	hex(" ", value);
	done();
}

static u64 class_of(u64 syndrome)
{
	return syndrome >> 26 & 63;
}

static int abort_class(u64 class)
{
	return class == 0x20 || class == 0x21 || class == 0x24 || class == 0x25;
}

// An address of memory or code is told as it is: both are at the same place everywhere. HPFAR_EL2 holds for stage 2 faults but
// permission faults that are not of a walk; FAR_ELx for aborts and PC alignment.
static void told_abort(u64 syndrome, u64 address, int second, u64 ipa)
{
	u64 class = class_of(syndrome);
	if (class == 0x22 || (abort_class(class) && !(syndrome & 1 << 10))) {
		hex(" far ", address);
	}
	if (second && (class == 0x20 || class == 0x24) && ((syndrome & 0x3c) != 0xc || (syndrome & 1 << 7))) {
		hex(" hpfar ", ipa);
	}
}

static const char *const levels[] = {"EL1t", "EL1", "EL0", "EL0-32"};
static const char *const kinds[] = {"synchronous", "IRQ", "FIQ", "SError"};

static void attempt_at(const char *name, const u8 *code, u64 hcr, u64 pstate, u64 x0)
{
	begin(name);
	for (int i = 0; i < 31; i++) {
		frame.x[i] = 0x1111111111111111ul * (i % 15 + 1);
	}
	frame.x[0] = x0;
	frame.pc = (u64)code;
	frame.pstate = pstate;
	write_sysreg(HCR_EL2, HCR | hcr);
	enter(&frame);
	u64 after = read_sysreg(HCR_EL2);
	write_sysreg(HCR_EL2, HCR);
	isb();
	u64 call = frame.syndrome & 0xffff;
	if (frame.kind == 0 && class_of(frame.syndrome) == 0x16 && call == 0x77) {
		hex(" done, x0 ", frame.x[0]);
	} else if (frame.kind == 0 && class_of(frame.syndrome) == 0x16 && (call & ~15ul) == 0x60) {
		// Taken to EL1, whose vectors tell it.
		text(" to EL1 from ");
		text(levels[call >> 2 & 3]);
		text(" ");
		text(kinds[call & 3]);
		if ((call & 3) == 0) {
			hex(" esr ", frame.x[20]);
			hex(" at ", frame.x[21] - (u64)code);
			told_abort(frame.x[20], frame.x[22], 0, 0);
		} else {
			if ((call & 3) == 3) {
				hex(" class ", class_of(frame.x[20]));
			}
			hex(" isr ", frame.x[24]);
		}
		hex(" spsr ", frame.x[23] & 0x1003cf);
	} else {
		text(" to EL2 ");
		text(kinds[frame.kind & 3]);
		if (frame.kind == 0) {
			hex(" esr ", frame.syndrome);
			hex(" at ", frame.pc - (u64)code);
			told_abort(frame.syndrome, frame.address, 1, frame.ipa);
		}
		hex(" spsr ", frame.pstate & 0x1003cf);
	}
	if ((after ^ (HCR | hcr)) & (VSE | VI | VF)) {
		text(" HCR_EL2 changed");
	}
	done();
}

#define ATTEMPT(title, attempt, hcr, pstate, x0) do { \
	extern u8 attempt_##attempt[]; \
	attempt_at(title, attempt_##attempt, hcr, pstate, x0); \
} while (0)
#define EL1(attempt, hcr, x0) ATTEMPT("EL1 " #attempt " of " #x0 " with " #hcr, attempt, hcr, EL1H, x0)
#define EL0(attempt, hcr, x0) ATTEMPT("EL0 " #attempt " of " #x0 " with " #hcr, attempt, hcr, EL0T, x0)

// Memory that is not the image's: a window whose pages stage 2 maps each in its way, and room for tables.
#define WINDOW 0x44000000ul
#define PAGE(n) (WINDOW + (n) * 0x1000ul)
static u64 level1[512] __attribute__((aligned(4096)));
static u64 level2[512] __attribute__((aligned(4096)));
static u64 level3[512] __attribute__((aligned(4096)));
static u64 first[512] __attribute__((aligned(4096)));

// Stage 2 descriptors: normal memory, inner shareable (D8.3).
#define S2_TABLE 3ul
#define S2_BLOCK 1ul
#define S2_PAGE 3ul
#define S2_AF (1ul << 10)
#define S2_NORMAL (0xful << 2 | 3ul << 8)
#define S2_READ (1ul << 6)
#define S2_WRITE (2ul << 6)
#define S2_XN (2ul << 53)
#define S2_ALL (S2_AF | S2_NORMAL | S2_READ | S2_WRITE)

static void drop_translations(void)
{
	__asm__ volatile("dsb sy\n\ttlbi ALLE1\n\tdsb sy\n\tisb" ::: "memory");
}

static void stage_two(void)
{
	for (int i = 0; i < 512; i++) {
		level2[i] = (0x40000000ul + i * 0x200000ul) | S2_BLOCK | S2_ALL;
		level3[i] = PAGE(i) | S2_PAGE | S2_ALL;
	}
	level1[1] = (u64)level2 | S2_TABLE;
	level2[(WINDOW - 0x40000000ul) >> 21] = (u64)level3 | S2_TABLE;
	level2[((WINDOW - 0x40000000ul) >> 21) + 1] = 0;
	level3[1] = 0;
	level3[2] &= ~S2_WRITE;
	level3[3] &= ~S2_READ;
	level3[4] |= S2_XN;
	level3[5] &= ~S2_AF;
	level3[6] &= ~(S2_READ | S2_WRITE);
	level3[7] = 1ul << 46 | S2_PAGE | S2_ALL;
	// Other bytes behind the same IPA, for another VMID.
	for (u64 i = 0; i < 8; i++) {
		*(volatile u64 *)(PAGE(0) + 8 * i) = 0xf0e1d2c3b4a59687ul + i;
		*(volatile u64 *)(PAGE(8) + 8 * i) = 0x8ul << 60 | i;
	}
	*(volatile unsigned *)PAGE(9) = 0xd4000002u | 0x77 << 5;
	*(volatile unsigned *)PAGE(4) = 0xd4000002u | 0x77 << 5;
	// 39 bits from level 1, walks cacheable, 40 bits out.
	write_sysreg(VTCR_EL2, 1ul << 31 | 2ul << 16 | 3ul << 12 | 1ul << 10 | 1ul << 8 | 1ul << 6 | 25);
	write_sysreg(VTTBR_EL2, (u64)level1 | 1ul << 48);
	drop_translations();
}

// Stage 1 of EL1: a block of 1 GiB from 0x40000000, and one of 0x44000000's 2 MiB through a table that lies at a page of the
// window.
static void stage_one(u64 table)
{
	first[1] = 0x40000000ul | 1 | 1ul << 10 | 3ul << 8;
	first[2] = table | 3;
	first[3] = 0;
	write_sysreg(MAIR_EL1, 0xff);
	write_sysreg(TCR_EL1, 2ul << 32 | 1ul << 23 | 3ul << 12 | 1ul << 10 | 1ul << 8 | 25);
	write_sysreg(TTBR0_EL1, (u64)first);
	write_sysreg(SCTLR_EL1, NO_MMU | 1);
	drop_translations();
}

static void translate(const char *name, u64 par)
{
	begin(name);
	// Attributes are as each machine tells them.
	if (par & 1) {
		hex(" fault ", par & 0xb7f);
	} else {
		hex(" address ", par & 0xfffffffff000ul);
	}
	done();
}
#define AT(operation, address) do { \
	write_sysreg(HCR_EL2, HCR | VM); \
	isb(); \
	__asm__ volatile("at " #operation ", %0\n\tisb" :: "r"((u64)(address)) : "memory"); \
	u64 par_ = read_sysreg(PAR_EL1); \
	write_sysreg(HCR_EL2, HCR); \
	isb(); \
	translate("AT " #operation " " #address, par_); \
} while (0)

static void traps(void)
{
	EL1(nothing, 0, 5);
	EL1(hvc, 0, 0);
	EL1(smc, TSC, 0);
	EL1(undefined, 0, 0);
	EL1(brk, 0, 0);
	EL1(svc, 0, 0);
	EL1(wfi, TWI, 0);
	EL1(wfe, TWE, 0);
	EL1(illegal, 0, 0);
	EL1(odd_pc, 0, WINDOW);
	EL1(odd_sp, 0, 0);
	EL1(write_sctlr, TVM, 0);
	EL1(write_ttbr0, TVM, 0);
	EL1(write_ttbr1, TVM, 0);
	EL1(write_tcr, TVM, 0);
	EL1(write_mair, TVM, 0);
	EL1(write_contextidr, TVM, 0);
	EL1(write_far, TVM, 0);
	EL1(read_sctlr, TVM, 0);
	EL1(read_sctlr, TRVM, 0);
	EL1(read_esr, TRVM, 0);
	EL1(read_vbar, TRVM, 0);
	EL1(tlbi_all, TTLB, 0);
	EL1(tlbi_va, TTLB, 0);
	EL1(dc_civac, TPCP, WINDOW);
	EL1(dc_cvac, TPCP, WINDOW);
	EL1(dc_ivac, TPCP, WINDOW);
	EL1(dc_isw, TSW, 0);
	EL1(dc_zva, TDZ, WINDOW);
	EL1(ic_all, TPU, 0);
	EL1(ic_ivau, TPU, WINDOW);
	EL1(read_actlr, TACR, 0);
	EL1(write_actlr, TACR, 0);
	EL1(read_revidr, TID1, 0);
	EL1(read_aidr, TID1, 0);
	EL1(read_ctr, TID2, 0);
	EL1(read_clidr, TID2, 0);
	EL1(read_ccsidr, TID2, 0);
	EL1(write_csselr, TID2, 0);
	EL1(read_pfr0, TID3, 0);
	EL1(read_isar1, TID3, 0);
	EL1(read_dfr0, TID3, 0);
	EL1(read_reserved_id, TID3, 0);
	EL1(read_reserved_id, 0, 0);
	EL1(read_vtcr, 0, 0);
	EL1(write_sgi, IMO | FMO, 0);
	write_sysreg(VPIDR_EL2, 0x410fd0c1);
	write_sysreg(VMPIDR_EL2, 0x80000103);
	EL1(read_midr, 0, 0);
	EL1(read_mpidr, 0, 0);

	setting = "CPTR_EL2.TFP: ";
	write_sysreg(CPTR_EL2, 0x33ff | 1ul << 10);
	EL1(fmov, 0, 0);
	EL1(read_fpcr, 0, 0);
	EL0(fmov, 0, 0);
	setting = "CPTR_EL2.TFP, CPACR_EL1 0: ";
	write_sysreg(CPACR_EL1, 0);
	EL1(fmov, 0, 0);
	EL0(fmov, 0, 0);
	setting = "CPTR_EL2.TCPAC: ";
	write_sysreg(CPTR_EL2, 0x33ff | 1ul << 31);
	EL1(read_cpacr, 0, 0);
	EL1(write_cpacr, 0, 0);
	setting = "CPACR_EL1 0: ";
	write_sysreg(CPTR_EL2, 0x33ff);
	EL1(fmov, 0, 0);
	EL0(fmov, 0, 0);
	setting = "";
	write_sysreg(CPACR_EL1, 3ul << 20);
	EL0(fmov, 0, 0);

	setting = "MDCR_EL2.TDA: ";
	write_sysreg(MDCR_EL2, 1ul << 9);
	EL1(read_mdscr, 0, 0);
	EL1(write_dbgbvr, 0, 0);
	EL1(write_oslar, 0, 0);
	setting = "MDCR_EL2.TDOSA: ";
	write_sysreg(MDCR_EL2, 1ul << 10);
	EL1(read_oslsr, 0, 0);
	EL1(write_oslar, 0, 0);
	EL1(read_mdscr, 0, 0);
	setting = "MDCR_EL2.TDRA: ";
	write_sysreg(MDCR_EL2, 1ul << 11);
	EL1(read_mdrar, 0, 0);
	setting = "MDCR_EL2.TDE: ";
	write_sysreg(MDCR_EL2, 7ul << 9 | 1ul << 8);
	EL1(brk, 0, 0);
	EL0(brk, 0, 0);
	setting = "MDCR_EL2.TPM: ";
	write_sysreg(MDCR_EL2, 1ul << 6);
	EL1(read_pmccntr, 0, 0);
	EL1(write_pmselr, 0, 0);
	setting = "MDCR_EL2.TPMCR: ";
	write_sysreg(MDCR_EL2, 1ul << 5);
	EL1(read_pmcr, 0, 0);
	EL1(write_pmselr, 0, 0);
	write_sysreg(MDCR_EL2, 0);

	setting = "CNTHCTL_EL2 0: ";
	write_sysreg(CNTHCTL_EL2, 0);
	EL1(read_cntpct, 0, 0);
	EL1(read_cntvct, 0, 0);
	EL1(read_cntp_ctl, 0, 0);
	EL1(write_cntp_tval, 0, 0);
	EL1(read_cntv_ctl, 0, 0);
	write_sysreg(CNTKCTL_EL1, 3);
	EL0(read_cntpct, 0, 0);
	EL0(read_cntvct, 0, 0);
	EL0(read_cntp_ctl, 0, 0);
	setting = "";
	write_sysreg(CNTHCTL_EL2, 3);
	EL0(read_cntp_ctl, 0, 0);
	EL1(read_cntp_ctl, 0, 0);
}

static void user(void)
{
	EL0(svc, 0, 0);
	EL0(svc, TGE, 0);
	EL0(undefined, TGE, 0);
	EL0(brk, TGE, 0);
	EL0(hvc, 0, 0);
	EL0(hvc, TGE, 0);
	EL0(odd_pc, TGE, WINDOW);
	EL0(read_ctr, 0, 0);
	EL0(read_ctr, TID2, 0);
	EL0(read_pfr0, TID3, 0);
	EL0(wfi, TWI, 0);
	EL0(fmov, TGE, 0);
}

static void memory(void)
{
	stage_two();
	EL1(load64, VM, PAGE(0));
	EL1(load32, VM, PAGE(0));
	EL1(load8, VM, PAGE(0));
	EL1(load_signed, VM, PAGE(0) + 6);
	EL1(load_signed32, VM, PAGE(0));
	EL1(load64, VM, PAGE(1) + 0x128);
	EL1(load32, VM, PAGE(1) + 4);
	EL1(load8, VM, PAGE(1) + 3);
	EL1(load_signed, VM, PAGE(1) + 2);
	EL1(load_signed32, VM, PAGE(1) + 1);
	EL1(load_zero, VM, PAGE(1));
	EL1(load_acquire, VM, PAGE(1));
	EL1(load_exclusive, VM, PAGE(1));
	EL1(load_pair, VM, PAGE(1));
	EL1(load_back, VM, PAGE(1));
	EL1(load_unscaled, VM, PAGE(1));
	EL1(load_register, VM, PAGE(1));
	EL1(prefetch, VM, PAGE(1));
	EL1(store64, VM, PAGE(1));
	EL1(store16, VM, PAGE(1));
	EL1(store_zero, VM, PAGE(1));
	EL1(store_release, VM, PAGE(1));
	EL1(store_pair, VM, PAGE(1));
	EL1(fetch, VM, PAGE(1));
	EL1(dc_civac, VM, PAGE(1));
	EL1(dc_ivac, VM, PAGE(1));
	EL1(ic_ivau, VM, PAGE(1));
	EL1(dc_zva, VM, PAGE(1));
	EL1(load64, VM, PAGE(2));
	EL1(store64, VM, PAGE(2) + 8);
	EL1(dc_zva, VM, PAGE(2));
	EL1(load64, VM, PAGE(3));
	EL1(store64, VM, PAGE(3));
	EL1(fetch, VM, PAGE(4));
	EL1(load64, VM, PAGE(5));
	EL1(store64, VM, PAGE(5));
	EL1(fetch, VM, PAGE(5));
	EL1(store64, VM, PAGE(6));
	EL1(load64, VM, PAGE(7));
	EL1(load64, VM, WINDOW + 0x200000);
	EL1(load64, VM, 0x80000000ul);
	EL1(load64, VM, 1ul << 39);
	EL1(store64, VM, 0x60000000000ul);
	EL0(load64, VM, PAGE(1));
	EL0(fetch, VM, PAGE(9));

	AT(S12E1R, PAGE(0));
	AT(S12E1W, PAGE(0));
	AT(S12E1R, PAGE(1));
	AT(S12E1W, PAGE(2));
	AT(S12E1R, PAGE(2));
	AT(S12E0W, PAGE(2));
	AT(S12E1R, PAGE(5));
	AT(S12E0R, WINDOW + 0x200000);
	AT(S12E1R, 0x80000000ul);
	AT(S1E1R, PAGE(1));

	// A table of stage 1 where stage 2 has nothing, is read-only, or maps all.
	setting = "Table of stage 1 that stage 2 does not map: ";
	stage_one(PAGE(1));
	EL1(load64, VM, PAGE(0));
	EL1(load64, VM, PAGE(1) + 0x40);
	EL1(load64, VM, 0xc0000000ul);
	EL1(store64, VM, 0xc0000000ul);
	EL1(load64, VM, 0x80001000ul);
	EL1(store32, VM, 0x80001000ul);
	EL1(fetch, VM, 0x80001000ul);
	EL1(at_s1e1r, VM, 0x80001000ul);
	EL1(at_s1e1r, VM, 0xc0000000ul);
	EL1(at_s1e1r, VM, PAGE(1));
	AT(S12E1R, 0x80001000ul);
	AT(S1E1R, 0x80001000ul);
	AT(S12E1R, 0xc0000000ul);
	AT(S12E1R, PAGE(1));
	EL0(load64, VM, PAGE(0));
	EL0(svc, VM, 0);
	setting = "Table of stage 1 that stage 2 has for writing: ";
	stage_one(PAGE(3));
	EL1(load64, VM, 0x80001000ul);
	setting = "Table of stage 1 without Access flag at stage 2: ";
	stage_one(PAGE(5));
	EL1(load64, VM, 0x80001000ul);
	setting = "Table of stage 1: ";
	stage_one(PAGE(10));
	*(volatile u64 *)PAGE(10) = 0;
	EL1(load64, VM, 0x80001000ul);
	*(volatile u64 *)PAGE(10) = WINDOW | 1 | 1ul << 10 | 3ul << 8;
	EL1(load64, VM, 0x80000000ul);
	EL1(load64, VM, 0x80001000ul);
	EL1(store64, VM, 0x80002000ul);
	setting = "Read-only at stage 1: ";
	*(volatile u64 *)PAGE(10) = WINDOW | 1 | 1ul << 10 | 3ul << 8 | 2ul << 6;
	drop_translations();
	EL1(store64, VM, 0x80000000ul);
	EL1(store64, VM, 0x80001000ul);
	setting = "No Access flag at stage 1: ";
	*(volatile u64 *)PAGE(10) = WINDOW | 1 | 3ul << 8;
	drop_translations();
	EL1(load64, VM, 0x80000000ul);
	EL0(load64, VM, 0x80000000ul);
	setting = "";
	write_sysreg(SCTLR_EL1, NO_MMU);
	isb();

	// Stage 2 maps another page, and invalidation by IPA or another VMID is what makes it seen.
	setting = "Stage 2 changed: ";
	level3[0] = PAGE(8) | S2_PAGE | S2_ALL;
	__asm__ volatile("dsb sy\n\ttlbi IPAS2E1IS, %0\n\tdsb sy\n\ttlbi VMALLE1IS\n\tdsb sy\n\tisb" :: "r"(PAGE(0) >> 12) : "memory");
	EL1(load64, VM, PAGE(0) + 8);
	setting = "Another VMID: ";
	level3[0] = PAGE(0) | S2_PAGE | S2_ALL;
	write_sysreg(VTTBR_EL2, (u64)level1 | 2ul << 48);
	isb();
	EL1(load64, VM, PAGE(0) + 8);
	level3[1] = PAGE(1) | S2_PAGE | S2_ALL;
	__asm__ volatile("dsb sy\n\tisb" ::: "memory");
	EL1(store64, VM, PAGE(1));
	EL1(load64, VM, PAGE(1));
	setting = "";
}

static void interrupts(void)
{
	EL1(isr, IMO | FMO | AMO | VI, 0);
	EL1(isr, IMO | FMO | AMO | VF, 0);
	EL1(isr, IMO | FMO | AMO | VSE, 0);
	EL1(isr, VI | VF | VSE, 0);
	ATTEMPT("EL1 unmask with IMO | VI", unmask, IMO | VI, EL1H, 0);
	ATTEMPT("EL1 unmask with FMO | VF", unmask, FMO | VF, EL1H, 0);
	ATTEMPT("EL1 unmask with AMO | VSE", unmask, AMO | VSE, EL1H, 0);
	ATTEMPT("EL1 unmask with VI", unmask, VI, EL1H, 0);
	ATTEMPT("EL0 nothing with IMO | VI", nothing, IMO | VI, EL0T_OPEN, 0);
	ATTEMPT("EL1 nothing with IMO | VI", nothing, IMO | VI, EL1H_OPEN, 0);
	ATTEMPT("EL1 nothing with IMO | VI, masked", nothing, IMO | VI, EL1H, 0);

	// The list registers.
	write_sysreg(ICC_SRE_EL1, 7);
	write_sysreg(ICH_VMCR_EL2, 0xfful << 24 | 1ul << 1);
	write_sysreg(ICH_HCR_EL2, 1);
	write_sysreg(ICH_LR0_EL2, 1ul << 62 | 1ul << 60 | 0x80ul << 48 | 27);
	EL1(isr, IMO, 0);
	ATTEMPT("EL1 unmask with a list register", unmask, IMO, EL1H, 0);
	EL1(take, IMO, 0);
	say("ICH_LR0_EL2 after its end", read_sysreg(ICH_LR0_EL2));
	say("ICH_ELRSR_EL2 bit 0", read_sysreg(ICH_ELRSR_EL2) & 1);
	write_sysreg(ICH_LR0_EL2, 1ul << 62 | 1ul << 60 | 1ul << 41 | 0xa0ul << 48 | 40);
	EL1(take, IMO, 0);
	say("ICH_EISR_EL2", read_sysreg(ICH_EISR_EL2));
	say("ICH_MISR_EL2", read_sysreg(ICH_MISR_EL2));
	write_sysreg(ICH_LR0_EL2, 1ul << 62 | 0x40ul << 48 | 41);
	EL1(isr, IMO | FMO, 0);
	EL1(read_iar1, IMO, 0);
	write_sysreg(ICH_LR0_EL2, 1ul << 62 | 1ul << 60 | 0x80ul << 48 | 42);
	write_sysreg(ICH_VMCR_EL2, 0x40ul << 24 | 1ul << 1);
	EL1(read_iar1, IMO, 0);
	write_sysreg(ICH_VMCR_EL2, 0xfful << 24 | 1ul << 1);
	EL1(read_iar1, IMO, 0);
	say("ICH_LR0_EL2 when it is active", read_sysreg(ICH_LR0_EL2));
	say("ICH_AP1R0_EL2", read_sysreg(ICH_AP1R0_EL2));
	write_sysreg(ICH_LR1_EL2, 1ul << 62 | 1ul << 60 | 0x90ul << 48 | 43);
	EL1(read_iar1, IMO, 0);
	write_sysreg(ICH_LR1_EL2, 1ul << 62 | 1ul << 60 | 0x20ul << 48 | 43);
	EL1(read_iar1, IMO, 0);
	write_sysreg(ICH_AP1R0_EL2, 0);
	write_sysreg(ICH_LR0_EL2, 0);
	write_sysreg(ICH_LR1_EL2, 0);
	write_sysreg(ICH_HCR_EL2, 1 | 1ul << 12);
	EL1(read_igrpen1, IMO, 0);
	EL1(read_iar1, IMO, 0);
	write_sysreg(ICH_HCR_EL2, 1 | 1ul << 10);
	EL1(write_pmr, IMO, 0xf0);
	EL1(write_pmr, 0, 0xf0);
	EL1(read_igrpen1, IMO, 0);
	write_sysreg(ICH_HCR_EL2, 1 | 1ul << 3);
	say("ICH_MISR_EL2 for no pending interrupt", read_sysreg(ICH_MISR_EL2));
	write_sysreg(ICH_HCR_EL2, 1 | 1ul << 1);
	say("ICH_MISR_EL2 for underflow", read_sysreg(ICH_MISR_EL2));
	write_sysreg(ICH_HCR_EL2, 0);
}

static void time(void)
{
	write_sysreg(CNTHCTL_EL2, 3);
	write_sysreg(CNTVOFF_EL2, 0x123456789ul);
	EL1(counters, 0, 0);
	say("CNTVOFF_EL2 is between", frame.x[1] <= frame.x[2] + 0x123456789ul && frame.x[2] + 0x123456789ul <= frame.x[3]);
	write_sysreg(CNTVOFF_EL2, 0);
	write_sysreg(CNTHP_CVAL_EL2, 0);
	write_sysreg(CNTHP_CTL_EL2, 3);
	isb();
	say("CNTHP_CTL_EL2", read_sysreg(CNTHP_CTL_EL2));
	write_sysreg(CNTHP_CVAL_EL2, ~0ul >> 1);
	isb();
	say("CNTHP_CTL_EL2 before its time", read_sysreg(CNTHP_CTL_EL2));
	write_sysreg(CNTHP_CTL_EL2, 0);
	write_sysreg(CNTHV_CVAL_EL2, 0);
	write_sysreg(CNTHV_CTL_EL2, 3);
	isb();
	say("CNTHV_CTL_EL2", read_sysreg(CNTHV_CTL_EL2));
	write_sysreg(CNTHV_CTL_EL2, 0);
}

// FEAT_VHE: with E2H the names of EL1 mean EL2's registers, and those of EL12 and EL02 EL1's and EL0's.
static void redirection(void)
{
	write_sysreg(FAR_EL1, 0x1100);
	write_sysreg(FAR_EL2, 0x2200);
	write_sysreg(CNTV_CVAL_EL0, 0x3300);
	write_sysreg(CNTHV_CVAL_EL2, 0x4400);
	write_sysreg(HCR_EL2, HCR | E2H);
	isb();
	u64 one = read_sysreg(FAR_EL1);
	u64 two = read_sysreg(FAR_EL12);
	u64 three = read_sysreg(CNTV_CVAL_EL0);
	u64 four = read_sysreg(CNTV_CVAL_EL02);
	write_sysreg(ELR_EL1, 0x5500);
	write_sysreg(ELR_EL12, 0x6600);
	write_sysreg(SPSR_EL12, 0x3c5);
	write_sysreg(CONTEXTIDR_EL1, 0x7700);
	write_sysreg(CONTEXTIDR_EL12, 0x8800);
	write_sysreg(CPACR_EL1, 1ul << 20);
	write_sysreg(CPACR_EL12, 3ul << 20);
	u64 five = read_sysreg(CPTR_EL2);
	write_sysreg(CPACR_EL1, 3ul << 20);
	write_sysreg(CNTKCTL_EL1, 0xc00);
	u64 six = read_sysreg(CNTHCTL_EL2);
	write_sysreg(HCR_EL2, HCR);
	isb();
	say("E2H: FAR_EL1", one);
	say("E2H: FAR_EL12", two);
	say("E2H: CNTV_CVAL_EL0", three);
	say("E2H: CNTV_CVAL_EL02", four);
	say("E2H: CPTR_EL2 by CPACR_EL1", five >> 20 & 3);
	say("E2H: CNTHCTL_EL2 by CNTKCTL_EL1", six & 0xc03);
	say("then ELR_EL2", read_sysreg(ELR_EL2));
	say("then ELR_EL1", read_sysreg(ELR_EL1));
	say("then SPSR_EL1", read_sysreg(SPSR_EL1));
	say("then CONTEXTIDR_EL2", read_sysreg(CONTEXTIDR_EL2));
	say("then CONTEXTIDR_EL1", read_sysreg(CONTEXTIDR_EL1));
	say("then CPACR_EL1", read_sysreg(CPACR_EL1) >> 20 & 3);
	write_sysreg(CPTR_EL2, 0x33ff);
	write_sysreg(CNTHCTL_EL2, 3);
	caught = 0;
	__asm__ volatile("mrs x0, FAR_EL12" ::: "x0");
	say("FAR_EL12 without E2H", caught);
	caught = 0;
	__asm__ volatile("brk #3");
	say("BRK at EL2", caught);
	caught = 0;
	__asm__ volatile("svc #4\n\tnop");
	say("SVC at EL2", caught);
	caught = 0;
	__asm__ volatile("hvc #6\n\tnop");
	say("HVC at EL2", caught);
}

void attempt_all(void)
{
	write_sysreg(HCR_EL2, HCR);
	write_sysreg(CPTR_EL2, 0x33ff);
	write_sysreg(MDCR_EL2, 0);
	write_sysreg(HSTR_EL2, 0);
	write_sysreg(CNTHCTL_EL2, 3);
	write_sysreg(ICC_SRE_EL2, 15);
	write_sysreg(SCTLR_EL1, NO_MMU);
	write_sysreg(VBAR_EL1, vectors_el1);
	write_sysreg(CPACR_EL1, 3ul << 20);
	write_sysreg(VTTBR_EL2, 0);
	isb();
	traps();
	user();
	memory();
	interrupts();
	time();
	redirection();
	say("all told", 0);
}
