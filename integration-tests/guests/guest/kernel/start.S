// SPDX-License-Identifier: Apache-2.0
// Entry by the Linux arm64 boot protocol (x0 = device tree, MMU off, EL1 or EL2): builds the first
// page tables, turns the MMU on and continues at the kernel's virtual address.
#include "layout.h"
#include "drop-to-el1.h"

#define NORMAL          (PTE_ATTR_NORMAL | PTE_INNER_SHAREABLE | PTE_ACCESS_FLAG)
#define NO_EXEC         (PTE_PXN | PTE_UXN)
#define PAGE_TEXT       (PTE_PAGE | NORMAL | PTE_READ_ONLY | PTE_UXN)
#define PAGE_RODATA     (PTE_PAGE | NORMAL | PTE_READ_ONLY | NO_EXEC)
#define PAGE_DATA       (PTE_PAGE | NORMAL | NO_EXEC)
#define BLOCK_DATA      (PTE_BLOCK | NORMAL | NO_EXEC)
#define BLOCK_DEVICE    (PTE_BLOCK | PTE_ATTR_DEVICE | PTE_ACCESS_FLAG | NO_EXEC)

// 39-bit halves, 4K granule, inner and outer Write-Back, Inner Shareable, 8-bit ASID from TTBR0.
#define TCR_HALF(tsz)   ((tsz) | (1 << 8) | (1 << 10) | (3 << 12))
#define TCR_VALUE       (TCR_HALF(25) | (TCR_HALF(25) << 16) | (2 << 30))
#define SCTLR_VALUE     (SCTLR_EL1_RES1 | (1 << 12) | (1 << 3) | (1 << 2) | (1 << 0))

.macro physical_address register, symbol
    adrp    \register, \symbol
    add     \register, \register, :lo12:\symbol
.endm

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    msr     DAIFSet, #0xf
    mov     x20, x0                     // device tree, kept over the whole start
    drop_to_el1 el2_vectors

    // Tables: four consecutive pages, zeroed first.
    physical_address x0, kernel_l1
    mov     x1, #(4 * PAGE_SIZE)
1:  stp     xzr, xzr, [x0], #16
    subs    x1, x1, #16
    b.ne    1b

    physical_address x21, kernel_l1
    physical_address x22, kernel_l2
    physical_address x23, kernel_l3
    physical_address x24, identity_l1

    ldr     x0, =BLOCK_DEVICE           // first GiB: devices
    str     x0, [x21, #0]
    orr     x0, x22, #PTE_TABLE         // second GiB: RAM
    str     x0, [x21, #8]
    str     x0, [x24, #8]               // the same, at its physical address, for the switch-over

    ldr     x0, =(RAM_BASE | BLOCK_DATA)
    mov     x1, xzr
2:  str     x0, [x22, x1, lsl #3]
    add     x0, x0, #BLOCK_SIZE_2M
    add     x1, x1, #1
    cmp     x1, #512
    b.ne    2b
    orr     x0, x23, #PTE_TABLE         // the block that holds the image is mapped by pages
    str     x0, [x22, #((LOAD_ADDRESS - RAM_BASE) / BLOCK_SIZE_2M * 8)]

    physical_address x4, text_end
    physical_address x5, rodata_end
    physical_address x6, data_end
    physical_address x7, image_end
    ldr     x0, =LOAD_ADDRESS
    ldr     x8, =PAGE_TEXT
    ldr     x9, =PAGE_RODATA
    ldr     x10, =PAGE_DATA
    mov     x1, xzr
3:  mov     x2, x8
    cmp     x0, x4
    b.lo    4f
    mov     x2, x9
    cmp     x0, x5
    b.lo    4f
    mov     x2, x10
    cmp     x0, x6
    b.lo    4f
    cmp     x0, x7
    b.hs    4f
    mov     x2, x9                      // the EL0 program: read only for the kernel
4:  orr     x2, x2, x0
    str     x2, [x23, x1, lsl #3]
    add     x0, x0, #PAGE_SIZE
    add     x1, x1, #1
    cmp     x1, #512
    b.ne    3b

    // The tables were written with caches off: drop stale lines that would hide them.
    dmb     sy
    mov     x0, x21
    add     x1, x21, #(4 * PAGE_SIZE)
    mrs     x2, CTR_EL0
    ubfx    x2, x2, #16, #4
    mov     x3, #4
    lsl     x3, x3, x2
5:  dc      ivac, x0
    add     x0, x0, x3
    cmp     x0, x1
    b.lo    5b
    dsb     sy

    ldr     x0, =MAIR_VALUE
    msr     MAIR_EL1, x0
    ldr     x0, =TCR_VALUE
    mrs     x1, ID_AA64MMFR0_EL1
    and     x1, x1, #0xf                // PARange; IPS has no value above 6 without more features
    mov     x2, #6
    cmp     x1, x2
    csel    x1, x1, x2, lo
    orr     x0, x0, x1, lsl #32
    msr     TCR_EL1, x0
    msr     TTBR0_EL1, x24
    msr     TTBR1_EL1, x21
    msr     CPACR_EL1, xzr              // no FP/SIMD: a stray use traps
    msr     CONTEXTIDR_EL1, xzr
    isb
    tlbi    vmalle1
    ic      iallu
    dsb     nsh
    isb
    ldr     x0, =SCTLR_VALUE
    msr     SCTLR_EL1, x0
    isb
    ldr     x0, =start_virtual
    br      x0

    .type start_virtual, %function
start_virtual:
    physical_address x0, empty_l1       // now virtual addresses: adrp follows the PC
    mov     x1, #PAGE_SIZE
6:  stp     xzr, xzr, [x0], #16
    subs    x1, x1, #16
    b.ne    6b
    dsb     ishst
    physical_address x0, empty_l1
    ldr     x1, =KERNEL_OFFSET
    sub     x0, x0, x1
    msr     TTBR0_EL1, x0               // the low half is empty until a task runs
    isb
    tlbi    vmalle1
    dsb     nsh
    isb

    physical_address x0, vectors
    msr     VBAR_EL1, x0
    msr     SPSel, #1
    physical_address x0, kernel_stack_top
    mov     sp, x0
    physical_address x0, bss_start
    physical_address x1, bss_end
7:  cmp     x0, x1
    b.hs    8f
    str     xzr, [x0], #8
    b       7b
8:  isb
    mov     x29, xzr
    mov     x30, xzr
    mov     x0, x20
    bl      kernel_main
9:  wfi
    b       9b
    .size _start, . - _start
    .ltorg

// Nothing is expected to arrive at EL2 after the drop: leave with code 2 by semihosting.
    .balign 2048
el2_vectors:
    .rept 16
    b       el2_unexpected
    .balign 128
    .endr
    .type el2_unexpected, %function
el2_unexpected:
    physical_address x1, el2_exit_block
    mov     w0, #0x20
    hlt     #0xf000
    b       .
    .size el2_unexpected, . - el2_unexpected
    .balign 8
el2_exit_block:
    .quad   0x20026, 2

// Outside .bss: these must survive its zeroing.
    .section .noinit, "aw", %nobits
    .balign PAGE_SIZE
    .global kernel_l1, kernel_stack_top
kernel_l1:      .skip PAGE_SIZE
kernel_l2:      .skip PAGE_SIZE
kernel_l3:      .skip PAGE_SIZE
identity_l1:    .skip PAGE_SIZE
empty_l1:       .skip PAGE_SIZE
    .skip   4 * PAGE_SIZE
kernel_stack_top:
