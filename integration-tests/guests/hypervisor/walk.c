// SPDX-License-Identifier: Apache-2.0
// A walk of the guest's stage 1 tables in software (DDI 0487, D8.2, AArch64.S1Walk), for a privileged write that PAN does
// not stop, as the SPU writes for EL1 (D17.7.2). The AT instructions would do for the address, but neither tell which pages
// the tables are in, nor at which level of stage 1 stage 2 stopped them.
#include "hypervisor.h"
#include "sysreg.h"

#define SCTLR_M                 1ul
#define VALID                   1ul
#define TABLE_OR_PAGE           2ul
#define READ_ONLY               (1ul << 7)      // AP[2]
#define ACCESS_FLAG             (1ul << 10)
#define DIRTY_MANAGED           (1ul << 51)     // DBM
#define TABLE_READ_ONLY         (1ul << 62)     // APTable[1]
#define ADDRESS                 0x0000fffffffff000ul

#define FAULT_ADDRESS_SIZE      0x00
#define FAULT_TRANSLATION       0x04
#define FAULT_ACCESS_FLAG       0x08
#define FAULT_PERMISSION        0x0c
#define FAULT_EXTERNAL_ON_WALK  0x14

// One half of the address space, as TCR_EL1 and TTBRn_EL1 have it.
struct range {
	bool upper, ignores_top, disabled, hierarchy_disabled;
	u32 unused;                     // TnSZ
	u32 granule;                    // log2
	u32 output_bits;
	u64 base;                       // of the first table
	u32 level;                      // of the first table
};

static u32 physical_bits(void)
{
	static const u8 sizes[] = { 32, 36, 40, 42, 44, 48 };
	u32 range = id_field(read_sysreg(ID_AA64MMFR0_EL1), 0);

	return sizes[range > 5 ? 5 : range];
}

static u32 output_bits(u64 tcr)
{
	static const u8 sizes[] = { 32, 36, 40, 42, 44, 48, 48, 48 };
	u32 bits = sizes[tcr >> 32 & 7];

	return bits < physical_bits() ? bits : physical_bits();
}

static u32 granule(u64 tcr, bool upper)
{
	// TG0 and TG1 have the same sizes by other numbers; reserved ones count as 4 KiB (docs/choices.md).
	static const u8 low[] = { 12, 16, 14, 12 }, high[] = { 12, 14, 12, 16 };

	return upper ? high[tcr >> 30 & 3] : low[tcr >> 14 & 3];
}

static bool supports_small_tables(void)
{
	return id_field(read_sysreg(ID_AA64MMFR2_EL1), 28);     // ST: FEAT_TTST
}

static struct range range_of(u64 va)
{
	u64 tcr = read_sysreg(TCR_EL12);
	struct range r = { .upper = va >> 55 & 1 };

	r.ignores_top = tcr >> (r.upper ? 38 : 37) & 1;
	r.disabled = tcr >> (r.upper ? 23 : 7) & 1;
	r.hierarchy_disabled = id_field(read_sysreg(ID_AA64MMFR1_EL1), 12) && (tcr >> (r.upper ? 42 : 41) & 1);
	r.unused = tcr >> (r.upper ? 16 : 0) & 63;
	r.granule = granule(tcr, r.upper);
	r.output_bits = output_bits(tcr);
	u32 most = !supports_small_tables() ? 39 : r.granule == 16 ? 47 : 48;

	if (r.unused < 16 || r.unused > most) {
		r.disabled = true;
		return r;
	}
	u32 stride = r.granule - 3;
	u32 levels = (64 - r.unused - r.granule + stride - 1) / stride;
	u32 first_bits = 64 - r.unused - r.granule - (levels - 1) * stride + 3;

	r.level = 4 - levels;
	r.base = (r.upper ? read_sysreg(TTBR1_EL12) : read_sysreg(TTBR0_EL12)) & 0x0000fffffffffffeul & ~0ul << first_bits;
	return r;
}

static bool out_of_range(const struct range *r, u64 va)
{
	int64_t address = r->ignores_top ? (int64_t)(va << 8) >> 8 : (int64_t)va;

	return address >> (64 - r->unused) != (r->upper ? -1 : 0);
}

static bool fail(struct walk *walk, u32 fault, u32 level)
{
	walk->fault = fault + level;
	return false;
}

static bool block_at(u32 granule, u32 level)
{
	return granule == 12 ? level == 1 || level == 2 : level == 2;
}

static bool leaf(struct walk *walk, u64 descriptor, u32 level, bool read_only)
{
	u64 tcr = read_sysreg(TCR_EL12);
	u32 managed = id_field(read_sysreg(ID_AA64MMFR1_EL1), 0);       // HAFDBS
	bool clean = managed >= 2 && (tcr >> 40 & 1) && (tcr >> 39 & 1) && (descriptor & DIRTY_MANAGED);

	if (!(descriptor & ACCESS_FLAG) && !(managed && (tcr >> 39 & 1)))
		return fail(walk, FAULT_ACCESS_FLAG, level);
	if (read_only || ((descriptor & READ_ONLY) && !clean))
		return fail(walk, FAULT_PERMISSION, level);
	return true;
}

bool walk_stage1(struct walk *walk, u64 va)
{
	walk->no_memslot = false;
	walk->page_bits = 12;
	walk->ipa = va;
	if (!(read_sysreg(SCTLR_EL12) & SCTLR_M))
		return va >> physical_bits() == 0 || fail(walk, FAULT_ADDRESS_SIZE, 0);
	struct range r = range_of(va);

	if (r.disabled || out_of_range(&r, va))
		return fail(walk, FAULT_TRANSLATION, 0);
	if (r.base >> r.output_bits)
		return fail(walk, FAULT_ADDRESS_SIZE, 0);
	u64 table = r.base;
	u32 stride = r.granule - 3;
	u32 top = 64 - r.unused;        // bits of va from here on have been used
	bool read_only = false;

	for (u32 level = r.level;; level++) {
		u32 shift = r.granule + (3 - level) * stride;
		u64 index = va >> shift & ((1ul << (top - shift)) - 1);
		u64 at = table + index * 8;

		// A table of a larger granule may begin inside and end outside of memory: its entry is looked at.
		if (!vm_contains(table) || !vm_contains(at)) {
			walk->no_memslot = true;
			return fail(walk, FAULT_EXTERNAL_ON_WALK, level);
		}
		walk->table(walk->context, at);
		u64 descriptor = *(volatile u64 *)(at + vm.offset);
		bool more = descriptor & TABLE_OR_PAGE;

		if (!(descriptor & VALID) || (level == 3 && !more) || (level < 3 && !more && !block_at(r.granule, level)))
			return fail(walk, FAULT_TRANSLATION, level);
		bool last = level == 3 || !more;
		u64 next = descriptor & ADDRESS & ~0ul << (last ? shift : r.granule);

		if (next >> r.output_bits)
			return fail(walk, FAULT_ADDRESS_SIZE, level);
		if (last) {
			walk->ipa = next | (va & ((1ul << shift) - 1));
			walk->page_bits = shift;
			return leaf(walk, descriptor, level, read_only);
		}
		read_only |= !r.hierarchy_disabled && (descriptor & TABLE_READ_ONLY);
		table = next;
		top = shift;
	}
}

// Whether an address behind the buffer's last byte says that this lies outside of what TCR_EL1 lets be translated.
bool walk_address_beyond(u64 limit)
{
	u64 tcr = read_sysreg(TCR_EL12);
	bool upper = limit >> 55 & 1;
	u32 unused = tcr >> (upper ? 16 : 0) & 63;

	if (!(read_sysreg(SCTLR_EL12) & SCTLR_M) || limit == 0 || unused <= 8)
		return false;
	// From the input size up to bit 55 the bits of the last byte's address are copies of bit 55; above is the tag.
	int64_t outside = (int64_t)((limit - 1) << 8) >> 8 >> (64 - unused);

	return outside != (upper ? -1 : 0);
}
