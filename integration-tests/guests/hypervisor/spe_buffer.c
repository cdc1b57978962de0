// SPDX-License-Identifier: Apache-2.0
// The guest's profiling buffer: looks at one that the guest enables, has its pages mapped at stage 2 and kept, and turns
// what is wrong with it, and what hardware reports, into events in the in-memory PMBSR_EL1 (DDI 0487, D17.7, D17.8). An
// event reaches the guest as its interrupt, never as an exception. "Open item" is docs/choices.md, "The KVM model".
#include "hypervisor.h"
#include "sysreg.h"

#define LIMIT                   (~0xffful)
#define FM(pmblimitr)           ((pmblimitr) >> 1 & 3)
#define FM_DISCARD              2
#define PMBSR_MSS               0xfffful
#define PMBSR_EA                (1ul << 18)
#define PMBSR_DL                (1ul << 19)
#define PMBSR_EC_SHIFT          26
#define PMBSR_EC                (0x3ful << PMBSR_EC_SHIFT)
#define PMBSR_MSS2              (0xfffffful << 32)
#define EC_STAGE1_ABORT         0x24ul
#define EC_STAGE2_ABORT         0x25ul
#define BSC_NOT_ALLOWED         0
#define BSC_FULL                1
#define BSC_TOO_LARGE           4
#define FSC_EXTERNAL_ABORT      0x10
#define FEAT_SPE_V1P2           3
#define FEAT_SPE_V1P3           4

// How many of the VM's pages buffers may hold at a time.
static u64 page_limit;

void spe_buffer_init(struct spe *spe, u64 *bitmap)
{
	spe->in_use = bitmap;
	spe->first_in_use = 1;
	spe->last_in_use = 0;
	page_limit = option("pin_limit", vm.size) / PAGE_SIZE;
}

// "kvm_spe_profiling_buffer_enabled()": in-memory E = 1 and S = 0 (open item 1); not what was refused (open item 5).
bool spe_buffer_enabled(const struct spe *spe)
{
	return (spe->pmblimitr & PMBLIMITR_E) && !(spe->pmbsr & PMBSR_S) && !spe->held_off;
}

// An "other" event with that BSC (OtherSPEManagementEvent). COLL, DL and EA stay.
static void report_other(struct spe *spe, u64 bsc)
{
	spe->pmbsr = (spe->pmbsr & ~(PMBSR_MSS2 | PMBSR_EC | PMBSR_MSS)) | PMBSR_S | bsc;
}

// Access not allowed: with DL (D17.8.5).
static void report_not_allowed(struct spe *spe)
{
	report_other(spe, BSC_NOT_ALLOWED);
	spe->pmbsr |= PMBSR_DL;
}

static void report_stage1(struct spe *spe, u64 fsc)
{
	report_other(spe, fsc);
	spe->pmbsr |= EC_STAGE1_ABORT << PMBSR_EC_SHIFT;
}

// A page outside of the VM's memory: an External abort. From FEAT_SPEv1p3 on hardware ignores that of a write (D17.8.4)
// and would lose the records in silence; so the buffer is refused (open item 6).
static void report_no_memslot(struct spe *spe)
{
	if (spe_version() >= FEAT_SPE_V1P3) {
		report_not_allowed(spe);
	} else {
		report_stage1(spe, FSC_EXTERNAL_ABORT);
		spe->pmbsr |= PMBSR_EA;
	}
}

// A page of the buffer, or of the tables that translate it.
static void use_page(void *context, u64 ipa)
{
	struct spe *spe = context;
	u64 page = (ipa - vm.base) / PAGE_SIZE;
	u64 word = page / 64;

	spe->in_use[word] |= 1ul << page % 64;
	if (spe->first_in_use > spe->last_in_use)
		spe->first_in_use = spe->last_in_use = word;
	else if (word < spe->first_in_use)
		spe->first_in_use = word;
	else if (word > spe->last_in_use)
		spe->last_in_use = word;
}

static void release(struct spe *spe)
{
	for (u64 word = spe->first_in_use; word <= spe->last_in_use; word++)
		spe->in_use[word] = 0;
	spe->first_in_use = 1;
	spe->last_in_use = 0;
}

// The pages that all buffers use, each counted once.
static u64 pages_in_use(void)
{
	u64 count = 0;

	for (u32 i = 0; i < MOST_CPUS; i++) {
		const struct spe *spe = &vcpus[i].spe;

		for (u64 word = spe->first_in_use; word <= spe->last_in_use; word++) {
			u64 bits = spe->in_use[word];

			for (u32 other = 0; other < i; other++)
				bits &= ~vcpus[other].spe.in_use[word];
			for (; bits; bits &= bits - 1)
				count++;
		}
	}
	return count;
}

// Maps the pages in use at stage 2, so that neither the SPU's writes nor its walks fault there. No page of this VM is ever
// moved: what is left of pinning is to count (open item 2). False when they are more than may be.
static bool pin(struct spe *spe)
{
	if (pages_in_use() > page_limit)
		return false;
	for (u64 word = spe->first_in_use; word <= spe->last_in_use; word++) {
		for (u32 bit = 0; bit < 64; bit++) {
			if (spe->in_use[word] >> bit & 1)
				stage2_map(vm.base + (word * 64 + bit) * PAGE_SIZE);
		}
	}
	return true;
}

static bool walk_buffer(struct spe *spe, u64 from, u64 to)
{
	struct walk walk = { .table = use_page, .context = spe };
	u64 left = vm.pages;            // more than these can only be the same ones again and again

	for (u64 va = from; va != to; ) {
		if (!walk_stage1(&walk, va)) {
			// The walk's status; DL, EA and PMBPTR_EL1 unchanged (open item 4).
			report_stage1(spe, walk.fault);
			return false;
		}
		u64 end = (va | ((1ul << walk.page_bits) - 1)) + 1;
		u64 size = end - va < to - va ? end - va : to - va;

		for (u64 offset = 0; offset < size; offset += PAGE_SIZE) {
			if (left-- == 0) {
				spe->held_off = true;
				report_not_allowed(spe);
				return false;
			}
			if (!vm_contains(walk.ipa + offset)) {
				report_no_memslot(spe);
				return false;
			}
			use_page(spe, walk.ipa + offset);
		}
		va += size;
	}
	return true;
}

// Different top bytes or halves of the address space, a misaligned pointer, addresses that are none (open item 5).
static bool misprogrammed(u64 pointer, u64 limit)
{
	u64 alignment = 1ul << (read_sysreg(PMBIDR_EL1) & 0xf);

	return pointer >> 55 != limit >> 55 || (pointer & (alignment - 1)) || walk_address_beyond(limit);
}

// The guest has enabled a buffer (open items 2, 4 and 5). PMBLIMITR_EL1.E stays as the guest wrote it.
static void judge(struct spe *spe)
{
	u64 pointer = spe->pmbptr;
	u64 limit = spe->pmblimitr & LIMIT;
	u64 largest = 1ul << (spe_identification() >> 12 & 0xf);        // PMSIDR_EL1.MaxSize
	u64 first = pointer & ~(PAGE_SIZE - 1);

	release(spe);
	if (FM(spe->pmblimitr) == FM_DISCARD && spe_version() >= FEAT_SPE_V1P2)
		return;                         // nothing will be written
	if (misprogrammed(pointer, limit)) {
		report_not_allowed(spe);
	} else if (pointer >= limit || limit - pointer < largest) {
		return;                         // hardware will say that it is full, when the first sample is due
	} else if (spe_max_buffer_size() && limit - first > spe_max_buffer_size()) {
		spe->held_off = true;
		report_other(spe, BSC_TOO_LARGE);
	} else if (!walk_buffer(spe, first, limit)) {
		release(spe);
	} else if (!pin(spe)) {
		release(spe);
		spe->held_off = true;
		report_not_allowed(spe);
	}
}

// The guest has written a buffer register. A buffer is looked at when it is programmed and enabled, whichever comes last;
// clearing S alone reports nothing again (open item 5).
void spe_buffer_written(struct spe *spe, u64 old_pmblimitr, u64 old_pmbsr, bool pointers)
{
	bool before = (old_pmblimitr & PMBLIMITR_E) && !(old_pmbsr & PMBSR_S);

	if (pointers) {
		spe->unjudged = true;
		spe->held_off = false;
	}
	if ((spe->pmblimitr & PMBLIMITR_E) && !(spe->pmbsr & PMBSR_S)) {
		if (spe->unjudged) {
			spe->unjudged = false;
			judge(spe);
		}
	} else if (before || !(spe->pmblimitr & PMBLIMITR_E)) {
		release(spe);                   // open item 3
	}
}

// The SPU faulted at stage 2, at the address in PMBPTR_EL1 or on the walk of its stage 1 (open item 6).
static void stage2_fault(struct spe *spe, u64 pmbsr)
{
	struct walk walk = { .table = use_page, .context = spe };
	bool translated = walk_stage1(&walk, spe->pmbptr);

	if (!translated && walk.no_memslot) {
		spe->pmbsr |= pmbsr & (PMBSR_DL | PMBSR_EA);
		report_stage1(spe, walk.fault);
		return;
	}
	if (translated && !vm_contains(walk.ipa)) {
		spe->pmbsr |= pmbsr & (PMBSR_DL | PMBSR_EA);
		report_no_memslot(spe);
		return;
	}
	// A stage 1 fault by now means that the guest has changed its tables: the next sample tells.
	if (translated)
		use_page(spe, walk.ipa);
	pin(spe);
	if (pmbsr & PMBSR_DL) {
		// The torn record cannot be resumed (D17.7.4). Else profiling goes on and the guest hears nothing.
		spe->pmbsr |= pmbsr & (PMBSR_DL | PMBSR_EA);
		report_other(spe, BSC_FULL);
	}
}

// What hardware reported while the guest ran: "updated when hardware asserts the management interrupt" (the note). The
// syndrome is hardware's; COLL, DL and EA of before stay.
void spe_buffer_reported(struct spe *spe, u64 pmbsr)
{
	spe->pmbsr |= pmbsr & PMBSR_COLL;
	if (!(pmbsr & PMBSR_S))
		return;
	if ((pmbsr & PMBSR_EC) >> PMBSR_EC_SHIFT == EC_STAGE2_ABORT)
		stage2_fault(spe, pmbsr);
	else
		spe->pmbsr = pmbsr | (spe->pmbsr & (PMBSR_COLL | PMBSR_EA | PMBSR_DL));
}
