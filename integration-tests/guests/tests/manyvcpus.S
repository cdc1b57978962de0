/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As many CPUs as there are, eight at most, profile themselves at the same time, at an interval of 256 operations, MMU
 * off: each fills a buffer of its own several times with the records of its loop. Exit code 0 when all are done.
 */
	.equ	ROUNDS, 8
	.equ	ITERATIONS, 30000
	.equ	BUFFER_SIZE, 0x10000

	.text
	.globl	_start
_start:
	mov	x24, #1
1:	ldr	x0, =0xc4000003			// CPU_ON
	mov	x1, x24
	adr	x2, second
	mov	x3, x24
	hvc	#0
	cbnz	x0, 2f
	add	x24, x24, #1
	cmp	x24, #8
	b.lo	1b
2:	mov	x19, #0
	bl	work
3:	subs	x24, x24, #1
	b.eq	5f
	adr	x1, done
4:	ldr	x2, [x1, x24, lsl #3]
	cbz	x2, 4b
	b	3b
5:	adr	x1, block
	mov	w0, #0x20			// SYS_EXIT_EXTENDED
	hlt	#0xf000
6:	b	6b

second:
	mov	x19, x0
	bl	work
	adr	x1, done
	mov	x2, #1
	str	x2, [x1, x19, lsl #3]
	dmb	sy
7:	wfi
	b	7b

/* x19: the number of the CPU. */
work:
	mov	x29, x30
	adr	x20, buffers
	mov	x0, #BUFFER_SIZE
	madd	x20, x19, x0, x20
	adr	x21, words
	add	x21, x21, x19, lsl #6
	mov	x28, #ROUNDS
8:	msr	S3_0_C9_C10_3, xzr		// PMBSR_EL1
	msr	S3_0_C9_C10_1, x20		// PMBPTR_EL1
	mov	x0, #BUFFER_SIZE
	add	x0, x0, x20
	orr	x0, x0, #1
	msr	S3_0_C9_C10_0, x0		// PMBLIMITR_EL1
	msr	S3_0_C9_C9_2, xzr		// PMSICR_EL1
	mov	x0, #0x100
	msr	S3_0_C9_C9_3, x0		// PMSIRR_EL1
	msr	S3_0_C9_C9_4, xzr		// PMSFCR_EL1
	isb
	mov	x0, #2
	msr	S3_0_C9_C9_0, x0		// PMSCR_EL1.E1SPE
	isb
	ldr	x1, =ITERATIONS
9:	ldr	x3, [x21]
	add	x3, x3, x1
	str	x3, [x21]
	subs	x1, x1, #1
	b.ne	9b
	msr	S3_0_C9_C9_0, xzr
	isb
	hint	#17				// PSB CSYNC
	dsb	sy
	msr	S3_0_C9_C10_0, xzr
	isb
	subs	x28, x28, #1
	b.ne	8b
	ret	x29

	.balign	8
block:	.quad	0x20026, 0
done:	.skip	64
	.balign	64
words:	.skip	512
	.balign	4096
buffers:
	.skip	8 * BUFFER_SIZE
