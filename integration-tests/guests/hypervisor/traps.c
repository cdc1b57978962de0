// SPDX-License-Identifier: Apache-2.0
// What the guest is left for by an exception: calls, trapped registers, memory that is not mapped yet, devices.
#include "hypervisor.h"
#include "sysreg.h"

#define EC_HVC                  0x16
#define EC_SMC                  0x17
#define EC_SYSTEM_REGISTER      0x18
#define EC_INSTRUCTION_ABORT    0x20
#define EC_DATA_ABORT           0x24

#define ESR_IL                  (1ul << 25)
#define ISS_READ                1u
#define ISS_ISV                 (1ul << 24)
#define ISS_SSE                 (1ul << 21)
#define ISS_SF                  (1ul << 15)
#define ISS_CM                  (1ul << 8)
#define ISS_S1PTW               (1ul << 7)
#define ISS_WNR                 (1ul << 6)
#define FSC_EXTERNAL_ABORT      0x10ul

#define SPSR_EL                 0xcul
#define SPSR_SP                 1ul
#define SPSR_KEPT               (0xful << 28 | 1ul << 24 | 1ul << 22)   // NZCV, DIT, PAN
#define SPSR_PAN                (1ul << 22)
#define SPSR_SSBS               (1ul << 12)
#define SPSR_EL1H_MASKED        0x3c5ul
#define SCTLR_SPAN              (1ul << 23)
#define SCTLR_DSSBS             (1ul << 44)

static void advance(void)
{
	write_sysreg(ELR_EL2, read_sysreg(ELR_EL2) + 4);
}

// Lets the guest take a synchronous exception to its EL1 (D1.3.1.6, AArch64.TakeException).
static void inject(u64 esr)
{
	u64 spsr = read_sysreg(SPSR_EL2);
	u64 sctlr = read_sysreg(SCTLR_EL12);
	u64 vector = !(spsr & SPSR_EL) ? 0x400 : spsr & SPSR_SP ? 0x200 : 0;

	write_sysreg(ESR_EL12, esr);
	write_sysreg(ELR_EL12, read_sysreg(ELR_EL2));
	write_sysreg(SPSR_EL12, spsr);
	write_sysreg(ELR_EL2, read_sysreg(VBAR_EL12) + vector);
	spsr &= SPSR_KEPT;
	if (!(sctlr & SCTLR_SPAN))
		spsr |= SPSR_PAN;
	if (sctlr & SCTLR_DSSBS)
		spsr |= SPSR_SSBS;
	write_sysreg(SPSR_EL2, spsr | SPSR_EL1H_MASKED);
}

void inject_undefined(void)
{
	inject(ESR_IL);
}

static void inject_external_abort(u64 exception_class)
{
	u64 same_el = (read_sysreg(SPSR_EL2) & SPSR_EL) != 0;

	write_sysreg(FAR_EL12, read_sysreg(FAR_EL2));
	inject((exception_class + same_el) << 26 | ESR_IL | FSC_EXTERNAL_ABORT);
}

#define ID_CASE(crm, op2) case (crm) * 8 + (op2): return read_sysreg(S3_0_C0_C##crm##_##op2);
#define ID_CASES(crm) \
	ID_CASE(crm, 0) ID_CASE(crm, 1) ID_CASE(crm, 2) ID_CASE(crm, 3) \
	ID_CASE(crm, 4) ID_CASE(crm, 5) ID_CASE(crm, 6) ID_CASE(crm, 7)

static u64 read_id(u32 crm, u32 op2)
{
	switch (crm * 8 + op2) {
	ID_CASES(1) ID_CASES(2) ID_CASES(3) ID_CASES(4) ID_CASES(5) ID_CASES(6) ID_CASES(7)
	}
	return 0;
}

// The hardware's, without what the guest has not (HCR_EL2.TID3): EL2 with VHE, FGT, ECV and NV, and of SPE the parts
// that need the hypervisor's help. PMSVer is "min(hardware, V1P5)", which is 6 (the register handling note).
static u64 guest_id(u32 crm, u32 op2)
{
	u64 value = read_id(crm, op2);
	u64 version;

	switch (crm * 8 + op2) {
	case 4 * 8 + 0:                         // ID_AA64PFR0_EL1.EL2
		return value & ~(0xful << 8);
	case 5 * 8 + 0:                         // ID_AA64DFR0_EL1.PMSVer, HPMN0, and PMUVer without FEAT_PMUv3
		version = id_field(value, 32);
		value &= ~(0xful << 32 | 0xful << 60);
		if (id_field(value, 8) == 0xf)
			value &= ~(0xful << 8);
		return value | (version > 6 ? 6 : version) << 32;
	case 5 * 8 + 2:                         // ID_AA64DFR2_EL1.SPE_EXC, SPE_nVM
		return value & ~(0xfful << 16);
	case 7 * 8 + 0:                         // ID_AA64MMFR0_EL1.FGT, ECV
		return value & ~(0xfful << 56);
	case 7 * 8 + 1:                         // ID_AA64MMFR1_EL1.VH
		return value & ~(0xful << 8);
	case 7 * 8 + 2:                         // ID_AA64MMFR2_EL1.NV
		return value & ~(0xful << 24);
	}
	return value;
}

static void system_register(struct vcpu *vcpu, u64 esr)
{
	u32 encoding = (u32)esr & ENCODING_MASK;
	u32 rt = (u32)esr >> 5 & 31;
	bool read = esr & ISS_READ;
	u64 value = read || rt == 31 ? 0 : vcpu->x[rt];

	if (spe_trap(vcpu, encoding, read, &value)) {
		// Done.
	} else if ((encoding & ENCODING(3, 7, 15, 0, 0)) == ENCODING(3, 0, 0, 0, 0) && read) {
		value = guest_id((u32)esr >> 1 & 15, (u32)esr >> 17 & 7);
	} else if (encoding == ENCODING(3, 0, 12, 11, 5) && !read) {    // ICC_SGI1R_EL1 traps with HCR_EL2.IMO
		vgic_send_sgi(value);
	} else if ((encoding == ENCODING(3, 0, 12, 11, 6) || encoding == ENCODING(3, 0, 12, 11, 7)) && !read) {
		// ICC_ASGI1R_EL1 and ICC_SGI0R_EL1: nobody has these groups.
	} else {
		inject_undefined();
		return;
	}
	if (read && rt != 31)
		vcpu->x[rt] = value;
	advance();
}

static u64 device_read(struct vcpu *vcpu, u64 ipa, u32 size)
{
	return vgic_contains(ipa) ? vgic_read(vcpu, ipa, size) : mmio_read(ipa, size);
}

static void device_write(struct vcpu *vcpu, u64 ipa, u32 size, u64 value)
{
	if (vgic_contains(ipa))
		vgic_write(vcpu, ipa, size, value);
	else
		mmio_write(ipa, size, value);
}

// The guest's load or store is one of a device: the virtual GIC, or the machine's own, which the VM has. What the
// instruction does is in the syndrome (D24.2.40).
static void emulate(struct vcpu *vcpu, u64 esr, u64 ipa)
{
	u32 size = 1u << (esr >> 22 & 3);
	u32 rt = (u32)esr >> 16 & 31;
	u64 mask = ~0ul >> (64 - 8 * size);

	if (esr & ISS_CM) {
		advance();
	} else if (!(esr & ISS_ISV)) {
		inject_external_abort(EC_DATA_ABORT);
	} else if (esr & ISS_WNR) {
		device_write(vcpu, ipa, size, rt == 31 ? 0 : vcpu->x[rt] & mask);
		advance();
	} else {
		u64 value = device_read(vcpu, ipa, size) & mask;

		if (esr & ISS_SSE)
			value = (u64)((int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size));
		if (rt != 31)
			vcpu->x[rt] = esr & ISS_SF ? value : value & 0xffffffff;
		advance();
	}
}

static void memory_abort(struct vcpu *vcpu, u64 esr, u64 exception_class)
{
	u64 ipa = (read_sysreg(HPFAR_EL2) >> 4 & 0xfffffffffful) << 12 | (read_sysreg(FAR_EL2) & (PAGE_SIZE - 1));

	if (vm_contains(ipa))
		stage2_map(ipa);
	else if (exception_class == EC_INSTRUCTION_ABORT || (esr & ISS_S1PTW) || ipa >= vm.base)
		inject_external_abort(exception_class);
	else if (vgic_contains(ipa) || fdt_device_at(ipa))
		emulate(vcpu, esr, ipa);
	else
		inject_external_abort(exception_class);
}

void handle_sync(struct vcpu *vcpu)
{
	u64 esr = read_sysreg(ESR_EL2);
	u64 exception_class = esr >> 26 & 0x3f;

	switch (exception_class) {
	case EC_HVC:
		psci_call(vcpu);
		break;
	case EC_SMC:                            // HCR_EL2.TSC
		advance();
		if (esr & 0xffff)
			vcpu->x[0] = ~0ul;
		else
			psci_call(vcpu);
		break;
	case EC_SYSTEM_REGISTER:
		system_register(vcpu, esr);
		break;
	case EC_INSTRUCTION_ABORT:
	case EC_DATA_ABORT:
		memory_abort(vcpu, esr, exception_class);
		break;
	default:
		print("hypervisor: ESR_EL2 ");
		print_hex(esr);
		print(" at ");
		print_hex(read_sysreg(ELR_EL2));
		print("\n");
		panic("the guest did what it does not know");
	}
}
