// SPDX-License-Identifier: Apache-2.0
// Accesses to devices, in the size that the guest has used.
#include "hypervisor.h"

u64 mmio_read(u64 address, u32 size)
{
	switch (size) {
	case 1: return *(volatile u8 *)address;
	case 2: return *(volatile u16 *)address;
	case 4: return *(volatile u32 *)address;
	default: return *(volatile u64 *)address;
	}
}

void mmio_write(u64 address, u32 size, u64 value)
{
	switch (size) {
	case 1: *(volatile u8 *)address = (u8)value; break;
	case 2: *(volatile u16 *)address = (u16)value; break;
	case 4: *(volatile u32 *)address = (u32)value; break;
	default: *(volatile u64 *)address = value;
	}
}
