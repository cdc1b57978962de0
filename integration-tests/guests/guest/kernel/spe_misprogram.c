// SPDX-License-Identifier: Apache-2.0
// Profiling buffers that cannot be, and the buffer management event that each of them ends in under a hypervisor
// that judges a buffer when it is enabled (provoke=NAME).
#include "kernel.h"
#include "sysreg.h"

// Away from the buffer, in the same half of the address space.
#define WRONG_BASE      (KERNEL_PAGES_BASE + (256ul << 20))
#define NO_TABLE_BASE   (KERNEL_PAGES_BASE + (1ul << 30))

#define PMBSR_S         (1ul << 17)
#define PMBSR_EA        (1ul << 18)
#define PMBSR_DL        (1ul << 19)
#define STAGE1_ABORT    (0x24ul << 26)
#define NOT_ALLOWED     (PMBSR_S | PMBSR_DL)
#define TOO_LARGE       (PMBSR_S | 4)
#define FULL            (PMBSR_S | 1)

// FSC: external abort, on a table walk at level 2, permission fault at level 3.
#define EXTERNAL_ABORT          0x10
#define EXTERNAL_ABORT_WALK_2   0x16
#define PERMISSION_3            0x0f

#define FEAT_SPE_V1P3   4

static u64 max_buffer_size(void)
{
	u64 field = (u64)read_sysreg(PMBIDR_EL1) >> 32;
	u64 mantissa = field & 0x1ff;
	u64 exponent = field >> 9 & 0x1f;

	return exponent ? (512 + mantissa) << (exponent + 11) : mantissa << 12;
}

// Two pages, of which the second has that mapping.
static void second_page(struct spe_misprogramming *wrong, u64 physical, bool read_only)
{
	kernel_map_page(WRONG_BASE, allocate_page());
	kernel_map_page_read_only(WRONG_BASE + PAGE_SIZE, physical, read_only);
	wrong->pointer = WRONG_BASE;
	wrong->limit = WRONG_BASE + 2 * PAGE_SIZE;
}

bool spe_misprogram(struct spe_misprogramming *wrong, u64 base, u64 limit)
{
	u64 nothing = platform.memory_base + platform.memory_size;      // no RAM and no device there
	u32 version = (u32)(read_sysreg(ID_AA64DFR0_EL1) >> 32) & 0xf;

	wrong->pointer = base;
	wrong->limit = limit;
	wrong->expected = NOT_ALLOWED;
	if (bootarg_is("provoke", "misaligned")) {
		wrong->pointer = base + 1;
	} else if (bootarg_is("provoke", "other-tag")) {
		wrong->limit = (limit & ~(0xfful << 56)) | 0xa5ul << 56;
	} else if (bootarg_is("provoke", "other-half")) {
		wrong->pointer = base & ((1ul << 38) - 1);
	} else if (bootarg_is("provoke", "wrapping")) {
		wrong->pointer = -4 * PAGE_SIZE;
		wrong->limit = 0;
	} else if (bootarg_is("provoke", "beyond")) {
		wrong->pointer = base & ~(1ul << 40);
		wrong->limit = limit & ~(1ul << 40);
	} else if (bootarg_is("provoke", "too-large")) {
		if (!max_buffer_size())
			panic("bootargs: provoke=too-large wants a machine with a limit, PMBIDR_EL1.MaxBuffSize is 0");
		wrong->limit = base + max_buffer_size() + PAGE_SIZE;
		wrong->expected = TOO_LARGE;
	} else if (bootarg_is("provoke", "no-room")) {
		wrong->pointer = limit;
		wrong->expected = FULL;
	} else if (bootarg_is("provoke", "no-memslot")) {
		second_page(wrong, nothing, false);
		if (version < FEAT_SPE_V1P3)
			wrong->expected = PMBSR_S | PMBSR_EA | STAGE1_ABORT | EXTERNAL_ABORT;
	} else if (bootarg_is("provoke", "no-memslot-table")) {
		kernel_break_table(NO_TABLE_BASE, nothing);
		wrong->pointer = NO_TABLE_BASE;
		wrong->limit = NO_TABLE_BASE + PAGE_SIZE;
		wrong->expected = PMBSR_S | STAGE1_ABORT | EXTERNAL_ABORT_WALK_2;
	} else if (bootarg_is("provoke", "read-only")) {
		second_page(wrong, allocate_page(), true);
		wrong->expected = PMBSR_S | STAGE1_ABORT | PERMISSION_3;
	} else if (!bootarg_is("provoke", "refused")) {
		return false;
	}
	return true;
}
