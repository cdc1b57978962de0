// SPDX-License-Identifier: Apache-2.0
// Physical pages (never freed) and 4 KiB mappings in three-level tables of 39-bit address spaces.
#include "kernel.h"
#include "sysreg.h"

#define TABLE_ENTRIES   512
#define ADDRESS_MASK    0x0000fffffffff000ul
#define DESCRIPTOR_VALID 1ul
#define PTE_NO_EXEC     ((1ul << 53) | (1ul << 54))
#define PTE_KERNEL_DATA (PTE_PAGE | PTE_ATTR_NORMAL | PTE_INNER_SHAREABLE | PTE_ACCESS_FLAG \
			 | PTE_NO_EXEC)

extern u8 image_end[];
extern u64 kernel_l1[TABLE_ENTRIES];

static u64 next_page;
static u64 memory_end;

void memory_init(void)
{
	// start.S maps the first GiB of RAM; more is not needed.
	u64 mapped_end = RAM_BASE + (1ul << 30);

	next_page = round_up(virt_to_phys(image_end), PAGE_SIZE);
	memory_end = platform.memory_base + platform.memory_size;
	if (memory_end > mapped_end)
		memory_end = mapped_end;
}

u64 allocate_page(void)
{
	u64 tree = platform.device_tree & ~(u64)(PAGE_SIZE - 1);
	u64 tree_end = round_up(platform.device_tree + platform.device_tree_size, PAGE_SIZE);

	if (platform.have_device_tree && next_page >= tree && next_page < tree_end)
		next_page = tree_end;
	if (next_page + PAGE_SIZE > memory_end)
		panic("out of memory: give the machine more than this");
	u64 page = next_page;

	next_page += PAGE_SIZE;
	memset(phys_to_virt(page), 0, PAGE_SIZE);
	return page;
}

u64 allocate_table(void)
{
	return allocate_page();
}

// The table that an entry points to, made when it is not there.
static u64 *next_table(u64 *entry)
{
	if (!(*entry & DESCRIPTOR_VALID)) {
		u64 table = allocate_table();

		asm volatile("dsb ishst" : : : "memory");       // zeroes visible before the pointer
		*entry = table | PTE_TABLE;
	}
	return phys_to_virt(*entry & ADDRESS_MASK);
}

static u64 *page_entry(u64 *root, u64 virtual)
{
	u64 *level2 = next_table(&root[(virtual >> 30) % TABLE_ENTRIES]);
	u64 *level3 = next_table(&level2[(virtual >> 21) % TABLE_ENTRIES]);

	return &level3[(virtual >> 12) % TABLE_ENTRIES];
}

void map_page(u64 root_table, u64 virtual, u64 physical, u64 attributes)
{
	*page_entry(phys_to_virt(root_table), virtual) = physical | attributes;
	asm volatile("dsb ishst\n\tisb" : : : "memory");
}

void kernel_map_page(u64 virtual, u64 physical)
{
	*page_entry(kernel_l1, virtual) = physical | PTE_KERNEL_DATA;
	asm volatile("dsb ishst\n\tisb" : : : "memory");
}

void kernel_map_page_read_only(u64 virtual, u64 physical, bool read_only)
{
	*page_entry(kernel_l1, virtual) = physical | PTE_KERNEL_DATA | (read_only ? PTE_READ_ONLY : 0);
	asm volatile("dsb ishst\n\tisb" : : : "memory");
}

void kernel_break_table(u64 virtual, u64 table)
{
	kernel_l1[(virtual >> 30) % TABLE_ENTRIES] = table | PTE_TABLE;
	asm volatile("dsb ishst\n\tisb" : : : "memory");
}

void kernel_unmap_page(u64 virtual)
{
	*page_entry(kernel_l1, virtual) = 0;
	asm volatile("dsb ishst\n\ttlbi vaale1is, %0\n\tdsb ish\n\tisb"
		     : : "r"((virtual >> 12) & 0xffffffffffful) : "memory");
}

void kernel_map_gigabyte_of(u64 physical)
{
	u64 gigabyte = physical & ~((1ul << 30) - 1);
	u64 *entry = &kernel_l1[(gigabyte >> 30) % TABLE_ENTRIES];

	// The upper half of the table is for single pages.
	if ((gigabyte >> 30) >= TABLE_ENTRIES / 2 || (*entry & DESCRIPTOR_VALID))
		return;
	*entry = gigabyte | (PTE_KERNEL_DATA & ~3ul) | PTE_BLOCK;
	asm volatile("dsb ishst\n\tisb" : : : "memory");
}
