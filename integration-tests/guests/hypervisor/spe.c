// SPDX-License-Identifier: Apache-2.0
// The Statistical Profiling Extension of the VM (DDI 0487, D17, D24.7), as the register handling note of KVM's series has
// it (RFC v6, patch 26: "the note"). Its sentences are quoted where they are done; docs/choices.md, "The KVM model", says
// what was chosen where the note says nothing ("open item").
#include "hypervisor.h"
#include "sysreg.h"

// MDCR_EL2 (D24.3.17). E2PB = 0b10: EL1 owns the buffer, and its accesses to PMBLIMITR_EL1, PMBPTR_EL1 and PMBSR_EL1 trap.
// E2PB = 0b00: EL2 owns it.
#define MDCR_E2PB_TRAPPED       (2ul << 12)
#define MDCR_TPMS               (1ul << 14)
#define MDCR_HPMD               (1ul << 17)
#define MDCR_HCCD               (1ul << 23)

#define HDFGRTR_PMSIDR          (1ul << 30)
#define HDFGRTR_NPMSNEVFR       (1ul << 62)
#define HDFGRTR_PMBIDR          (1ul << 63)
#define HDFGRTR2_NPMSDSFR       (1ul << 19)

#define PMSCR_EL2_PA            (1ul << 4)
#define PMSIDR_FNE              (1ul << 6)
#define PMSIDR_FDS              (1ul << 7)
#define PMSIDR_HIDDEN           (0x1ful << 28)          // SME, ALTCLK
#define PMBIDR_P                (1ul << 4)
#define PMBIDR_HIDDEN           (3ul << 6 | PMBIDR_P)   // AddrMode, P
#define PMBIDR_MAX_BUFF_SIZE    (0xfffful << 32)

// What the in-memory registers can hold, by version (D24.7.2, D24.7.5). PMBLIMITR_EL1.nVM is not for guests: open item 11.
#define PMBLIMITR_FIELDS        (~0xffful | 3ul << 1 | PMBLIMITR_E)
#define PMBLIMITR_PMFZ          (1ul << 5)
#define PMBSR_FIELDS            (0xfffffful << 32 | 0x3ful << 26 | 1ul << 19 | PMBSR_S | PMBSR_COLL | 0xfffful)
#define PMBSR_EA                (1ul << 18)

static struct {
	u32 version;                    // ID_AA64DFR0_EL1.PMSVer
	bool fine_grained;              // FEAT_FGT
	u64 pmsidr;
	u64 max_size;                   // bytes; 0 for no limit
	u64 mdcr;                       // MDCR_EL2 without the owner of the buffer
} spe;

u32 spe_version(void)
{
	return spe.version;
}

u64 spe_identification(void)
{
	return spe.pmsidr;
}

u64 spe_max_buffer_size(void)
{
	return spe.max_size;
}

void spe_init(void)
{
	spe.version = id_field(read_sysreg(ID_AA64DFR0_EL1), 32);
	spe.fine_grained = id_field(read_sysreg(ID_AA64MMFR0_EL1), 56);
	if (spe.version)
		spe.pmsidr = read_sysreg(PMSIDR_EL1);
	// Without fine-grained traps hardware's PMBIDR_EL1 is what the guest sees, so there is no size to advertise.
	spe.max_size = spe.fine_grained ? option("max_buffer", 0) : 0;

	// The performance monitors are the guest's and do not count at EL2.
	u32 pmu = id_field(read_sysreg(ID_AA64DFR0_EL1), 8);

	if (pmu && pmu != 0xf)
		spe.mdcr = (read_sysreg(PMCR_EL0) >> 11 & 31) | (pmu >= 4 ? MDCR_HPMD : 0) | (pmu >= 6 ? MDCR_HCCD : 0);
}

// vcpu load: what stays as long as the vCPU is on the CPU.
void spe_load(void)
{
	write_sysreg(MDCR_EL2, spe.mdcr);
	if (spe.fine_grained) {
		// "PMSIDR_EL1: trapped, to hide features that hardware has and the VM does not"; "PMBIDR_EL1: trapped, to
		// advertise the maximum buffer size". The sampling controls (PMSCR, PMSEVFR, PMSFCR, PMSICR, PMSIRR, PMSLATFR,
		// PMSNEVFR) are "not trapped, the guest accesses hardware directly": for PMSNEVFR_EL1 and PMSDSFR_EL1 that
		// takes a 1 (D24.2.66).
		u64 direct = spe.pmsidr & PMSIDR_FNE ? HDFGRTR_NPMSNEVFR : 0;

		write_sysreg(HFGRTR_EL2, 0);
		write_sysreg(HFGWTR_EL2, 0);
		write_sysreg(HFGITR_EL2, 0);
		write_sysreg(HDFGRTR_EL2, spe.version ? HDFGRTR_PMSIDR | HDFGRTR_PMBIDR | direct : 0);
		write_sysreg(HDFGWTR_EL2, direct);
	}
	if (id_field(read_sysreg(ID_AA64MMFR0_EL1), 56) >= 2) {
		write_sysreg(HDFGRTR2_EL2, spe.pmsidr & PMSIDR_FDS ? HDFGRTR2_NPMSDSFR : 0);
		write_sysreg(HDFGWTR2_EL2, spe.pmsidr & PMSIDR_FDS ? HDFGRTR2_NPMSDSFR : 0);
	}
	if (!spe.version)
		return;
	write_sysreg(PMBLIMITR_EL1, 0);
	isb();
	write_sysreg(PMBSR_EL1, 0);
	// Virtual timestamps, nothing of the host's context, and physical addresses only for a VM that may know them:
	// open item 10. EE = 00: no profiling exceptions, hardware's PMBSR_EL1 is the one register (D24.7.9).
	write_sysreg(PMSCR_EL2, option("physical_addresses", 0) ? PMSCR_EL2_PA : 0);
	isb();
}

// Guest entry. Stage 2 is on.
void spe_enter(struct spe *vcpu)
{
	if (!spe.version)
		return;
	write_sysreg(MDCR_EL2, spe.mdcr | MDCR_E2PB_TRAPPED | (spe.fine_grained ? 0 : MDCR_TPMS));
	isb();
	// "PMBPTR_EL1: written to hardware before guest entry, if kvm_spe_profiling_buffer_enabled()"; "PMBLIMITR_EL1: only
	// if kvm_spe_profiling_buffer_enabled(), after KVM enables stage 2". "PMBSR_EL1: never": S = 1 in memory stops the
	// guest's profiling because E does not go to hardware.
	if (faulty(FAULT_STATUS_SET))
		write_sysreg(PMBSR_EL1, vcpu->pmbsr);
	vcpu->loaded = spe_buffer_enabled(vcpu);
	if (vcpu->loaded) {
		if (faulty(FAULT_POINTER_LATE))
			write_sysreg(PMBLIMITR_EL1, vcpu->pmblimitr);
		write_sysreg(PMBPTR_EL1, vcpu->pmbptr);
		isb();
		write_sysreg(PMBLIMITR_EL1, vcpu->pmblimitr);
	}
}

static void pass_over(void *context, u64 page)
{
	(void)context;
	(void)page;
}

// What is done wrong on the way out while the buffer is in hardware.
static void spoil_exit(struct spe *vcpu)
{
	struct walk walk = {.table = pass_over};

	if (faulty(FAULT_OTHER_OWNER)) {
		write_sysreg(MDCR_EL2, spe.mdcr);
		isb();
	}
	if (faulty(FAULT_OTHER_VM) || faulty(FAULT_CONTROLS_LEFT))
		stage2_rename();
	if (faulty(FAULT_STALE) && walk_stage1(&walk, vcpu->pmbptr))
		stage2_forget(walk.ipa);
}

// Guest exit, before stage 2 goes off. Returns hardware's PMBSR_EL1, or 0.
u64 spe_exit(struct spe *vcpu)
{
	u64 pmbsr = 0;

	if (!spe.version)
		return 0;
	if (vcpu->loaded) {
		// Whatever was sampled in the guest is written through its stage 2 first (D17.9): open item 9.
		if (!faulty(FAULT_NO_PSB))
			psb_csync();
		if (!faulty(FAULT_NO_DSB))
			dsb();
		isb();
		// "PMBPTR_EL1: updated on every exit, if the buffer was enabled at that entry".
		vcpu->pmbptr = read_sysreg(PMBPTR_EL1);
		pmbsr = read_sysreg(PMBSR_EL1);
		spoil_exit(vcpu);
		// "KVM always sets E = 0 on guest exit, before stage 2 is disabled."
		if (!faulty(FAULT_OTHER_VM))
			write_sysreg(PMBLIMITR_EL1, vcpu->pmblimitr & ~PMBLIMITR_E);
		isb();
		// "Hardware PMBSR_EL1 is cleared on guest exit if its S bit is found set": that lowers PMBIRQ. COLL goes
		// the same way: open item 7.
		if ((pmbsr & (PMBSR_S | PMBSR_COLL)) && !faulty(FAULT_STATUS_LEFT))
			write_sysreg(PMBSR_EL1, 0);
	}
	write_sysreg(MDCR_EL2, spe.mdcr);
	return pmbsr;
}

// PMBIDR_EL1.MaxBuffSize (D24.7.1): M << 12 up to 511 pages, then (512 + M) << (E + 11).
static u64 max_buff_size_field(u64 size)
{
	u64 pages = size / PAGE_SIZE;
	u64 exponent = 0;

	for (; pages >= 1024; pages >>= 1)
		exponent++;
	return pages < 512 ? pages : (exponent + 1) << 9 | (pages - 512);
}

static u64 read_id(u32 encoding)
{
	if (encoding == ENCODING(3, 0, 9, 9, 7))
		return spe.pmsidr & ~PMSIDR_HIDDEN;
	u64 pmbidr = read_sysreg(PMBIDR_EL1) & ~PMBIDR_HIDDEN;

	return spe.max_size ? (pmbidr & ~PMBIDR_MAX_BUFF_SIZE) | max_buff_size_field(spe.max_size) << 32 : pmbidr;
}

#define FORWARD(op2, name) case ENCODING(3, 0, 9, 9, op2):                      \
	if (read)                                                               \
		*value = read_sysreg(name);                                     \
	else                                                                    \
		write_sysreg(name, *value);                                     \
	return true

// Without FEAT_FGT, MDCR_EL2.TPMS is the only trap of PMSIDR_EL1, and brings all sampling controls here: they go to
// hardware (docs/choices.md). PMSCR_EL1 is the name of PMSCR_EL2 at EL2.
static bool forward_sampling(u32 encoding, bool read, u64 *value)
{
	switch (encoding) {
	FORWARD(0, PMSCR_EL12);
	FORWARD(2, PMSICR_EL1);
	FORWARD(3, PMSIRR_EL1);
	FORWARD(4, PMSFCR_EL1);
	FORWARD(5, PMSEVFR_EL1);
	FORWARD(6, PMSLATFR_EL1);
	}
	return false;
}

// "PMBLIMITR_EL1, PMBPTR_EL1, PMBSR_EL1: trapped"; the in-memory value is "updated on a guest direct write".
static bool buffer_register(struct spe *vcpu, u32 encoding, bool read, u64 *value)
{
	u64 old_pmblimitr = vcpu->pmblimitr;
	u64 old_pmbsr = vcpu->pmbsr;

	switch (encoding) {
	case ENCODING(3, 0, 9, 10, 0):
		if (read)
			*value = vcpu->pmblimitr;
		else
			vcpu->pmblimitr = *value & (PMBLIMITR_FIELDS | (spe.version >= 3 ? PMBLIMITR_PMFZ : 0));
		break;
	case ENCODING(3, 0, 9, 10, 1):
		if (read)
			*value = vcpu->pmbptr;
		else
			vcpu->pmbptr = *value;
		break;
	case ENCODING(3, 0, 9, 10, 3):
		if (read)
			*value = vcpu->pmbsr;
		else
			vcpu->pmbsr = *value & (PMBSR_FIELDS | (spe.version < 4 ? PMBSR_EA : 0));
		break;
	default:
		return false;
	}
	if (!read)
		spe_buffer_written(vcpu, old_pmblimitr, old_pmbsr, encoding != ENCODING(3, 0, 9, 10, 3));
	return true;
}

bool spe_trap(struct vcpu *vcpu, u32 encoding, bool read, u64 *value)
{
	if (!spe.version)
		return false;
	if (read && (encoding == ENCODING(3, 0, 9, 9, 7) || encoding == ENCODING(3, 0, 9, 10, 7))) {
		*value = read_id(encoding);
		return true;
	}
	return buffer_register(&vcpu->spe, encoding, read, value) || (!spe.fine_grained && forward_sampling(encoding, read, value));
}
