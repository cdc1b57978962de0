// SPDX-License-Identifier: Apache-2.0
// Entry at EL1 by the Linux arm64 boot protocol, exception vectors, and the operations that the programs are made of.
    .arch armv8.2-a+crc
    .text
    .global _start
    .type _start, %function
_start:
    msr     DAIFSet, #0xf
    mov     x20, x0
    adr     x0, vectors
    msr     VBAR_EL1, x0
    mov     x0, #3 << 20                // FP and SIMD do not trap
    msr     CPACR_EL1, x0
    isb
    adrp    x0, stack_top
    mov     sp, x0
    adrp    x0, bss_start
    adrp    x1, bss_end
1:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    1b
    mov     x0, x20
    bl      random_main
    .size _start, . - _start

    .balign 2048
    .type vectors, %function
vectors:
    .rept 4
    b       unexpected
    .balign 128
    .endr
    b       unexpected                  // synchronous, EL1 with SP_EL1
    .balign 128
    stp     x0, x1, [sp, #-192]!        // IRQ
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    b       irq
    .balign 128
    .rept 10
    b       unexpected
    .balign 128
    .endr
    .size vectors, . - vectors

    .type irq, %function
irq:
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, ELR_EL1
    mrs     x1, SPSR_EL1
    stp     x0, x1, [sp, #160]
    bl      interrupt
    ldp     x0, x1, [sp, #160]
    msr     ELR_EL1, x0
    msr     SPSR_EL1, x1
    ldp     x18, x30, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp], #192
    eret
    .size irq, . - irq

// Each: x0 = 4 KiB of data, x1 = how often, from 1.
.macro operations name
    .global \name
    .type \name, %function
\name:
1:
.endm
.macro again name
    subs    x1, x1, #1
    b.ne    1b
    ret
    .size \name, . - \name
.endm

operations run_arithmetic
    add     x2, x2, x1
    eor     x3, x2, x1, lsl #3
    mul     x4, x3, x2
    udiv    x5, x4, x1
    tbz     x4, #2, 2f
    crc32x  w6, w6, x4
2:  csel    x7, x5, x6, hi
again run_arithmetic

operations run_memory
    and     x2, x1, #0xff8
    ldr     x3, [x0, x2]
    add     x3, x3, x1
    str     x3, [x0, x2]
    ldp     x4, x5, [x0, #16]
    stp     x5, x4, [x0, #32]
    ldrb    w6, [x0, x1, lsl #0]
    ldur    x7, [x0, #61]               // crosses a line
    strh    w6, [x0, #6]
    and     x1, x1, #0xfff
again run_memory

operations run_atomic
    ldxr    x2, [x0]
    add     x2, x2, #1
    stxr    w3, x2, [x0]
    ldadd   x2, x4, [x0]
    swp     x4, x5, [x0]
    stadd   x5, [x0]
    ldar    x6, [x0]
    stlr    x6, [x0]
again run_atomic

operations run_branches
    adr     x2, 3f
    tst     x1, #1
    b.eq    2f
    br      x2
2:  cbz     x1, 3f
    tbnz    x1, #1, 3f
    nop
3:  stp     x29, x30, [sp, #-16]!
    bl      called
    ldp     x29, x30, [sp], #16
again run_branches

    .type called, %function
called:
    ret
    .size called, . - called

operations run_vectors
    ldr     q0, [x0]
    ldr     q1, [x0, #16]
    fadd    v2.4s, v0.4s, v1.4s
    add     v3.4s, v2.4s, v1.4s
    str     q3, [x0, #32]
    ld1     {v4.2d, v5.2d}, [x0]
    scvtf   d6, x1
    fmul    d6, d6, d6
    fcvtzs  x3, d6
again run_vectors

    .bss
    .balign 4096
    .skip   16384
stack_top:
