/* SPDX-License-Identifier: Apache-2.0 */
/* As wfe.S, but the flag is never set: in the end all CPUs wait for nothing. */
#define DEAD
#include "wfe.S"
