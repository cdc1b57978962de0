// SPDX-License-Identifier: Apache-2.0
// Follows one cycle through all nodes in random order: loads whose address is the result of the
// load before, over half a MiB.
#include "user.h"

#define NODES           8192
#define STEPS           8192

struct node {
	struct node *next;
	u64 weight;
	u64 fill[6];            // a node is a cache line
};

static PROFILED void pointer_chase_build(void *heap)
{
	struct node *nodes = heap;
	u64 random = 0x9e3779b97f4a7c15ul;

	for (u32 i = 0; i < NODES; i++) {
		nodes[i].next = &nodes[i];
		nodes[i].weight = random_next(&random);
	}
	// Swapping each node with an earlier one makes a single cycle (Sattolo).
	for (u32 i = NODES - 1; i > 0; i--) {
		u32 other = random_next(&random) % i;
		struct node *next = nodes[i].next;

		nodes[i].next = nodes[other].next;
		nodes[other].next = next;
	}
}

static PROFILED u64 pointer_chase_walk(const struct node *node, u32 steps)
{
	u64 sum = 0;

	for (; steps; steps--) {
		sum = (sum << 1) + node->weight;
		node = node->next;
	}
	return sum;
}

static u64 pointer_chase_iteration(void *heap, u32 input)
{
	const struct node *nodes = heap;

	return pointer_chase_walk(&nodes[input * 977], STEPS - input);
}

const struct workload pointer_chase = {
	.title = "pointer-chase: dependent loads over 512 KiB\n",
	.prepare = pointer_chase_build,
	.run = pointer_chase_iteration,
	.expected = {
		0x320b00ea43809129ul, 0xd813ab555c2b2835ul, 0x9b3dd4949b215e57ul, 0x5b871cadc77af85bul,
		0x2211600bb03c149aul, 0x95a1eba9e6e34d41ul, 0x7282748a99ae5426ul, 0x74bb40c97ed42b25ul,
	},
};
