/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts what caches, TLBs and branch predictor do, with the performance monitors, over loads and branches whose events are
 * known. MMU on: blocks of 2 MiB, Normal Write-Back. Exit code 0: as expected; 40: the events are not there (PMCEID0_EL0);
 * else the number of the check.
 */
	.equ	LOADS, 32
	.equ	STRIDE, 0x200040		// another page and another set for each
	.equ	FIRST, 0x44000000
	.equ	SECOND, 0x44001000
	.equ	BRANCHES, 1000

/* Counter \n counts event \event. */
	.macro	counts n, event
	mov	x0, #\n
	msr	PMSELR_EL0, x0
	isb
	mov	x0, #\event
	msr	PMXEVTYPER_EL0, x0
	.endm

/* Check \number: counter \n has \low to \high. */
	.macro	expect number, n, low, high
	mov	x0, #\n
	msr	PMSELR_EL0, x0
	isb
	mrs	x0, PMXEVCNTR_EL0
	mov	x27, #\number
	cmp	x0, #\low
	b.lo	failed
	mov	x1, #\high
	cmp	x0, x1
	b.hi	failed
	.endm

/* The counters that count, from here. */
	.macro	begin
	mov	x0, #6				// PMCR_EL0.{C, P}
	msr	PMCR_EL0, x0
	mov	x0, #0x3f
	msr	PMCNTENSET_EL0, x0
	isb
	.endm

	.text
	.globl	_start
_start:
	mrs	x0, PMCEID0_EL0
	mov	x27, #40
	tst	x0, #1 << 3			// L1D_CACHE_REFILL
	b.eq	failed
	ldr	x1, =0x0055003a			// 0x01, 0x03 to 0x05, 0x10, 0x12, 0x14, 0x16
	and	x0, x0, x1
	mov	x27, #1
	cmp	x0, x1
	b.ne	failed

	/* Level 1: an entry for each GiB; RAM by a level 2 table of blocks. */
	adr	x2, level1
	adr	x3, level2
	orr	x0, x3, #3
	str	x0, [x2, #8]
	ldr	x0, =0x40000701			// AF, inner shareable, AttrIndx 0, block
	mov	x1, #512
2:	str	x0, [x3], #8
	add	x0, x0, #0x200000
	subs	x1, x1, #1
	b.ne	2b
	mov	x0, #0xff
	msr	MAIR_EL1, x0
	ldr	x0, =0x200803519		// T0SZ 25, Write-Back, inner shareable, 4 KiB, EPD1, 40 bits
	msr	TCR_EL1, x0
	msr	TTBR0_EL1, x2
	dsb	sy
	tlbi	vmalle1
	dsb	sy
	isb
	mrs	x0, SCTLR_EL1
	mov	x1, #0x1005			// M, C, I
	orr	x0, x0, x1
	msr	SCTLR_EL1, x0
	isb

	mov	x0, #1				// PMCR_EL0.E comes with begin's PMCNTENSET_EL0
	msr	PMCR_EL0, x0
	counts	0, 0x04				// L1D_CACHE
	counts	1, 0x03				// L1D_CACHE_REFILL
	counts	2, 0x25				// L1D_TLB
	counts	3, 0x05				// L1D_TLB_REFILL
	counts	4, 0x34				// DTLB_WALK
	counts	5, 0x37				// LL_CACHE_MISS_RD
	ldr	x20, =FIRST
	bl	loads				// the code comes into the L1I
	tlbi	vmalle1
	dsb	sy
	isb
	ldr	x20, =SECOND
	bl	loads
	expect	2, 0, LOADS, LOADS
	expect	3, 1, LOADS, LOADS
	expect	4, 2, LOADS, LOADS
	expect	5, 3, LOADS, LOADS
	expect	6, 4, LOADS, LOADS
	expect	7, 5, LOADS, LOADS
	bl	loads				// all of it is there
	expect	8, 0, LOADS, LOADS
	expect	9, 1, 0, 0
	expect	10, 2, LOADS, LOADS
	expect	11, 3, 0, 0
	expect	12, 4, 0, 0
	expect	13, 5, 0, 0

	counts	0, 0x12				// BR_PRED
	counts	1, 0x10				// BR_MIS_PRED
	counts	2, 0x22				// BR_MIS_PRED_RETIRED
	counts	3, 0x21				// BR_RETIRED
	counts	4, 0x14				// L1I_CACHE
	counts	5, 0x01				// L1I_CACHE_REFILL
	bl	branches
	bl	branches
	expect	14, 0, BRANCHES, BRANCHES
	expect	15, 1, 1, 10			// the last one, and what the history has to learn
	expect	16, 2, 1, 10
	expect	17, 3, BRANCHES, BRANCHES
	expect	18, 4, 2 * BRANCHES - 1, 2 * BRANCHES + 2
	expect	19, 5, 0, 0

	/* An overflow is seen. */
	counts	0, 0x04
	mov	x28, #1
	ldr	x20, =SECOND
	bl	loads
	mov	x27, #20
	mrs	x0, PMOVSCLR_EL0
	tbz	x0, #0, failed
	mov	x27, #0
failed:
	adr	x1, block
	str	x27, [x1, #8]
	mov	w0, #0x20			// SYS_EXIT_EXTENDED
	hlt	#0xf000
1:	b	1b

/* LOADS loads from x20 on; x28: counter 0 begins so near to its overflow. */
	.balign	64
loads:
	mov	x21, x20
	mov	x22, #LOADS
	ldr	x23, =STRIDE
	begin
	cbz	x28, 1f
	msr	PMSELR_EL0, xzr
	isb
	mov	x0, #0xfffffff0
	msr	PMXEVCNTR_EL0, x0
1:	mov	x0, #1
	msr	PMCR_EL0, x0
	isb
2:	ldr	x24, [x21]
	add	x21, x21, x23
	subs	x22, x22, #1
	b.ne	2b
	msr	PMCR_EL0, xzr
	isb
	ret

	.balign	64
branches:
	mov	x22, #BRANCHES
	begin
	mov	x0, #1
	msr	PMCR_EL0, x0
	isb
	.balign	64
	.rept	15
	nop
	.endr
1:	subs	x22, x22, #1			// the last of its line
	b.ne	1b
	msr	PMCR_EL0, xzr
	isb
	ret

	.balign	8
block:	.quad	0x20026, 0			// ADP_Stopped_ApplicationExit
	.bss
	.balign	4096
level1:	.skip	4096
level2:	.skip	4096
