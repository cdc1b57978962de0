// SPDX-License-Identifier: Apache-2.0
// Executes 20 million instructions in its loop, and few elsewhere.
int main(void)
{
	long left = 10000000;
	__asm__ volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(left) : : "cc");
	return (int) left;
}
