// SPDX-License-Identifier: Apache-2.0
// What the parts of the VMM share.
#ifndef VMM_H
#define VMM_H

#include <stdint.h>

/** Says why on standard error and ends: 2 for bad input or a host that cannot, 3 for a guest that went wrong. */
void fail(int code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/** The guest's memory at that address; ends the VMM when not all of it is RAM. */
void *guest_memory(uint64_t address, uint64_t size);

/** Sets the level of an SPI. */
void interrupt_line(int spi, int level);

// The virtio console (console.c): ports without a terminal, each a file of the host.
#define CONSOLE_BASE 0x0a000000ull
#define CONSOLE_SIZE 0x200
#define CONSOLE_SPI 16

/** Adds a port from NAME=PATH: what the guest writes there goes to the file, or what it reads comes from it. */
void console_port(const char *text, int guest_writes);
/** Whether there is a port, so that the guest has the device. */
int console_present(void);
uint32_t console_read(uint32_t offset);
void console_write(uint32_t offset, uint32_t value);

#endif
