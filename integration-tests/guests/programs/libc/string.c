// SPDX-License-Identifier: Apache-2.0
// String functions by Advanced SIMD intrinsics. Whole aligned vectors are read where the end is not known
// before: they never leave the page that holds a byte of the string.
#include "libc.h"
#include <arm_neon.h>

// Four bits for each byte that the comparison found, the first byte lowest.
static inline uint64_t nibbles(uint8x16_t found)
{
	return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(found), 4)), 0);
}

static inline void copy_tail(uint8_t *to, const uint8_t *from, size_t length)
{
	// Two overlapping moves cover every length from half to the whole.
	if (length >= 8) {
		uint8x8_t head = vld1_u8(from), tail = vld1_u8(from + length - 8);
		vst1_u8(to, head);
		vst1_u8(to + length - 8, tail);
	} else {
		uint8_t held[8];
		for (size_t i = 0; i < length; i++)
			held[i] = from[i];
		for (size_t i = 0; i < length; i++)
			to[i] = held[i];
	}
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	uint8_t *t = to;
	const uint8_t *f = from;
	if (length < 16) {
		copy_tail(t, f, length);
		return to;
	}
	uint8x16_t last = vld1q_u8(f + length - 16);
	uint8_t *end = t + length;
	for (; end - t >= 64; t += 64, f += 64)
		vst1q_u8_x4(t, vld1q_u8_x4(f));
	for (; end - t >= 16; t += 16, f += 16)
		vst1q_u8(t, vld1q_u8(f));
	vst1q_u8(end - 16, last);
	return to;
}

void *memmove(void *to, const void *from, size_t length)
{
	uint8_t *t = to;
	const uint8_t *f = from;
	if (length < 16) {
		copy_tail(t, f, length);
		return to;
	}
	if ((uintptr_t)t - (uintptr_t)f >= length) {
		// Forward: no byte is written before it is read, except the last vector, which is held.
		uint8x16_t last = vld1q_u8(f + length - 16);
		size_t i = 0;
		for (; i + 16 <= length; i += 16)
			vst1q_u8(t + i, vld1q_u8(f + i));
		vst1q_u8(t + length - 16, last);
	} else {
		uint8x16_t first = vld1q_u8(f);
		size_t i = length;
		for (; i >= 16; i -= 16)
			vst1q_u8(t + i - 16, vld1q_u8(f + i - 16));
		vst1q_u8(t, first);
	}
	return to;
}

void *memset(void *to, int value, size_t length)
{
	uint8_t *t = to;
	uint8x16_t filled = vdupq_n_u8((uint8_t)value);
	if (length < 16) {
		for (size_t i = 0; i < length; i++)
			t[i] = (uint8_t)value;
		return to;
	}
	for (size_t i = 0; i + 16 <= length; i += 16)
		vst1q_u8(t + i, filled);
	vst1q_u8(t + length - 16, filled);
	return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const uint8_t *x = a, *y = b;
	size_t i = 0;
	for (; i + 16 <= length; i += 16) {
		uint64_t differ = ~nibbles(vceqq_u8(vld1q_u8(x + i), vld1q_u8(y + i)));
		if (differ) {
			i += (size_t)__builtin_ctzll(differ) >> 2;
			return x[i] - y[i];
		}
	}
	for (; i < length; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void *memchr(const void *in, int value, size_t length)
{
	const uint8_t *x = in;
	uint8x16_t wanted = vdupq_n_u8((uint8_t)value);
	if (length == 0)
		return NULL;
	const uint8_t *vector = (const uint8_t *)((uintptr_t)x & ~(uintptr_t)15);
	unsigned before = (unsigned)((uintptr_t)x & 15);
	uint64_t found = nibbles(vceqq_u8(vld1q_u8(vector), wanted)) >> (4 * before);
	size_t done = 16 - before;
	if (found) {
		size_t at = (size_t)__builtin_ctzll(found) >> 2;
		return at < length ? (void *)(uintptr_t)(x + at) : NULL;
	}
	while (done < length) {
		found = nibbles(vceqq_u8(vld1q_u8(x + done), wanted));
		if (found) {
			size_t at = done + ((size_t)__builtin_ctzll(found) >> 2);
			return at < length ? (void *)(uintptr_t)(x + at) : NULL;
		}
		done += 16;
	}
	return NULL;
}

size_t strlen(const char *text)
{
	const uint8_t *x = (const uint8_t *)text;
	const uint8_t *vector = (const uint8_t *)((uintptr_t)x & ~(uintptr_t)15);
	unsigned before = (unsigned)((uintptr_t)x & 15);
	uint64_t found = nibbles(vceqzq_u8(vld1q_u8(vector))) >> (4 * before);
	if (found)
		return (size_t)__builtin_ctzll(found) >> 2;
	for (;;) {
		vector += 16;
		uint8x16_t bytes = vld1q_u8(vector);
		// The smallest byte across the vector says whether to look closer.
		if (vminvq_u8(bytes) == 0)
			return (size_t)(vector - x) + ((size_t)__builtin_ctzll(nibbles(vceqzq_u8(bytes))) >> 2);
	}
}

size_t strnlen(const char *text, size_t limit)
{
	const char *end = memchr(text, 0, limit);
	return end ? (size_t)(end - text) : limit;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}
