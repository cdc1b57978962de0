// SPDX-License-Identifier: Apache-2.0
// One kernel for each kind of instruction, long enough to be timed: KERNEL is 0 for integer, 1 for scalar
// double precision, 2 for Advanced SIMD. Each prints a checksum, the same on every machine.
#include "libc/libc.h"

#include <arm_neon.h>

#define N 64
#define ROUNDS 250

#if KERNEL == 0
static uint64_t a[N][N], b[N][N], c[N][N];

__attribute__((noinline)) static void multiply(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			uint64_t sum = c[i][j];
			for (int k = 0; k < N; k++)
				sum += a[i][k] * b[k][j];
			c[i][j] = sum >> 1;
		}
}
#elif KERNEL == 1
static double a[N][N], b[N][N], c[N][N];

__attribute__((noinline)) static void multiply(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			double sum = c[i][j] / 64;
			for (int k = 0; k < N; k++)
				sum += a[i][k] * b[k][j];
			c[i][j] = sum;
		}
}
#else
static float a[N][N], b[N][N], c[N][N];

__attribute__((noinline)) static void multiply(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j += 4) {
			float32x4_t sum = vmulq_n_f32(vld1q_f32(&c[i][j]), 1.0f / 64);
			for (int k = 0; k < N; k++)
				sum = vfmaq_n_f32(sum, vld1q_f32(&b[k][j]), a[i][k]);
			vst1q_f32(&c[i][j], sum);
		}
}
#endif

int main(void)
{
	uint64_t random = 88172645463325252u;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			a[i][j] = next_random(&random) % 1000;
			b[i][j] = next_random(&random) % 1000;
		}
	for (int round = 0; round < ROUNDS * (KERNEL == 2 ? 4 : 1); round++)
		multiply();
	double sum = 0;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			sum += (double)c[i][j];
	printf("checksum %.17g\n", sum);
	return 0;
}
