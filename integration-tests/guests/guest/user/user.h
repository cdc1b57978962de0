// SPDX-License-Identifier: Apache-2.0
// What the EL0 program's files share. It has no writable data: state lives on the heap.
#ifndef USER_H
#define USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscall-numbers.h"

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

// Kept as functions of their own, under their own names, for the profile.
#define PROFILED __attribute__((noinline, noclone))

// Different inputs that a workload cycles through.
#define INPUTS 8

struct workload {
	const char *title;
	// Prepares the heap once.
	void (*prepare)(void *heap);
	// One iteration on input 0..INPUTS-1; returns a digest that depends on the input only.
	u64 (*run)(void *heap, u32 input);
	u64 expected[INPUTS];
};

extern const struct workload pointer_chase, sort, matrix, scan, ping, pong;

static inline u64 random_next(u64 *state)
{
	u64 x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x;
}

#ifdef __aarch64__
static inline u64 system_call(u64 number, u64 first, u64 second)
{
	register u64 x8 asm("x8") = number;
	register u64 x0 asm("x0") = first;
	register u64 x1 asm("x1") = second;

	asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory");
	return x0;
}

// FNV-1a over 64-bit words, computed by the kernel.
static inline u64 digest(const void *data, u64 size)
{
	return system_call(SYSCALL_DIGEST, (u64)data, size);
}
#else
// For a check of the workloads on another machine.
u64 digest(const void *data, u64 size);
#endif

#endif
