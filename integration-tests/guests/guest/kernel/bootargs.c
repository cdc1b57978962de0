// SPDX-License-Identifier: Apache-2.0
// Words "key=value" of the boot arguments, separated by spaces.
#include "kernel.h"

static bool ends_value(char c)
{
	return c == '\0' || c == ' ';
}

// Length of text if the argument starts with it, otherwise 0.
static size_t prefix(const char *argument, const char *text)
{
	size_t length = 0;

	for (; text[length]; length++) {
		if (argument[length] != text[length])
			return 0;
	}
	return length;
}

const char *bootarg(const char *key)
{
	const char *at = platform.bootargs;

	while (*at) {
		size_t length = prefix(at, key);

		if (length && at[length] == '=')
			return at + length + 1;
		while (!ends_value(*at))
			at++;
		while (*at == ' ')
			at++;
	}
	return NULL;
}

bool bootarg_is(const char *key, const char *value)
{
	const char *given = bootarg(key);

	return given && prefix(given, value) && ends_value(given[string_length(value)]);
}

bool bootarg_lists(const char *key, const char *item)
{
	const char *at = bootarg(key);

	while (at && !ends_value(*at)) {
		size_t length = prefix(at, item);

		if (length && (ends_value(at[length]) || at[length] == ','))
			return true;
		while (!ends_value(*at) && *at != ',')
			at++;
		if (*at == ',')
			at++;
	}
	return false;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

u64 bootarg_number(const char *key, u64 otherwise)
{
	const char *at = bootarg(key);
	int base = 10;
	u64 value = 0;

	if (!at)
		return otherwise;
	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	}
	const char *first = at;

	while (digit(*at) < base)
		value = value * base + digit(*at++);
	bool some_digit = at != first;

	if (*at == 'K' || *at == 'k') {
		value <<= 10;
		at++;
	} else if (*at == 'M' || *at == 'm') {
		value <<= 20;
		at++;
	}
	if (!some_digit || !ends_value(*at)) {
		kprintf("guest: bootargs: %s= wants a number such as 4096, 0x1000 or 64K\n", key);
		semihosting_exit(EXIT_EXCEPTION);
	}
	return value;
}
