// SPDX-License-Identifier: Apache-2.0
// Formatted output to the console.
#include "kernel.h"

#include <stdarg.h>

static void put_char(char c)
{
	if (c == '\n')
		pl011_put('\r');
	pl011_put(c);
}

static void put_string(const char *text)
{
	while (*text)
		put_char(*text++);
}

static void put_number(u64 value, u32 base)
{
	char digits[20];
	u32 count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (count)
		put_char(digits[--count]);
}

void kprintf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	for (; *format; format++) {
		bool is_long = false;

		if (*format != '%') {
			put_char(*format);
			continue;
		}
		format++;
		if (*format == 'l') {
			is_long = true;
			format++;
		}
		switch (*format) {
		case 's':
			put_string(va_arg(arguments, const char *));
			break;
		case 'c':
			put_char((char)va_arg(arguments, int));
			break;
		case 'd': {
			int value = va_arg(arguments, int);

			if (value < 0)
				put_char('-');
			put_number(value < 0 ? -(u64)value : (u64)value, 10);
			break;
		}
		case 'u':
			put_number(is_long ? va_arg(arguments, u64) : va_arg(arguments, u32), 10);
			break;
		case 'x':
			put_number(is_long ? va_arg(arguments, u64) : va_arg(arguments, u32), 16);
			break;
		default:
			put_char(*format);
		}
	}
	va_end(arguments);
}

void panic(const char *message)
{
	kprintf("guest: %s\n", message);
	semihosting_exit(EXIT_EXCEPTION);
}
