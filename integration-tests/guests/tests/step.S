/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software Step of EL1 from EL1 (MDSCR_EL1.KDE; DDI 0487, D2.11): each exception must be of the class and with the return
 * address that a table says, over a branch and over BRK, which takes its own exception. Exit code 0, or the number of the
 * first exception that was another one; 99 when none came.
 */
	.equ	STEP, 0x33			// Software Step exception without a change of EL
	.equ	BRK, 0x3c
	.equ	SS, 1 << 21			// SPSR_EL1: the next instruction is stepped
	.equ	EL1H, 7 << 6 | 5		// D clear; A, I and F masked

	.text
	.globl	_start
_start:
	adr	x0, vectors
	msr	vbar_el1, x0
	msr	oslar_el1, xzr
	mov	x0, #(1 << 13 | 1)		// KDE, SS
	msr	mdscr_el1, x0
	isb
	adr	x20, expected
	mov	x21, #0
	adr	x0, stepped
	msr	elr_el1, x0
	ldr	x0, =(EL1H | SS)
	msr	spsr_el1, x0
	eret

stepped:
	nop
branch:	b	moved
	brk	#1
moved:	mov	x9, #1
broken:	brk	#7
	nop
done:	mov	x21, #99

/* x21: exit code. */
end:	adr	x1, block
	str	x21, [x1, #8]
	mov	w0, #0x18			// SYS_EXIT
	hlt	#0xf000

handler:
	mrs	x1, esr_el1
	lsr	x1, x1, #26
	mrs	x2, elr_el1
	ldp	x3, x4, [x20], #16
	add	x21, x21, #1
	cmp	x1, x3
	b.ne	end
	cmp	x2, x4
	b.ne	end
	adr	x5, done
	cmp	x2, x5
	b.ne	1f
	mov	x21, #0
	b	end
1:	cmp	x1, #BRK
	b.ne	2f
	add	x2, x2, #4
	msr	elr_el1, x2
2:	mrs	x6, spsr_el1
	orr	x6, x6, #SS
	msr	spsr_el1, x6
	eret

	.balign	16
block:	.quad	0x20026, 0
expected:
	.quad	STEP, branch
	.quad	STEP, moved
	.quad	STEP, broken
	.quad	BRK, broken
	.quad	STEP, done

	.balign	2048
vectors:
	.rept	16
	b	handler
	.balign	128
	.endr
