// SPDX-License-Identifier: Apache-2.0
// Code that changes under the PE, with the MMU and caches on at EL1:
//  1. one instruction is rewritten ROUNDS times, each time followed by the maintenance that the
//     architecture requires (DDI 0487, B2.7.4.3: DC CVAU, DSB, IC IVAU, DSB, ISB), and called;
//  2. a virtual page of code is mapped by turns to two physical pages (break-before-make, TLBI),
//     and called.
// Exit code: 0 when every call ran the code that was current, else the number of the failed part.
#include "../guest/kernel/layout.h"
#include "../guest/kernel/drop-to-el1.h"

#define ROUNDS          1000
#define REMAPPED        0x80000000      // virtual address of part 2
#define SYS_WRITE0      0x04
#define SYS_EXIT_EXTENDED 0x20
#define NORMAL          (PTE_ATTR_NORMAL | PTE_INNER_SHAREABLE | PTE_ACCESS_FLAG)
#define TCR_VALUE       (25 | (1 << 8) | (1 << 10) | (3 << 12) | (1 << 23))
#define SCTLR_VALUE     (SCTLR_EL1_RES1 | (1 << 12) | (1 << 2) | (1 << 0))

    .text
    .global _start
    .type _start, %function
_start:
    drop_to_el1 el2_vectors
    adr     x0, vectors
    msr     VBAR_EL1, x0

    // RAM at its physical address by a block; REMAPPED by a page.
    adrp    x19, level1
    adrp    x20, level2
    adrp    x21, level3
    mov     x0, x19
    mov     x1, #(3 * PAGE_SIZE)
1:  stp     xzr, xzr, [x0], #16
    subs    x1, x1, #16
    b.ne    1b
    ldr     x0, =(RAM_BASE | PTE_BLOCK | NORMAL)
    str     x0, [x19, #8]
    orr     x0, x20, #PTE_TABLE
    str     x0, [x19, #16]
    orr     x0, x21, #PTE_TABLE
    str     x0, [x20]
    dmb     sy
    mov     x0, x19
    add     x1, x19, #(3 * PAGE_SIZE)
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

    bl      rewrite_test
    mov     x25, #1
    cbnz    x0, finish
    bl      remap_test
    mov     x25, #2
    cbnz    x0, finish
    mov     x25, xzr
finish:
    adr     x1, good_text
    cbz     x25, 3f
    adr     x1, bad_text
3:  mov     w0, #SYS_WRITE0
    hlt     #0xf000
    adrp    x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16
    stp     x2, x25, [x1]
    mov     w0, #SYS_EXIT_EXTENDED
    hlt     #0xf000
    b       .
    .size _start, . - _start

// Makes what was written at x0 (one instruction) visible to instruction fetch.
    .type synchronize_code, %function
synchronize_code:
    dc      cvau, x0
    dsb     ish
    ic      ivau, x0
    dsb     ish
    isb
    ret
    .size synchronize_code, . - synchronize_code

// Returns 0 in x0 when each rewritten "mov x0, #n" was seen.
    .type rewrite_test, %function
rewrite_test:
    mov     x29, x30
    mov     x22, xzr
    adrp    x23, code_page
    ldr     w1, =0xd65f03c0             // ret
    str     w1, [x23, #4]
    add     x0, x23, #4
    bl      synchronize_code
4:  ldr     w1, =0xd2800000             // mov x0, #0; the immediate is bits 20:5
    orr     w1, w1, w22, lsl #5
    str     w1, [x23]
    mov     x0, x23
    bl      synchronize_code
    blr     x23
    cmp     x0, x22
    b.ne    5f
    add     x22, x22, #1
    cmp     x22, #ROUNDS
    b.ne    4b
    mov     x0, xzr
    ret     x29
5:  mov     x0, #1
    ret     x29
    .size rewrite_test, . - rewrite_test

// Returns 0 in x0 when each call ran the page that was mapped.
    .type remap_test, %function
remap_test:
    mov     x29, x30
    adrp    x23, code_page
    add     x24, x23, #PAGE_SIZE
    ldr     w1, =0xd2800000             // mov x0, #0; ret
    ldr     w2, =0xd65f03c0
    stp     w1, w2, [x23]
    ldr     w1, =0xd2800020             // mov x0, #1; ret
    stp     w1, w2, [x24]
    mov     x0, x23
    bl      synchronize_code
    add     x0, x23, #4
    bl      synchronize_code
    mov     x0, x24
    bl      synchronize_code
    add     x0, x24, #4
    bl      synchronize_code
    mov     x22, xzr
    mov     x26, #REMAPPED
6:  str     xzr, [x21]
    dsb     ishst
    lsr     x1, x26, #12
    tlbi    vaae1is, x1
    dsb     ish
    isb
    tst     x22, #1
    csel    x1, x24, x23, ne
    ldr     x2, =(PTE_PAGE | NORMAL)
    orr     x1, x1, x2
    str     x1, [x21]
    dsb     ishst
    isb
    blr     x26
    and     x1, x22, #1
    cmp     x0, x1
    b.ne    7f
    add     x22, x22, #1
    cmp     x22, #ROUNDS
    b.ne    6b
    mov     x0, xzr
    ret     x29
7:  mov     x0, #1
    ret     x29
    .size remap_test, . - remap_test
    .ltorg

// An exception ends the test with code 3.
    .balign 2048
vectors:
el2_vectors:
    .rept 16
    mov     x25, #3
    b       finish
    .balign 128
    .endr

good_text:
    .asciz  "selfmodify: every change was seen\n"
bad_text:
    .asciz  "selfmodify: stale code ran\n"

    .bss
    .balign PAGE_SIZE
level1:     .skip PAGE_SIZE
level2:     .skip PAGE_SIZE
level3:     .skip PAGE_SIZE
code_page:  .skip 2 * PAGE_SIZE
exit_block: .skip 16
