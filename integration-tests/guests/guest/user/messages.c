// SPDX-License-Identifier: Apache-2.0
// Two tasks of short turns, ping and pong: each writes a message of a few words, reads it back and yields. With
// switch=1 a profiled task leaves the PE every few thousand instructions.
#include "user.h"

#define WORDS           32
#define ROUNDS          4

static PROFILED void message_write(u64 *message, u64 seed)
{
	for (u32 i = 0; i < WORDS; i++)
		message[i] = random_next(&seed);
}

static PROFILED u64 message_read(const u64 *message)
{
	u64 hash = 0xcbf29ce484222325ul;

	for (u32 i = 0; i < WORDS; i++)
		hash = (hash ^ message[i]) * 0x100000001b3ul;
	return hash;
}

static u64 exchange(u64 *message, u64 seed)
{
	for (u32 round = 0; round < ROUNDS; round++) {
		message_write(message, seed);
		seed = message_read(message);
	}
	return seed;
}

static void messages_prepare(void *heap)
{
	u64 *message = heap;

	for (u32 i = 0; i < WORDS; i++)
		message[i] = 0;
}

static u64 ping_iteration(void *heap, u32 input)
{
	return exchange(heap, 0x9e3779b97f4a7c15ul + input);
}

static u64 pong_iteration(void *heap, u32 input)
{
	return exchange(heap, 0xd1b54a32d192ed03ul + input);
}

const struct workload ping = {
	.title = "ping: messages of 32 words, short turns\n",
	.prepare = messages_prepare,
	.run = ping_iteration,
	.expected = {
		0x31a25f09254e9778ul, 0x109bd2e6cb1401dul, 0x864e7b9a5bcb47e2ul, 0x6b5eb53d6f3e9c40ul,
		0x7db3cccde781ce43ul, 0xbd588112c91f185cul, 0x4df87098f6fe70b5ul, 0xee8a08d84af42fccul,
	},
};

const struct workload pong = {
	.title = "pong: messages of 32 words, short turns\n",
	.prepare = messages_prepare,
	.run = pong_iteration,
	.expected = {
		0x7c9e6f6ab9f67714ul, 0x2c41ff3be2027b9cul, 0xb8e34ff2f345ef95ul, 0x5c2e5b7ea06edcbul,
		0x5f94ae1af8b19217ul, 0x9822847f979972e6ul, 0x319b726aabf4e9e8ul, 0xffc1e2233a3ce717ul,
	},
};
