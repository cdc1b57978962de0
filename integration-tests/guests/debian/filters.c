// SPDX-License-Identifier: Apache-2.0
// Asks the SPE driver of Linux for each bit of event_filter (config1) whether it may be used, and prints the bits
// that it accepts as a mask.
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/arm_spe_0/type", "r");
	int type;
	if (!file || fscanf(file, "%d", &type) != 1) {
		printf("event_filter: no arm_spe_0\n");
		return 1;
	}
	unsigned long long accepted = 0;
	for (int bit = 0; bit < 64; bit++) {
		struct perf_event_attr attr;
		memset(&attr, 0, sizeof attr);
		attr.size = sizeof attr;
		attr.type = type;
		attr.config1 = 1ull << bit;
		attr.sample_period = 4096;
		attr.exclude_kernel = 1;
		attr.disabled = 1;
		int event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
		if (event >= 0) {
			accepted |= 1ull << bit;
			close(event);
		} else if (errno != EOPNOTSUPP) {
			printf("event_filter: bit %d: %s\n", bit, strerror(errno));
			return 1;
		}
	}
	printf("event_filter accepts 0x%016llx\n", accepted);
	return 0;
}
