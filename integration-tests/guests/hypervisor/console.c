// SPDX-License-Identifier: Apache-2.0
// The hypervisor's words. The PL011 is the guest's: it is only used when there is nothing left to run.
#include "hypervisor.h"

#define UARTDR                          0x000
#define UARTFR                          0x018
#define UARTFR_TXFF                     (1u << 5)
#define SYS_EXIT_EXTENDED               0x20
#define ADP_STOPPED_APPLICATION_EXIT    0x20026
#define EXIT_GUEST_FAILED               3

static void put(char c)
{
	if (!platform.uart)
		return;
	while (*(volatile u32 *)(platform.uart + UARTFR) & UARTFR_TXFF)
		;
	*(volatile u32 *)(platform.uart + UARTDR) = (u8)c;
}

void print(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}

void print_hex(u64 value)
{
	print("0x");
	for (int shift = 60; shift >= 0; shift -= 4) {
		if (value >> shift || shift == 0)
			put("0123456789abcdef"[value >> shift & 0xf]);
	}
}

void panic(const char *message)
{
	print("hypervisor: ");
	print(message);
	print("\n");
	end(EXIT_GUEST_FAILED);
}

// Semihosting needs no help from a hypervisor: HLT is answered at any Exception level. So the guest's own calls, its
// end among them, never come here.
void end(u64 code)
{
	const u64 block[2] = { ADP_STOPPED_APPLICATION_EXIT, code };
	register u64 operation asm("x0") = SYS_EXIT_EXTENDED;
	register const u64 *parameter asm("x1") = block;

	asm volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
	for (;;)
		asm volatile("wfi");
}
