// SPDX-License-Identifier: Apache-2.0
// Output by the PL011, end by semihosting.
#include "libc.h"

#define UART_DR ((volatile uint32_t *)0x09000000)
#define UART_FR ((volatile uint32_t *)0x09000018)
#define UART_FR_TXFF (1u << 5)
#define SYS_EXIT_EXTENDED 0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

void write_bytes(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		while (*UART_FR & UART_FR_TXFF)
			;
		*UART_DR = (unsigned char)bytes[i];
	}
}

_Noreturn void exit(int code)
{
	uint64_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uint64_t)(unsigned)code};
	register uint64_t operation __asm__("x0") = SYS_EXIT_EXTENDED;
	register uint64_t *parameters __asm__("x1") = block;
	for (;;)
		__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameters) : "memory");
}

_Noreturn void exception(uint64_t syndrome, uint64_t address, uint64_t fault_address)
{
	printf("exception: ESR_EL1 %#lx, ELR_EL1 %#lx, FAR_EL1 %#lx\n", syndrome, address, fault_address);
	exit(99);
}
