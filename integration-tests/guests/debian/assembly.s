// SPDX-License-Identifier: Apache-2.0
	.arch armv8.5-a+sve2
	.text
	.globl f
f:	stp x29, x30, [sp, #-32]!
	adrp x0, table
	add x0, x0, :lo12:table
	ldr q0, [x0, #16]
	fmla v0.4s, v1.4s, v2.s[1]
	casal x1, x2, [x0]
	.rept 40
	madd x3, x4, x5, x6
	b.ne f
	.endr
	ldp x29, x30, [sp], #32
	ret
	.data
table:	.quad f, . - table, 1, 2
	.double 3.25, 1e-300
	.asciz "text"
