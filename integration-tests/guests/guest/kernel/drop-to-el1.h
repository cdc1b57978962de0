// SPDX-License-Identifier: Apache-2.0
// Macro: when entered at EL2, leave to EL1 with the controls that an EL1 program needs.
// Clobbers x1..x4; falls through at EL1. EL1 entry falls through at once.
#ifndef DROP_TO_EL1_H
#define DROP_TO_EL1_H

#define SPSR_EL1H_MASKED 0x3c5
#define SCTLR_EL1_RES1   0x30d00800

.macro drop_to_el1 el2_vectors
    mrs     x1, CurrentEL
    cmp     x1, #(2 << 2)
    b.ne    .Lat_el1_\@

    adrp    x1, \el2_vectors
    add     x1, x1, :lo12:\el2_vectors
    msr     VBAR_EL2, x1
    mov     x1, #(1 << 31)              // HCR_EL2.RW: EL1 is AArch64, nothing trapped, no stage 2
    msr     HCR_EL2, x1
    isb
    msr     VTTBR_EL2, xzr
    msr     HSTR_EL2, xzr
    mov     x1, #0x33ff                 // CPTR_EL2: RES1 bits only
    msr     CPTR_EL2, x1
    mov     x1, #3                      // EL1 may use the physical counter and timer
    msr     CNTHCTL_EL2, x1
    msr     CNTVOFF_EL2, xzr
    mrs     x1, MIDR_EL1
    msr     VPIDR_EL2, x1
    mrs     x1, MPIDR_EL1
    msr     VMPIDR_EL2, x1

    mrs     x3, ID_AA64DFR0_EL1
    mov     x2, xzr                     // MDCR_EL2
    ubfx    x1, x3, #8, #4              // PMUVer: all event counters to EL1 (HPMN = N)
    cbz     x1, .Lno_pmu_\@
    cmp     x1, #15
    b.eq    .Lno_pmu_\@
    mrs     x1, PMCR_EL0
    ubfx    x2, x1, #11, #5
.Lno_pmu_\@:
    ubfx    x4, x3, #32, #4             // PMSVer
    cbz     x4, .Lno_spe_\@
    mrs     x1, S3_0_C9_C10_7           // PMBIDR_EL1.P: the buffer belongs to a higher EL
    tbnz    x1, #4, .Lno_spe_\@
    mov     x1, #(1 << 4)               // PMSCR_EL2.PA lets EL1 ask for physical addresses;
    msr     S3_4_C9_C9_0, x1            // PCT=00: virtual timestamps
    orr     x2, x2, #(3 << 12)          // E2PB=0b11: EL1 owns the buffer, not trapped
.Lno_spe_\@:
    msr     MDCR_EL2, x2

    mrs     x1, ID_AA64MMFR0_EL1
    ubfx    x1, x1, #56, #4             // FGT: no fine-grained trap
    cbz     x1, .Lno_fgt_\@
    mov     x1, xzr
    cmp     x4, #3                      // PMSNEVFR_EL1 exists from v1p2; its bit traps when 0
    b.lo    .Lno_pmsnevfr_\@
    mov     x1, #(1 << 62)
.Lno_pmsnevfr_\@:
    msr     S3_4_C3_C1_4, x1            // HDFGRTR_EL2
    msr     S3_4_C3_C1_5, x1            // HDFGWTR_EL2
    msr     S3_4_C1_C1_4, xzr           // HFGRTR_EL2
    msr     S3_4_C1_C1_5, xzr           // HFGWTR_EL2
    msr     S3_4_C1_C1_6, xzr           // HFGITR_EL2
.Lno_fgt_\@:

    mrs     x1, ID_AA64PFR0_EL1
    ubfx    x1, x1, #24, #4             // GIC system registers
    cbz     x1, .Lno_gic_\@
    mov     x1, #0xf                    // ICC_SRE_EL2: SRE, DFB, DIB, Enable
    msr     S3_4_C12_C9_5, x1
    isb
    msr     S3_4_C12_C11_0, xzr         // ICH_HCR_EL2
.Lno_gic_\@:

    ldr     x1, =SCTLR_EL1_RES1
    msr     SCTLR_EL1, x1
    mov     x1, #SPSR_EL1H_MASKED
    msr     SPSR_EL2, x1
    adr     x1, .Lat_el1_\@
    msr     ELR_EL2, x1
    eret
.Lat_el1_\@:
.endm

#endif
