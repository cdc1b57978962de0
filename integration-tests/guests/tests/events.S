// SPDX-License-Identifier: Apache-2.0
// Two PEs that wait for each other's events: one stores a number and sends an event, the other waits in
// WFE for it and answers in the same way. No interrupt and no event stream is on. Leaves with 0, or with
// 1 when the other PE cannot be switched on.
#define ROUNDS          100
#define CPU_ON          0xc4000003
#define SYS_EXIT_EXTENDED 0x20

    .text
    .global _start
    .type _start, %function
_start:
    ldr     x0, =CPU_ON
    mov     x1, #1                      // MPIDR_EL1 affinity of the other PE
    adr     x2, other
    mov     x3, #0
    hvc     #0
    mov     x20, #1
    cbnz    x0, leave
    adr     x19, number
    mov     w21, #1                     // this PE stores odd numbers
1:  str     w21, [x19]
    dsb     sy
    sev
    add     w21, w21, #1
2:  ldr     w0, [x19]
    cmp     w0, w21
    b.eq    3f
    wfe
    b       2b
3:  add     w21, w21, #1
    cmp     w21, #2 * ROUNDS
    b.lo    1b
    mov     x20, #0
leave:
    adr     x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16             // ADP_Stopped_ApplicationExit
    stp     x2, x20, [x1]
    mov     w0, #SYS_EXIT_EXTENDED
    hlt     #0xf000
4:  wfi
    b       4b
    .size _start, . - _start

    .type other, %function
other:
    adr     x19, number
    mov     w21, #1
1:  ldr     w0, [x19]
    cmp     w0, w21
    b.eq    2f
    wfe
    b       1b
2:  add     w21, w21, #1
    str     w21, [x19]
    dsb     sy
    sev
    add     w21, w21, #1
    b       1b
    .size other, . - other

    .ltorg
    .data
    .balign 16
number:
    .skip   16
exit_block:
    .skip   16
