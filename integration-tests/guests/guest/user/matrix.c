// SPDX-License-Identifier: Apache-2.0
// Product of two integer matrices: regular loads, multiply-accumulate, branches that are nearly
// always taken.
#include "user.h"

#define SIZE            24

struct matrices {
	u32 left[SIZE][SIZE];
	u32 right[SIZE][SIZE];
	u32 product[SIZE][SIZE];
};

static void matrix_prepare(void *heap)
{
	struct matrices *m = heap;
	u64 random = 0xbf58476d1ce4e5b9ul;

	for (u32 row = 0; row < SIZE; row++) {
		for (u32 column = 0; column < SIZE; column++)
			m->right[row][column] = (u32)random_next(&random);
	}
}

static PROFILED void matrix_fill(struct matrices *m, u64 seed)
{
	for (u32 row = 0; row < SIZE; row++) {
		for (u32 column = 0; column < SIZE; column++)
			m->left[row][column] = (u32)random_next(&seed);
	}
}

static PROFILED u32 matrix_dot(const u32 *row, const u32 *column)
{
	u32 sum = 0;

	for (u32 i = 0; i < SIZE; i++)
		sum += row[i] * column[i * SIZE];
	return sum;
}

static PROFILED void matrix_multiply(struct matrices *m)
{
	for (u32 row = 0; row < SIZE; row++) {
		for (u32 column = 0; column < SIZE; column++)
			m->product[row][column] = matrix_dot(m->left[row], &m->right[0][column]);
	}
}

static u64 matrix_iteration(void *heap, u32 input)
{
	struct matrices *m = heap;

	matrix_fill(m, 0x94d049bb133111ebul + input);
	matrix_multiply(m);
	return digest(m->product, sizeof(m->product));
}

const struct workload matrix = {
	.title = "matrix: 24 x 24 integers, multiply-accumulate\n",
	.prepare = matrix_prepare,
	.run = matrix_iteration,
	.expected = {
		0x6283360eb738a956ul, 0xd736da50d89aa45bul, 0x5fe3c34df67727c4ul, 0xae700d35c030449bul,
		0xdfa669b068c8db1cul, 0x57ae17dc3cf92332ul, 0xbe9f534f013ee4f5ul, 0xb08261e41ac0cf20ul,
	},
};
