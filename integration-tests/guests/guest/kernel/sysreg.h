// SPDX-License-Identifier: Apache-2.0
// System register access. Registers that Armv8.0 assemblers do not know are spelled by encoding.
#ifndef SYSREG_H
#define SYSREG_H

#include "types.h"

// Statistical Profiling Extension (DDI 0487, D24.7).
#define PMSCR_EL1       S3_0_C9_C9_0
#define PMSICR_EL1      S3_0_C9_C9_2
#define PMSIRR_EL1      S3_0_C9_C9_3
#define PMSFCR_EL1      S3_0_C9_C9_4
#define PMSEVFR_EL1     S3_0_C9_C9_5
#define PMSLATFR_EL1    S3_0_C9_C9_6
#define PMSIDR_EL1      S3_0_C9_C9_7
#define PMBLIMITR_EL1   S3_0_C9_C10_0
#define PMBPTR_EL1      S3_0_C9_C10_1
#define PMBSR_EL1       S3_0_C9_C10_3
#define PMBIDR_EL1      S3_0_C9_C10_7

// GIC CPU interface.
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

#define SYSREG_STRING_(name) #name
#define SYSREG_STRING(name) SYSREG_STRING_(name)

#define read_sysreg(name) ({                                                    \
	u64 value_;                                                             \
	asm volatile("mrs %0, " SYSREG_STRING(name) : "=r"(value_) : : "memory");   \
	value_;                                                                 \
})

#define write_sysreg(name, value)                                               \
	asm volatile("msr " SYSREG_STRING(name) ", %x0" : : "rZ"((u64)(value)) : "memory")

static inline void isb(void)
{
	asm volatile("isb" : : : "memory");
}

static inline void dsb(void)
{
	asm volatile("dsb sy" : : : "memory");
}

// HINT #17: orders the profiling operations of instructions before the last context
// synchronization event; a NOP without FEAT_SPE.
static inline void psb_csync(void)
{
	asm volatile("hint #17" : : : "memory");
}

static inline void irq_enable(void)
{
	asm volatile("msr DAIFClr, #2" : : : "memory");
}

static inline void irq_disable(void)
{
	asm volatile("msr DAIFSet, #2" : : : "memory");
}

#endif
