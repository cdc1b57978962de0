// SPDX-License-Identifier: Apache-2.0
// One fault at a time on purpose, "fault=NAME" in the hypervisor's own bootargs: what spelunk's --check looks for at EL2.
// Without that the hypervisor does none of it; who reads how SPE is done may skip every line with faulty().
#include "hypervisor.h"

static const char *const names[] = {
	[FAULT_STAGE2_OFF] = "stage2-off",
	[FAULT_OTHER_OWNER] = "other-owner",
	[FAULT_OTHER_VM] = "other-vm",
	[FAULT_POINTER_LATE] = "pointer-late",
	[FAULT_STATUS_SET] = "status-set",
	[FAULT_NO_PSB] = "no-psb",
	[FAULT_NO_DSB] = "no-dsb",
	[FAULT_STATUS_LEFT] = "status-left",
	[FAULT_CONTROLS_LEFT] = "controls-left",
	[FAULT_STALE] = "stale",
};

static enum fault chosen;

void fault_init(void)
{
	const char *name = option_text("fault");

	if (!name)
		return;
	for (u32 i = FAULT_NONE + 1; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = string_length(names[i]);

		if (string_begins(name, names[i]) && (name[length] == 0 || name[length] == ' '))
			chosen = i;
	}
	if (chosen == FAULT_NONE)
		panic("there is no such fault=");
}

bool faulty(enum fault fault)
{
	return fault == chosen;
}
