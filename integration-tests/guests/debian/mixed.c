// SPDX-License-Identifier: Apache-2.0
// A Linux program that executes operations of every type that SPE tells apart: branches taken and not, loads, stores,
// floating point, Advanced SIMD, and others.
#include <arm_neon.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 1 << 14 };

static unsigned words[WORDS];
static float numbers[WORDS];

__attribute__((noinline)) static unsigned odd(unsigned *from, unsigned count)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < count; i++) {
		from[i] = from[i] * 1103515245u + i;
		if (from[i] >> 16 & 1)
			sum += from[i];
	}
	return sum;
}

__attribute__((noinline)) static double scalar(unsigned count)
{
	volatile double step = 0.25;
	double sum = 1;
	for (unsigned i = 0; i < count; i++)
		sum = sum * step + i;
	return sum;
}

__attribute__((noinline)) static float vectors(float *from, unsigned count)
{
	float32x4_t sum = vdupq_n_f32(0.5f);
	for (unsigned i = 0; i < count; i += 4) {
		sum = vaddq_f32(vmulq_f32(sum, vdupq_n_f32(0.5f)), vld1q_f32(from + i));
		vst1q_f32(from + i, sum);
	}
	return vgetq_lane_f32(sum, 0);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned) atoi(argv[1]) : 4;
	unsigned sum = 0;
	for (unsigned i = 0; i < rounds; i++) {
		sum += odd(words, WORDS);
		numbers[i] += (float) scalar(WORDS);
		sum += (unsigned) vectors(numbers, WORDS);
	}
	return sum == 1;
}
