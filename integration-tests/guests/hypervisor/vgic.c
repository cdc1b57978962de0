// SPDX-License-Identifier: Apache-2.0
// The virtual GIC of one VM that has the machine's devices. Its distributor and redistributors are the physical ones, but
// for the hypervisor's own interrupts: the guest's accesses trap and are done here. Physical interrupts come to EL2 and go
// into list registers with their physical INTID, so that the guest's deactivation is theirs (IHI 0069, 12.4.13).
// The SPU's interrupt is the exception: the guest gets a virtual one, whose level is S of the in-memory PMBSR_EL1
// (docs/choices.md, open item 8).
#include "hypervisor.h"
#include "sysreg.h"

#define MAINTENANCE             25u
#define SPURIOUS                1020u
#define FIRST_PPI               16u
#define OWN                     (1u << platform.spe_intid | 1u << MAINTENANCE)
#define SPE                     (1u << platform.spe_intid)
#define PRIORITY                0x80u

#define LR_STATE                (3ul << 62)
#define LR_ACTIVE               (2ul << 62)
#define LR_PENDING              (1ul << 62)
#define LR_HW                   (1ul << 61)
#define LR_GROUP1               (1ul << 60)
#define LR_EOI                  (1ul << 41)     // maintenance interrupt at the end
#define LR_PRIORITY(p)          ((u64)(p) << 48)
#define LR_PHYSICAL(intid)      ((u64)(intid) << 32)

#define ICH_HCR_EN              1ul
#define ICH_HCR_UIE             2ul
#define ICC_CTLR_EOIMODE        2ul

#define GICD_CTLR               0x0000
#define GICD_CTLR_ENABLED       (1u << 4 | 1u << 1)     // ARE, EnableGrp1
#define GICR_STRIDE             0x20000ul
#define GICR_WAKER              0x00014
#define WAKER_SLEEP             2u
#define SGI_FRAME               0x10000
#define GICR_IGROUPR0           (SGI_FRAME + 0x080)
#define GICR_ISENABLER0         (SGI_FRAME + 0x100)
#define GICR_ICENABLER0         (SGI_FRAME + 0x180)
#define GICR_ISPENDR0           (SGI_FRAME + 0x200)
#define GICR_ICPENDR0           (SGI_FRAME + 0x280)
#define GICR_ISACTIVER0         (SGI_FRAME + 0x300)
#define GICR_ICACTIVER0         (SGI_FRAME + 0x380)
#define GICR_IPRIORITYR         (SGI_FRAME + 0x400)
#define GICR_ICFGR1             (SGI_FRAME + 0xc04)
#define GICR_IGRPMODR0          (SGI_FRAME + 0xd00)

static u32 mmio_read32(u64 address)
{
	return *(volatile u32 *)address;
}

static void mmio_write32(u64 address, u32 value)
{
	*(volatile u32 *)address = value;
}

static u64 read_list_register(u32 n)
{
	switch (n) {
	case 0: return read_sysreg(ICH_LR0_EL2);
	case 1: return read_sysreg(ICH_LR1_EL2);
	case 2: return read_sysreg(ICH_LR2_EL2);
	default: return read_sysreg(ICH_LR3_EL2);
	}
}

static void write_list_register(u32 n, u64 value)
{
	switch (n) {
	case 0: write_sysreg(ICH_LR0_EL2, value); break;
	case 1: write_sysreg(ICH_LR1_EL2, value); break;
	case 2: write_sysreg(ICH_LR2_EL2, value); break;
	default: write_sysreg(ICH_LR3_EL2, value);
	}
}

// The first four, or those that there are.
static u32 list_registers(void)
{
	u64 last = read_sysreg(ICH_VTR_EL2) & 0x1f;

	return last < 3 ? (u32)last + 1 : 4;
}

// The list register that holds an interrupt, or that is free for it; list_registers() when there is none.
static u32 find(u32 intid)
{
	u32 empty = list_registers();

	for (u32 n = 0; n < list_registers(); n++) {
		u64 value = read_list_register(n);

		if (!(value & LR_STATE))
			empty = n;
		else if ((u32)value == intid)
			return n;
	}
	return empty;
}

void vgic_init(struct vcpu *vcpu)
{
	u64 redistributor = platform.gicr + vcpu->index * GICR_STRIDE;

	for (u32 n = 0; n < list_registers(); n++)
		write_list_register(n, 0);
	write_sysreg(ICC_SRE_EL2, 0xf);
	isb();
	write_sysreg(ICH_VMCR_EL2, 0);
	write_sysreg(ICH_HCR_EL2, ICH_HCR_EN);

	mmio_write32(platform.gicd + GICD_CTLR, GICD_CTLR_ENABLED);
	mmio_write32(redistributor + GICR_WAKER, 0);
	mmio_write32(redistributor + GICR_IGROUPR0, ~0u);
	for (u32 intid = 0; intid < 32; intid++)
		*(volatile u8 *)(redistributor + GICR_IPRIORITYR + intid) = OWN >> intid & 1 ? PRIORITY : 0;
	mmio_write32(redistributor + GICR_ISENABLER0, OWN);
	vcpu->vgic.waker = WAKER_SLEEP;
	vcpu->vgic.spe_group1 = true;

	write_sysreg(ICC_PMR_EL1, 0xff);
	write_sysreg(ICC_CTLR_EL1, ICC_CTLR_EOIMODE);   // ending an interrupt does not deactivate it
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

static u32 priority(const struct vcpu *vcpu, u32 intid)
{
	if (intid == platform.spe_intid)
		return vcpu->vgic.spe_priority;
	if (intid < 32)
		return *(volatile u8 *)(platform.gicr + vcpu->index * GICR_STRIDE + GICR_IPRIORITYR + intid);
	return *(volatile u8 *)(platform.gicd + 0x400 + intid);
}

static bool list_physical(struct vcpu *vcpu, u32 intid)
{
	u32 n = find(intid);

	if (n == list_registers())
		return false;
	write_list_register(n, LR_PENDING | LR_HW | LR_GROUP1 | LR_PRIORITY(priority(vcpu, intid)) | LR_PHYSICAL(intid) | intid);
	return true;
}

// A physical interrupt. Ending it drops its priority; it stays active until the guest deactivates the virtual one.
void vgic_interrupt(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->vgic;
	u32 intid = (u32)read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	if (intid >= SPURIOUS)
		return;
	write_sysreg(ICC_EOIR1_EL1, intid);
	if (intid < FIRST_PPI) {
		vgic->sgis |= 1u << intid;      // one of the guest's own, from this or another CPU
		write_sysreg(ICC_DIR_EL1, intid);
	} else if (intid == platform.spe_intid || intid == MAINTENANCE) {
		// spe_exit() has taken what the SPU had to say, and its line is low again; vgic_enter() looks at all else.
		write_sysreg(ICC_DIR_EL1, intid);
	} else if (!list_physical(vcpu, intid)) {
		// An interrupt that is active does not come twice, so there is room for all.
		vgic->waiting[vgic->waiting_count++ % 32] = intid;
	}
	isb();
}

static void list_waiting(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->vgic;
	u32 left = 0;

	for (u32 i = 0; i < vgic->waiting_count; i++) {
		if (!list_physical(vcpu, vgic->waiting[i]))
			vgic->waiting[left++] = vgic->waiting[i];
	}
	vgic->waiting_count = left;
}

static void list_sgis(struct vcpu *vcpu)
{
	for (u32 intid = 0; intid < FIRST_PPI; intid++) {
		u32 n;

		if (!(vcpu->vgic.sgis >> intid & 1) || (n = find(intid)) == list_registers())
			continue;
		u64 active = read_list_register(n) & LR_ACTIVE;

		write_list_register(n, active | LR_PENDING | LR_GROUP1 | LR_PRIORITY(priority(vcpu, intid)) | intid);
		vcpu->vgic.sgis &= ~(1u << intid);
	}
}

// The SPU's virtual interrupt, level-sensitive: pending in a list register while the in-memory PMBSR_EL1.S is 1. While the
// guest has it active its list register says no more; its end brings a maintenance interrupt, and so the next look here.
static void list_spe(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->vgic;
	bool level = (vcpu->spe.pmbsr & PMBSR_S) || vgic->spe_latched;
	u32 n = find(platform.spe_intid);

	if (n == list_registers())
		return;
	u64 state = read_list_register(n) & LR_STATE;

	if (state & LR_ACTIVE) {
		vgic->spe_latched = false;
	} else if (level && vgic->spe_enabled && vgic->spe_group1) {
		if (!state)
			write_list_register(n, LR_PENDING | LR_GROUP1 | LR_EOI | LR_PRIORITY(vgic->spe_priority) | platform.spe_intid);
	} else if (state) {
		write_list_register(n, 0);
	}
}

void vgic_enter(struct vcpu *vcpu)
{
	// Off while the list registers change: an empty one must not ask for maintenance meanwhile.
	write_sysreg(ICH_HCR_EL2, 0);
	isb();
	for (u32 n = 0; n < list_registers(); n++) {
		// One whose interrupt has ended would go on asking for maintenance.
		if (!(read_list_register(n) & LR_STATE))
			write_list_register(n, 0);
	}
	list_spe(vcpu);
	list_waiting(vcpu);
	list_sgis(vcpu);
	write_sysreg(ICH_HCR_EL2, ICH_HCR_EN | (vcpu->vgic.waiting_count || vcpu->vgic.sgis ? ICH_HCR_UIE : 0));
}

// ICC_SGI1R_EL1: the guest's CPUs are the machine's.
void vgic_send_sgi(u64 value)
{
	write_sysreg(ICC_SGI1R_EL1, value);
	isb();
}

bool vgic_contains(u64 ipa)
{
	return ipa - platform.gicd < platform.gicd_size || ipa - platform.gicr < platform.gicr_size;
}

// What a redistributor's register for all SGIs and PPIs says of the virtual SPE interrupt, in its bit.
static u32 spe_bit(const struct vcpu *vcpu, u32 offset)
{
	u64 listed = read_list_register(find(platform.spe_intid) % list_registers());
	u64 state = (u32)listed == platform.spe_intid ? listed & LR_STATE : 0;
	bool set = false;

	switch (offset) {
	case GICR_IGROUPR0:
		set = vcpu->vgic.spe_group1;
		break;
	case GICR_ISENABLER0:
	case GICR_ICENABLER0:
		set = vcpu->vgic.spe_enabled;
		break;
	case GICR_ISPENDR0:
	case GICR_ICPENDR0:
		set = (vcpu->spe.pmbsr & PMBSR_S) || vcpu->vgic.spe_latched;
		break;
	case GICR_ISACTIVER0:
	case GICR_ICACTIVER0:
		set = state & LR_ACTIVE;
		break;
	}
	return set ? SPE : 0;
}

static bool one_bit_each(u32 offset)
{
	switch (offset) {
	case GICR_IGROUPR0:
	case GICR_ISENABLER0:
	case GICR_ICENABLER0:
	case GICR_ISPENDR0:
	case GICR_ICPENDR0:
	case GICR_ISACTIVER0:
	case GICR_ICACTIVER0:
	case GICR_IGRPMODR0:
		return true;
	}
	return false;
}

// Index in vcpus of the CPU whose redistributor is accessed.
static u32 target(u64 address)
{
	return (u32)((address - platform.gicr) / GICR_STRIDE) % MOST_CPUS;
}

u64 vgic_read(struct vcpu *vcpu, u64 address, u32 size)
{
	u32 offset = (u32)((address - platform.gicr) % GICR_STRIDE);

	if (address - platform.gicr >= platform.gicr_size)
		return mmio_read(address, size);
	vcpu = &vcpus[target(address)];
	if (offset == GICR_WAKER)
		return vcpu->vgic.waker;
	if (one_bit_each(offset))
		return (mmio_read32(address) & ~OWN) | spe_bit(vcpu, offset);
	u64 value = mmio_read(address, size);

	for (u32 i = 0; offset >= GICR_IPRIORITYR && offset < GICR_IPRIORITYR + 32 && i < size; i++) {
		u32 intid = offset - GICR_IPRIORITYR + i;

		if (OWN >> intid & 1)
			value = (value & ~(0xfful << 8 * i)) | (u64)(intid == MAINTENANCE ? 0 : vcpu->vgic.spe_priority) << 8 * i;
	}
	return value;
}

static void write_spe_bit(struct vcpu *vcpu, u32 offset, bool set)
{
	u32 n = find(platform.spe_intid);
	u64 state = n == list_registers() ? 0 : read_list_register(n) & LR_STATE;

	switch (offset) {
	case GICR_IGROUPR0:
		vcpu->vgic.spe_group1 = set;
		break;
	case GICR_ISENABLER0:
		vcpu->vgic.spe_enabled |= set;
		break;
	case GICR_ICENABLER0:
		vcpu->vgic.spe_enabled &= !set;
		break;
	case GICR_ISPENDR0:
		vcpu->vgic.spe_latched |= set;
		break;
	case GICR_ICPENDR0:
		vcpu->vgic.spe_latched &= !set;
		break;
	case GICR_ISACTIVER0:
		if (set && n != list_registers() && !state)
			write_list_register(n, LR_ACTIVE | LR_GROUP1 | LR_EOI | LR_PRIORITY(vcpu->vgic.spe_priority) | platform.spe_intid);
		break;
	case GICR_ICACTIVER0:
		if (set && (state & LR_ACTIVE))
			write_list_register(n, 0);
		break;
	}
}

void vgic_write(struct vcpu *vcpu, u64 address, u32 size, u64 value)
{
	u32 offset = (u32)((address - platform.gicr) % GICR_STRIDE);

	if (address - platform.gicr >= platform.gicr_size) {
		// Group 1 stays on: the hypervisor's interrupts are of it.
		mmio_write(address, size, value | (address == platform.gicd + GICD_CTLR ? GICD_CTLR_ENABLED : 0));
		return;
	}
	vcpu = &vcpus[target(address)];
	if (offset == GICR_WAKER) {
		vcpu->vgic.waker = value & WAKER_SLEEP ? WAKER_SLEEP | 4 : 0;
	} else if (one_bit_each(offset)) {
		bool plain = offset == GICR_IGROUPR0 || offset == GICR_IGRPMODR0;

		write_spe_bit(vcpu, offset, value & SPE);
		mmio_write32(address, ((u32)value & ~OWN) | (plain ? mmio_read32(address) & OWN : 0));
	} else if (offset == GICR_ICFGR1) {
		mmio_write32(address, (u32)value);      // both are level-sensitive, whatever is written
	} else if (offset >= GICR_IPRIORITYR && offset < GICR_IPRIORITYR + 32) {
		for (u32 i = 0; i < size; i++) {
			u32 intid = offset - GICR_IPRIORITYR + i;
			u8 byte = (u8)(value >> 8 * i);

			if (intid == platform.spe_intid)
				vcpu->vgic.spe_priority = byte & 0xf8;
			else if (intid != MAINTENANCE)
				*(volatile u8 *)(address + i) = byte;
		}
	} else {
		mmio_write(address, size, value);
	}
}
