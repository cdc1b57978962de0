// SPDX-License-Identifier: Apache-2.0
// PL011 UART, transmit only, polled.
#include "kernel.h"

#define UARTDR          0x000
#define UARTFR          0x018
#define UARTFR_TXFF     (1u << 5)
#define UARTCR          0x030
#define UARTCR_UARTEN   (1u << 0)
#define UARTCR_TXE      (1u << 8)

static u64 base;

void pl011_init(u64 physical_base)
{
	base = physical_base;
	mmio_write32(base + UARTCR, UARTCR_UARTEN | UARTCR_TXE);
}

void pl011_put(char c)
{
	while (mmio_read32(base + UARTFR) & UARTFR_TXFF)
		;
	mmio_write32(base + UARTDR, (u8)c);
}
