// SPDX-License-Identifier: Apache-2.0
// System calls of the EL0 tasks: number in x8, arguments in x0 and x1, result in x0.
#include "kernel.h"
#include "sysreg.h"

#include "../user/syscall-numbers.h"

#define PRINT_LIMIT 128

extern const u8 user_image_start[], user_image_end[];

static bool is_user_range(u64 address, u64 size)
{
	u64 end = address + size;

	if (end < address)
		return false;
	return (address >= USER_TEXT && end <= USER_TEXT + (u64)(user_image_end - user_image_start))
		|| (address >= USER_HEAP && end <= USER_HEAP + USER_HEAP_SIZE)
		|| (address >= USER_STACK_TOP - USER_STACK_SIZE && end <= USER_STACK_TOP);
}

// Unprivileged loads: the task's own rights decide, not the kernel's.
static u64 load_user(u64 address)
{
	u64 value;

	asm volatile("ldtr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static u32 load_user_byte(u64 address)
{
	u32 value;

	asm volatile("ldtrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

// FNV-1a over 64-bit words: the kernel's own share of the work in a profile.
static __attribute__((noinline)) u64 kernel_digest(u64 address, u64 words)
{
	u64 hash = 0xcbf29ce484222325ul;

	for (; words; words--, address += 8)
		hash = (hash ^ load_user(address)) * 0x100000001b3ul;
	return hash;
}

static u64 digest(u64 address, u64 size)
{
	if ((address & 7) || !is_user_range(address, size))
		return 0;
	// Long work in the kernel is interruptible; a switch waits for the way back to EL0.
	irq_enable();
	u64 hash = kernel_digest(address, size / 8);

	irq_disable();
	return hash;
}

static void print(u64 address)
{
	char text[PRINT_LIMIT + 1];
	u32 length = 0;

	while (length < PRINT_LIMIT && is_user_range(address + length, 1)) {
		text[length] = (char)load_user_byte(address + length);
		if (!text[length])
			break;
		length++;
	}
	text[length] = '\0';
	kprintf("%s", text);
}

void syscall(struct task *task, struct frame *frame)
{
	switch (frame->x[8]) {
	case SYSCALL_EXIT:
		task->checksum = frame->x[0];
		task->mismatches = frame->x[1];
		task_exited(frame);
		break;
	case SYSCALL_PRINT:
		print(frame->x[0]);
		break;
	case SYSCALL_YIELD:
		task_yielded(frame);
		break;
	case SYSCALL_DIGEST:
		frame->x[0] = digest(frame->x[0], frame->x[1]);
		break;
	default:
		kprintf("guest: %s: system call %lu does not exist\n", task->name, frame->x[8]);
		semihosting_exit(EXIT_EXCEPTION);
	}
}
