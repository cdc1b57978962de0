// SPDX-License-Identifier: Apache-2.0
// Start on the bare machine: FP and SIMD on, MMU on with everything at its physical address, RAM as Normal
// memory (unaligned accesses work there only), a stack, main, exit.
#include "../../guest/kernel/layout.h"
#include "../../guest/kernel/drop-to-el1.h"

#define STACK_SIZE      0x40000
#define NORMAL          (PTE_ATTR_NORMAL | PTE_INNER_SHAREABLE | PTE_ACCESS_FLAG)
// 39 bits by TTBR0, 4 KiB granule, Inner Shareable Write-Back walks, no walks by TTBR1.
#define TCR_VALUE       (25 | (1 << 8) | (1 << 10) | (3 << 12) | (1 << 23))
// I, C, M; alignment is not checked.
#define SCTLR_VALUE     (SCTLR_EL1_RES1 | (1 << 12) | (1 << 2) | (1 << 0))
#define CPACR_FPEN      (3 << 20)

    .text
    .global _start
    .type _start, %function
_start:
    drop_to_el1 vectors
    adr     x0, vectors
    msr     VBAR_EL1, x0
    mov     x0, #CPACR_FPEN
    msr     CPACR_EL1, x0
    isb
    msr     FPCR, xzr
    msr     FPSR, xzr

    // Level 1: the first GiB holds devices, the second one RAM.
    adrp    x19, level1
    mov     x0, x19
    mov     x1, #PAGE_SIZE
1:  stp     xzr, xzr, [x0], #16
    subs    x1, x1, #16
    b.ne    1b
    ldr     x0, =(PTE_BLOCK | PTE_ATTR_DEVICE | PTE_ACCESS_FLAG | PTE_PXN | PTE_UXN)
    str     x0, [x19]
    ldr     x0, =(RAM_BASE | PTE_BLOCK | NORMAL)
    str     x0, [x19, #8]
    dmb     sy
    mov     x0, x19
    add     x1, x19, #PAGE_SIZE
2:  dc      ivac, x0                    // 16 bytes: the smallest line
    add     x0, x0, #16
    cmp     x0, x1
    b.lo    2b
    ldr     x0, =MAIR_VALUE
    msr     MAIR_EL1, x0
    ldr     x0, =TCR_VALUE
    mrs     x1, ID_AA64MMFR0_EL1
    and     x1, x1, #0x7
    orr     x0, x0, x1, lsl #32
    msr     TCR_EL1, x0
    msr     TTBR0_EL1, x19
    dsb     sy
    isb
    tlbi    vmalle1
    ic      iallu
    dsb     nsh
    isb
    ldr     x0, =SCTLR_VALUE
    msr     SCTLR_EL1, x0
    isb

    adrp    x0, stack_end
    mov     sp, x0
    mov     x29, xzr
    mov     x30, xzr
    bl      main
    bl      exit
    .size _start, . - _start
    .ltorg

// No exception is expected: exception() tells which one came.
    .balign 2048
vectors:
    .rept 16
    mrs     x0, ESR_EL1
    mrs     x1, ELR_EL1
    mrs     x2, FAR_EL1
    b       exception
    .balign 128
    .endr

    .bss
    .balign PAGE_SIZE
level1:     .skip PAGE_SIZE
stack:      .skip STACK_SIZE
stack_end:

    .section .note.GNU-stack, "", %progbits
