// SPDX-License-Identifier: Apache-2.0
#ifndef SYSCALL_NUMBERS_H
#define SYSCALL_NUMBERS_H

#define SYSCALL_EXIT    0       // x0 checksum, x1 number of wrong iterations
#define SYSCALL_PRINT   1       // x0 text ending with a NUL byte
#define SYSCALL_YIELD   2
#define SYSCALL_DIGEST  3       // x0 address, x1 bytes, both multiples of 8; result in x0

#endif
