// SPDX-License-Identifier: Apache-2.0
// Entry of the first PE and of those that PSCI switches on, and the exception vectors. MMU off, EL1.
    .text
    .global _start
_start:
    mrs     x1, CurrentEL
    cmp     x1, #4
    b.eq    1f
    mov     w0, #98                     // not entered at EL1
    b       leave
1:  mov     x19, #0
    bl      set_up
    bl      run_tests
    b       leave

    .global secondary_start
// x0: what CPU_ON was given, the index of this PE.
secondary_start:
    mov     x20, x0
    mrs     x21, DAIF
    mrs     x22, SCTLR_EL1
    mrs     x23, CurrentEL
    mrs     x19, MPIDR_EL1
    and     x19, x19, #7
    bl      set_up
    mov     x0, x20
    mov     x1, x21
    mov     x2, x22
    mov     x3, x23
    bl      secondary_main
2:  wfi
    b       2b

// x19: index of the PE. Stack, vectors, no timers.
set_up:
    msr     SPSel, #1
    adrp    x1, stacks
    add     x1, x1, :lo12:stacks
    add     x2, x19, #1
    add     x1, x1, x2, lsl #14
    mov     sp, x1
    msr     TPIDR_EL1, x19
    adrp    x1, vectors
    add     x1, x1, :lo12:vectors
    msr     VBAR_EL1, x1
    isb
    ret

    .global leave
// w0: exit code, by semihosting.
leave:
    adrp    x1, exit_block
    add     x1, x1, :lo12:exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16             // ADP_Stopped_ApplicationExit
    stp     x2, x0, [x1]
    mov     w0, #0x20                   // SYS_EXIT_EXTENDED
    hlt     #0xf000
3:  wfi
    b       3b

    .macro  save
    sub     sp, sp, #272
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, ELR_EL1
    mrs     x1, SPSR_EL1
    stp     x0, x1, [sp, #160]
    .endm

    .macro  handle handler
    save
    mov     x0, sp
    bl      \handler
    b       restore
    .endm

restore:
    ldp     x0, x1, [sp, #160]
    msr     ELR_EL1, x0
    msr     SPSR_EL1, x1
    ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    add     sp, sp, #272
    eret

    .macro  vector handler
    .balign 128
    b       \handler
    .endm

    .balign 2048
vectors:
    vector  unexpected
    vector  unexpected
    vector  unexpected
    vector  unexpected
    vector  synchronous
    vector  interrupt
    vector  unexpected
    vector  unexpected
    vector  lower_synchronous
    vector  interrupt
    vector  unexpected
    vector  unexpected
    vector  unexpected
    vector  unexpected
    vector  unexpected
    vector  unexpected

synchronous:
    handle  take_synchronous
interrupt:
    handle  take_interrupt
unexpected:
    mov     w0, #97
    b       leave

// From EL0: an SVC ends what run_at_el0 began, anything else is recorded.
lower_synchronous:
    stp     x0, x1, [sp, #-16]!
    mrs     x1, ESR_EL1
    lsr     x1, x1, #26
    cmp     x1, #0x15
    ldp     x0, x1, [sp], #16
    b.eq    el0_is_done
    handle  take_synchronous

el0_is_done:
    ldp     x19, x20, [sp], #16
    ldp     x21, x22, [sp], #16
    ldp     x23, x24, [sp], #16
    ldp     x25, x26, [sp], #16
    ldp     x27, x28, [sp], #16
    ldp     x29, x30, [sp], #16
    ret

    .global run_at_el0
// x0: function that ends with SVC, x1: its argument, x2: its stack pointer. Returns its x0.
run_at_el0:
    stp     x29, x30, [sp, #-16]!
    stp     x27, x28, [sp, #-16]!
    stp     x25, x26, [sp, #-16]!
    stp     x23, x24, [sp, #-16]!
    stp     x21, x22, [sp, #-16]!
    stp     x19, x20, [sp, #-16]!
    msr     ELR_EL1, x0
    mov     x3, #0x3c0
    msr     SPSR_EL1, x3
    msr     SP_EL0, x2
    mov     x0, x1
    eret

    .bss
    .balign 16
stacks:
    .space  (4 << 14) + 16
exit_block:
    .space  16
