// SPDX-License-Identifier: Apache-2.0
// Entry at EL2, the way into the guest and out of it, and the exception vectors.
#include "layout.h"

#define MAIR_VALUE      0xff04                  // 0 Device-nGnRE, 1 Normal Write-Back
// 39 bits of VA in TTBR0_EL2, 4 KiB granule, Write-Back, Inner Shareable; no TTBR1_EL2; 40 bits of PA.
#define TCR_VALUE       (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)
#define SCTLR_VALUE     (0x30d00800 | 1 << 12 | 1 << 2 | 1 << 0)

.macro address register, symbol
    adrp    \register, \symbol
    add     \register, \register, :lo12:\symbol
.endm

// VHE and the hypervisor's own translation on, the stack of the CPU in x19. Clobbers x0, x1.
.macro set_up_el2
    mov     x0, #HCR_HOST & 0xffff0000
    movk    x0, #HCR_HOST >> 32, lsl #32
    msr     HCR_EL2, x0
    isb
    ldr     x0, =MAIR_VALUE
    msr     MAIR_EL1, x0                        // E2H = 1: MAIR_EL2, and so on
    ldr     x0, =TCR_VALUE
    msr     TCR_EL1, x0
    address x0, hypervisor_table
    msr     TTBR0_EL1, x0
    address x0, vectors
    msr     VBAR_EL2, x0
    isb
    tlbi    alle2
    dsb     nsh
    isb
    ldr     x0, =SCTLR_VALUE
    msr     SCTLR_EL1, x0
    isb
    msr     SPSel, #1
    address x0, stacks
    add     x1, x19, #1
    mov     x2, #STACK_SIZE
    madd    x0, x1, x2, x0
    mov     sp, x0
.endm

// Linux arm64 boot protocol: x0 = device tree, MMU off, interrupts masked (Documentation/arch/arm64/booting).
    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    msr     DAIFSet, #0xf
    mov     x20, x0
    mrs     x0, CurrentEL
    cmp     x0, #2 << 2
    b.ne    not_el2
    mrs     x0, ID_AA64MMFR1_EL1
    ubfx    x0, x0, #8, #4                      // VH
    cbz     x0, not_el2

    address x0, bss_start
    address x1, bss_end
1:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    1b

    // One table of blocks of 1 GiB: devices in the first, RAM in all others.
    address x0, hypervisor_table
    ldr     x1, =(1 << 54 | 1 << 53 | 1 << 10 | 1)              // UXN, PXN, AF, block, Device
    str     x1, [x0]
    ldr     x1, =(1 << 54 | 1 << 10 | 3 << 8 | 1 << 2 | 1)      // UXN, AF, Inner Shareable, block, Normal
    mov     x2, #1
2:  add     x3, x1, x2, lsl #30
    str     x3, [x0, x2, lsl #3]
    add     x2, x2, #1
    cmp     x2, #512
    b.lo    2b
    dsb     sy

    mov     x19, xzr
    set_up_el2
    mov     x0, x20
    bl      hypervisor_main
    .size _start, . - _start

// Nobody to tell it to: no FEAT_VHE, or not entered at EL2. Leaves with code 2 by semihosting.
    .type not_el2, %function
not_el2:
    address x1, not_el2_block
    mov     w0, #0x20
    hlt     #0xf000
    b       .
    .size not_el2, . - not_el2

// PSCI CPU_ON starts a CPU here, at EL2 with the MMU off; x0 = its struct vcpu.
    .global secondary_start
    .type secondary_start, %function
secondary_start:
    msr     DAIFSet, #0xf
    mov     x20, x0
    ldr     w19, [x0, #VCPU_HOST_SP + 8]        // index
    set_up_el2
    mov     x0, x20
    bl      secondary_main
    .size secondary_start, . - secondary_start

// u64 guest_enter(struct vcpu *): the hypervisor's registers that a callee keeps go to its stack, the guest's come from
// struct vcpu. An exception to EL2 comes back as the value that this function returns. Floating point is the guest's.
    .text
    .global guest_enter
    .type guest_enter, %function
guest_enter:
    stp     x29, x30, [sp, #-96]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    mov     x1, sp
    str     x1, [x0, #VCPU_HOST_SP]
    msr     TPIDR_EL2, x0
    ldp     x2, x3, [x0, #16]
    ldp     x4, x5, [x0, #32]
    ldp     x6, x7, [x0, #48]
    ldp     x8, x9, [x0, #64]
    ldp     x10, x11, [x0, #80]
    ldp     x12, x13, [x0, #96]
    ldp     x14, x15, [x0, #112]
    ldp     x16, x17, [x0, #128]
    ldp     x18, x19, [x0, #144]
    ldp     x20, x21, [x0, #160]
    ldp     x22, x23, [x0, #176]
    ldp     x24, x25, [x0, #192]
    ldp     x26, x27, [x0, #208]
    ldp     x28, x29, [x0, #224]
    ldr     x30, [x0, #240]
    ldp     x0, x1, [x0]
    eret
    .size guest_enter, . - guest_enter

    .type guest_exit, %function
guest_exit:                                     // x0, x1 of the guest on the stack, x1 = why it was left
    mrs     x0, TPIDR_EL2
    stp     x2, x3, [x0, #16]
    stp     x4, x5, [x0, #32]
    stp     x6, x7, [x0, #48]
    stp     x8, x9, [x0, #64]
    stp     x10, x11, [x0, #80]
    stp     x12, x13, [x0, #96]
    stp     x14, x15, [x0, #112]
    stp     x16, x17, [x0, #128]
    stp     x18, x19, [x0, #144]
    stp     x20, x21, [x0, #160]
    stp     x22, x23, [x0, #176]
    stp     x24, x25, [x0, #192]
    stp     x26, x27, [x0, #208]
    stp     x28, x29, [x0, #224]
    str     x30, [x0, #240]
    ldp     x2, x3, [sp], #16
    stp     x2, x3, [x0]
    mov     x0, x1
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #96
    ret
    .size guest_exit, . - guest_exit

.macro from_guest why
    .balign 128
    stp     x0, x1, [sp, #-16]!
    mov     x1, #\why
    b       guest_exit
.endm

.macro from_hypervisor
    .balign 128
    b       own_exception
.endm

    .balign 2048
    .type vectors, %function
vectors:
    .rept 8
    from_hypervisor
    .endr
    from_guest EXIT_SYNC
    from_guest EXIT_IRQ
    from_guest EXIT_FIQ
    from_guest EXIT_SERROR
    .rept 4                                     // AArch32, which the guest has not
    from_hypervisor
    .endr
    .balign 128
    .size vectors, . - vectors

    .section .rodata
    .balign 8
not_el2_block:
    .quad   0x20026, 2

    .bss
    .balign 4096
hypervisor_table:
    .skip   4096
stacks:
    .skip   MOST_CPUS * STACK_SIZE
