// SPDX-License-Identifier: Apache-2.0
// Ends the machine by the PSCI function that END names.
#include "suite.h"

void run(void)
{
	psci(END, 0, 0, 0);
	check("the call does not return", 0);
}
