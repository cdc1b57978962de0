// SPDX-License-Identifier: Apache-2.0
// Stage 2 (DDI 0487, D8.3): 4 KiB granule, 39 bits of IPA from level 1 on, blocks of 2 MiB, each mapped when the guest, or
// the profiling buffer, first needs it. Nothing is ever taken away or moved, so nothing needs TLB maintenance.
#include "hypervisor.h"
#include "sysreg.h"

#define IPA_BITS        39
#define ENTRIES         512
#define TABLES          8               // of level 2, a GiB each
#define TABLE           3ul
#define BLOCK           1ul
#define READ_WRITE      (3ul << 6)
#define INNER_SHAREABLE (3ul << 8)
#define ACCESS_FLAG     (1ul << 10)
#define NORMAL          (0xful << 2 | INNER_SHAREABLE)  // MemAttr: Write-Back
// RES1, level 1 is the first, Inner Shareable, Write-Back.
#define VTCR            (1ul << 31 | 3ul << 12 | 1ul << 10 | 1ul << 8 | 1ul << 6 | (64 - IPA_BITS))
#define VMID            1ul
#define OTHER_VMID      2ul

static u64 level1[ENTRIES] __attribute__((aligned(4096)));
static u64 level2[TABLES][ENTRIES] __attribute__((aligned(4096)));

void stage2_init(void)
{
	if (vm.base + vm.size > (u64)TABLES << 30)
		panic("more memory than its stage 2 tables are for");
	for (u32 i = 0; i < TABLES; i++)
		level1[i] = (u64)level2[i] | TABLE;
	dsb();
}

void stage2_load(void)
{
	u64 size = id_field(read_sysreg(ID_AA64MMFR0_EL1), 0);

	write_sysreg(VTCR_EL2, VTCR | (size > 5 ? 5 : size) << 16);
	write_sysreg(VTTBR_EL2, VMID << 48 | (u64)level1);
	isb();
	asm volatile("tlbi vmalls12e1\n\tdsb nsh\n\tisb" : : : "memory");
}

void stage2_map(u64 ipa)
{
	u64 physical = (ipa + vm.offset) & ~(BLOCK_SIZE - 1);

	level2[ipa >> 30][ipa >> 21 & (ENTRIES - 1)] = physical | NORMAL | READ_WRITE | ACCESS_FLAG | BLOCK;
	// The entry was invalid, and no TLB holds such a one (D8.16).
	asm volatile("dsb ishst\n\tisb" : : : "memory");
}

// What FAULT_STALE does: the block becomes pages without that of the IPA, and no TLB hears of it.
void stage2_forget(u64 ipa)
{
	static u64 level3[ENTRIES] __attribute__((aligned(4096)));
	u64 *entry = &level2[ipa >> 30][ipa >> 21 & (ENTRIES - 1)];

	for (u32 i = 0; i < ENTRIES; i++)
		level3[i] = ((ipa + vm.offset) & ~(BLOCK_SIZE - 1)) + i * PAGE_SIZE + (NORMAL | READ_WRITE | ACCESS_FLAG | TABLE);
	level3[ipa >> 12 & (ENTRIES - 1)] = 0;
	dsb();
	*entry = (u64)level3 | TABLE;
	dsb();
}

// What FAULT_OTHER_VM and FAULT_CONTROLS_LEFT do: the VM goes on under another VMID.
void stage2_rename(void)
{
	write_sysreg(VTTBR_EL2, OTHER_VMID << 48 | (u64)level1);
	isb();
}
