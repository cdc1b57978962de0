// SPDX-License-Identifier: Apache-2.0
// Driver of the Statistical Profiling Extension (DDI 0487, D17): profiles each task at EL0 and the
// kernel at EL1 into one buffer of kernel pages, takes buffer management events by interrupt, and
// walks every record that arrives.
#include "kernel.h"
#include "sysreg.h"

#define PMSCR_E0SPE             (1ul << 0)
#define PMSCR_E1SPE             (1ul << 1)
#define PMSCR_CX                (1ul << 3)
#define PMSCR_PA                (1ul << 4)
#define PMSCR_TS                (1ul << 5)      // PCT=0b00: virtual timestamps

#define PMSFCR_FE               (1ul << 0)
#define PMSFCR_FT               (1ul << 1)
#define PMSFCR_FL               (1ul << 2)
#define PMSFCR_B                (1ul << 16)
#define PMSFCR_LD               (1ul << 17)
#define PMSFCR_ST               (1ul << 18)

#define PMSIRR_RND              (1ul << 0)
#define PMSIRR_INTERVAL_UNIT    256
#define PMSIRR_INTERVAL_LIMIT   0x100000000ul

#define PMSLATFR_LIMIT          0xffff

#define PMBLIMITR_E             (1ul << 0)

#define PMBSR_S                 (1ul << 17)
#define PMBSR_COLL              (1ul << 16)
#define PMBSR_EA                (1ul << 18)
#define PMBSR_DL                (1ul << 19)
#define PMBSR_EC(pmbsr)         ((pmbsr) >> 26 & 0x3f)
#define PMBSR_BSC(pmbsr)        ((pmbsr) & 0x3f)
#define EC_OTHER                0x00
#define EC_STAGE1_ABORT         0x24
#define EC_STAGE2_ABORT         0x25
#define BSC_FULL                1

#define PMBIDR_P                (1ul << 4)

#define DEFAULT_INTERVAL        4096
#define DEFAULT_BUFFER_SIZE     (64ul << 10)
#define MAX_BUFFER_SIZE         (32ul << 20)
#define MAX_UNEXPECTED_EVENTS   8
#define CANARY                  0x5a5aa5a5c3c33c3cul

enum provocation {
	PROVOKE_NOTHING,
	PROVOKE_STAGE1_FAULT,           // a page of the live buffer loses its mapping
	PROVOKE_HOLE_AT_ENABLE,         // the buffer is enabled with a page that is not mapped
	PROVOKE_BUFFER_FULL,            // the first enable has room for one record
	PROVOKE_OVERWRITE,              // a full buffer starts over, its records unread
	PROVOKE_MISPROGRAMMING,         // the first enable is of a buffer that cannot be
};

static struct {
	bool present;
	bool running;
	bool given_up;
	bool walk_records;
	bool expect_records;
	enum provocation provoke;
	bool provoked;
	struct spe_misprogramming wrong;
	bool wrong_enabled;             // the buffer that cannot be is programmed
	u64 wrong_events;
	u64 wrong_pmbsr;                // of the first of them
	u64 clear_only;                 // how many of them the handler answers with PMBSR_EL1 = 0 and nothing else
	u64 pmscr;
	u64 base;
	u64 limit;
	u64 pointer;                    // where the SPU goes on, while it is stopped
	u64 unread;                     // first byte that was not walked yet
	u32 max_record_size;
	u64 hole;                       // virtual address of the page without mapping, or 0
	u64 hole_physical;

	u64 interrupts;
	u64 full;
	u64 stage1_faults;
	u64 stage2_faults;
	u64 other_events;
	u64 unexpected;
	u64 data_lost;
	u64 collisions;
	u64 overwritten;
} spe;

static struct spe_statistics statistics;

static enum provocation read_provocation(void)
{
	if (!bootarg("provoke"))
		return PROVOKE_NOTHING;
	if (bootarg_is("provoke", "stage1-fault"))
		return PROVOKE_STAGE1_FAULT;
	if (bootarg_is("provoke", "hole-at-enable"))
		return PROVOKE_HOLE_AT_ENABLE;
	if (bootarg_is("provoke", "buffer-full"))
		return PROVOKE_BUFFER_FULL;
	if (bootarg_is("provoke", "overwrite"))
		return PROVOKE_OVERWRITE;
	return PROVOKE_MISPROGRAMMING;
}

// The interval in members of the sample population, not below what PMSIDR_EL1.Interval advises.
static u64 read_interval(u64 pmsidr)
{
	static const u32 minimums[16] = { 256, 0, 512, 768, 1024, 1536, 2048, 3072, 4096 };
	u64 minimum = minimums[pmsidr >> 8 & 0xf];
	u64 interval = bootarg_number("spe.interval", DEFAULT_INTERVAL);

	if (minimum == 0)
		minimum = PMSIRR_INTERVAL_UNIT;
	if (interval < minimum) {
		kprintf("spe: interval raised to the minimum of PMSIDR_EL1.Interval\n");
		interval = minimum;
	}
	if (interval >= PMSIRR_INTERVAL_LIMIT)
		panic("bootargs: spe.interval= wants a number below 0x100000000");
	return interval & ~(u64)(PMSIRR_INTERVAL_UNIT - 1);
}

static u64 set_filters(void)
{
	u64 pmsfcr = 0;
	u64 latency = bootarg_number("spe.min_latency", 0);
	u64 events = bootarg_number("spe.event_filter", 0);

	if (bootarg_lists("spe.filter", "load"))
		pmsfcr |= PMSFCR_FT | PMSFCR_LD;
	if (bootarg_lists("spe.filter", "store"))
		pmsfcr |= PMSFCR_FT | PMSFCR_ST;
	if (bootarg_lists("spe.filter", "branch"))
		pmsfcr |= PMSFCR_FT | PMSFCR_B;
	if (bootarg("spe.filter") && !pmsfcr)
		panic("bootargs: spe.filter= knows load, store, branch");
	if (latency > PMSLATFR_LIMIT)
		panic("bootargs: spe.min_latency= wants at most 65535 cycles");
	if (latency)
		pmsfcr |= PMSFCR_FL;
	if (events)
		pmsfcr |= PMSFCR_FE;
	write_sysreg(PMSLATFR_EL1, latency);
	write_sysreg(PMSEVFR_EL1, events);
	write_sysreg(PMSFCR_EL1, pmsfcr);
	return pmsfcr;
}

static void allocate_buffer(void)
{
	u64 size = bootarg_number("spe.buffer", DEFAULT_BUFFER_SIZE);

	if (size == 0 || size % PAGE_SIZE || size > MAX_BUFFER_SIZE)
		panic("bootargs: spe.buffer= wants a multiple of 4K, at most 32M");
	spe.base = KERNEL_PAGES_BASE;
	spe.limit = spe.base + size;
	// One page more: it must never change.
	for (u64 va = spe.base; va <= spe.limit; va += PAGE_SIZE)
		kernel_map_page(va, allocate_page());
	for (u64 offset = 0; offset < PAGE_SIZE; offset += 8)
		*(u64 *)(spe.limit + offset) = CANARY;
	spe.pointer = spe.unread = spe.base;
}

static bool canary_intact(void)
{
	for (u64 offset = 0; offset < PAGE_SIZE; offset += 8) {
		if (*(volatile u64 *)(spe.limit + offset) != CANARY)
			return false;
	}
	return true;
}

static void make_hole(void)
{
	u64 middle = spe.base + (spe.limit - spe.base) / 2 / PAGE_SIZE * PAGE_SIZE;

	// The address translation instruction gives the page to map again.
	asm volatile("at s1e1w, %0\n\tisb" : : "r"(middle) : "memory");
	u64 par = read_sysreg(PAR_EL1);

	if (par & 1)
		panic("spe: AT S1E1W finds no page in the middle of the buffer");
	spe.hole_physical = par & 0x0000fffffffff000ul;
	spe.hole = middle;
	spe.provoked = true;
	kernel_unmap_page(middle);
}

static void repair_hole(void)
{
	if (!spe.hole)
		return;
	kernel_map_page(spe.hole, spe.hole_physical);
	spe.hole = 0;
}

static void print_set_up(u32 version, u64 pmbidr, u64 interval, u64 pmsfcr)
{
	kprintf("spe: FEAT_SPEv1p%u, INTID %u, interval %lu%s, buffer %lu KiB, records of up to %u bytes aligned to %u\n",
		version - 1, platform.spe_intid, interval, bootarg_is("spe.jitter", "1") ? " with jitter" : "",
		(spe.limit - spe.base) >> 10, spe.max_record_size, 1u << (pmbidr & 0xf));
	if (pmsfcr)
		kprintf("spe: filters PMSFCR_EL1 0x%lx, PMSLATFR_EL1 0x%lx, PMSEVFR_EL1 0x%lx\n", pmsfcr,
			read_sysreg(PMSLATFR_EL1), read_sysreg(PMSEVFR_EL1));
}

void spe_init(void)
{
	u32 version = (u32)(read_sysreg(ID_AA64DFR0_EL1) >> 32) & 0xf;

	spe.provoke = read_provocation();
	if (version == 0) {
		kprintf("spe: ID_AA64DFR0_EL1.PMSVer is 0, no Statistical Profiling Extension; not profiling\n");
		return;
	}
	if (bootarg_is("spe", "off")) {
		kprintf("spe: off by bootargs, not profiling\n");
		return;
	}
	u64 pmbidr = read_sysreg(PMBIDR_EL1);

	if (pmbidr & PMBIDR_P) {
		kprintf("spe: PMBIDR_EL1.P is 1, the buffer belongs to a higher Exception level; not profiling\n");
		return;
	}
	u64 pmsidr = read_sysreg(PMSIDR_EL1);
	u64 interval = read_interval(pmsidr);

	// Off and clean, whatever state the PE was handed over in: reset values are UNKNOWN.
	write_sysreg(PMSCR_EL1, 0);
	isb();
	psb_csync();
	write_sysreg(PMBLIMITR_EL1, 0);
	isb();
	write_sysreg(PMBSR_EL1, 0);
	isb();

	spe.max_record_size = 1u << (pmsidr >> 12 & 0xf);
	spe.walk_records = !bootarg_is("spe.walk", "0");
	spe.pmscr = PMSCR_E0SPE | PMSCR_E1SPE | PMSCR_CX | PMSCR_PA | PMSCR_TS;
	write_sysreg(PMSIRR_EL1, interval | (bootarg_is("spe.jitter", "1") ? PMSIRR_RND : 0));
	u64 pmsfcr = set_filters();

	allocate_buffer();
	if (spe.provoke == PROVOKE_HOLE_AT_ENABLE)
		make_hole();
	if (spe.provoke == PROVOKE_BUFFER_FULL) {
		// The highest pointer that software may set (D17.7.4).
		spe.pointer = spe.unread = spe.limit - spe.max_record_size;
		spe.provoked = true;
	}
	if (spe.provoke == PROVOKE_MISPROGRAMMING) {
		if (!spe_misprogram(&spe.wrong, spe.base, spe.limit))
			panic("bootargs: provoke= does not know this; README.md has the list");
		spe.wrong_enabled = true;
		spe.clear_only = bootarg_number("spe.clear_only", 0);
	}
	spe.expect_records = !pmsfcr && interval <= 65536;
	spe.present = true;
	gic_enable_ppi(platform.spe_intid);
	print_set_up(version, pmbidr, interval, pmsfcr);
}

// Takes what lies between the first unread byte and the given one, and starts the buffer over.
// Only an event with data loss may leave a record without its end.
static void read_records(u64 to, bool may_end_torn)
{
	if (spe.walk_records) {
		const u8 *end = spe_records_walk((const u8 *)spe.unread, (const u8 *)to, spe.max_record_size,
						 &statistics);

		if ((u64)end != to && !may_end_torn)
			statistics.malformed++;
	} else {
		statistics.bytes += to - spe.unread;
	}
	spe.pointer = spe.unread = spe.base;
}

static void unexpected_event(u64 pmbsr)
{
	kprintf("spe: unexpected buffer management event, PMBSR_EL1 0x%lx, PMBPTR_EL1 0x%lx\n", pmbsr,
		(u64)read_sysreg(PMBPTR_EL1));
	// An event that returns for ever must not keep the tasks from their end.
	if (++spe.unexpected == MAX_UNEXPECTED_EVENTS) {
		kprintf("spe: too many of them, profiling ends here\n");
		spe.given_up = true;
	}
}

// An event of the buffer that cannot be. Nothing was written, so there is nothing to read.
static void take_wrong_event(u64 pmbsr)
{
	if (++spe.wrong_events > 1)
		return;
	spe.wrong_pmbsr = pmbsr & ~PMBSR_COLL;
	if (spe.wrong_pmbsr != spe.wrong.expected) {
		kprintf("spe: expected PMBSR_EL1 0x%lx\n", spe.wrong.expected);
		unexpected_event(pmbsr);
	}
}

// Counts the event that stopped profiling and empties the buffer. The SPU is stopped (PMBSR_EL1.S).
static void take_event(u64 pmbsr)
{
	u32 ec = PMBSR_EC(pmbsr);

	if (pmbsr & PMBSR_DL)
		spe.data_lost++;
	if (ec == EC_OTHER && PMBSR_BSC(pmbsr) == BSC_FULL) {
		spe.full++;
	} else if (ec == EC_STAGE1_ABORT) {
		spe.stage1_faults++;
		if (!spe.hole || (pmbsr & PMBSR_EA))
			unexpected_event(pmbsr);
		repair_hole();
	} else {
		if (ec == EC_STAGE2_ABORT)
			spe.stage2_faults++;
		else
			spe.other_events++;
		unexpected_event(pmbsr);
	}
	u64 end = read_sysreg(PMBPTR_EL1);

	if (pmbsr & PMBSR_EA)
		end = spe.unread;       // after an External abort the pointer means nothing
	if (end < spe.unread || end > spe.limit) {
		unexpected_event(pmbsr);
		end = spe.unread;
	}
	if (spe.provoke == PROVOKE_OVERWRITE) {
		spe.overwritten += end - spe.unread;
		end = spe.unread;
	}
	read_records(end, pmbsr & PMBSR_DL);
}

// Everything that was sampled before is written, and its effects can be read (D17.9).
static void synchronize(void)
{
	isb();
	psb_csync();
	dsb();
	isb();
}

void spe_interrupt(void)
{
	synchronize();
	u64 pmbsr = read_sysreg(PMBSR_EL1);

	if (!(pmbsr & PMBSR_S))
		return;
	spe.interrupts++;
	if (pmbsr & PMBSR_COLL)
		spe.collisions++;
	if (spe.wrong_enabled) {
		take_wrong_event(pmbsr);
		if (spe.wrong_events <= spe.clear_only) {
			write_sysreg(PMBSR_EL1, 0);
			isb();
			return;
		}
		spe.wrong_enabled = false;
		// A hypervisor that refuses the buffer itself would refuse it again.
		spe.given_up |= bootarg_is("provoke", "refused");
	} else {
		take_event(pmbsr);
	}

	// Pointers first: clearing S is what lets profiling go on.
	bool resume = spe.running && !spe.given_up;

	write_sysreg(PMBPTR_EL1, spe.pointer);
	write_sysreg(PMBLIMITR_EL1, resume ? spe.limit | PMBLIMITR_E : 0);
	isb();
	write_sysreg(PMBSR_EL1, 0);
	isb();
}

void spe_start(struct task *task)
{
	if (!spe.present || spe.given_up)
		return;
	write_sysreg(PMBPTR_EL1, spe.wrong_enabled ? spe.wrong.pointer : spe.pointer);
	write_sysreg(PMBLIMITR_EL1, (spe.wrong_enabled ? spe.wrong.limit : spe.limit) | PMBLIMITR_E);
	write_sysreg(PMSICR_EL1, task->sample_counter);
	isb();
	spe.running = true;
	write_sysreg(PMSCR_EL1, spe.pmscr);
	isb();
}

void spe_stop(struct task *task)
{
	if (!spe.present || !spe.running)
		return;
	spe.running = false;
	write_sysreg(PMSCR_EL1, 0);
	synchronize();
	u64 pmbsr = read_sysreg(PMBSR_EL1);
	u64 pmbptr = read_sysreg(PMBPTR_EL1);

	write_sysreg(PMBLIMITR_EL1, 0);
	isb();
	task->sample_counter = read_sysreg(PMSICR_EL1);
	if (pmbsr & PMBSR_COLL)
		spe.collisions++;
	if (spe.wrong_enabled) {
		if (pmbsr & PMBSR_S)
			take_wrong_event(pmbsr);
		spe.wrong_enabled = spe.wrong_events == 0;
		spe.given_up |= spe.wrong_events && bootarg_is("provoke", "refused");
	} else if (pmbsr & PMBSR_S) {
		take_event(pmbsr);      // the interrupt is still pending: taken here instead
	} else {
		spe.pointer = pmbptr;
	}
	write_sysreg(PMBSR_EL1, 0);
	isb();
}

void spe_tick(void)
{
	if (spe.provoke == PROVOKE_STAGE1_FAULT && spe.running && !spe.provoked)
		make_hole();
}

static void print_statistics(void)
{
	if (spe.walk_records)
		kprintf("spe: %lu records in %lu bytes: %lu loads, %lu stores, %lu branches, %lu others; %lu at EL0, %lu at EL1\n",
			statistics.records, statistics.bytes, statistics.loads, statistics.stores,
			statistics.branches, statistics.others, statistics.at_el[0], statistics.at_el[1]);
	else
		kprintf("spe: %lu bytes of records, not walked\n", statistics.bytes);
	if (spe.walk_records) {
		kprintf("spe: by CONTEXTIDR_EL1");
		for (u32 i = 0; i < TASK_COUNT; i++) {
			if (tasks[i].selected)
				kprintf(" %u: %lu,", tasks[i].pid, statistics.by_context[i]);
		}
		kprintf(" other: %lu\n", statistics.other_context);
	}
	kprintf("spe: buffer management events: %lu full, %lu stage 1 faults, %lu stage 2 faults, %lu others; %lu by interrupt\n",
		spe.full, spe.stage1_faults, spe.stage2_faults, spe.other_events, spe.interrupts);
	kprintf("spe: %lu with data loss, %lu with collisions, %lu malformed records, %lu bytes overwritten\n",
		spe.data_lost, spe.collisions, statistics.malformed, spe.overwritten);
	if (spe.provoke == PROVOKE_MISPROGRAMMING)
		kprintf("spe: provoked: %lu events, the first with PMBSR_EL1 0x%lx\n", spe.wrong_events, spe.wrong_pmbsr);
}

// Did the event that bootargs asked for come?
static bool provocation_seen(void)
{
	switch (spe.provoke) {
	case PROVOKE_STAGE1_FAULT:
	case PROVOKE_HOLE_AT_ENABLE:
		return spe.provoked && spe.stage1_faults;
	case PROVOKE_BUFFER_FULL:
		return spe.provoked && spe.full;
	case PROVOKE_OVERWRITE:
		return spe.overwritten;
	case PROVOKE_MISPROGRAMMING:
		return spe.wrong_events;
	default:
		return true;
	}
}

bool spe_finish(void)
{
	if (!spe.present)
		return true;
	repair_hole();
	read_records(spe.pointer, false);
	print_statistics();

	bool good = !spe.unexpected && !statistics.malformed;

	if (!canary_intact()) {
		kprintf("spe: bytes behind PMBLIMITR_EL1.LIMIT were written\n");
		good = false;
	}
	if (!provocation_seen()) {
		kprintf("spe: the provoked event did not come\n");
		good = false;
	}
	if (spe.expect_records && !spe.given_up && !statistics.bytes && !spe.overwritten) {
		kprintf("spe: no record arrived\n");
		good = false;
	}
	return good;
}
