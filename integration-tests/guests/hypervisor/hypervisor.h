// SPDX-License-Identifier: Apache-2.0
// What the hypervisor's files offer to each other.
#ifndef HYPERVISOR_H
#define HYPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define PAGE_SIZE       4096ul
#define BLOCK_SIZE      (2ul << 20)

// The profiling buffer registers of a vCPU as the guest sees them. They are never the hardware's own.
struct spe {
	u64 pmblimitr;
	u64 pmbptr;
	u64 pmbsr;
	bool loaded;                    // they were in hardware when the guest ran last
	bool unjudged;                  // the guest has programmed a buffer that nobody has looked at yet
	bool held_off;                  // refused: stays out of hardware until it is programmed anew
	u64 *in_use;                    // a bit for each page of the VM: the buffer in use and its tables
	u64 first_in_use, last_in_use;  // where bits are set; first above last when none is
};

// The virtual interrupts of a vCPU that no list register holds.
struct vgic {
	u32 sgis;                       // pending, a bit for each
	u32 waiting[32];                // physical ones that came when all list registers were taken
	u32 waiting_count;
	u32 waker;                      // GICR_WAKER as the guest has set it
	bool spe_enabled;
	bool spe_latched;               // made pending by GICR_ISPENDR0
	bool spe_group1;
	u8 spe_priority;
};

struct vcpu {
	u64 x[31];
	u64 host_sp;
	u32 index;
	u64 entry;                      // where PSCI CPU_ON starts it, with that in X0
	u64 context;
	struct spe spe;
	struct vgic vgic;
};
_Static_assert(offsetof(struct vcpu, x) == VCPU_X, "entry.S and struct vcpu differ");
_Static_assert(offsetof(struct vcpu, host_sp) == VCPU_HOST_SP, "entry.S and struct vcpu differ");

extern struct vcpu vcpus[MOST_CPUS];

// main.c: the VM, and how a vCPU runs.
struct vm {
	u64 base;                       // first IPA of its memory
	u64 size;
	u64 offset;                     // from an IPA to the physical address
	u64 pages;
};
extern struct vm vm;
void vcpu_run(struct vcpu *vcpu) __attribute__((noreturn));

static inline bool vm_contains(u64 ipa)
{
	return ipa - vm.base < vm.size;
}

// entry.S
u64 guest_enter(struct vcpu *vcpu);
void secondary_start(void);

// console.c: for what the user must hear; the UART is the guest's otherwise.
void print(const char *text);
void print_hex(u64 value);
void panic(const char *message) __attribute__((noreturn));
void end(u64 code) __attribute__((noreturn));

// string.c
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
size_t string_length(const char *text);
bool string_equal(const char *a, const char *b);
bool string_begins(const char *text, const char *start);

// mmio.c: size in bytes, 1, 2, 4 or 8
u64 mmio_read(u64 address, u32 size);
void mmio_write(u64 address, u32 size, u64 value);

// fdt.c: the machine's device tree, and the guest's.
struct module {
	u64 start;
	u64 size;
	bool kernel;
	bool ramdisk;
	const char *bootargs;
};
struct region { u64 start, size; };
struct platform {
	u64 memory_base, memory_size;
	u64 uart;
	u64 gicd, gicd_size;
	u64 gicr, gicr_size;
	u32 spe_intid;
	const char *bootargs;
	struct region devices[64];      // all but memory and GIC
	u32 device_count;
	struct module modules[8];
	u32 module_count;
};
extern struct platform platform;
void fdt_read(const u8 *tree);
u64 fdt_size(const u8 *tree);
bool fdt_device_at(u64 address);
// Writes the guest's tree and returns its size.
u64 fdt_write_guest(u8 *to, const u8 *tree, const struct module *kernel, u64 initrd, u64 initrd_size);
// A number behind "key=" in the hypervisor's own bootargs, decimal or 0x, with an optional K or M.
u64 option(const char *key, u64 otherwise);

// What is behind "key=" there, up to a space or the end; NULL when it is not there.
const char *option_text(const char *key);

// fault.c: what it does wrong on purpose.
enum fault {
	FAULT_NONE,
	FAULT_STAGE2_OFF,               // stage 2 goes off while the buffer is enabled
	FAULT_OTHER_OWNER,              // E2PB gives the buffer away while it is enabled
	FAULT_OTHER_VM,                 // the VM has another VMID when it is entered with the buffer of before
	FAULT_POINTER_LATE,             // PMBLIMITR_EL1.E before PMBPTR_EL1
	FAULT_STATUS_SET,               // PMBSR_EL1 of memory goes to hardware, S and all
	FAULT_NO_PSB,                   // no PSB CSYNC on the way out
	FAULT_NO_DSB,                   // a PSB CSYNC, but no DSB after it
	FAULT_STATUS_LEFT,              // PMBSR_EL1.S is left for the next entry
	FAULT_CONTROLS_LEFT,            // the VM has another VMID, and the sampling controls of before
	FAULT_STALE,                    // the buffer's page goes from stage 2 without TLB maintenance
};
void fault_init(void);
bool faulty(enum fault fault);

// guest.c: puts the file into the VM's memory, at [from, to) of its IPAs, and returns the IPA of its entry.
struct loaded { u64 entry, end; };
struct loaded guest_load(const u8 *file, u64 size);

// stage2.c
void stage2_init(void);
void stage2_load(void);
void stage2_map(u64 ipa);
void stage2_forget(u64 ipa);
void stage2_rename(void);

// walk.c
struct walk {
	u64 ipa;
	u32 page_bits;                  // log2 of the size of the mapping
	u32 fault;                      // FSC, when it failed
	bool no_memslot;                // it failed at a table outside of the VM's memory
	void (*table)(void *context, u64 page);
	void *context;
};
// Walks the guest's stage 1 as the SPU does for a buffer that EL1 owns: a privileged write, whatever PAN says.
bool walk_stage1(struct walk *walk, u64 va);
bool walk_address_beyond(u64 limit);

// spe.c: the world switch of the register handling note. spe_buffer.c: what is in the buffer registers.
#define PMBLIMITR_E             (1ul << 0)
#define PMBSR_COLL              (1ul << 16)
#define PMBSR_S                 (1ul << 17)
void spe_init(void);
u32 spe_version(void);
u64 spe_identification(void);
void spe_load(void);
void spe_enter(struct spe *spe);
u64 spe_exit(struct spe *spe);
bool spe_trap(struct vcpu *vcpu, u32 encoding, bool read, u64 *value);
void spe_buffer_init(struct spe *spe, u64 *bitmap);
void spe_buffer_written(struct spe *spe, u64 old_pmblimitr, u64 old_pmbsr, bool pointers);
void spe_buffer_reported(struct spe *spe, u64 pmbsr);
u64 spe_max_buffer_size(void);
bool spe_buffer_enabled(const struct spe *spe);

// traps.c
void handle_sync(struct vcpu *vcpu);
void inject_undefined(void);

// vgic.c
void vgic_init(struct vcpu *vcpu);
void vgic_interrupt(struct vcpu *vcpu);
void vgic_enter(struct vcpu *vcpu);
void vgic_send_sgi(u64 value);
bool vgic_contains(u64 ipa);
u64 vgic_read(struct vcpu *vcpu, u64 address, u32 size);
void vgic_write(struct vcpu *vcpu, u64 address, u32 size, u64 value);

// timer.c
void timer_load(void);

// psci.c
void psci_call(struct vcpu *vcpu);

#endif
