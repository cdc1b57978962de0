// SPDX-License-Identifier: Apache-2.0
// Addresses and page table bits shared by assembly, C and the linker script.
#ifndef LAYOUT_H
#define LAYOUT_H

// Kernel virtual address = physical address + KERNEL_OFFSET (39-bit TTBR1 half). The top byte is
// 0xff as a profiler writes it for EL1 addresses, whose PC packets keep only bits 55:0.
#define KERNEL_OFFSET       0xffffff8000000000
#define RAM_BASE            0x40000000
// 2 MiB above the start of RAM: leaves the place where a loader may put the device tree of an ELF.
#define LOAD_ADDRESS        0x40200000
// Kernel mappings of single pages (the profiling buffer), outside the linear map.
#define KERNEL_PAGES_BASE   0xffffffc000000000

#define USER_TEXT           0x00400000
#define USER_HEAP           0x10000000
#define USER_HEAP_SIZE      0x00100000
#define USER_STACK_TOP      0x20000000
#define USER_STACK_SIZE     0x00004000

#define PAGE_SIZE           4096
#define BLOCK_SIZE_2M       0x200000

// Frame that vectors.S saves: x0..x30, SP_EL0, ELR_EL1, SPSR_EL1.
#define FRAME_SIZE          272

// VMSAv8-64 descriptors (DDI 0487, D8.3).
#define PTE_TABLE           0x3
#define PTE_PAGE            0x3
#define PTE_BLOCK           0x1
#define PTE_ATTR_DEVICE     (0 << 2)
#define PTE_ATTR_NORMAL     (1 << 2)
#define PTE_USER            (1 << 6)
#define PTE_READ_ONLY       (1 << 7)
#define PTE_INNER_SHAREABLE (3 << 8)
#define PTE_ACCESS_FLAG     (1 << 10)
#define PTE_NOT_GLOBAL      (1 << 11)
#define PTE_PXN             (1 << 53)
#define PTE_UXN             (1 << 54)

// MAIR_EL1: index 0 Device-nGnRE, index 1 Normal Write-Back.
#define MAIR_VALUE          0xff04

#endif
