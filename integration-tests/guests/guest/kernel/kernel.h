// SPDX-License-Identifier: Apache-2.0
// What the kernel's files offer to each other.
#ifndef KERNEL_H
#define KERNEL_H

#include "types.h"

// Exit codes of the guest, given to the semihosting exit call.
enum { EXIT_OK = 0, EXIT_CHECK_FAILED = 1, EXIT_EXCEPTION = 2 };

// Registers of an interrupted program, as vectors.S lays them out.
struct frame {
	u64 x[31];
	u64 sp;
	u64 elr;
	u64 spsr;
};
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "vectors.S and struct frame differ");

// string.c
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
size_t string_length(const char *text);
bool string_equal(const char *a, const char *b);

// pl011.c, console.c
void pl011_init(u64 physical_base);
void pl011_put(char c);
// %s, %c, %d (int), %u (u32), %x (u32), and with l for u64: %lu, %lx.
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *message) __attribute__((noreturn));

// fdt.c: what the device tree says, or the values of the virt board where it says nothing.
struct platform {
	bool have_device_tree;
	u64 device_tree;
	u64 device_tree_size;
	const char *bootargs;
	u64 memory_base;
	u64 memory_size;
	u64 uart_base;
	u64 gicd_base;
	u64 gicr_base;
	u64 gicr_size;
	u32 timer_intid;
	u32 spe_intid;
	bool have_psci;
	bool psci_uses_smc;
};
extern struct platform platform;
void fdt_read(u64 physical_address);

// bootargs.c: "key=value" words of /chosen/bootargs.
const char *bootarg(const char *key);
bool bootarg_is(const char *key, const char *value);
// True when the comma separated list behind key contains item.
bool bootarg_lists(const char *key, const char *item);
// Decimal or 0x number with an optional K or M; ends in a panic when it is not a number.
u64 bootarg_number(const char *key, u64 otherwise);

// memory.c
void memory_init(void);
u64 allocate_page(void);
u64 allocate_table(void);
void map_page(u64 root_table, u64 virtual, u64 physical, u64 attributes);
void kernel_map_page(u64 virtual, u64 physical);
void kernel_map_page_read_only(u64 virtual, u64 physical, bool read_only);
void kernel_unmap_page(u64 virtual);
// Lets the walk of the gigabyte of an address go on at a table that may not be there.
void kernel_break_table(u64 virtual, u64 table);
void kernel_map_gigabyte_of(u64 physical);

// gic.c
#define INTID_SPURIOUS 1020
void gic_init(void);
void gic_enable_ppi(u32 intid);
u32 gic_acknowledge(void);
void gic_end(u32 intid);

// timer.c
void timer_init(void);
void timer_interrupt(void);
extern volatile u64 timer_ticks;

// task.c
#define TASK_COUNT 6
struct task {
	struct frame frame;
	const char *name;
	u32 pid;
	u32 index;
	bool selected;
	bool running;
	u64 translation_table;          // TTBR0_EL1: table and ASID
	u64 sample_counter;             // PMSICR_EL1 while the task does not run
	u64 checksum;
	u64 mismatches;
	u64 iterations;
};
extern struct task tasks[TASK_COUNT];
void tasks_init(void);
void tasks_run(void) __attribute__((noreturn));
u64 tasks_switches(void);
void enter_user(const struct frame *frame) __attribute__((noreturn));

// syscall.c
void syscall(struct task *task, struct frame *frame);
void task_exited(struct frame *frame);
void task_yielded(struct frame *frame);

// spe.c; without SPE all of it does nothing
void spe_init(void);
void spe_start(struct task *task);
void spe_stop(struct task *task);
void spe_interrupt(void);
void spe_tick(void);
// Drains what is left and prints the statistics; false when something was not as expected.
bool spe_finish(void);

// spe_misprogram.c
struct spe_misprogramming {
	u64 pointer;
	u64 limit;
	u64 expected;                   // PMBSR_EL1 of the event that must come, without COLL
};
// What provoke= asks for, for a buffer [base, limit); false when it is none of these.
bool spe_misprogram(struct spe_misprogramming *wrong, u64 base, u64 limit);

// spe_records.c
struct spe_statistics {
	u64 records;
	u64 bytes;
	u64 loads;
	u64 stores;
	u64 branches;
	u64 others;
	u64 at_el[4];
	u64 by_context[TASK_COUNT];
	u64 other_context;
	u64 malformed;
};
// Walks the packets of [from, to); returns the first byte behind the last complete record.
const u8 *spe_records_walk(const u8 *from, const u8 *to, u32 max_record_size,
			   struct spe_statistics *statistics);

// psci.c, semihosting.c
u32 psci_version(void);
void psci_system_off(void) __attribute__((noreturn));
void semihosting_exit(u64 code) __attribute__((noreturn));
void machine_exit(u64 code) __attribute__((noreturn));

#endif
