/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All CPUs but one wait in WFE for a flag, which that one (CPU 1 of two, CPU 2 of four) sets, with SEV, after some millions
 * of instructions: where several share a PE, only the end of a time slice lets it run. Exit code 0: the flag was seen by
 * CPU 0. In wfe-dead.S it is never set.
 */
	.equ	ROUNDS, 1000000

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
2:	lsr	x24, x24, #1
	adr	x5, worker
	str	w24, [x5]
	dsb	sy
	sev
	adr	x5, flag
3:	ldr	w6, [x5]
	cbnz	w6, 4f
	wfe
	b	3b
4:	adr	x1, block
	mov	w0, #0x18			// SYS_EXIT
	hlt	#0xf000

/* x0: the number of the CPU. */
second:
	adr	x5, worker
1:	ldr	w6, [x5]
	cmp	w6, w0
	b.eq	2f
	wfe
	b	1b
2:	ldr	x7, =ROUNDS
3:	subs	x7, x7, #1
	b.ne	3b
#ifndef DEAD
	adr	x5, flag
	mov	w6, #1
	str	w6, [x5]
	dsb	sy
	sev
#endif
4:	wfe
	b	4b

	.balign	8
block:	.quad	0x20026, 0			// ADP_Stopped_ApplicationExit, 0
flag:	.word	0
worker:	.word	0
