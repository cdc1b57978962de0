// SPDX-License-Identifier: Apache-2.0
// A driver of the virtio block device in the first slot: reads sector 0, which holds text, prints it by
// semihosting, and writes it to sector 1. Each request ends with the device's interrupt, SPI 16. Leaves
// with 0, or with the number of the step that failed. MMU off, EL1.
#define MMIO            0x0a000000
#define GICD            0x08000000
#define GICR            0x080a0000
#define INTID           48

#define MAGIC           0x000
#define VERSION         0x004
#define DEVICE_ID       0x008
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL       0x030
#define QUEUE_NUM       0x038
#define QUEUE_READY     0x044
#define QUEUE_NOTIFY    0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK   0x064
#define STATUS          0x070
#define QUEUE_DESC      0x080
#define QUEUE_DRIVER    0x090
#define QUEUE_DEVICE    0x0a0

#define SYS_WRITE0      0x04
#define SYS_EXIT_EXTENDED 0x20
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

    .macro  put offset, value
    mov     w0, #\value
    str     w0, [x19, #\offset]
    .endm

    .macro  address offset, label
    adr     x0, \label
    str     w0, [x19, #\offset]
    lsr     x0, x0, #32
    str     w0, [x19, #\offset + 4]
    .endm

    // Fails with the number of the step unless \register is \value.
    .macro  expect step, register, value
    mov     x20, #\step
    ldr     x1, =\value
    cmp     \register, x1
    b.ne    failed
    .endm

    .macro  expect_register step, offset, value
    ldr     w0, [x19, #\offset]
    expect  \step, x0, \value
    .endm

    .text
    .global _start
    .type _start, %function
_start:
    ldr     x19, =MMIO
    expect_register 1, MAGIC, 0x74726976
    expect_register 2, VERSION, 2
    expect_register 3, DEVICE_ID, 2
    put     STATUS, 0
    put     STATUS, 1
    put     STATUS, 3
    put     DRIVER_FEATURES_SEL, 0
    put     DRIVER_FEATURES, 0
    put     DRIVER_FEATURES_SEL, 1
    put     DRIVER_FEATURES, 1          // VIRTIO_F_VERSION_1
    put     STATUS, 11
    expect_register 4, STATUS, 11
    put     QUEUE_SEL, 0
    put     QUEUE_NUM, 4
    address QUEUE_DESC, descriptors
    address QUEUE_DRIVER, available
    address QUEUE_DEVICE, used
    put     QUEUE_READY, 1
    put     STATUS, 15
    expect_register 5, STATUS, 15
    bl      interrupts_on

    mov     x21, #0                     // VIRTIO_BLK_T_IN, sector 0
    mov     x22, #0
    mov     w23, #3                     // data: the device writes, one more follows
    bl      request
    expect  6, x0, 0
    adr     x1, data
    mov     w0, #SYS_WRITE0
    hlt     #0xf000

    mov     x21, #1                     // VIRTIO_BLK_T_OUT, sector 1
    mov     x22, #1
    mov     w23, #1                     // data: the device reads
    bl      request
    expect  7, x0, 0

    mov     x21, #0                     // a sector that the drive has not
    mov     x22, #64
    mov     w23, #3
    bl      request
    expect  8, x0, 1                    // VIRTIO_BLK_S_IOERR
    mov     x20, #0
failed:
    adr     x1, exit_block
    mov     x2, #0x26
    movk    x2, #2, lsl #16             // ADP_Stopped_ApplicationExit
    stp     x2, x20, [x1]
    mov     w0, #SYS_EXIT_EXTENDED
    hlt     #0xf000
1:  wfi
    b       1b
    .size _start, . - _start

// The device's interrupt: edge-triggered, Group 1, to this PE.
    .type interrupts_on, %function
interrupts_on:
    ldr     x1, =GICR
    str     wzr, [x1, #0x14]            // GICR_WAKER
    ldr     x1, =GICD
    mov     w0, #0x12
    str     w0, [x1]                    // GICD_CTLR: ARE, EnableGrp1
    mov     w0, #1 << (INTID % 32)
    str     w0, [x1, #0x80 + INTID / 32 * 4]    // IGROUPR
    str     w0, [x1, #0x100 + INTID / 32 * 4]   // ISENABLER
    mov     w0, #2 << (INTID % 16 * 2)
    str     w0, [x1, #0xc00 + INTID / 16 * 4]   // ICFGR
    mov     w0, #0xa0
    strb    w0, [x1, #0x400 + INTID]    // IPRIORITYR
    add     x1, x1, #0x6000
    mrs     x0, mpidr_el1
    and     x0, x0, #0xffffff
    str     x0, [x1, #8 * INTID]        // IROUTER
    mov     x0, #0xf0
    msr     ICC_PMR_EL1, x0
    mov     x0, #1
    msr     ICC_IGRPEN1_EL1, x0
    isb
    ret

// Type x21, sector x22, flags of the data descriptor w23: returns the request's status.
    .type request, %function
request:
    adr     x1, header
    stp     x21, x22, [x1]
    adr     x2, descriptors
    mov     x3, #16
    movk    x3, #1, lsl #32             // next
    movk    x3, #1, lsl #48
    stp     x1, x3, [x2]
    adr     x1, data
    mov     x3, #512
    movk    x3, #2, lsl #48
    orr     x3, x3, x23, lsl #32
    stp     x1, x3, [x2, #16]
    adr     x1, status
    mov     x3, #1
    movk    x3, #2, lsl #32             // the device writes
    stp     x1, x3, [x2, #32]
    mov     w0, #0xee
    strb    w0, [x1]
    adr     x2, available
    ldrh    w3, [x2, #2]
    add     w3, w3, #1
    strh    w3, [x2, #2]
    dsb     sy
    put     QUEUE_NOTIFY, 0
1:  wfi
    mrs     x0, ICC_IAR1_EL1
    cmp     x0, #INTID
    b.ne    1b
    ldr     w2, [x19, #INTERRUPT_STATUS]
    str     w2, [x19, #INTERRUPT_ACK]
    msr     ICC_EOIR1_EL1, x0
    adr     x1, used
    ldrh    w0, [x1, #2]
    cmp     w0, w3
    b.ne    2f
    adr     x1, status
    ldrb    w0, [x1]
    ret
2:  mov     x0, #0xff
    ret

    .ltorg
    .data
    .balign 16
descriptors:
    .skip   4 * 16
available:
    .skip   6 + 2 * 4 + 2
    .balign 4
used:
    .skip   6 + 8 * 4 + 2
    .balign 16
header:
    .skip   16
exit_block:
    .skip   16
status:
    .skip   16
data:
    .skip   512
