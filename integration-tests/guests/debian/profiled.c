// SPDX-License-Identifier: Apache-2.0
// A Linux program with one function that is much hotter than the others, for profiling it in a guest.
#include <stdio.h>

static volatile unsigned sink;

__attribute__((noinline)) void hot(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sink = sink * 1103515245u + 12345u;
}

__attribute__((noinline)) void warm(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sink ^= i;
}

int main(int argc, char **argv)
{
	char line[80] = "";
	fgets(line, sizeof line, stdin);
	printf("%d arguments, the last %s; input %s", argc - 1, argv[argc - 1], line);
	fprintf(stderr, "an error message\n");
	for (int i = 0; i < 30; i++) {
		hot(12000);
		warm(4000);
	}
	return 7;
}
