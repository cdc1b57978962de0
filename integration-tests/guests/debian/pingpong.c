// SPDX-License-Identifier: Apache-2.0
// Two processes that hand a byte to and fro through pipes, so that each turn switches between them. One profiles itself
// with arm_spe_0 into a buffer of 4 MiB, which Linux's driver enables when that process is switched in, and disables when
// it is switched out.
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFER (4 << 20)
#define TURNS 200
#define PERIOD 1024

static volatile unsigned sink;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct perf_event_mmap_page *profile(int *event)
{
	FILE *type = fopen("/sys/bus/event_source/devices/arm_spe_0/type", "r");
	struct perf_event_attr attributes = {.size = sizeof attributes, .sample_period = PERIOD, .exclude_kernel = 1, .disabled = 1};
	struct perf_event_mmap_page *page;

	if (!type || fscanf(type, "%u", &attributes.type) != 1)
		fail("arm_spe_0");
	*event = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
	if (*event < 0)
		fail("perf_event_open");
	page = mmap(NULL, 2 * getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, *event, 0);
	if (page == MAP_FAILED)
		fail("mmap of the event");
	page->aux_offset = 2 * getpagesize();
	page->aux_size = BUFFER;
	if (mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_SHARED, *event, page->aux_offset) == MAP_FAILED)
		fail("mmap of the buffer");
	return page;
}

static void play(int in, int out, int turns)
{
	char byte = 1;

	for (int turn = 0; turn < turns; turn++) {
		if (read(in, &byte, 1) != 1)
			fail("read");
		for (unsigned i = 0; i < 10000; i++)
			sink = sink * 1103515245u + 12345u;
		if (write(out, &byte, 1) != 1)
			fail("write");
	}
}

int main(int argc, char **argv)
{
	int turns = argc > 1 ? atoi(argv[1]) : TURNS;
	int to[2], from[2], event, status;
	struct perf_event_mmap_page *page;

	if (pipe(to) || pipe(from))
		fail("pipe");
	if (fork() == 0) {
		play(to[0], from[1], turns);
		return 0;
	}
	page = profile(&event);
	if (write(from[1], "", 1) != 1)
		fail("write");
	if (syscall(SYS_ioctl, event, PERF_EVENT_IOC_ENABLE, 0))
		fail("PERF_EVENT_IOC_ENABLE");
	play(from[0], to[1], turns);
	syscall(SYS_ioctl, event, PERF_EVENT_IOC_DISABLE, 0);
	printf("%d turns, %llu bytes of records\n", turns, (unsigned long long)page->aux_head);
	return wait(&status) < 0 || status != 0 || page->aux_head == 0;
}
