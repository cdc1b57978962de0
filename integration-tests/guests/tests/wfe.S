/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU 0 waits in WFE for a flag, which CPU 1 sets, with SEV, after some millions of instructions: where both share a
 * PE, only the end of a time slice lets CPU 1 run. Exit code 0: the flag was seen.
 */
	.equ	ROUNDS, 1000000

	.text
	.globl	_start
_start:
	ldr	x0, =0xc4000003			// CPU_ON
	mov	x1, #1
	adr	x2, second
	mov	x3, #0
	hvc	#0
	adr	x5, flag
1:	ldr	w6, [x5]
	cbnz	w6, 2f
	wfe
	b	1b
2:	adr	x1, block
	mov	w0, #0x18			// SYS_EXIT
	hlt	#0xf000

second:
	ldr	x7, =ROUNDS
1:	subs	x7, x7, #1
	b.ne	1b
	adr	x5, flag
	mov	w6, #1
	str	w6, [x5]
	dsb	sy
	sev
2:	wfe
	b	2b

	.balign	8
block:	.quad	0x20026, 0			// ADP_Stopped_ApplicationExit, 0
flag:	.word	0
