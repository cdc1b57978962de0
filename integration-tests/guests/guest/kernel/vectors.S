// SPDX-License-Identifier: Apache-2.0
// Exception vectors of EL1. Each entry saves a whole frame on the kernel stack, so that a task
// switch is a copy of frames.
#include "layout.h"

.macro save_frame
    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x0, SP_EL0
    stp     x30, x0, [sp, #240]
    mrs     x0, ELR_EL1
    mrs     x1, SPSR_EL1
    stp     x0, x1, [sp, #256]
    mov     x29, xzr
    mov     x0, sp
.endm

.macro vector target
    .balign 128
    b       \target
.endm

.macro vector_unhandled kind
    .balign 128
    save_frame
    mov     x1, #\kind
    b       unhandled_exception
.endm

    .text
    .balign 2048
    .global vectors
vectors:
    vector_unhandled 0                  // Current EL with SP_EL0
    vector_unhandled 1
    vector_unhandled 2
    vector_unhandled 3
    vector_unhandled 4                  // Current EL with SP_ELx
    vector  el1_irq_entry
    vector_unhandled 6
    vector_unhandled 7
    vector  el0_sync_entry              // Lower EL, AArch64
    vector  el0_irq_entry
    vector_unhandled 10
    vector_unhandled 11
    vector_unhandled 12                 // Lower EL, AArch32
    vector_unhandled 13
    vector_unhandled 14
    vector_unhandled 15
    .balign 128

    .type el1_irq_entry, %function
el1_irq_entry:
    save_frame
    bl      el1_irq
    b       return_from_exception
    .size el1_irq_entry, . - el1_irq_entry

    .type el0_irq_entry, %function
el0_irq_entry:
    save_frame
    bl      el0_irq
    b       return_from_exception
    .size el0_irq_entry, . - el0_irq_entry

    .type el0_sync_entry, %function
el0_sync_entry:
    save_frame
    bl      el0_sync
    b       return_from_exception
    .size el0_sync_entry, . - el0_sync_entry

    // void enter_user(const struct frame *): first entry to EL0; the kernel stack starts anew.
    .global enter_user
    .type enter_user, %function
enter_user:
    adrp    x1, kernel_stack_top
    add     x1, x1, :lo12:kernel_stack_top
    sub     sp, x1, #FRAME_SIZE
    mov     x2, sp
1:  ldp     x3, x4, [x0], #16
    stp     x3, x4, [x2], #16
    cmp     x2, x1
    b.ne    1b
    b       return_from_exception
    .size enter_user, . - enter_user

    .type return_from_exception, %function
return_from_exception:
    ldp     x0, x1, [sp, #256]
    msr     ELR_EL1, x0
    msr     SPSR_EL1, x1
    ldp     x30, x0, [sp, #240]
    msr     SP_EL0, x0
    ldp     x0, x1, [sp, #0]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    add     sp, sp, #FRAME_SIZE
    eret
    .size return_from_exception, . - return_from_exception
