// SPDX-License-Identifier: Apache-2.0
// Smallest guest: says hello by the PL011 and by semihosting, leaves with the code that the boot
// arguments give as exit=N (0 without). MMU off, any Exception level. Also built as a flat image
// (hello.bin), for which it starts with the Linux arm64 boot header.
#define RAM_BASE        0x40000000
#define PL011           0x09000000
#define SYS_WRITEC      0x03
#define SYS_WRITE0      0x04
#define SYS_EXIT_EXTENDED 0x20

    .text
    .global _start
    .type _start, %function
_start:
    b       start
    nop
    .quad   0                           // text_offset
    .quad   image_end - _start          // image_size
    .quad   0b1010                      // flags: little-endian, 4K pages, anywhere in memory
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    mov     x19, x0                     // device tree
    adr     x1, uart_text
    mov     x2, #PL011
1:  ldrb    w3, [x1], #1
    cbz     w3, 2f
    str     w3, [x2]
    b       1b

2:  adr     x1, semihosting_text
    mov     w0, #SYS_WRITE0
    hlt     #0xf000
    adr     x1, new_line
    mov     w0, #SYS_WRITEC
    hlt     #0xf000

    // An ELF guest of QEMU gets no pointer; the tree is at the start of RAM.
    mov     x0, x19
    cbnz    x0, 3f
    mov     x0, #RAM_BASE
3:  bl      find_exit_code
    adr     x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16             // ADP_Stopped_ApplicationExit
    stp     x2, x0, [x1]
    mov     w0, #SYS_EXIT_EXTENDED
    hlt     #0xf000
4:  wfi
    b       4b
    .size _start, . - _start

// x0: device tree. Returns the number behind "exit=" anywhere in it (only bootargs hold that),
// 0 when there is none.
    .type find_exit_code, %function
find_exit_code:
    ldr     w1, [x0]
    rev     w1, w1
    ldr     w2, =0xd00dfeed
    cmp     w1, w2
    b.ne    9f
    ldr     w1, [x0, #4]                // totalsize
    rev     w1, w1
    add     x1, x0, x1
5:  adr     x3, exit_word
    mov     x4, x0
6:  ldrb    w5, [x3], #1
    cbz     w5, 7f                      // all letters found
    cmp     x4, x1
    b.hs    9f
    ldrb    w6, [x4], #1
    cmp     w5, w6
    b.eq    6b
    add     x0, x0, #1
    b       5b
7:  mov     x0, xzr
8:  ldrb    w5, [x4], #1
    sub     w5, w5, #'0'
    cmp     w5, #9
    b.hi    10f
    mov     x6, #10
    madd    x0, x0, x6, x5
    b       8b
9:  mov     x0, xzr
10: ret
    .size find_exit_code, . - find_exit_code
    .ltorg

    .balign 16
exit_block:
    .quad   0, 0
uart_text:
    .asciz  "Hello by the PL011\r\n"
semihosting_text:
    .asciz  "Hello by semihosting"
new_line:
    .ascii  "\n"
exit_word:
    .asciz  "exit="
