// SPDX-License-Identifier: Apache-2.0
// First instruction of a task: x0 = index of the workload, x1 = iterations, x2 = heap.
    .section .text.start, "ax"
    .global user_start
    .type user_start, %function
user_start:
    bl      user_main
    brk     #0                          // user_main ends by the exit call
    .size user_start, . - user_start
