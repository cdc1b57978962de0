// SPDX-License-Identifier: Apache-2.0
// System registers, by encoding where an Armv8.0 assembler does not know the name (DDI 0487, D24).
// With HCR_EL2.E2H = 1 a name in _EL1 is that of EL2 here, and _EL12 is the guest's (D8.1.4, FEAT_VHE).
#ifndef SYSREG_H
#define SYSREG_H

#include "hypervisor.h"

#define PMSCR_EL2               S3_4_C9_C9_0
#define PMSCR_EL12              S3_5_C9_C9_0
#define PMSNEVFR_EL1            S3_0_C9_C9_1
#define PMSICR_EL1              S3_0_C9_C9_2
#define PMSIRR_EL1              S3_0_C9_C9_3
#define PMSFCR_EL1              S3_0_C9_C9_4
#define PMSEVFR_EL1             S3_0_C9_C9_5
#define PMSLATFR_EL1            S3_0_C9_C9_6
#define PMSIDR_EL1              S3_0_C9_C9_7
#define PMBLIMITR_EL1           S3_0_C9_C10_0
#define PMBPTR_EL1              S3_0_C9_C10_1
#define PMBSR_EL1               S3_0_C9_C10_3
#define PMBIDR_EL1              S3_0_C9_C10_7

#define SCTLR_EL12              S3_5_C1_C0_0
#define TTBR0_EL12              S3_5_C2_C0_0
#define TTBR1_EL12              S3_5_C2_C0_1
#define TCR_EL12                S3_5_C2_C0_2
#define SPSR_EL12               S3_5_C4_C0_0
#define ELR_EL12                S3_5_C4_C0_1
#define ESR_EL12                S3_5_C5_C2_0
#define FAR_EL12                S3_5_C6_C0_0
#define VBAR_EL12               S3_5_C12_C0_0

#define HFGRTR_EL2              S3_4_C1_C1_4
#define HFGWTR_EL2              S3_4_C1_C1_5
#define HFGITR_EL2              S3_4_C1_C1_6
#define HDFGRTR_EL2             S3_4_C3_C1_4
#define HDFGWTR_EL2             S3_4_C3_C1_5
#define HDFGRTR2_EL2            S3_4_C3_C1_0
#define HDFGWTR2_EL2            S3_4_C3_C1_1
#define ID_AA64DFR2_EL1         S3_0_C0_C5_2
#define ID_AA64MMFR2_EL1        S3_0_C0_C7_2

#define ICC_PMR_EL1             S3_0_C4_C6_0
#define ICC_IAR1_EL1            S3_0_C12_C12_0
#define ICC_EOIR1_EL1           S3_0_C12_C12_1
#define ICC_DIR_EL1             S3_0_C12_C11_1
#define ICC_SGI1R_EL1           S3_0_C12_C11_5
#define ICC_CTLR_EL1            S3_0_C12_C12_4
#define ICC_SRE_EL2             S3_4_C12_C9_5
#define ICC_IGRPEN1_EL1         S3_0_C12_C12_7
#define ICH_HCR_EL2             S3_4_C12_C11_0
#define ICH_VTR_EL2             S3_4_C12_C11_1
#define ICH_MISR_EL2            S3_4_C12_C11_2
#define ICH_VMCR_EL2            S3_4_C12_C11_7
#define ICH_LR0_EL2             S3_4_C12_C12_0
#define ICH_LR1_EL2             S3_4_C12_C12_1
#define ICH_LR2_EL2             S3_4_C12_C12_2
#define ICH_LR3_EL2             S3_4_C12_C12_3

// Where a register is, as the ISS of a trapped MSR or MRS says it (D24.2.40).
#define ENCODING(op0, op1, crn, crm, op2) \
	((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define ENCODING_MASK           0x3ffc1e

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

// PSB CSYNC (C6.2.318): what was sampled before is written, once a DSB has completed.
static inline void psb_csync(void)
{
	asm volatile("hint #17" : : : "memory");
}

static inline void dsb(void)
{
	asm volatile("dsb sy" : : : "memory");
}

static inline u32 id_field(u64 id, u32 shift)
{
	return (u32)(id >> shift) & 0xf;
}

#endif
