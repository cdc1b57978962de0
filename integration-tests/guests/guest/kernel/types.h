// SPDX-License-Identifier: Apache-2.0
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

static inline void *phys_to_virt(u64 physical)
{
	return (void *)(physical + KERNEL_OFFSET);
}

static inline u64 virt_to_phys(const void *address)
{
	return (u64)address - KERNEL_OFFSET;
}

static inline u64 round_up(u64 value, u64 alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static inline u32 mmio_read32(u64 physical)
{
	return *(volatile u32 *)phys_to_virt(physical);
}

static inline u64 mmio_read64(u64 physical)
{
	return *(volatile u64 *)phys_to_virt(physical);
}

static inline void mmio_write32(u64 physical, u32 value)
{
	*(volatile u32 *)phys_to_virt(physical) = value;
}

static inline void mmio_write8(u64 physical, u8 value)
{
	*(volatile u8 *)phys_to_virt(physical) = value;
}

#endif
