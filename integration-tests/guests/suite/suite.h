// SPDX-License-Identifier: Apache-2.0
// What the tests of one area share: checks, exceptions, interrupts, other PEs.
#pragma once

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;

#define read_sysreg(name) ({ u64 v_; __asm__ volatile("mrs %0, " #name : "=r"(v_) :: "memory"); v_; })
#define write_sysreg(name, value) __asm__ volatile("msr " #name ", %0" :: "r"((u64)(value)) : "memory")
#define isb() __asm__ volatile("isb" ::: "memory")
#define wfi() __asm__ volatile("wfi" ::: "memory")
#define irq_on() __asm__ volatile("msr DAIFClr, #2" ::: "memory")
#define irq_off() __asm__ volatile("msr DAIFSet, #2" ::: "memory")

// The area's tests.
void run(void);

// Counts and, when it failed, prints.
void equal(const char *what, u64 got, u64 expected);
void check(const char *what, int holds);
void print(const char *text);

// The last synchronous exception; its instruction was skipped. expect() forgets, caught() says what came, 0 for none.
struct caught {
	u64 syndrome;
	u64 address;
	u64 count;
};
extern volatile struct caught caught;
void expect(void);
u32 caught_class(void);

// Runs a function at EL0 that ends with el0_return(value); its exceptions but SVC are caught.
u64 run_at_el0(void (*function)(u64), u64 argument, u64 stack);
extern u8 el0_stack[4096];
#define EL0_STACK ((u64)el0_stack + sizeof el0_stack)
#define el0_return(value) do { register u64 x0_ __asm__("x0") = (value); \
	__asm__ volatile("svc #0" :: "r"(x0_) : "memory"); __builtin_unreachable(); } while (0)

// Interrupts: what each PE acknowledged, in order; on_interrupt does the rest between acknowledge and end.
#define LOG 16
extern volatile u32 taken[4];
extern volatile u32 taken_log[4][LOG];
extern void (*volatile on_interrupt)(u32 intid);
extern volatile int end_mode;
u32 this_pe(void);
void gic_set_up(void);
void enable_interrupt(u32 intid, u8 priority);
void disable_interrupt(u32 intid);
void forget_interrupts(void);
// Spins with interrupts unmasked until so many were taken, or for a bounded time; returns how many.
u32 wait_taken(u32 pe, u32 count);

#define GICD 0x08000000ul
#define GICR(pe) (0x080a0000ul + (u64)(pe) * 0x20000)
#define GICR_SGI(pe) (GICR(pe) + 0x10000)
static inline u32 read32(u64 address) { return *(volatile u32 *)address; }
static inline void write32(u64 address, u32 value) { *(volatile u32 *)address = value; }
static inline u64 read64(u64 address) { return *(volatile u64 *)address; }
static inline void write64(u64 address, u64 value) { *(volatile u64 *)address = value; }
static inline void write8(u64 address, u8 value) { *(volatile u8 *)address = value; }

// PSCI by HVC.
s64 psci(u32 function, u64 a1, u64 a2, u64 a3);
#define PSCI_VERSION 0x84000000u
#define CPU_SUSPEND 0xc4000001u
#define CPU_OFF 0x84000002u
#define CPU_ON 0xc4000003u
#define AFFINITY_INFO 0xc4000004u
#define MIGRATE_INFO_TYPE 0x84000006u
#define SYSTEM_OFF 0x84000008u
#define SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au

// A second PE: start_pe switches it on, it runs the job that is set and waits for the next one.
extern volatile u64 started[4][4];
int start_pe(u32 pe);
void set_job(u32 pe, void (*job)(void));
void wait_job(u32 pe);
