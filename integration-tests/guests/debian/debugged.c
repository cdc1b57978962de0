// SPDX-License-Identifier: Apache-2.0
// What a debugger stops in: a function that is called with 0, 10, 20 … and a word that it writes.
#include <stdio.h>

volatile long counter;

__attribute__((noinline)) void step(long n)
{
	counter = n;
}

int main(void)
{
	for (long i = 0; i < 5; i++)
		step(i * 10);
	printf("done %ld\n", counter);
	return 0;
}
