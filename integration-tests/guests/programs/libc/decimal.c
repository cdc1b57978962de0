// SPDX-License-Identifier: Apache-2.0
// Binary to decimal and back, exact: whole numbers of any needed size, no table, no shortcut.
#include "libc.h"

#define BILLION 1000000000u

// m * 2^e: for e >= 0 a whole number; else m * 5^-e with the decimal point -e digits from the right.
void decimal_of(struct decimal *out, double magnitude)
{
	uint64_t bits = bits_of(magnitude) & ~(1ull << 63);
	int exponent = (int)(bits >> 52);
	uint64_t mantissa = bits & ((1ull << 52) - 1);
	if (exponent)
		mantissa |= 1ull << 52;
	else
		exponent = 1;
	out->count = 0;
	out->point = 0;
	if (!mantissa)
		return;
	int power = exponent - 1075;
	while (power < 0 && !(mantissa & 1)) {
		mantissa >>= 1;
		power++;
	}

	// Base 10^9, least significant part first.
	uint32_t parts[96];
	int size = 0;
	for (; mantissa; mantissa /= BILLION)
		parts[size++] = (uint32_t)(mantissa % BILLION);
	int left = power < 0 ? -power : power;
	while (left) {
		int step = power < 0 ? 13 : 29;
		if (step > left)
			step = left;
		uint64_t factor = 1;
		for (int i = 0; i < step; i++)
			factor *= power < 0 ? 5 : 2;
		uint64_t carry = 0;
		for (int i = 0; i < size; i++) {
			carry += parts[i] * factor;
			parts[i] = (uint32_t)(carry % BILLION);
			carry /= BILLION;
		}
		for (; carry; carry /= BILLION)
			parts[size++] = (uint32_t)(carry % BILLION);
		left -= step;
	}

	int count = 0;
	for (int i = size - 1; i >= 0; i--) {
		uint32_t divisor = BILLION / 10, part = parts[i];
		for (; divisor; divisor /= 10) {
			int digit = (int)(part / divisor);
			part %= divisor;
			if (count || digit)
				out->digits[count++] = (char)digit;
		}
	}
	out->point = count - (power < 0 ? -power : 0);
	while (count && !out->digits[count - 1])
		count--;
	out->count = count;
}

void decimal_round(struct decimal *value, int keep)
{
	if (keep >= value->count)
		return;
	if (keep < 0) {
		value->count = 0;
		return;
	}
	int up = value->digits[keep] > 5;
	if (value->digits[keep] == 5)
		up = value->count > keep + 1 || (keep > 0 && (value->digits[keep - 1] & 1));
	int count = keep;
	if (up) {
		while (count && value->digits[count - 1] == 9)
			count--;
		if (count) {
			value->digits[count - 1]++;
		} else {
			value->digits[0] = 1;
			value->point++;
			count = 1;
		}
	}
	while (count && !value->digits[count - 1])
		count--;
	value->count = count;
}

// Whole numbers in base 2^32 for strtod, least significant word first.
// 10^1110 has 3688 bits; normalising adds less than that of the other number.
#define WORDS 128
struct whole {
	int size;
	uint32_t words[WORDS];
};

static void multiply_add(struct whole *value, uint32_t factor, uint32_t addend)
{
	uint64_t carry = addend;
	for (int i = 0; i < value->size; i++) {
		carry += (uint64_t)value->words[i] * factor;
		value->words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		value->words[value->size++] = (uint32_t)carry;
}

static int compare(const struct whole *a, const struct whole *b)
{
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	for (int i = a->size - 1; i >= 0; i--)
		if (a->words[i] != b->words[i])
			return a->words[i] < b->words[i] ? -1 : 1;
	return 0;
}

static void subtract(struct whole *from, const struct whole *value)
{
	uint64_t borrow = 0;
	for (int i = 0; i < from->size; i++) {
		uint64_t word = from->words[i] - (i < value->size ? (uint64_t)value->words[i] : 0) - borrow;
		from->words[i] = (uint32_t)word;
		borrow = word >> 63;
	}
	while (from->size && !from->words[from->size - 1])
		from->size--;
}

static int length_of(const struct whole *value)
{
	return value->size ? 32 * value->size - __builtin_clz(value->words[value->size - 1]) : 0;
}

static void shift_left(struct whole *value, int count)
{
	int words = count / 32, bits = count % 32;
	for (int i = value->size - 1; i >= 0; i--)
		value->words[i + words] = value->words[i];
	for (int i = 0; i < words; i++)
		value->words[i] = 0;
	value->size += words;
	if (bits)
		multiply_add(value, 1u << bits, 0);
}

// numerator / denominator * 2^0, rounded to a double: long division, one bit a step.
static double quotient(struct whole *numerator, struct whole *denominator)
{
	int exponent = length_of(numerator) - length_of(denominator);
	if (exponent > 0)
		shift_left(denominator, exponent);
	else
		shift_left(numerator, -exponent);
	if (compare(numerator, denominator) < 0) {
		shift_left(numerator, 1);
		exponent--;
	}
	// Now 1 <= numerator/denominator < 2, times 2^exponent.
	if (exponent > 1023)
		return double_of(0x7ffull << 52);
	int bits = exponent >= -1022 ? 53 : 53 + exponent + 1022;
	if (bits < 0)
		return 0;
	uint64_t mantissa = 0;
	for (int i = 0; i < bits; i++) {
		int one = compare(numerator, denominator) >= 0;
		if (one)
			subtract(numerator, denominator);
		mantissa = mantissa << 1 | (uint64_t)one;
		shift_left(numerator, 1);
	}
	int half = compare(numerator, denominator);
	if (half > 0 || (half == 0 && (mantissa & 1)))
		mantissa++;
	// A carry out of the mantissa moves into the exponent field as it should.
	uint64_t field = exponent >= -1022 ? (uint64_t)(exponent + 1022) : 0;
	return double_of((field << 52) + mantissa);
}

double strtod(const char *text, char **end)
{
	static struct whole numerator, denominator;
	const char *at = text;
	int negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	int seen = 0, point = 0, digits = 0, scale = 0, more = 0;
	numerator.size = 0;
	for (;; at++) {
		if (*at == '.' && !point) {
			point = 1;
			continue;
		}
		if (*at < '0' || *at > '9')
			break;
		seen = 1;
		// Digits behind the 780th only say whether the value lies above what the others give.
		if (digits < 780) {
			multiply_add(&numerator, 10, (uint32_t)(*at - '0'));
			if (numerator.size)
				digits++;
			scale -= point;
		} else {
			more |= *at != '0';
			scale += !point;
		}
	}
	if (!seen) {
		if (end)
			*end = (char *)(uintptr_t)text;
		return 0;
	}
	if (*at == 'e' || *at == 'E') {
		const char *p = at + 1;
		int minus = *p == '-', power = 0;
		if (*p == '-' || *p == '+')
			p++;
		if (*p >= '0' && *p <= '9') {
			for (; *p >= '0' && *p <= '9'; p++)
				if (power < 100000)
					power = 10 * power + *p - '0';
			scale += minus ? -power : power;
			at = p;
		}
	}
	if (end)
		*end = (char *)(uintptr_t)at;
	double value = 0;
	if (more) {
		multiply_add(&numerator, 10, 1);
		digits++;
		scale--;
	}
	if (numerator.size && digits + scale > 310) {
		value = double_of(0x7ffull << 52);
	} else if (numerator.size && digits + scale > -330) {
		denominator.size = 1;
		denominator.words[0] = 1;
		for (; scale > 0; scale--)
			multiply_add(&numerator, 10, 0);
		for (; scale < 0; scale++)
			multiply_add(&denominator, 10, 0);
		value = quotient(&numerator, &denominator);
	}
	return negative ? -value : value;
}
