// SPDX-License-Identifier: Apache-2.0
// From the boot loader's hands to the guest's first instruction, and then from exit to exit.
//
// The VM has all memory but the first 32 MiB, which are the hypervisor's. The guest sees it from the start of RAM on:
// an IPA is 32 MiB below its physical address. Devices have the machine's addresses, and the guest's accesses are done for it.
#include "hypervisor.h"
#include "sysreg.h"

#define ROOM                    (32ul << 20)
#define SCTLR_EL1_RES1          0x30d00800
#define SPSR_EL1H_MASKED        0x3c5

// HCR_EL2 while the guest runs (D24.2.62): stage 2 on; interrupts come to EL2; SMC and the ID registers trap; pointer
// authentication is the guest's own.
#define HCR_VM                  (1ul << 0)
#define HCR_FMO                 (1ul << 3)
#define HCR_IMO                 (1ul << 4)
#define HCR_AMO                 (1ul << 5)
#define HCR_TID3                (1ul << 18)
#define HCR_TSC                 (1ul << 19)
#define HCR_RW                  (1ul << 31)
#define HCR_E2H                 (1ul << 34)
#define HCR_APK_API             (3ul << 40)
#define HCR_GUEST               (HCR_VM | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TID3 | HCR_TSC | HCR_RW | HCR_E2H | HCR_APK_API)

#define CPTR_FPEN               (3ul << 20)

struct vm vm;
struct vcpu vcpus[MOST_CPUS];

extern u8 image_end[];

void hypervisor_main(const u8 *tree) __attribute__((noreturn));
void secondary_main(struct vcpu *vcpu) __attribute__((noreturn));
void own_exception(void) __attribute__((noreturn));

void own_exception(void)
{
	print("hypervisor: an exception of its own, ESR_EL2 ");
	print_hex(read_sysreg(ESR_EL2));
	print(", ELR_EL2 ");
	print_hex(read_sysreg(ELR_EL2));
	print(", FAR_EL2 ");
	print_hex(read_sysreg(FAR_EL2));
	print("\n");
	end(3);
}

// Memory of the hypervisor that depends on the size of the VM's. Zeroed.
static void *allocate(u64 size)
{
	static u64 next;
	u64 from = next ? next : (u64)image_end;

	next = (from + size + 7) & ~7ul;
	if (next > vm.base + ROOM)
		panic("no room for what it has to know of so much memory");
	return memset((void *)from, 0, size);
}

static void make_vm(void)
{
	if (platform.memory_size < ROOM + 2 * BLOCK_SIZE)
		panic("too little memory for a guest");
	vm.base = platform.memory_base;
	vm.offset = ROOM;
	vm.size = (platform.memory_size - ROOM) & ~(BLOCK_SIZE - 1);
	vm.pages = vm.size / PAGE_SIZE;
	for (u32 i = 0; i < MOST_CPUS; i++) {
		vcpus[i].index = i;
		spe_buffer_init(&vcpus[i].spe, allocate(vm.pages / 8 + 8));
	}
}

static const struct module *find_module(bool ramdisk)
{
	for (u32 i = 0; i < platform.module_count; i++) {
		const struct module *module = &platform.modules[i];

		if (ramdisk ? module->ramdisk : module->kernel)
			return module;
	}
	return NULL;
}

// Puts the guest into the VM's memory with a device tree of its own. Returns its entry; *tree_ipa is for X0.
static u64 load_guest(const u8 *tree, u64 *tree_ipa)
{
	const struct module *kernel = find_module(false);
	const struct module *ramdisk = find_module(true);

	if (!kernel)
		panic("no guest: it has to come as a multiboot,kernel module of /chosen");
	struct loaded loaded = guest_load((const u8 *)kernel->start, kernel->size);
	u64 size = fdt_size(tree) + string_length(kernel->bootargs) + PAGE_SIZE;
	u8 *copy = allocate(size);

	size = fdt_write_guest(copy, tree, kernel, ramdisk ? ramdisk->start - vm.offset : 0, ramdisk ? ramdisk->size : 0);
	*tree_ipa = (vm.base + vm.size - size) & ~(PAGE_SIZE - 1);
	if (loaded.end + vm.offset > kernel->start || loaded.end > *tree_ipa)
		panic("no room for the guest: give the machine more memory");
	memset((void *)kernel->start, 0, kernel->size);
	memcpy((void *)(*tree_ipa + vm.offset), copy, size);
	return loaded.entry;
}

// vcpu load: what stays in the CPU as long as the vCPU is on it, which is for ever.
static void vcpu_load(struct vcpu *vcpu)
{
	write_sysreg(VPIDR_EL2, read_sysreg(MIDR_EL1));
	write_sysreg(VMPIDR_EL2, read_sysreg(MPIDR_EL1));
	write_sysreg(CPTR_EL2, CPTR_FPEN);
	write_sysreg(HSTR_EL2, 0);
	stage2_load();
	timer_load();
	spe_load();
	vgic_init(vcpu);
	write_sysreg(SCTLR_EL12, SCTLR_EL1_RES1);
}

static void stage2_on(void)
{
	write_sysreg(HCR_EL2, HCR_GUEST);
	isb();
}

static void stage2_off(void)
{
	write_sysreg(HCR_EL2, HCR_HOST);
	isb();
}

void vcpu_run(struct vcpu *vcpu)
{
	vcpu_load(vcpu);
	memset(vcpu->x, 0, sizeof(vcpu->x));
	vcpu->x[0] = vcpu->context;
	write_sysreg(ELR_EL2, vcpu->entry);
	write_sysreg(SPSR_EL2, SPSR_EL1H_MASKED);
	for (;;) {
		vgic_enter(vcpu);
		// "KVM always sets E to 0 on guest exit, before stage 2 is disabled", and loads PMBLIMITR_EL1
		// "after KVM enables stage 2" (the register handling note): stage 2 lies around the buffer.
		stage2_on();
		spe_enter(&vcpu->spe);
		u64 why = guest_enter(vcpu);
		if (faulty(FAULT_STAGE2_OFF))
			stage2_off();
		u64 pmbsr = spe_exit(&vcpu->spe);
		if (!faulty(FAULT_OTHER_VM))
			stage2_off();

		if (pmbsr)
			spe_buffer_reported(&vcpu->spe, pmbsr);
		switch (why) {
		case EXIT_SYNC:
			handle_sync(vcpu);
			break;
		case EXIT_IRQ:
			vgic_interrupt(vcpu);
			break;
		default:
			panic("an FIQ or an SError interrupt came while the guest ran");
		}
	}
}

void hypervisor_main(const u8 *tree)
{
	fdt_read(tree);
	fault_init();
	make_vm();
	stage2_init();
	spe_init();
	vcpus[0].entry = load_guest(tree, &vcpus[0].context);
	vcpu_run(&vcpus[0]);
}

void secondary_main(struct vcpu *vcpu)
{
	vcpu_run(vcpu);
}
