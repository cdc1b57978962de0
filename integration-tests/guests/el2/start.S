// SPDX-License-Identifier: Apache-2.0
// Entry at EL2, the vectors of EL2 and of EL1, and the way into what is attempted and out of it. MMU off at EL2.
    .text
    .global _start
_start:
    mrs     x1, CurrentEL
    cmp     x1, #8
    b.eq    1f
    mov     w0, #98                     // not entered at EL2
    b       leave
1:  msr     SPSel, #1
    adr     x1, stack_top
    mov     sp, x1
    adr     x1, vectors
    msr     VBAR_EL2, x1
    isb
    bl      attempt_all
    mov     w0, #0

// w0: exit code, by semihosting.
leave:
    adr     x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16             // ADP_Stopped_ApplicationExit
    stp     x2, x0, [x1]
    mov     w0, #0x20                   // SYS_EXIT_EXTENDED
    hlt     #0xf000
2:  wfi
    b       2b

    .global print
// x0: text that ends with 0.
print:
    mov     x1, x0
    mov     w0, #4                      // SYS_WRITE0
    hlt     #0xf000
    ret

// struct frame: x0 to x30, then these.
    .equ    PC, 31 * 8
    .equ    PSTATE, 32 * 8
    .equ    SYNDROME, 33 * 8
    .equ    ADDRESS, 34 * 8
    .equ    IPA, 35 * 8
    .equ    KIND, 36 * 8

// x2 to x29 of the frame in x0.
    .macro  REST operation
    \operation     x2, x3, [x0, #16]
    \operation     x4, x5, [x0, #32]
    \operation     x6, x7, [x0, #48]
    \operation     x8, x9, [x0, #64]
    \operation     x10, x11, [x0, #80]
    \operation     x12, x13, [x0, #96]
    \operation     x14, x15, [x0, #112]
    \operation     x16, x17, [x0, #128]
    \operation     x18, x19, [x0, #144]
    \operation     x20, x21, [x0, #160]
    \operation     x22, x23, [x0, #176]
    \operation     x24, x25, [x0, #192]
    \operation     x26, x27, [x0, #208]
    \operation     x28, x29, [x0, #224]
    .endm

    .global enter
// x0: struct frame. Goes to its PC with its PSTATE and returns when there is an exception to EL2, with what came.
enter:
    stp     x19, x20, [sp, #-96]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    msr     TPIDR_EL2, x0
    ldp     x1, x2, [x0, #PC]
    msr     ELR_EL2, x1
    msr     SPSR_EL2, x2
    REST    ldp
    ldr     x30, [x0, #240]
    ldp     x0, x1, [x0]
    isb
    eret

out_of:                                 // x0, x1 on the stack; x1: which vector
    mrs     x0, TPIDR_EL2
    str     x1, [x0, #KIND]
    REST    stp
    str     x30, [x0, #240]
    ldp     x2, x3, [sp], #16
    stp     x2, x3, [x0]
    mrs     x2, ELR_EL2
    mrs     x3, SPSR_EL2
    stp     x2, x3, [x0, #PC]
    mrs     x2, ESR_EL2
    mrs     x3, FAR_EL2
    stp     x2, x3, [x0, #SYNDROME]
    mrs     x2, HPFAR_EL2
    str     x2, [x0, #IPA]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret

// An exception at EL2 itself: what came is kept, the instruction is skipped.
own:
    adr     x0, caught
    mrs     x1, ESR_EL2
    str     x1, [x0]
    mrs     x1, ELR_EL2
    add     x1, x1, #4
    msr     ELR_EL2, x1
    ldp     x0, x1, [sp], #16
    eret

    .macro  vector kind, to
    .balign 128
    stp     x0, x1, [sp, #-16]!
    mov     x1, #\kind
    b       \to
    .endm

    .balign 2048
vectors:
    .rept   4
    vector  9, unexpected
    .endr
    vector  0, own
    vector  9, unexpected
    vector  9, unexpected
    vector  9, unexpected
    vector  0, out_of
    vector  1, out_of
    vector  2, out_of
    vector  3, out_of
    .rept   4
    vector  9, unexpected
    .endr

unexpected:
    mov     w0, #97
    b       leave

// The vectors of EL1: they tell EL2 which it was, with the registers of the exception. From the same EL, then from EL0.
    .macro  told kind
    .balign 128
    mrs     x20, ESR_EL1
    mrs     x21, ELR_EL1
    mrs     x22, FAR_EL1
    mrs     x23, SPSR_EL1
    mrs     x24, ISR_EL1
    hvc     #\kind
    .endm
    .balign 2048
    .global vectors_el1
vectors_el1:
    .irp    from, 0, 1, 2, 3
    told    0x60 + \from * 4
    told    0x61 + \from * 4
    told    0x62 + \from * 4
    told    0x63 + \from * 4
    .endr

    .bss
    .global caught
    .balign 16
caught:
    .skip   16
exit_block:
    .skip   16
    .skip   8192
stack_top:
