// SPDX-License-Identifier: Apache-2.0
// Quicksort of random numbers, insertion sort for short parts: conditional branches that no
// predictor knows.
#include "user.h"

#define COUNT           1024
#define SHORT           12

static void sort_prepare(void *heap)
{
	(void)heap;
}

static PROFILED void sort_fill(u32 *values, u64 seed)
{
	for (u32 i = 0; i < COUNT; i++)
		values[i] = (u32)(random_next(&seed) >> 16);
}

static PROFILED void sort_insertion(u32 *values, u32 count)
{
	for (u32 i = 1; i < count; i++) {
		u32 value = values[i];
		u32 at = i;

		for (; at > 0 && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
	}
}

static PROFILED u32 sort_partition(u32 *values, u32 count)
{
	u32 pivot = values[count / 2];
	u32 low = 0;
	u32 high = count - 1;

	for (;;) {
		while (values[low] < pivot)
			low++;
		while (values[high] > pivot)
			high--;
		if (low >= high)
			return high + 1;
		u32 swap = values[low];

		values[low++] = values[high];
		values[high--] = swap;
	}
}

static PROFILED void sort_range(u32 *values, u32 count)
{
	while (count > SHORT) {
		u32 first = sort_partition(values, count);

		sort_range(values, first);
		values += first;
		count -= first;
	}
	sort_insertion(values, count);
}

static u64 sort_iteration(void *heap, u32 input)
{
	u32 *values = heap;

	sort_fill(values, 0xd1b54a32d192ed03ul + input);
	sort_range(values, COUNT);
	return digest(values, COUNT * sizeof(*values));
}

const struct workload sort = {
	.title = "sort: 1024 random numbers, unpredictable branches\n",
	.prepare = sort_prepare,
	.run = sort_iteration,
	.expected = {
		0x72f3c772a4f88541ul, 0xe25ae718d5d4d3e5ul, 0xa205ec4a9dfbb298ul, 0x6f5b2be9ac974698ul,
		0xfd91f76375145d58ul, 0x09409f1be467b90cul, 0xc5144cc0e40ff7f1ul, 0x485e2bb7f563a2b8ul,
	},
};
