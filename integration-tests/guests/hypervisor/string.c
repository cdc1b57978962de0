// SPDX-License-Identifier: Apache-2.0
// What a compiler expects of its environment, and strings of the device tree.
#include "hypervisor.h"

void *memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

void *memset(void *to, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)to)[i] = (u8)value;
	return to;
}

size_t string_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

bool string_begins(const char *text, const char *start)
{
	while (*start) {
		if (*text++ != *start++)
			return false;
	}
	return true;
}

bool string_equal(const char *a, const char *b)
{
	return string_begins(a, b) && string_length(a) == string_length(b);
}
