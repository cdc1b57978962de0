// SPDX-License-Identifier: Apache-2.0
// The SIMD string functions against byte loops, at every alignment and length around the vector size.
#include "libc/libc.h"

#define SIZE 512

static uint8_t from[SIZE], to[SIZE], wanted[SIZE];

// The compiler must not make library calls of these.
#define PLAIN __attribute__((noinline, optimize("no-tree-loop-distribute-patterns", "no-tree-vectorize")))

PLAIN static void plain_copy(uint8_t *out, const uint8_t *in, size_t length, int backward)
{
	for (size_t i = 0; i < length; i++) {
		size_t at = backward ? length - 1 - i : i;
		out[at] = in[at];
	}
}

PLAIN static size_t first_difference(const uint8_t *a, const uint8_t *b)
{
	size_t i = 0;
	while (i < SIZE && a[i] == b[i])
		i++;
	return i;
}

static uint64_t hash_of(const uint8_t *bytes)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < SIZE; i++)
		hash = hash * 1099511628211u + bytes[i];
	return hash;
}

static int errors;

static void check(int right, const char *what, size_t a, size_t b, size_t c)
{
	if (!right && errors++ < 20)
		printf("%s is wrong: %lu %lu %lu\n", what, a, b, c);
}

static void fill(uint64_t seed)
{
	for (size_t i = 0; i < SIZE; i += 8) {
		uint64_t random = next_random(&seed);
		memcpy(from + i, &random, 8);
	}
}

int main(void)
{
	uint64_t hash = 0, calls = 0;
	fill(0x9e3779b97f4a7c15);
	for (size_t length = 0; length <= 150; length += length < 20 ? 1 : 13)
		for (size_t a = 0; a < 16; a += 5)
			for (size_t b = 0; b < 16; b++, calls++) {
				memset(to, (int)length, SIZE);
				plain_copy(wanted, to, SIZE, 0);
				plain_copy(wanted + b, from + a, length, 0);
				check(memcpy(to + b, from + a, length) == to + b, "memcpy's result", a, b, length);
				check(first_difference(to, wanted) == SIZE, "memcpy", a, b, length);
				// Overlapping, both directions.
				plain_copy(to, from, SIZE, 0);
				plain_copy(wanted, from, SIZE, 0);
				plain_copy(wanted + 32 + b, wanted + 32 + a, length, b > a);
				memmove(to + 32 + b, to + 32 + a, length);
				check(first_difference(to, wanted) == SIZE, "memmove", a, b, length);
				hash = hash * 31 + hash_of(to);
			}
	for (size_t length = 0; length <= 100; length++)
		for (size_t a = 0; a < 16; a++, calls++) {
			plain_copy(to, from, SIZE, 0);
			memset(to + a, 0xa5, length);
			check(first_difference(to, from) >= a && to[a + length] == from[a + length]
			      && (length == 0 || (to[a] == 0xa5 && to[a + length - 1] == 0xa5)), "memset", a, length, 0);
			for (size_t i = 0; i < SIZE; i++)
				to[i] = (uint8_t)(1 + i % 255 % 200);
			to[a + length] = 0;
			check(strlen((char *)to + a) == length, "strlen", a, length, 0);
			to[a + length] = 0xff;
			if (length > 2)
				to[a + length / 2] = 0;
			uint8_t *expected = to + a + length;
			check(memchr(to + a, 0xff, length + 1) == expected, "memchr", a, length, 1);
			check(memchr(to + a, 0xff, length) == NULL, "memchr", a, length, 0);
			plain_copy(wanted, to, SIZE, 0);
			check(memcmp(to + a, wanted + a, length + 1) == 0, "memcmp", a, length, 0);
			wanted[a + length] = 0xfe;
			check(memcmp(to + a, wanted + a, length + 1) > 0, "memcmp", a, length, 1);
			check(memcmp(wanted + a, to + a, length + 1) < 0, "memcmp", a, length, 2);
			check(memcmp(wanted + a, to + a, length) == 0, "memcmp", a, length, 3);
			hash = hash * 31 + hash_of(to);
		}
	printf("strings: %lu rounds, hash %016lx, %d errors\n", calls, hash, errors);
	return errors != 0;
}
