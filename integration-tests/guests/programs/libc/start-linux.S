// SPDX-License-Identifier: Apache-2.0
// Start as a Linux process: system calls write and exit_group.
#define STDOUT       1
#define NR_WRITE     64
#define NR_EXIT_GROUP 94

    .text
    .global _start
    .type _start, %function
_start:
    mov     x29, xzr
    mov     x30, xzr
    bl      main
    .global exit
    .type exit, %function
exit:
    mov     x8, #NR_EXIT_GROUP
    svc     #0
    .size exit, . - exit
    .size _start, . - _start

// x0: bytes, x1: how many. A short write goes on with the rest, an error ends the program.
    .global write_bytes
    .type write_bytes, %function
write_bytes:
    mov     x9, x0
    mov     x10, x1
1:  cbz     x10, 2f
    mov     x0, #STDOUT
    mov     x1, x9
    mov     x2, x10
    mov     x8, #NR_WRITE
    svc     #0
    tbnz    x0, #63, exit
    add     x9, x9, x0
    sub     x10, x10, x0
    b       1b
2:  ret
    .size write_bytes, . - write_bytes

    .section .note.GNU-stack, "", %progbits
