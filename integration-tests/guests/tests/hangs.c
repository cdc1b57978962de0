// SPDX-License-Identifier: Apache-2.0
// Adds up the digits of a line of the console, says the sum, and reads an account at an address that no memory has: the
// handler of that exception never returns. Built without optimisation and with source lines, for tests of a debugger.
#include <stdint.h>

#define UART_DR ((volatile uint32_t *)0x09000000)
#define UART_FR ((volatile uint32_t *)0x09000018)
#define UART_CR ((volatile uint32_t *)0x09000030)
#define UART_FR_RXFE (1u << 4)
#define UART_FR_TXFF (1u << 5)
// Receiver, transmitter, UART.
#define UART_CR_ON 0x301

struct account {
	int balance;
};

static int total;
static struct account *account = (struct account *)0x4dead0000;

static int get(void)
{
	while (*UART_FR & UART_FR_RXFE)
		;
	return *UART_DR & 0xff;
}

static void put(int character)
{
	while (*UART_FR & UART_FR_TXFF)
		;
	*UART_DR = character;
}

static void say(const char *text)
{
	while (*text)
		put(*text++);
}

static void add(int digit)
{
	total += digit;
}

static void read_line(void)
{
	for (int c = get(); c != '\n'; c = get()) {
		put(c);
		add(c - '0');
	}
	say("\n");
}

static int balance(const struct account *of)
{
	return of->balance;
}

int main(void)
{
	*UART_CR = UART_CR_ON;
	read_line();
	say("total ");
	put('0' + total / 10);
	put('0' + total % 10);
	say("\n");
	return balance(account);
}

// The vectors come here.
_Noreturn void exception(uint64_t syndrome, uint64_t address, uint64_t fault_address)
{
	(void)syndrome;
	(void)address;
	(void)fault_address;
	for (;;)
		;
}

_Noreturn void exit(int code)
{
	(void)code;
	for (;;)
		;
}
