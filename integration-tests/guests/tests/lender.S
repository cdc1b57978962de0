// SPDX-License-Identifier: Apache-2.0
// A hypervisor at EL2 that lends its SPU to two VMs in turn, as a hypervisor has to, or with one fault (FAULT=NAME). Each VM
// is the code at EL1 below, with stage 1 off. Leaves with 0, or with 1 when something else happens than an HVC of a VM.
#define NONE                    0
#define STAGE2_OFF              1       // stage 2 goes off while the buffer is enabled
#define OTHER_OWNER             2       // E2PB gives the buffer away while it is enabled
#define OTHER_VM                3       // the next VM is entered with the buffer of the one before
#define POINTER_LATE            4       // PMBLIMITR_EL1.E before PMBPTR_EL1
#define STATUS_SET              5       // PMBSR_EL1.S is written to 1
#define NO_PSB                  6       // no PSB CSYNC on the way out
#define NO_DSB                  7       // a PSB CSYNC, but no DSB after it
#define STATUS_LEFT             8       // PMBSR_EL1.S is left for the next entry
#define CONTROLS_LEFT           9       // sampling controls of one VM are left for the other
#define STALE                   10      // buffer pages are unmapped without TLB maintenance
#define UNMAPPED                11      // the same with TLB maintenance, which is allowed: the SPU faults

#define SYS_EXIT_EXTENDED       0x20
#define RW                      (1 << 31)
#define VM                      1
#define E2PB_TRAPPED            (2 << 12)
#define E1SPE                   2
#define INTERVAL                (1 << 8)
#define BUFFER                  0x40400000
#if FAULT == STATUS_LEFT
#define SIZE                    0x1000  // is full before the VM calls
#else
#define SIZE                    0x10000
#endif
#define S2_BLOCK                0x7fd   // Normal Write-Back, Inner Shareable, read and write, AF
#define S2_PAGE                 0x7ff
#define S2_TABLE                3
#define VTCR                    (1 << 31 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25)

// A VM: VTTBR_EL2, PMBPTR_EL1, then its sampling controls.
#define VTTBR                   0
#define POINTER                 8
#define CONTROLS                16
#define VM_SIZE                 72

.macro controls op
    \op     PMSICR_EL1, 8
    \op     PMSIRR_EL1, 16
    \op     PMSFCR_EL1, 24
    \op     PMSEVFR_EL1, 32
    \op     PMSLATFR_EL1, 40
    \op     PMSCR_EL1, 0
.endm
.macro save register, offset
    mrs     x1, \register
    str     x1, [x19, #CONTROLS + \offset]
.endm
.macro restore register, offset
    ldr     x1, [x19, #CONTROLS + \offset]
    msr     \register, x1
.endm

    .arch armv8.2-a+profile
    .text
    .global _start
    .type _start, %function
_start:
    adr     x0, vectors
    msr     VBAR_EL2, x0
    ldr     x0, =0x30d00800
    msr     SCTLR_EL1, x0

    // Stage 2: 1 GiB of RAM at its own addresses, by blocks of 2 MiB; that of the buffer by pages.
    adr     x1, level1
    adr     x2, level2
    adr     x3, level3
    orr     x0, x2, #S2_TABLE
    str     x0, [x1, #8]
    ldr     x0, =(0x40000000 | S2_BLOCK)
    ldr     x5, =(BUFFER | S2_PAGE)
    mov     x4, xzr
1:  str     x0, [x2, x4, lsl #3]
    str     x5, [x3, x4, lsl #3]
    add     x0, x0, #0x200000
    add     x5, x5, #0x1000
    add     x4, x4, #1
    cmp     x4, #512
    b.lo    1b
    orr     x0, x3, #S2_TABLE
    str     x0, [x2, #(BUFFER - 0x40000000) / 0x200000 * 8]
    ldr     x0, =VTCR
    msr     VTCR_EL2, x0
    adr     x19, first
    orr     x0, x1, #1 << 48
    str     x0, [x19, #VTTBR]
    msr     VTTBR_EL2, x0
    ldr     x0, =BUFFER
    str     x0, [x19, #POINTER]
    adr     x19, second
    orr     x0, x1, #2 << 48
    str     x0, [x19, #VTTBR]
    ldr     x0, =BUFFER
    str     x0, [x19, #POINTER]
    dsb     ish
    tlbi    alle1
    dsb     ish
    isb

    adr     x19, first
    mov     x0, #1                      // programs the sampling controls
    bl      run
    adr     x19, second
    mov     x0, #0
    bl      run
#if FAULT == STALE || FAULT == UNMAPPED
    adr     x3, level3
    mov     x4, #16
1:  str     xzr, [x3], #8
    subs    x4, x4, #1
    b.ne    1b
    dsb     ish
#if FAULT == UNMAPPED
    tlbi    alle1
    dsb     ish
#endif
    isb
#endif
    adr     x19, first
    mov     x0, #0
    bl      run
    mov     x20, #0
leave:
    adr     x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16             // ADP_Stopped_ApplicationExit
    stp     x2, x20, [x1]
    mov     w0, #SYS_EXIT_EXTENDED
    hlt     #0xf000
1:  wfi
    b       1b
    .size _start, . - _start

// Lets the VM of x19 run until it calls; x0 is for it.
    .type run, %function
run:
    mov     x21, x30
    mov     x22, x0
    mov     x1, #E2PB_TRAPPED
    msr     MDCR_EL2, x1
    ldr     x1, [x19, #VTTBR]
    msr     VTTBR_EL2, x1
    ldr     x1, =(RW | VM)
    msr     HCR_EL2, x1
    isb
#if FAULT != CONTROLS_LEFT
    controls restore
#endif
    ldr     x1, [x19, #POINTER]
    ldr     x2, =(BUFFER + SIZE + 1)
#if FAULT == STATUS_SET
    mov     x3, #1 << 17
    msr     PMBSR_EL1, x3
    msr     PMBSR_EL1, xzr
#endif
#if FAULT == POINTER_LATE
    msr     PMBLIMITR_EL1, x2
    msr     PMBPTR_EL1, x1
#else
    msr     PMBPTR_EL1, x1
    msr     PMBLIMITR_EL1, x2
#endif
    isb
    adr     x1, vm
    msr     ELR_EL2, x1
    mov     x1, #0x3c5
    msr     SPSR_EL2, x1
    mov     x0, x22
    eret
    .size run, . - run

    .type called, %function
called:
    mrs     x1, ESR_EL2
    lsr     x1, x1, #26
    mov     x20, #1
    cmp     x1, #0x16                   // HVC
    b.ne    leave
#if FAULT != NO_PSB
    hint    #17                         // PSB CSYNC
#if FAULT != NO_DSB
    dsb     nsh
#endif
#endif
    isb
    mrs     x1, PMBPTR_EL1
    str     x1, [x19, #POINTER]
#if FAULT == STAGE2_OFF
    ldr     x1, =RW
    msr     HCR_EL2, x1
#elif FAULT == OTHER_OWNER
    msr     MDCR_EL2, xzr
#endif
#if FAULT != OTHER_VM
    msr     PMBLIMITR_EL1, xzr
#endif
    isb
#if FAULT != STATUS_LEFT
    msr     PMBSR_EL1, xzr
#endif
    controls save
#if FAULT != CONTROLS_LEFT
    msr     PMSCR_EL1, xzr
#endif
#if FAULT != OTHER_VM
    msr     MDCR_EL2, xzr
    ldr     x1, =RW
    msr     HCR_EL2, x1
#endif
    isb
    ret     x21
    .size called, . - called

// The VM: with x0 = 1 it has itself sampled from here on.
    .type vm, %function
vm:
    cbz     x0, 1f
    ldr     x1, =INTERVAL
    msr     PMSIRR_EL1, x1
    msr     PMSICR_EL1, xzr
    msr     PMSFCR_EL1, xzr
    msr     PMSEVFR_EL1, xzr
    msr     PMSLATFR_EL1, xzr
    mov     x1, #E1SPE
    msr     PMSCR_EL1, x1
    isb
1:  ldr     w2, =20000
2:  add     x3, x3, x2
    subs    w2, w2, #1
    b.ne    2b
    hvc     #0
    .size vm, . - vm

    .balign 2048
    .type vectors, %function
vectors:
    .rept 8
    mov     x20, #1
    b       leave
    .balign 128
    .endr
    b       called                      // synchronous, from EL1 in AArch64 state
    .balign 128
    .rept 7
    mov     x20, #1
    b       leave
    .balign 128
    .endr
    .size vectors, . - vectors

    .ltorg
    .balign 16
first:
    .skip   VM_SIZE
second:
    .skip   VM_SIZE
    .balign 16
exit_block:
    .skip   16

    .bss
    .balign 4096
level1:
    .skip   4096
level2:
    .skip   4096
level3:
    .skip   4096
