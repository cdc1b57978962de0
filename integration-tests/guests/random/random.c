// SPDX-License-Identifier: Apache-2.0
// Random programs of the Statistical Profiling Extension, each made of one seed: a profiling buffer somewhere in a region
// whose pages are mapped, missing, read-only or backed by nothing, sampling controls, operations of several kinds, and, in
// between, what a driver might do, good or bad: write the buffer registers, unmap pages, answer an event or not. Nothing
// depends on time. For each program one line says what the guest has read of its registers, as a hash.
//   seed=N count=M      boot arguments: programs N to N + M - 1
//   timing=0            nothing that depends on latencies, and so on what else goes through the caches: no filters by
//                       latency, events or sources, no collisions
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define PMSCR_EL1       S3_0_C9_C9_0
#define PMSNEVFR_EL1    S3_0_C9_C9_1
#define PMSICR_EL1      S3_0_C9_C9_2
#define PMSIRR_EL1      S3_0_C9_C9_3
#define PMSFCR_EL1      S3_0_C9_C9_4
#define PMSEVFR_EL1     S3_0_C9_C9_5
#define PMSLATFR_EL1    S3_0_C9_C9_6
#define PMSIDR_EL1      S3_0_C9_C9_7
#define PMBLIMITR_EL1   S3_0_C9_C10_0
#define PMBPTR_EL1      S3_0_C9_C10_1
#define PMBSR_EL1       S3_0_C9_C10_3
#define PMBIDR_EL1      S3_0_C9_C10_7
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

#define read(name) ({ u64 value_; asm volatile("mrs %0, " S(name) : "=r"(value_) : : "memory"); value_; })
#define write(name, value) asm volatile("msr " S(name) ", %x0" : : "rZ"((u64)(value)) : "memory")
#define S_(name) #name
#define S(name) S_(name)
#define isb() asm volatile("isb" : : : "memory")
#define dsb() asm volatile("dsb sy" : : : "memory")
#define psb_csync() asm volatile("hint #17" : : : "memory")

#define GICD            0x08000000ul
#define GICR            0x080a0000ul
#define SPE_INTID       21
#define PAGE            4096ul
#define REGION          0x80000000ul    // where the buffers are
#define PAGES           32
#define NOTHING         0x70000000ul    // no RAM there
#define MOST_EVENTS     12
#define FE              1ul             // PMSFCR_EL1
#define FL              4ul
#define FNE             8ul
#define FDS             16ul
#define PMBLIMITR_E     1ul
#define PMBSR_S         (1ul << 17)

#define PTE_NORMAL      (1ul << 2 | 3ul << 8 | 1ul << 10)       // MAIR index 1, Inner Shareable, AF
#define PTE_READ_ONLY   (1ul << 7)
#define PTE_AF          (1ul << 10)
#define PTE_NO_EXEC     (3ul << 53)

void random_main(const u8 *tree) __attribute__((noreturn));
void interrupt(void);
void unexpected(void) __attribute__((noreturn));

extern void run_arithmetic(void *data, u64 count), run_memory(void *data, u64 count), run_atomic(void *data, u64 count),
	run_branches(void *data, u64 count), run_vectors(void *data, u64 count);

static u64 level1[512] __attribute__((aligned(4096)));
static u64 level2[512] __attribute__((aligned(4096)));
static u64 level3[512] __attribute__((aligned(4096)));
static u8 pages[PAGES][PAGE] __attribute__((aligned(4096)));
static u8 data[2 * PAGE] __attribute__((aligned(4096)));

static u64 state, hash;
static u32 events;
static u64 filters;                     // those of PMSFCR_EL1 that may be used
static u64 identification;

static u64 next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dul;
}

// A number below n; the PRNG's high bits are its good ones.
static u64 below(u64 n)
{
	return (next() >> 20) % n;
}

static bool one_in(u64 n)
{
	return below(n) == 0;
}

static void note(u64 value)
{
	hash = (hash ^ value) * 0x100000001b3ul;
	hash ^= hash >> 29;
}

static u64 semihosting(u64 operation, const void *parameter)
{
	register u64 x0 asm("x0") = operation;
	register const void *x1 asm("x1") = parameter;

	asm volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
	return x0;
}

static void end(u64 code)
{
	const u64 block[2] = { 0x20026, code };

	semihosting(0x20, block);
}

void unexpected(void)
{
	semihosting(4, "random: an exception that nothing here should make\n");
	end(2);
	for (;;)
		;
}

static void print_line(u64 seed)
{
	static char line[64];
	u32 at = 0;

	for (int shift = 60; shift >= 0; shift -= 4)
		line[at++] = "0123456789abcdef"[seed >> shift & 15];
	line[at++] = ' ';
	for (int shift = 60; shift >= 0; shift -= 4)
		line[at++] = "0123456789abcdef"[hash >> shift & 15];
	line[at++] = '\n';
	line[at] = 0;
	semihosting(4, line);
}

// A word key=NUMBER of the device tree's bootargs; only those hold such a text.
static u64 argument(const u8 *tree, const char *key, u64 otherwise)
{
	u64 size = (u64)tree[4] << 24 | tree[5] << 16 | tree[6] << 8 | tree[7];

	for (u64 i = 0; i < size; i++) {
		u64 n = 0;

		while (key[n] && tree[i + n] == (u8)key[n])
			n++;
		if (!key[n]) {
			u64 value = 0;

			for (i += n; tree[i] >= '0' && tree[i] <= '9'; i++)
				value = value * 10 + tree[i] - '0';
			return value;
		}
	}
	return otherwise;
}

static void map(u32 page, u64 descriptor)
{
	level3[page] = descriptor;
	asm volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

static void map_well(u32 page)
{
	map(page, (u64)pages[page] | PTE_NORMAL | PTE_NO_EXEC | 3);
}

static void map_somehow(u32 page)
{
	u64 good = (u64)pages[page] | PTE_NORMAL | PTE_NO_EXEC | 3;

	switch (below(24)) {
	case 0: map(page, 0); break;
	case 1: map(page, good | PTE_READ_ONLY); break;
	case 2: map(page, good & ~PTE_AF); break;
	case 3: map(page, NOTHING | PTE_NORMAL | PTE_NO_EXEC | 3); break;
	case 4: map(page, (1ul << 47 | 0x1000) | PTE_NORMAL | PTE_NO_EXEC | 3); break;
	default: map(page, good);
	}
}

static u64 some_address(void)
{
	return REGION + below(PAGES) * PAGE + (one_in(3) ? below(PAGE / 64) * 64 : 0);
}

static void write_pointer(void)
{
	u64 pointer = some_address();

	switch (below(40)) {
	case 0: pointer += 1 + below(63); break;
	case 1: pointer |= 0xa5ul << 56; break;
	case 2: pointer |= 0xfffful << 48; break;
	case 3: pointer = next(); break;
	}
	write(PMBPTR_EL1, pointer);
}

static void write_limit(bool enable)
{
	u64 limit = (read(PMBPTR_EL1) & ~(PAGE - 1)) + (1 + below(one_in(4) ? PAGES : 3)) * PAGE;

	switch (below(40)) {
	case 0: limit |= 0xa5ul << 56; break;
	case 1: limit |= 0xfffful << 48; break;
	case 2: limit = next() & ~(PAGE - 1); break;
	case 3: limit = some_address() & ~(PAGE - 1); break;
	case 4: limit = 0; break;
	}
	write(PMBLIMITR_EL1, limit | (one_in(16) ? below(4) << 1 : 0) | (enable ? PMBLIMITR_E : 0));
}

static void write_status(void)
{
	write(PMBSR_EL1, one_in(4) ? next() : 0);
}

static u64 some_events(void)
{
	static const u64 masks[] = { 0, 2, 8, 0x20, 0x80, 0x800, 0x20000 };

	return one_in(3) ? masks[below(7)] : one_in(8) ? next() & next() & next() : 0;
}

static void write_controls(void)
{
	u64 filter = one_in(2) ? 0 : next() & 0x7;

	// With FEAT_SPE_ERnd two samples of the shortest interval may be so near that the first is still in flight.
	write(PMSIRR_EL1, (1 + below(4) + (filters != ~0ul)) << 8 | one_in(2));
	write(PMSICR_EL1, one_in(3) ? below(2000) : 0);
	filter |= (next() & (7ul << 16)) | (one_in(8) ? next() & next() : 0);
	write(PMSFCR_EL1, filter & filters);
	write(PMSEVFR_EL1, some_events());
	write(PMSLATFR_EL1, one_in(2) ? 0 : below(12));
	if (identification >> 6 & 1)
		write(PMSNEVFR_EL1, some_events());
	write(PMSCR_EL1, one_in(12) ? below(4) : (2 | (next() & 0x38) | (one_in(4) ? next() & 0xc0 : 0)));
	isb();
}

static void look(void)
{
	note(read(PMBLIMITR_EL1));
	note(read(PMBPTR_EL1));
	note(read(PMBSR_EL1));
	note(read(PMSICR_EL1));
	note(read(PMSCR_EL1));
	note(read(PMSIRR_EL1));
	note(read(PMSFCR_EL1));
	note(read(PMSEVFR_EL1));
}

static void synchronize(void)
{
	isb();
	psb_csync();
	dsb();
	isb();
}

// What a driver does after an event, or does wrong.
static void answer(void)
{
	u64 pmbptr = read(PMBPTR_EL1);

	if (++events == MOST_EVENTS) {
		write(PMSCR_EL1, 0);
		write(PMBLIMITR_EL1, 0);
	} else {
		switch (below(6)) {
		case 0:
			break;
		case 1:
			write(PMBPTR_EL1, REGION + below(PAGES - 2) * PAGE);
			write(PMBLIMITR_EL1, (REGION + PAGES * PAGE) | PMBLIMITR_E);
			break;
		case 2:
			for (u32 i = 0; i < PAGES; i++)
				map_well(i);
			break;
		case 3:
			if (pmbptr - REGION < PAGES * PAGE)
				map_well((u32)((pmbptr - REGION) / PAGE));
			break;
		default:
			write_pointer();
			write_limit(true);
		}
	}
	isb();
	write(PMBSR_EL1, 0);
	isb();
}

void interrupt(void)
{
	u32 intid = (u32)read(ICC_IAR1_EL1);

	dsb();
	if (intid >= 1020)
		return;
	synchronize();
	look();
	note(intid);
	answer();
	write(ICC_EOIR1_EL1, intid);
	isb();
}

static void step(void)
{
	static void (*const operations[])(void *, u64) = { run_arithmetic, run_memory, run_atomic, run_branches, run_vectors };

	switch (below(16)) {
	case 0: write_pointer(); isb(); break;
	case 1: write_limit(!one_in(4)); isb(); break;
	case 2: write_status(); isb(); break;
	case 3: map_somehow((u32)below(PAGES)); break;
	case 4: synchronize(); look(); break;
	case 5: if (one_in(4)) write_controls(); break;
	case 6: write(PMBLIMITR_EL1, read(PMBLIMITR_EL1) ^ PMBLIMITR_E); isb(); break;
	case 7: map_well((u32)below(PAGES)); break;
	default: operations[below(5)](data, 1 + below(400));
	}
}

static void program(u64 seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15ul;
	for (u32 i = 0; i < 8; i++)
		next();
	hash = seed;
	events = 0;
	for (u32 i = 0; i < PAGES; i++) {
		if (one_in(2))
			map_well(i);
		else
			map_somehow(i);
	}
	write(CONTEXTIDR_EL1, seed);
	write_pointer();
	write_limit(true);
	write_controls();
	for (u64 steps = 4 + below(24); steps; steps--)
		step();
	write(PMSCR_EL1, 0);
	synchronize();
	look();
	asm volatile("msr DAIFSet, #2" : : : "memory");
	write(PMBLIMITR_EL1, 0);
	isb();
	write(PMBSR_EL1, 0);
	isb();
	asm volatile("msr DAIFClr, #2" : : : "memory");
	isb();
}

static void mmu_on(void)
{
	level1[0] = 0ul << 2 | PTE_AF | PTE_NO_EXEC | 1;                        // devices
	level1[1] = 0x40000000 | PTE_NORMAL | 1;
	level1[REGION >> 30] = (u64)level2 | 3;
	level2[0] = (u64)level3 | 3;
	dsb();
	write(MAIR_EL1, 0xff04);
	write(TTBR0_EL1, level1);
	write(TTBR1_EL1, level1);
	write(TCR_EL1, 25ul | 1ul << 8 | 1ul << 10 | 3ul << 12 | 25ul << 16 | 1ul << 23 | 2ul << 30 | 5ul << 32 | 1ul << 37);
	isb();
	asm volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
	write(SCTLR_EL1, 0x30d00800 | 1 << 12 | 1 << 2 | 1 << 0);
	isb();
}

static void gic_on(void)
{
	*(volatile u32 *)GICD = 0x12;
	*(volatile u32 *)(GICR + 0x14) = 0;
	*(volatile u32 *)(GICR + 0x10080) = ~0u;
	*(volatile u32 *)(GICR + 0x10100) = 1u << SPE_INTID;
	write(ICC_PMR_EL1, 0xf0);
	write(ICC_IGRPEN1_EL1, 1);
	isb();
}

void random_main(const u8 *tree)
{
	u64 seed = argument(tree, "seed=", 1);
	u64 count = argument(tree, "count=", 1);

	mmu_on();
	gic_on();
	filters = argument(tree, "timing=", 1) ? ~0ul : ~(FDS | FNE | FL | FE);
	u64 version = read(ID_AA64DFR0_EL1) >> 32 & 15;

	if (!version) {
		semihosting(4, "random: no Statistical Profiling Extension\n");
		end(1);
	}
	identification = read(PMSIDR_EL1);
	hash = 0;
	note(version);
	note(identification);
	note(read(PMBIDR_EL1));
	print_line(~0ul);
	asm volatile("msr DAIFClr, #2" : : : "memory");
	for (; count; count--, seed++) {
		program(seed);
		print_line(seed);
	}
	end(0);
	for (;;)
		;
}
