// SPDX-License-Identifier: Apache-2.0
// Instructions of the features behind Armv8.0 by intrinsics, on random and on special values: half
// precision, dot product, rounding doubling multiply accumulate, complex numbers, half to single multiply,
// JavaScript conversion, rounding to a width, AES, PMULL, SHA1, CRC32, atomics. A hash of all bits a feature.
#include "libc/libc.h"
#include <arm_acle.h>
#include <arm_neon.h>

#define ROUNDS 1000

static uint64_t random = 0x853c49e6748fea9b, hash;

static void mix(const void *bytes, size_t size)
{
	const uint8_t *b = bytes;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ b[i]) * 1099511628211u;
}

#define MIX(value) do { __auto_type mixed = (value); mix(&mixed, sizeof mixed); } while (0)

static void tell(const char *feature)
{
	uint64_t status;
	__asm__ volatile("mrs %0, FPSR" : "=r"(status));
	__asm__ volatile("msr FPSR, xzr");
	printf("%-9s %016lx FPSR %08lx\n", feature, hash, status);
	hash = 14695981039346656037u;
}

static uint8x16_t any(void)
{
	uint64_t a = next_random(&random), b = next_random(&random);
	return vcombine_u8(vcreate_u8(a), vcreate_u8(b));
}

static float16x8_t halves(void)
{
	return vreinterpretq_f16_u8(any());
}

static float32x4_t singles(void)
{
	static const uint32_t special[] = {0, 0x80000000, 0x3f800000, 0x7f800000, 0xff800000, 0x7fc12345, 0x7f812345, 1, 0x007fffff, 0x4b800001};
	uint32x4_t v = vreinterpretq_u32_u8(any());
	if (next_random(&random) % 4 == 0)
		v = vsetq_lane_u32(special[next_random(&random) % 10], v, 1);
	return vreinterpretq_f32_u32(v);
}

static void half_precision(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		float16x8_t a = halves(), b = halves(), c = halves();
		MIX(vaddq_f16(a, b));
		MIX(vmulq_f16(a, b));
		MIX(vdivq_f16(a, b));
		MIX(vfmaq_f16(a, b, c));
		MIX(vfmsq_lane_f16(a, b, vget_low_f16(c), 2));
		MIX(vsqrtq_f16(a));
		MIX(vmaxq_f16(a, b));
		MIX(vminnmq_f16(a, b));
		MIX(vmulxq_f16(a, b));
		MIX(vrecpeq_f16(a));
		MIX(vrsqrteq_f16(a));
		MIX(vrecpsq_f16(a, b));
		MIX(vrsqrtsq_f16(a, b));
		MIX(vcgtq_f16(a, b));
		MIX(vcvtq_s16_f16(a));
		MIX(vcvtnq_u16_f16(b));
		MIX(vcvtq_n_f16_s16(vreinterpretq_s16_f16(c), 3));
		MIX(vrndiq_f16(a));
		MIX(vcvt_f32_f16(vget_low_f16(a)));
		MIX(vcvt_f16_f32(singles()));
		MIX(vpaddq_f16(a, b));
		MIX(vmaxnmvq_f16(a));
	}
	tell("FP16");
}

static void multiply_features(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint8x16_t a = any(), b = any(), c = any();
		MIX(vdotq_u32(vreinterpretq_u32_u8(a), b, c));
		MIX(vdotq_lane_s32(vreinterpretq_s32_u8(a), vreinterpretq_s8_u8(b), vget_low_s8(vreinterpretq_s8_u8(c)), 1));
	}
	tell("DotProd");
	for (int i = 0; i < ROUNDS; i++) {
		int16x8_t a = vreinterpretq_s16_u8(any()), b = vreinterpretq_s16_u8(any()), c = vreinterpretq_s16_u8(any());
		MIX(vqrdmlahq_s16(a, b, c));
		MIX(vqrdmlshq_laneq_s16(a, b, c, 5));
		MIX(vqrdmlahq_s32(vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b), vreinterpretq_s32_s16(c)));
		MIX(vqrdmlshs_s32(vgetq_lane_s32(vreinterpretq_s32_s16(a), 0), vgetq_lane_s32(vreinterpretq_s32_s16(b), 1),
				  vgetq_lane_s32(vreinterpretq_s32_s16(c), 2)));
	}
	tell("RDM");
	for (int i = 0; i < ROUNDS; i++) {
		float16x8_t a = halves(), b = halves();
		float32x4_t c = singles();
		MIX(vfmlalq_low_f16(c, a, b));
		MIX(vfmlslq_high_f16(c, a, b));
		MIX(vfmlalq_laneq_high_f16(c, a, b, 6));
	}
	tell("FHM");
	for (int i = 0; i < ROUNDS; i++) {
		float32x4_t a = singles(), b = singles(), c = singles();
		float16x8_t x = halves(), y = halves(), z = halves();
		MIX(vcmlaq_f32(a, b, c));
		MIX(vcmlaq_rot90_f32(a, b, c));
		MIX(vcmlaq_rot180_laneq_f32(a, b, c, 1));
		MIX(vcaddq_rot90_f32(a, b));
		MIX(vcaddq_rot270_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
		MIX(vcmlaq_rot270_f16(x, y, z));
	}
	tell("FCMA");
}

static void conversions(void)
{
	for (int i = 0; i < 4 * ROUNDS; i++) {
		uint64_t bits = next_random(&random);
		if (i & 1)
			bits = (bits & 0x800fffffffffffff) | (1023 + bits % 96) << 52;
		MIX(__jcvt(double_of(bits)));
	}
	tell("JSCVT");
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t bits = next_random(&random);
		float32x4_t a = singles();
		if (i & 1)
			bits = (bits & 0x800fffffffffffff) | (1020 + bits % 70) << 52;
		MIX(__rint32z(double_of(bits)));
		MIX(__rint64x(double_of(bits)));
		MIX(vrnd32xq_f32(a));
		MIX(vrnd64zq_f32(a));
	}
	tell("FRINTTS");
}

static void cryptography(void)
{
	uint8x16_t state = any();
	for (int i = 0; i < ROUNDS; i++) {
		uint8x16_t key = any();
		state = vaesmcq_u8(vaeseq_u8(state, key));
		MIX(vaesimcq_u8(vaesdq_u8(state, key)));
		MIX(vmull_p64(vgetq_lane_u64(vreinterpretq_u64_u8(state), 0), vgetq_lane_u64(vreinterpretq_u64_u8(key), 1)));
		MIX(vmull_p8(vreinterpret_p8_u8(vget_low_u8(state)), vreinterpret_p8_u8(vget_high_u8(key))));
	}
	tell("AES");
	for (int i = 0; i < ROUNDS; i++) {
		uint32x4_t a = vreinterpretq_u32_u8(any()), b = vreinterpretq_u32_u8(any()), c = vreinterpretq_u32_u8(any());
		uint32_t e = (uint32_t)next_random(&random);
		MIX(vsha1cq_u32(a, e, b));
		MIX(vsha1pq_u32(a, e, b));
		MIX(vsha1mq_u32(a, e, b));
		MIX(vsha1h_u32(e));
		MIX(vsha1su1q_u32(vsha1su0q_u32(a, b, c), b));
	}
	tell("SHA1");
	uint32_t sum = 0;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t word = next_random(&random);
		sum = __crc32d(__crc32cb(__crc32ch(__crc32w(sum, (uint32_t)word), (uint16_t)word), (uint8_t)word), word);
		MIX(sum);
	}
	tell("CRC32");
}

static void atomics(void)
{
	static uint64_t cells[8];
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t word = next_random(&random), *cell = cells + word % 8, seen = *cell;
		MIX(__atomic_fetch_add(cell, word, __ATOMIC_SEQ_CST));
		MIX(__atomic_fetch_xor((uint32_t *)cell, (uint32_t)word, __ATOMIC_RELAXED));
		MIX(__atomic_fetch_and((uint8_t *)cell, (uint8_t)(word >> 3), __ATOMIC_ACQUIRE));
		MIX(__atomic_fetch_or((uint16_t *)cell, (uint16_t)(word >> 5), __ATOMIC_RELEASE));
		MIX(__atomic_exchange_n((uint32_t *)cell + 1, (uint32_t)(word >> 7), __ATOMIC_SEQ_CST));
		MIX(__atomic_compare_exchange_n(cell, &seen, word, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
		MIX(*cell);
	}
	tell("LSE");
}

int main(void)
{
	static const char *const modes[] = {"to nearest", "up", "down", "towards zero"};
	for (uint64_t mode = 0; mode < 8; mode++) {
		// RMode, and in the second half FZ, FZ16 and DN too.
		uint64_t control = (mode & 3) << 22 | (mode & 4 ? 1ul << 24 | 1ul << 19 | 1ul << 25 : 0);
		printf("rounding %s%s\n", modes[mode & 3], mode & 4 ? ", flush to zero, default NaN" : "");
		__asm__ volatile("msr FPCR, %0" : : "r"(control));
		hash = 14695981039346656037u;
		half_precision();
		multiply_features();
		conversions();
	}
	__asm__ volatile("msr FPCR, xzr");
	cryptography();
	atomics();
	return 0;
}
