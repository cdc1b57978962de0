// SPDX-License-Identifier: Apache-2.0
// The guest that is linked in every way of the README's table: it leaves with the code 42 if .data holds what it
// should, .bss is zero and, with POINTERS, a word of .data that holds an address was relocated; else with 1.
    .section .text._start, "ax"
    .global _start
_start:
    mov     x3, #1
    adrp    x4, number
    add     x4, x4, :lo12:number
#ifdef POINTERS
    adrp    x5, pointer
    ldr     x5, [x5, :lo12:pointer]
    cmp     x4, x5
    b.ne    leave
#endif
    adrp    x1, block
    add     x1, x1, :lo12:block
    ldp     x6, x7, [x1]
    orr     x6, x6, x7
    cbnz    x6, leave
    ldr     x3, [x4]
leave:
    adrp    x1, block
    add     x1, x1, :lo12:block
    mov     x2, #0x26
    movk    x2, #0x2, lsl #16           // ADP_Stopped_ApplicationExit
    stp     x2, x3, [x1]
    mov     w0, #0x18                   // SYS_EXIT
    hlt     #0xf000
    b       .

    .data
    .balign 8
number:
    .quad   42
#ifdef POINTERS
pointer:
    .quad   number
#endif
#ifdef THREADS
    .section .tdata, "awT"
    .balign 8
    .quad   7
    .section .tbss, "awT", %nobits
    .balign 8
    .zero   64
#endif
    .bss
    .balign 16
    .zero   65536
block:
    .zero   16
