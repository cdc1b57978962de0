/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles itself at EL1 twice: first as a driver does that never clears PMBSR_EL1, whose value after a reset is UNKNOWN,
 * then after clearing it. Exit code: bit 0 if nothing was recorded the first time, bit 1 for the second.
 */
	.arch	armv8.2-a+profile
	.equ	BUFFER, 0x41000000

	.text
	.globl	_start
_start:
	mov	x19, xzr
	bl	profile
	cbnz	x0, 1f
	orr	x19, x19, #1
1:	msr	PMBSR_EL1, xzr
	isb
	bl	profile
	cbnz	x0, 2f
	orr	x19, x19, #2
2:	adr	x1, block
	str	x19, [x1, #8]
	mov	w0, #0x18			// SYS_EXIT
	hlt	#0xf000

// Returns by how many bytes PMBPTR_EL1 moved.
profile:
	ldr	x2, =BUFFER
	msr	PMBPTR_EL1, x2
	mov	x3, #0x10000
	add	x3, x2, x3
	orr	x3, x3, #1			// E
	msr	PMBLIMITR_EL1, x3
	msr	PMSFCR_EL1, xzr
	mov	x3, #0x400			// INTERVAL: 1024 operations
	msr	PMSIRR_EL1, x3
	msr	PMSICR_EL1, xzr
	isb
	mov	x3, #3				// E0SPE, E1SPE
	msr	PMSCR_EL1, x3
	isb
	mov	x4, #20000
1:	subs	x4, x4, #1
	b.ne	1b
	msr	PMSCR_EL1, xzr
	isb
	hint	#17				// PSB CSYNC
	dsb	sy
	mrs	x0, PMBPTR_EL1
	sub	x0, x0, x2
	msr	PMBLIMITR_EL1, xzr
	isb
	ret

	.balign	8
block:	.quad	0x20026, 0			// ADP_Stopped_ApplicationExit
