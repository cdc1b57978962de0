// SPDX-License-Identifier: Apache-2.0
// Floating-point kernels: bodies, Mandelbrot set, matrices, and loops that the compiler vectorises,
// each in double and in float.
#include "libc/libc.h"

#define BODIES 5
#define N 48
#define LANES 1024

#define KERNELS(type, root, tag) \
struct body_##tag { type x[3], v[3], mass; }; \
\
static type energy_##tag(const struct body_##tag *b) \
{ \
	type e = 0; \
	for (int i = 0; i < BODIES; i++) { \
		e += b[i].mass * (b[i].v[0] * b[i].v[0] + b[i].v[1] * b[i].v[1] + b[i].v[2] * b[i].v[2]) / 2; \
		for (int j = i + 1; j < BODIES; j++) { \
			type d2 = 0; \
			for (int k = 0; k < 3; k++) \
				d2 += (b[i].x[k] - b[j].x[k]) * (b[i].x[k] - b[j].x[k]); \
			e -= b[i].mass * b[j].mass / root(d2); \
		} \
	} \
	return e; \
} \
\
static void bodies_##tag(int steps) \
{ \
	struct body_##tag b[BODIES]; \
	uint64_t random = 88172645463325252u; \
	for (int i = 0; i < BODIES; i++) { \
		for (int k = 0; k < 3; k++) { \
			b[i].x[k] = (type)(int64_t)next_random(&random) / (type)0x1p60; \
			b[i].v[k] = (type)(int64_t)next_random(&random) / (type)0x1p64; \
		} \
		b[i].mass = (type)(1 + next_random(&random) % 1000) / 100; \
	} \
	printf(#tag " bodies: energy %.17g\n", (double)energy_##tag(b)); \
	for (int s = 0; s < steps; s++) { \
		for (int i = 0; i < BODIES; i++) \
			for (int j = i + 1; j < BODIES; j++) { \
				type d[3], d2 = (type)1e-3; \
				for (int k = 0; k < 3; k++) { \
					d[k] = b[i].x[k] - b[j].x[k]; \
					d2 += d[k] * d[k]; \
				} \
				type pull = (type)1e-4 / (d2 * root(d2)); \
				for (int k = 0; k < 3; k++) { \
					b[i].v[k] -= d[k] * b[j].mass * pull; \
					b[j].v[k] += d[k] * b[i].mass * pull; \
				} \
			} \
		for (int i = 0; i < BODIES; i++) \
			for (int k = 0; k < 3; k++) \
				b[i].x[k] += (type)1e-4 * b[i].v[k]; \
	} \
	printf(#tag " bodies: energy %.17g after %d steps, %.9e %.9e %.9e\n", (double)energy_##tag(b), steps, \
	       (double)b[0].x[0], (double)b[1].x[1], (double)b[2].v[2]); \
} \
\
static void mandelbrot_##tag(int side, int limit) \
{ \
	uint64_t sum = 0, inside = 0; \
	type edge = 0; \
	for (int py = 0; py < side; py++) \
		for (int px = 0; px < side; px++) { \
			type cx = (type)px * 3 / (type)side - 2, cy = (type)py * 2 / (type)side - 1, x = 0, y = 0; \
			int n = 0; \
			while (n < limit && x * x + y * y <= 4) { \
				type t = x * x - y * y + cx; \
				y = 2 * x * y + cy; \
				x = t; \
				n++; \
			} \
			sum += (uint64_t)n; \
			inside += n == limit; \
			edge += n == limit ? 0 : x; \
		} \
	printf(#tag " mandelbrot: %lu of %d inside, %lu iterations, %.17g\n", inside, side * side, sum, (double)edge); \
} \
\
static type a_##tag[N][N], b_##tag[N][N], c_##tag[N][N]; \
static void matrices_##tag(void) \
{ \
	for (int i = 0; i < N; i++) \
		for (int j = 0; j < N; j++) { \
			a_##tag[i][j] = (type)1 / (type)(i + j + 1); \
			b_##tag[i][j] = (type)((i * 7 + j * 13) % 17) - 8; \
			c_##tag[i][j] = 0; \
		} \
	for (int i = 0; i < N; i++) \
		for (int k = 0; k < N; k++) \
			for (int j = 0; j < N; j++) \
				c_##tag[i][j] += a_##tag[i][k] * b_##tag[k][j]; \
	type trace = 0, greatest = c_##tag[0][0]; \
	for (int i = 0; i < N; i++) { \
		trace += c_##tag[i][i]; \
		for (int j = 0; j < N; j++) \
			greatest = c_##tag[i][j] > greatest ? c_##tag[i][j] : greatest; \
	} \
	printf(#tag " matrices: trace %.17g, greatest %.17g, corner %g\n", (double)trace, (double)greatest, \
	       (double)c_##tag[N - 1][N - 1]); \
} \
\
static type p_##tag[LANES], q_##tag[LANES], r_##tag[LANES]; \
static void loops_##tag(void) \
{ \
	uint64_t random = 1442695040888963407u, hash = 0; \
	for (int i = 0; i < LANES; i++) { \
		p_##tag[i] = (type)(int64_t)next_random(&random) / (type)0x1p50; \
		q_##tag[i] = (type)(int64_t)(next_random(&random) >> 11) * (type)0x1p-40; \
	} \
	for (int i = 0; i < LANES; i++) \
		r_##tag[i] = root(q_##tag[i]) / (q_##tag[i] + 1) - p_##tag[i] * p_##tag[i]; \
	for (int i = 0; i < LANES; i++) \
		r_##tag[i] = r_##tag[i] < -1000 ? -r_##tag[i] : r_##tag[i] + q_##tag[i]; \
	for (int i = 0; i < LANES; i++) { \
		int64_t whole = (int64_t)r_##tag[i]; \
		int32_t narrow = (int32_t)p_##tag[i]; \
		uint32_t natural = (uint32_t)(q_##tag[i] / 64); \
		hash = hash * 31 + (uint64_t)whole + (uint64_t)narrow + natural; \
	} \
	type sum = 0; \
	for (int i = 0; i < LANES; i++) \
		sum += __builtin_fabs(r_##tag[i]) + (type)(i * 3) + (type)(uint8_t)(i * 5); \
	printf(#tag " loops: %.17g, hash %016lx\n", (double)sum, hash); \
}

KERNELS(double, __builtin_sqrt, double)
KERNELS(float, __builtin_sqrtf, float)

static double wide[LANES];
static float small[LANES];
static __fp16 half[LANES];
static int32_t words[LANES];
static int16_t shorts[LANES];
static uint8_t bytes[LANES];

// Between the widths, floating-point and whole.
static void conversions(void)
{
	uint64_t random = 42;
	for (int i = 0; i < LANES; i++)
		wide[i] = (double)(int64_t)next_random(&random) * 0x1p-50;
	for (int i = 0; i < LANES; i++)
		small[i] = (float)wide[i];
	for (int i = 0; i < LANES; i++)
		half[i] = (__fp16)small[i];
	for (int i = 0; i < LANES; i++)
		words[i] = (int32_t)(small[i] * 16);
	for (int i = 0; i < LANES; i++)
		shorts[i] = (int16_t)(words[i] >> 3);
	for (int i = 0; i < LANES; i++)
		bytes[i] = (uint8_t)(shorts[i] > 255 ? 255 : shorts[i] < 0 ? 0 : shorts[i]);
	double halves = 0;
	int64_t whole = 0;
	uint32_t dot = 0;
	for (int i = 0; i < LANES; i++)
		halves += (float)half[i] - small[i];
	for (int i = 0; i < LANES; i++)
		whole += (int64_t)words[i] * shorts[i];
	for (int i = 0; i < LANES; i++)
		dot += (uint32_t)bytes[i] * bytes[LANES - 1 - i];
	printf("conversions: %.17g %ld %u\n", halves, whole, dot);
	for (int i = 0; i < LANES; i += 129)
		printf("  %.9g %.9g %.9g %d %d %d\n", wide[i], (double)small[i], (double)half[i], words[i], shorts[i], bytes[i]);
	for (int i = 0; i < 16; i++) {
		double x = (double)(2 * i - 15) / 4;
		printf("  %g: %g %g %g %g %ld\n", x, __builtin_floor(x), __builtin_ceil(x), __builtin_trunc(x), __builtin_round(x),
		       (int64_t)__builtin_round(x));
	}
}

int main(void)
{
	bodies_double(6000);
	bodies_float(6000);
	mandelbrot_double(64, 200);
	mandelbrot_float(64, 200);
	matrices_double();
	matrices_float();
	loops_double();
	loops_float();
	conversions();
	return 0;
}
