// SPDX-License-Identifier: Apache-2.0
// A task: runs one workload and compares the digest of each iteration with the expected one.
#include "user.h"

void user_main(u32 index, u64 iterations, void *heap);

void user_main(u32 index, u64 iterations, void *heap)
{
	const struct workload *const all[] = { &pointer_chase, &sort, &matrix, &scan, &ping, &pong };
	const struct workload *workload = all[index];
	u64 checksum = 0;
	u64 mismatches = 0;

	system_call(SYSCALL_PRINT, (u64)workload->title, 0);
	workload->prepare(heap);
	for (u64 i = 0; i < iterations; i++) {
		u32 input = i % INPUTS;
		u64 result = workload->run(heap, input);

		if (result != workload->expected[input])
			mismatches++;
		checksum = checksum * 0x100000001b3ul + result;
		system_call(SYSCALL_YIELD, 0, 0);
	}
	system_call(SYSCALL_EXIT, checksum, mismatches);
}
