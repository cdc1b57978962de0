// SPDX-License-Identifier: Apache-2.0
// Lazy switching of the FP and SIMD registers, and the traps it stands on (DDI 0487, D17.2.30 CPACR_EL1):
//  1. with CPACR_EL1.FPEN 0b00 and 0b10 an FP instruction at EL1 traps (EC 0x07) and is retried after FPEN
//     is set;
//  2. three EL0 tasks take turns, two with FP, one without. A task starts its turn with FPEN 0b01: its
//     first FP instruction traps to EL1, which stores the registers of the other task (EL1 itself is not
//     trapped by 0b01), loads the task's own ones and returns to the same instruction. Each task finds
//     V0 to V31, FPCR and FPSR as it left them; the one without FP never traps.
// Exit code: 0, or 1 wrong number of traps at EL1, 2 a register changed, 3 another exception, 4 wrong
// number of traps of a task, 5 wrong syndrome.
#include "../guest/kernel/drop-to-el1.h"

#define ROUNDS          200
#define SYS_WRITE0      0x04
#define SYS_EXIT_EXTENDED 0x20
#define FPEN_NONE       (3 << 20)       // nothing traps
#define FPEN_EL0        (1 << 20)       // EL0 traps
#define EC_FP_TRAP      0x07
#define EC_SVC64        0x15
// EC, IL, and what AArch64 gives: CV 1, COND 0b1110.
#define FP_SYNDROME     0x1fe00000

// System calls of the tasks.
#define YIELD           0
#define DONE            1
#define FAILED          2

// What EL1 keeps of a task. Tasks use x0 to x7 only, so EL1 has x16 and higher for itself:
// x20 the running task, x21 the task whose values are in the FP registers (0: none), x22 traps at EL1.
#define TASK_PC         64
#define TASK_NEXT       72
#define TASK_TRAPS      80
#define TASK_EXPECTED   88
#define TASK_ENDED      96
#define TASK_FPCR       104
#define TASK_FPSR       112
#define TASK_V          128
#define TASK_SIZE       640

    .text
    .global _start
    .type _start, %function
_start:
    drop_to_el1 vectors
    adr     x0, vectors
    msr     VBAR_EL1, x0
    isb

    // Part 1.
    mov     x22, xzr
    msr     CPACR_EL1, xzr
    isb
    fmov    d0, xzr
    mov     x0, #(2 << 20)
    msr     CPACR_EL1, x0
    isb
    movi    v0.16b, #1
    mov     x25, #1
    cmp     x22, #2
    b.ne    finish

    // Part 2.
    mov     x21, xzr
    adr     x20, tasks
    mov     x16, #FPEN_EL0
    msr     CPACR_EL1, x16
    b       resume
    .size _start, . - _start

    .type el1_exception, %function
el1_exception:
    mrs     x16, ESR_EL1
    mov     x17, #FP_SYNDROME
    mov     x25, #5
    cmp     x16, x17
    b.ne    finish
    add     x22, x22, #1
    mov     x16, #FPEN_NONE
    msr     CPACR_EL1, x16
    eret                                // synchronizes the context
    .size el1_exception, . - el1_exception

    .type el0_exception, %function
el0_exception:
    mrs     x16, ESR_EL1
    lsr     x17, x16, #26
    cmp     x17, #EC_FP_TRAP
    b.eq    fp_trap
    mov     x25, #3
    cmp     x17, #EC_SVC64
    b.ne    finish
    and     x16, x16, #0xffff
    cmp     x16, #FAILED
    mov     x25, #2
    b.eq    finish
    str     x16, [x20, #TASK_ENDED]     // DONE is not 0
    stp     x0, x1, [x20]
    stp     x2, x3, [x20, #16]
    stp     x4, x5, [x20, #32]
    stp     x6, x7, [x20, #48]
    mrs     x16, ELR_EL1
    str     x16, [x20, #TASK_PC]

    // The next task that has not ended.
    mov     x17, x20
1:  ldr     x20, [x20, #TASK_NEXT]
    ldr     x16, [x20, #TASK_ENDED]
    cbz     x16, 2f
    cmp     x20, x17
    b.ne    1b
    b       all_ended
2:  mov     x16, #FPEN_EL0
    mov     x17, #FPEN_NONE
    cmp     x20, x21
    csel    x16, x17, x16, eq
    msr     CPACR_EL1, x16
resume:
    ldr     x16, [x20, #TASK_PC]
    msr     ELR_EL1, x16
    mov     x16, #0x3c0                 // EL0t, masked
    msr     SPSR_EL1, x16
    ldp     x0, x1, [x20]
    ldp     x2, x3, [x20, #16]
    ldp     x4, x5, [x20, #32]
    ldp     x6, x7, [x20, #48]
    eret
    .size el0_exception, . - el0_exception

    .type fp_trap, %function
fp_trap:
    mov     x17, #FP_SYNDROME
    mov     x25, #5
    cmp     x16, x17
    b.ne    finish
    ldr     x16, [x20, #TASK_TRAPS]
    add     x16, x16, #1
    str     x16, [x20, #TASK_TRAPS]
    cbz     x21, 3f
    add     x16, x21, #TASK_V           // FPEN is still 0b01
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    str     q\n, [x16, #(16 * \n)]
    .endr
    mrs     x16, FPCR
    str     x16, [x21, #TASK_FPCR]
    mrs     x16, FPSR
    str     x16, [x21, #TASK_FPSR]
3:  mov     x16, #FPEN_NONE
    msr     CPACR_EL1, x16
    isb
    add     x16, x20, #TASK_V
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ldr     q\n, [x16, #(16 * \n)]
    .endr
    ldr     x16, [x20, #TASK_FPCR]
    msr     FPCR, x16
    ldr     x16, [x20, #TASK_FPSR]
    msr     FPSR, x16
    mov     x21, x20
    eret
    .size fp_trap, . - fp_trap

    .type all_ended, %function
all_ended:
    adr     x20, tasks
    mov     x25, #4
    mov     x16, #3
4:  ldr     x17, [x20, #TASK_TRAPS]
    ldr     x18, [x20, #TASK_EXPECTED]
    cmp     x17, x18
    b.ne    finish
    add     x20, x20, #TASK_SIZE
    subs    x16, x16, #1
    b.ne    4b
    mov     x25, xzr
finish:
    adr     x1, good_text
    cbz     x25, 5f
    adr     x1, bad_text
5:  mov     w0, #SYS_WRITE0
    hlt     #0xf000
    adr     x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16
    stp     x2, x25, [x1]
    mov     w0, #SYS_EXIT_EXTENDED
    hlt     #0xf000
    b       .
    .size all_ended, . - all_ended

// EL0, with FP. x0: round, x1: number of the task, x2: FPCR, x3: 16-byte aligned scratch memory.
    .type fp_task, %function
fp_task:
    lsl     x4, x1, #32
    orr     x4, x4, x0, lsl #8
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add     x5, x4, #\n
    fmov    d\n, x5
    mvn     x5, x5
    mov     v\n\().d[1], x5
    .endr
    msr     FPCR, x2
    and     x5, x0, #0x1f
    msr     FPSR, x5
    svc     #YIELD

    // The first FP instruction of a turn is another one in each of four rounds.
    and     x5, x0, #3
    cbz     x5, 6f
    cmp     x5, #2
    b.lo    7f
    b.eq    8f
    st1     {v0.16b, v1.16b, v2.16b, v3.16b}, [x3]
    b       9f
6:  mrs     x6, FPCR
    cmp     x6, x2
    b.ne    10f
    b       9f
7:  fmov    x6, d0
    cmp     x6, x4
    b.ne    10f
    b       9f
8:  str     q0, [x3]
    ldr     x6, [x3]
    cmp     x6, x4
    b.ne    10f
9:  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add     x5, x4, #\n
    fmov    x6, d\n
    cmp     x5, x6
    b.ne    10f
    mov     x6, v\n\().d[1]
    mvn     x5, x5
    cmp     x5, x6
    b.ne    10f
    .endr
    mrs     x6, FPCR
    cmp     x6, x2
    b.ne    10f
    and     x5, x0, #0x1f
    mrs     x6, FPSR
    cmp     x5, x6
    b.ne    10f
    add     x0, x0, #1
    cmp     x0, #ROUNDS
    b.ne    fp_task
    svc     #DONE
10: svc     #FAILED
    .size fp_task, . - fp_task

// EL0, without FP.
    .type plain_task, %function
plain_task:
    add     x0, x0, #1
    svc     #YIELD
    cmp     x0, #ROUNDS
    b.ne    plain_task
    svc     #DONE
    .size plain_task, . - plain_task
    .ltorg

    .balign 2048
vectors:
    .rept 4
    mov     x25, #3
    b       finish
    .balign 128
    .endr
    b       el1_exception               // Current EL with SP_ELx, synchronous
    .balign 128
    .rept 3
    mov     x25, #3
    b       finish
    .balign 128
    .endr
    b       el0_exception               // lower EL, AArch64, synchronous
    .balign 128
    .rept 7
    mov     x25, #3
    b       finish
    .balign 128
    .endr

good_text:
    .asciz  "fpswitch: each task kept its registers\n"
bad_text:
    .asciz  "fpswitch: failed\n"

    .balign 64
scratch:
    .skip   2 * 64
tasks:
    // FPCR: one task rounds towards zero and flushes to zero, the other rounds up with default NaN.
    .quad   0, 1, (3 << 22) | (1 << 24), scratch, 0, 0, 0, 0, fp_task, tasks + TASK_SIZE, 0, ROUNDS + 1
    .skip   TASK_SIZE - 96
    .quad   0, 2, (1 << 22) | (1 << 25), scratch + 64, 0, 0, 0, 0, fp_task, tasks + 2 * TASK_SIZE, 0, ROUNDS + 1
    .skip   TASK_SIZE - 96
    .quad   0, 3, 0, 0, 0, 0, 0, 0, plain_task, tasks, 0, 0
    .skip   TASK_SIZE - 96
exit_block:
    .quad   0, 0
