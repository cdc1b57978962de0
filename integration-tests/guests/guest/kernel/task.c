// SPDX-License-Identifier: Apache-2.0
// Tasks at EL0, each with its own address space, ASID and CONTEXTIDR_EL1. One runs after the other,
// or with switch=N they take turns: at every timer tick and at every Nth yield.
#include "kernel.h"
#include "sysreg.h"

#define FIRST_PID               101
#define SPSR_EL0T               0
#define ASID_SHIFT              48
#define PTE_NO_EXEC             ((1ul << 53) | (1ul << 54))
#define PTE_NO_EXEC_EL1         (1ul << 53)
#define PTE_USER_COMMON         (PTE_PAGE | PTE_ATTR_NORMAL | PTE_INNER_SHAREABLE | PTE_ACCESS_FLAG \
				 | PTE_NOT_GLOBAL | PTE_USER)
#define PTE_USER_TEXT           (PTE_USER_COMMON | PTE_READ_ONLY | PTE_NO_EXEC_EL1)
#define PTE_USER_DATA           (PTE_USER_COMMON | PTE_NO_EXEC)

// Iterations at scale=1: each of the four that run unless others are named gets about a quarter of the
// instructions; ping and pong have short turns.
static const struct {
	const char *name;
	u64 iterations;
	bool unnamed;
} workloads[TASK_COUNT] = {
	{ "pointer-chase", 600, true },
	{ "sort", 180, true },
	{ "matrix", 240, true },
	{ "scan", 160, true },
	{ "ping", 1000, false },
	{ "pong", 1000, false },
};

extern u8 user_image_start[], user_image_end[];

struct task tasks[TASK_COUNT];

static struct task *current;
static u64 switch_every;
static u64 yields;
static u64 switches;
static bool switch_wanted;

void finish(void) __attribute__((noreturn));

u64 tasks_switches(void)
{
	return switches;
}

static void build_address_space(struct task *task)
{
	u64 table = allocate_table();
	u64 image = virt_to_phys(user_image_start);
	u64 image_size = (u64)(user_image_end - user_image_start);

	for (u64 offset = 0; offset < image_size; offset += PAGE_SIZE)
		map_page(table, USER_TEXT + offset, image + offset, PTE_USER_TEXT);
	for (u64 offset = 0; offset < USER_HEAP_SIZE; offset += PAGE_SIZE)
		map_page(table, USER_HEAP + offset, allocate_page(), PTE_USER_DATA);
	for (u64 offset = 0; offset < USER_STACK_SIZE; offset += PAGE_SIZE)
		map_page(table, USER_STACK_TOP - USER_STACK_SIZE + offset, allocate_page(), PTE_USER_DATA);
	task->translation_table = table | (u64)(task->index + 1) << ASID_SHIFT;
}

static void build_task(struct task *task, u32 index, u64 scale)
{
	task->name = workloads[index].name;
	task->index = index;
	task->pid = FIRST_PID + index;
	task->selected = bootarg("workload") ? bootarg_lists("workload", task->name) : workloads[index].unnamed;
	task->running = task->selected;
	task->iterations = workloads[index].iterations * scale;
	if (!task->selected)
		return;
	build_address_space(task);
	task->frame.x[0] = index;
	task->frame.x[1] = task->iterations;
	task->frame.x[2] = USER_HEAP;
	task->frame.sp = USER_STACK_TOP;
	task->frame.elr = USER_TEXT;
	task->frame.spsr = SPSR_EL0T;
}

void tasks_init(void)
{
	u64 scale = bootarg_number("scale", 1);
	bool any = false;

	if (scale == 0)
		panic("bootargs: scale= wants a number above 0");
	switch_every = bootarg_number("switch", 0);
	for (u32 i = 0; i < TASK_COUNT; i++) {
		build_task(&tasks[i], i, scale);
		any |= tasks[i].selected;
	}
	if (!any)
		panic("bootargs: workload= knows pointer-chase, sort, matrix, scan, ping, pong");
}

static struct task *next_running(const struct task *after)
{
	u32 index = after ? after->index : TASK_COUNT - 1;

	for (u32 i = 1; i <= TASK_COUNT; i++) {
		struct task *task = &tasks[(index + i) % TASK_COUNT];

		if (task->running)
			return task;
	}
	return NULL;
}

static void activate(struct task *task)
{
	current = task;
	write_sysreg(CONTEXTIDR_EL1, task->pid);
	write_sysreg(TTBR0_EL1, task->translation_table);
	isb();
	spe_start(task);
}

// The profiled task leaves the PE: its profiling ends and the next one's begins, as a per-task
// profiling driver does it.
static void switch_task(struct frame *frame)
{
	struct task *next = next_running(current);

	switch_wanted = false;
	if (next == current)
		return;
	switches++;
	spe_stop(current);
	current->frame = *frame;
	*frame = next->frame;
	activate(next);
}

void task_yielded(struct frame *frame)
{
	if (switch_every && ++yields % switch_every == 0)
		switch_task(frame);
}

void task_exited(struct frame *frame)
{
	struct task *next;

	spe_stop(current);
	current->running = false;
	kprintf("%s: pid %u, %lu iterations, checksum 0x%lx, %s\n", current->name, current->pid,
		current->iterations, current->checksum, current->mismatches ? "WRONG" : "ok");
	next = next_running(current);
	if (!next)
		finish();
	*frame = next->frame;
	activate(next);
}

void tasks_run(void)
{
	struct task *first = next_running(NULL);

	activate(first);
	enter_user(&first->frame);
}

static void handle_interrupt(void)
{
	u32 intid = gic_acknowledge();

	if (intid >= INTID_SPURIOUS)
		return;         // a level that dropped before it was acknowledged
	if (intid == platform.timer_intid) {
		timer_interrupt();
		spe_tick();
		switch_wanted = switch_every != 0;
	} else if (intid == platform.spe_intid) {
		spe_interrupt();
	} else {
		kprintf("guest: interrupt %u was not asked for\n", intid);
	}
	gic_end(intid);
}

void el1_irq(struct frame *frame)
{
	(void)frame;
	handle_interrupt();
}

void el0_irq(struct frame *frame)
{
	handle_interrupt();
	if (switch_wanted)
		switch_task(frame);
}

#define ESR_EC(esr)     ((esr) >> 26 & 0x3f)
#define EC_SVC64        0x15

void unhandled_exception(struct frame *frame, u64 kind) __attribute__((noreturn));

void unhandled_exception(struct frame *frame, u64 kind)
{
	static const char *const sources[] = { "EL1 with SP_EL0", "EL1", "EL0", "AArch32" };
	static const char *const kinds[] = { "synchronous exception", "IRQ", "FIQ", "SError" };

	kprintf("guest: unexpected %s from %s\n", kinds[kind % 4], sources[kind / 4]);
	kprintf("  ESR_EL1 0x%lx  ELR_EL1 0x%lx  FAR_EL1 0x%lx  SPSR_EL1 0x%lx\n",
		read_sysreg(ESR_EL1), frame->elr, read_sysreg(FAR_EL1), frame->spsr);
	for (u32 i = 0; i < 31; i++)
		kprintf("  x%u 0x%lx%c", i, frame->x[i], i % 4 == 3 || i == 30 ? '\n' : ' ');
	semihosting_exit(EXIT_EXCEPTION);
}

void el0_sync(struct frame *frame)
{
	if (ESR_EC(read_sysreg(ESR_EL1)) != EC_SVC64)
		unhandled_exception(frame, 8);
	syscall(current, frame);
	if (switch_wanted)
		switch_task(frame);
}
