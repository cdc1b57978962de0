// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4). Compiled twice: as C, and with USE_CRYPTO by the SHA256 instructions.
#include "libc/libc.h"
#ifdef USE_CRYPTO
#include <arm_neon.h>
#endif

// The first 32 bits of the fractional parts of the square and cube roots of the first primes:
// computed, not copied, by whole number roots.
static uint32_t initial[8], constants[64];

static uint32_t root_fraction(unsigned prime, int cube)
{
	// The greatest r with r^2 <= prime * 2^64 (or r^3 <= prime * 2^96); its low 32 bits.
	uint64_t low = 0, high = 1ull << 36;
	while (high - low > 1) {
		uint64_t r = (low + high) / 2;
		unsigned __int128 square = (unsigned __int128)r * r;
		int fits;
		if (!cube) {
			fits = square <= (unsigned __int128)prime << 64;
		} else {
			// r^3 <= prime << 96, with r < 2^36: the square's high and low 64 bits are multiplied apart.
			unsigned __int128 lower = (unsigned __int128)(uint64_t)square * r;
			unsigned __int128 upper = (square >> 64) * r + (lower >> 64);
			unsigned __int128 bound = (unsigned __int128)prime << 32;
			fits = upper < bound || (upper == bound && (uint64_t)lower == 0);
		}
		if (fits)
			low = r;
		else
			high = r;
	}
	return (uint32_t)low;
}

static void set_up(void)
{
	int found = 0;
	for (unsigned candidate = 2; found < 64; candidate++) {
		int prime = 1;
		for (unsigned d = 2; d * d <= candidate; d++)
			prime &= candidate % d != 0;
		if (!prime)
			continue;
		if (found < 8)
			initial[found] = root_fraction(candidate, 0);
		constants[found++] = root_fraction(candidate, 1);
	}
}

#ifdef USE_CRYPTO
static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4), m[4];
	uint32x4_t abcd_before = abcd, efgh_before = efgh;
	for (int i = 0; i < 4; i++)
		m[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
	for (int i = 0; i < 16; i++) {
		uint32x4_t w = vaddq_u32(m[i & 3], vld1q_u32(constants + 4 * i)), held = abcd;
		if (i < 12)
			m[i & 3] = vsha256su1q_u32(vsha256su0q_u32(m[i & 3], m[(i + 1) & 3]), m[(i + 2) & 3], m[(i + 3) & 3]);
		abcd = vsha256hq_u32(abcd, efgh, w);
		efgh = vsha256h2q_u32(efgh, held, w);
	}
	vst1q_u32(state, vaddq_u32(abcd, abcd_before));
	vst1q_u32(state + 4, vaddq_u32(efgh, efgh_before));
}
#else
static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64], s[8];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7]
			+ (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(s, state, sizeof s);
	for (int i = 0; i < 64; i++) {
		uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6]))
			+ constants[i] + w[i];
		uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22))
			+ ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		for (int k = 7; k > 0; k--)
			s[k] = s[k - 1];
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}
#endif

static void sha256(const uint8_t *message, size_t length, uint8_t digest[32])
{
	uint32_t state[8];
	uint8_t block[128];
	memcpy(state, initial, sizeof state);
	size_t done = 0;
	for (; length - done >= 64; done += 64)
		compress(state, message + done);
	size_t rest = length - done, padded = rest < 56 ? 64 : 128;
	memset(block, 0, sizeof block);
	memcpy(block, message + done, rest);
	block[rest] = 0x80;
	for (int i = 0; i < 8; i++)
		block[padded - 1 - (size_t)i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
	for (size_t at = 0; at < padded; at += 64)
		compress(state, block + at);
	for (int i = 0; i < 32; i++)
		digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static void show(const char *what, const uint8_t digest[32])
{
	char text[65];
	for (int i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	printf("%-12s %s\n", what, text);
}

int main(void)
{
	static uint8_t message[100000];
	static const uint8_t expected_abc[4] = {0xba, 0x78, 0x16, 0xbf};
	uint8_t digest[32], chain[32];
	set_up();
	sha256((const uint8_t *)"abc", 3, digest);
	show("abc", digest);
	int wrong = memcmp(digest, expected_abc, sizeof expected_abc) != 0;
	sha256(message, 0, digest);
	show("empty", digest);
	for (size_t i = 0; i < sizeof message; i++)
		message[i] = 'a';
	sha256(message, sizeof message, digest);
	show("100000 a", digest);
	// Every length around the padding's corners, at every alignment, chained.
	memset(chain, 0, sizeof chain);
	for (size_t length = 0; length < 200; length++) {
		memcpy(message + length % 16, chain, sizeof chain);
		sha256(message + length % 16, length, chain);
	}
	show("lengths", chain);
	return wrong;
}
