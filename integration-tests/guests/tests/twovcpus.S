/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two CPUs that profile themselves at the same time, each with a buffer of its own, MMU off. CPU 1 waits (WFI) for
 * an SGI first. Each executes its own loop; CPU 0 then looks at both buffers: every record must have the PC of that
 * CPU's code, and each must have some. Exit code 0: so it is; 1: a foreign record; 2: no record or an event;
 * 3: CPU 1 cannot be switched on.
 */
	.equ	ROUNDS, 300000
	.equ	BUFFER_SIZE, 0x20000

	.text
	.globl	_start
_start:
	mov	x19, #0
	bl	gic
	adr	x1, buffer0
	adr	x25, loop0
	adr	x26, loop0_end
	ldr	x0, =0xc4000003			// CPU_ON
	mov	x1, #1
	adr	x2, second
	mov	x3, #0
	hvc	#0
	cbnz	x0, no_second
	mov	x5, #0x10000			// CPU 1 goes to sleep meanwhile
1:	subs	x5, x5, #1
	b.ne	1b
	mov	x0, #2				// SGI 0 to CPU 1
	msr	S3_0_C12_C11_5, x0
	isb
	adr	x20, buffer0
	bl	profile_on
	bl	loop0
	bl	profile_off
	str	x0, [x20, #-8]
2:	adr	x20, buffer1			// wait for CPU 1
	ldr	x0, [x20, #-16]
	cbz	x0, 2b
	adr	x20, buffer0
	adr	x25, loop0
	adr	x26, loop0_end
	bl	check
	adr	x20, buffer1
	adr	x25, loop1
	adr	x26, loop1_end
	bl	check
	mov	x0, #0
	b	exit

no_second:
	mov	x0, #3
	b	exit

second:
	mov	x19, #1
	bl	gic
	wfi					// for CPU 0's SGI, masked as it is
	adr	x20, buffer1
	bl	profile_on
	bl	loop1
	bl	profile_off
	str	x0, [x20, #-8]
	mov	x1, #1
	dmb	sy
	str	x1, [x20, #-16]
3:	wfi
	b	3b

/* The GIC's distributor, this CPU's redistributor and CPU interface: Group 1, every priority, SGI 0. */
gic:
	ldr	x0, =0x08000000
	mov	w1, #0x12
	str	w1, [x0]
	ldr	x0, =0x080a0000
	add	x0, x0, x19, lsl #17
	str	wzr, [x0, #0x14]
	add	x0, x0, #0x10000
	mov	w1, #-1
	str	w1, [x0, #0x80]
	mov	w1, #1
	str	w1, [x0, #0x100]
	mov	x1, #0xf0
	msr	S3_0_C4_C6_0, x1
	mov	x1, #1
	msr	S3_0_C12_C12_7, x1
	isb
	ret

/* x20: the buffer. An interval of 1024 operations, EL1 only. */
profile_on:
	msr	S3_0_C9_C10_3, xzr		// PMBSR_EL1
	msr	S3_0_C9_C10_1, x20		// PMBPTR_EL1
	ldr	x0, =BUFFER_SIZE + 1
	add	x0, x20, x0
	msr	S3_0_C9_C10_0, x0		// PMBLIMITR_EL1
	msr	S3_0_C9_C9_2, xzr		// PMSICR_EL1
	mov	x0, #0x400
	msr	S3_0_C9_C9_3, x0		// PMSIRR_EL1
	msr	S3_0_C9_C9_4, xzr		// PMSFCR_EL1
	isb
	mov	x0, #2
	msr	S3_0_C9_C9_0, x0		// PMSCR_EL1.E1SPE
	isb
	ret

/* Returns the end of the records in x0, or 0 after an event. */
profile_off:
	msr	S3_0_C9_C9_0, xzr
	isb
	hint	#17				// PSB CSYNC
	dsb	sy
	mrs	x0, S3_0_C9_C10_1
	mrs	x1, S3_0_C9_C10_3
	cmp	x1, #0
	csel	x0, x0, xzr, eq
	msr	S3_0_C9_C10_0, xzr
	isb
	ret

	.balign	4096
loop0:
	ldr	x1, =ROUNDS
	adr	x2, word0
4:	ldr	x3, [x2]
	add	x3, x3, x1
	str	x3, [x2]
	subs	x1, x1, #1
	b.ne	4b
	ret
loop0_end:
	.ltorg
	.balign	4096
loop1:
	ldr	x1, =ROUNDS
	adr	x2, word1
5:	ldr	x3, [x2]
	eor	x3, x3, x1
	add	x3, x3, #3
	str	x3, [x2]
	subs	x1, x1, #1
	b.ne	5b
	ret
loop1_end:
	.ltorg

/* x20: a buffer, x25 to x26: the code that its records may name, and that around it. */
check:
	ldr	x21, [x20, #-8]
	cbz	x21, nothing
	mov	x22, #0
	mov	x23, x20
6:	cmp	x23, x21
	b.hs	7f
	ldp	x2, x3, [x23]			// the address is behind two counters, or three of a data access
	extr	x1, x3, x2, #56
	ubfx	x2, x2, #48, #8
	cmp	x2, #0x9a
	b.ne	11f
	lsr	x1, x3, #16
	ubfx	x2, x3, #8, #8
11:
	cmp	w2, #0xb0
	b.ne	foreign
	ubfx	x1, x1, #0, #48
	add	x23, x23, #64
	cmp	x1, x25
	b.lo	8f
	cmp	x1, x26
	b.hs	8f
	add	x22, x22, #1
	b	6b
8:	adr	x3, profile_on			// the few operations around the loop are of both
	cmp	x1, x3
	b.lo	9f
	adr	x3, loop0
	cmp	x1, x3
	b.lo	6b
9:	adr	x3, _start
	cmp	x1, x3
	b.lo	foreign
	adr	x3, gic
	cmp	x1, x3
	b.lo	6b
	b	foreign
7:	cmp	x22, #100
	b.lo	nothing
	ret

foreign:
	mov	x0, #1
	b	exit
nothing:
	mov	x0, #2
exit:
	adr	x1, block
	str	x0, [x1, #8]
	mov	w0, #0x20			// SYS_EXIT_EXTENDED
	hlt	#0xf000
10:	b	10b

	.balign	8
block:	.quad	0x20026, 0
	.balign	4096
word0:	.quad	0
	.balign	4096
word1:	.quad	0
	.balign	4096
	.skip	4096
buffer0:
	.skip	BUFFER_SIZE
	.skip	4096
buffer1:
	.skip	BUFFER_SIZE
