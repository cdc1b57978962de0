// SPDX-License-Identifier: Apache-2.0
// A VM of Linux' KVM that does nothing but call its hypervisor: hypercall COUNT. The call is the one that kvm-unit-tests'
// micro-bench takes, an HVC with a function that KVM does not know and answers itself.
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x200000
#define REGISTER(field) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))

// The guest: calls as often as X19 says, then PSCI's SYSTEM_OFF.
extern const char guest_begin[], guest_end[];
__asm__(".pushsection .rodata\n"
	"	.globl guest_begin, guest_end\n"
	"	.p2align 2\n"
	"guest_begin:\n"
	"1:	mov	w0, #0x4b000000\n"
	"	hvc	#0\n"
	"	subs	x19, x19, #1\n"
	"	b.ne	1b\n"
	"	mov	w0, #0x84000000\n"
	"	add	w0, w0, #8\n"
	"	hvc	#0\n"
	"guest_end:\n"
	".popsection\n");

static int checked(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static void set(int vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };
	checked(ioctl(vcpu, KVM_SET_ONE_REG, &reg), "KVM_SET_ONE_REG");
}

int main(int count, char **arguments)
{
	int kvm = checked(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	int vm = checked(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	char *ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = RAM, .memory_size = RAM_SIZE, .userspace_addr = (uintptr_t)ram };
	struct kvm_vcpu_init init;

	if (count != 2 || ram == MAP_FAILED)
		return 2;
	memcpy(ram, guest_begin, guest_end - guest_begin);
	checked(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
	int vcpu = checked(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	checked(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init), "KVM_ARM_PREFERRED_TARGET");
	init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	checked(ioctl(vcpu, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
	struct kvm_run *run = mmap(NULL, checked(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE"),
				   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		return 2;
	set(vcpu, REGISTER(regs.pc), RAM);
	set(vcpu, REGISTER(regs.regs[19]), strtoull(arguments[1], NULL, 0));
	checked(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
	if (run->exit_reason != KVM_EXIT_SYSTEM_EVENT || run->system_event.type != KVM_SYSTEM_EVENT_SHUTDOWN) {
		fprintf(stderr, "exit reason %u\n", run->exit_reason);
		return 1;
	}
	return 0;
}
