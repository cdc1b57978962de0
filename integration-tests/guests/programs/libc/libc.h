// SPDX-License-Identifier: Apache-2.0
// The small C library of the programs: no file, no locale, no thread. The same objects run on the bare
// machine (start-bare.S, bare.c) and as a Linux process (start-linux.S).
#ifndef LIBC_H
#define LIBC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

int main(void);

// What the two starts provide.
void write_bytes(const char *bytes, size_t length);
_Noreturn void exit(int code);

// string.c: Advanced SIMD, 16 bytes a step.
void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
void *memchr(const void *in, int value, size_t length);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
int strcmp(const char *a, const char *b);

// printf.c: conversions d i u x X o c s % f F e E g G, flags "-+ #0", width, precision, l ll z h hh.
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int snprintf(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *out, size_t size, const char *format, va_list arguments);

// decimal.c: exact in both directions.
#define DECIMAL_DIGITS 800
// A finite value is 0.d1 d2 d3 ... times 10 to the power of point.
struct decimal {
	int count;                      // of digits; 0 for zero
	int point;
	char digits[DECIMAL_DIGITS];    // values 0 to 9, the first one not 0
};
void decimal_of(struct decimal *out, double magnitude);
// Keeps the first keep digits (none when negative), round half to even on the exact value.
void decimal_round(struct decimal *value, int keep);
// Correctly rounded (to nearest, ties to even). *end is behind the last character used.
double strtod(const char *text, char **end);

static inline uint64_t bits_of(double value)
{
	uint64_t bits;
	__builtin_memcpy(&bits, &value, sizeof bits);
	return bits;
}

static inline double double_of(uint64_t bits)
{
	double value;
	__builtin_memcpy(&value, &bits, sizeof value);
	return value;
}

// Marsaglia's xorshift generator, 64 bits of state.
static inline uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x;
}

#endif
