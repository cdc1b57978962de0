// SPDX-License-Identifier: Apache-2.0
// Start and end of the guest's kernel.
#include "kernel.h"
#include "sysreg.h"

void finish(void) __attribute__((noreturn));

void kernel_main(u64 device_tree);

// One tick with the PE asleep: interrupts work before anything relies on them.
static void wait_for_first_tick(void)
{
	while (timer_ticks == 0) {
		// WFI wakes up for a pending interrupt that is masked, so none is missed here.
		asm volatile("wfi");
		irq_enable();
		isb();
		irq_disable();
	}
	kprintf("timer: INTID %u, %lu Hz, ticks\n", platform.timer_intid, (u64)read_sysreg(CNTFRQ_EL0));
}

void kernel_main(u64 device_tree)
{
	fdt_read(device_tree);
	pl011_init(platform.uart_base);
	memory_init();
	kprintf("Spelunk guest: MIDR_EL1 0x%lx, %lu MiB, bootargs \"%s\"\n", read_sysreg(MIDR_EL1),
		platform.memory_size >> 20, platform.bootargs);
	if (!platform.have_device_tree)
		kprintf("no device tree: values of the virt board are taken\n");
	if (platform.have_psci) {
		u32 version = psci_version();

		kprintf("psci: version %u.%u by %s\n", version >> 16, version & 0xffff,
			platform.psci_uses_smc ? "SMC" : "HVC");
	}
	gic_init();
	timer_init();
	wait_for_first_tick();
	tasks_init();
	spe_init();
	tasks_run();
}

void finish(void)
{
	bool good = spe_finish();

	for (u32 i = 0; i < TASK_COUNT; i++) {
		if (tasks[i].selected && tasks[i].mismatches)
			good = false;
	}
	kprintf("%lu ticks, %lu task switches, %s\n", timer_ticks, tasks_switches(),
		good ? "all checks passed" : "CHECKS FAILED");
	machine_exit(good ? EXIT_OK : EXIT_CHECK_FAILED);
}
