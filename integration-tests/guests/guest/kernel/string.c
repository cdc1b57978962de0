// SPDX-License-Identifier: Apache-2.0
// The few functions that a freestanding compiler may call by itself, and two more.
#include "kernel.h"

void *memcpy(void *to, const void *from, size_t size)
{
	u8 *out = to;
	const u8 *in = from;

	if ((((u64)out | (u64)in) & 7) == 0) {
		for (; size >= 8; size -= 8, out += 8, in += 8)
			*(u64 *)out = *(const u64 *)in;
	}
	while (size--)
		*out++ = *in++;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	u8 *out = to;
	u64 word = (u8)value * 0x0101010101010101ul;

	if (((u64)out & 7) == 0) {
		for (; size >= 8; size -= 8, out += 8)
			*(u64 *)out = word;
	}
	while (size--)
		*out++ = (u8)value;
	return to;
}

size_t string_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

bool string_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}
