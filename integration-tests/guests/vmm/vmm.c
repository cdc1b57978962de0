// SPDX-License-Identifier: Apache-2.0
// A small virtual machine monitor over /dev/kvm (arm64): memory, GICv3, timer, PMUv3, PSCI and a PL011, laid out like
// QEMU's virt board. Runs a Linux Image, or a flat image with its header, as the nested guest of a host at EL2.
//   vmm [-c VCPUS] [-m MEGABYTES] [-i INITRD] [-a ARGUMENTS] [-r NAME=PATH] [-w NAME=PATH] IMAGE
// Each -r and -w makes a port of a virtio console: the guest reads from the file, or writes to it.
// Exit codes: 0 the guest powered off, 2 bad input or no KVM, 3 the guest reset itself or KVM gave it up.
#include "vmm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAM 0x40000000ull
#define DISTRIBUTOR 0x08000000ull
#define REDISTRIBUTORS 0x080a0000ull
#define UART 0x09000000ull
#define UART_SPI 1
#define PMU_PPI 7
#define MOST_VCPUS 8
#define GIC_PHANDLE 0x8001
#define CLOCK_PHANDLE 0x8000
#define USAGE "usage: vmm [-c 1...%d] [-m 16...] [-i INITRD] [-a ARGUMENTS] [-r NAME=PATH] [-w NAME=PATH] IMAGE"

static int kvm, vm;
static int vcpus = 1;
static uint8_t *ram;
static uint64_t ram_size = 256ull << 20;
static int have_pmu;

void fail(int code, const char *format, ...)
{
	va_list list;

	fputs("vmm: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	_exit(code);
}

static int call(const char *what, int fd, unsigned long request, void *argument)
{
	int result = ioctl(fd, request, argument);

	if (result < 0)
		fail(2, "%s: %s", what, strerror(errno));
	return result;
}

static void attribute(const char *what, int fd, uint32_t group, uint64_t number, void *value)
{
	struct kvm_device_attr a = { .group = group, .attr = number, .addr = (uint64_t)(uintptr_t)value };

	call(what, fd, KVM_SET_DEVICE_ATTR, &a);
}

void *guest_memory(uint64_t address, uint64_t size)
{
	if (address < RAM || size > ram_size || address - RAM > ram_size - size)
		fail(3, "the guest names %#llx, where it has no memory", (unsigned long long)address);
	return ram + (address - RAM);
}

void interrupt_line(int spi, int level)
{
	struct kvm_irq_level irq = { .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (32 + spi), .level = level };

	call("KVM_IRQ_LINE", vm, KVM_IRQ_LINE, &irq);
}

// --- flattened device tree --------------------------------------------------------------------------

static uint8_t tree[16384], names[2048];
static uint32_t tree_size, names_size;

static void put32(uint32_t value)
{
	uint32_t big = __builtin_bswap32(value);

	if (tree_size + 4 > sizeof tree)
		fail(2, "the device tree does not fit");
	memcpy(tree + tree_size, &big, 4);
	tree_size += 4;
}

static void put(const void *bytes, uint32_t size)
{
	if (tree_size + size + 4 > sizeof tree)
		fail(2, "the device tree does not fit");
	memcpy(tree + tree_size, bytes, size);
	tree_size += size;
	while (tree_size % 4)
		tree[tree_size++] = 0;
}

static void node(const char *name) { put32(1); put(name, strlen(name) + 1); }
static void end_node(void) { put32(2); }

static void property(const char *name, const void *value, uint32_t size)
{
	uint32_t at = 0;

	while (at < names_size && strcmp((char *)names + at, name))
		at += strlen((char *)names + at) + 1;
	if (at == names_size) {
		if (names_size + strlen(name) + 1 > sizeof names)
			fail(2, "the device tree does not fit");
		strcpy((char *)names + at, name);
		names_size += strlen(name) + 1;
	}
	put32(3);
	put32(size);
	put32(at);
	put(value, size);
}

static void string(const char *name, const char *value) { property(name, value, strlen(value) + 1); }

static void cells(const char *name, int count, ...)
{
	uint32_t values[32];
	va_list list;

	va_start(list, count);
	for (int i = 0; i < count; i++)
		values[i] = __builtin_bswap32(va_arg(list, uint32_t));
	va_end(list);
	property(name, values, count * 4);
}

static uint32_t high(uint64_t value) { return value >> 32; }
static uint32_t low(uint64_t value) { return (uint32_t)value; }

static uint32_t write_tree(uint8_t *to, uint64_t initrd, uint64_t initrd_size, const char *arguments)
{
	char name[32];

	node("");
	cells("#address-cells", 1, 2);
	cells("#size-cells", 1, 2);
	cells("interrupt-parent", 1, GIC_PHANDLE);
	string("compatible", "linux,dummy-virt");
	node("chosen");
	string("bootargs", arguments);
	if (initrd_size) {
		cells("linux,initrd-start", 2, high(initrd), low(initrd));
		cells("linux,initrd-end", 2, high(initrd + initrd_size), low(initrd + initrd_size));
	}
	end_node();
	node("psci");
	property("compatible", "arm,psci-1.0\0arm,psci-0.2", 26);
	string("method", "hvc");
	end_node();
	node("cpus");
	cells("#address-cells", 1, 1);
	cells("#size-cells", 1, 0);
	for (int n = 0; n < vcpus; n++) {
		snprintf(name, sizeof name, "cpu@%x", n);
		node(name);
		string("device_type", "cpu");
		string("compatible", "arm,armv8");
		string("enable-method", "psci");
		cells("reg", 1, n);
		end_node();
	}
	end_node();
	node("memory@40000000");
	string("device_type", "memory");
	cells("reg", 4, high(RAM), low(RAM), high(ram_size), low(ram_size));
	end_node();
	node("intc@8000000");
	string("compatible", "arm,gic-v3");
	cells("#interrupt-cells", 1, 3);
	property("interrupt-controller", "", 0);
	cells("reg", 8, high(DISTRIBUTOR), low(DISTRIBUTOR), 0, 0x10000, high(REDISTRIBUTORS), low(REDISTRIBUTORS), 0,
			vcpus * 0x20000);
	cells("phandle", 1, GIC_PHANDLE);
	end_node();
	node("timer");
	string("compatible", "arm,armv8-timer");
	cells("interrupts", 12, 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
	property("always-on", "", 0);
	end_node();
	if (have_pmu) {
		node("pmu");
		string("compatible", "arm,armv8-pmuv3");
		cells("interrupts", 3, 1, PMU_PPI, 4);
		end_node();
	}
	node("apb-pclk");
	string("compatible", "fixed-clock");
	cells("#clock-cells", 1, 0);
	cells("clock-frequency", 1, 24000000);
	cells("phandle", 1, CLOCK_PHANDLE);
	end_node();
	node("pl011@9000000");
	property("compatible", "arm,pl011\0arm,primecell", 24);
	cells("reg", 4, high(UART), low(UART), 0, 0x1000);
	cells("interrupts", 3, 0, UART_SPI, 4);
	cells("clocks", 2, CLOCK_PHANDLE, CLOCK_PHANDLE);
	property("clock-names", "uartclk\0apb_pclk", 17);
	end_node();
	if (console_present()) {
		node("virtio_mmio@a000000");
		string("compatible", "virtio,mmio");
		cells("reg", 4, high(CONSOLE_BASE), low(CONSOLE_BASE), 0, CONSOLE_SIZE);
		cells("interrupts", 3, 0, CONSOLE_SPI, 4);
		property("dma-coherent", "", 0);
		end_node();
	}
	end_node();
	put32(9);

	uint32_t header[10] = { 0xd00dfeed, 56 + tree_size + names_size, 56, 56 + tree_size, 40, 17, 16, 0, names_size, tree_size };
	for (int i = 0; i < 10; i++)
		header[i] = __builtin_bswap32(header[i]);
	memset(to, 0, 56);
	memcpy(to, header, 40);
	memcpy(to + 56, tree, tree_size);
	memcpy(to + 56 + tree_size, names, names_size);
	return 56 + tree_size + names_size;
}

// --- PL011 --------------------------------------------------------------------------------------------

#define TX_INTERRUPT (1u << 5)

static pthread_mutex_t uart_lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t uart_mask, uart_registers[0x48 / 4];
static int uart_level;

static void uart_line(void)
{
	// The transmit FIFO is always empty.
	int level = (uart_mask & TX_INTERRUPT) != 0;

	if (level != uart_level) {
		uart_level = level;
		interrupt_line(UART_SPI, level);
	}
}

static uint32_t uart_read(uint32_t offset)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	switch (offset) {
	case 0x00: return 0;
	case 0x18: return 1 << 7 | 1 << 4;              // UARTFR: TXFE, RXFE
	case 0x38: return uart_mask;
	case 0x3c: return TX_INTERRUPT;                 // UARTRIS
	case 0x40: return uart_mask & TX_INTERRUPT;
	default:
		if (offset >= 0xfe0 && offset < 0x1000)
			return id[(offset - 0xfe0) / 4];
		return offset < sizeof uart_registers ? uart_registers[offset / 4] : 0;
	}
}

static void uart_write(uint32_t offset, uint32_t value)
{
	char c = (char)value;

	if (offset == 0) {
		if (write(1, &c, 1) != 1)
			fail(2, "the console cannot be written: %s", strerror(errno));
	} else if (offset == 0x38) {
		uart_mask = value;
		uart_line();
	} else if (offset < sizeof uart_registers) {
		uart_registers[offset / 4] = value;
	}
}

// --- vCPUs --------------------------------------------------------------------------------------------

struct vcpu {
	int index, fd;
	struct kvm_run *run;
};

static struct vcpu all[MOST_VCPUS];

static void set_register(struct vcpu *v, uint64_t offset, uint64_t value)
{
	struct kvm_one_reg reg = { .id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | offset / 4, .addr = (uint64_t)(uintptr_t)&value };

	call("KVM_SET_ONE_REG", v->fd, KVM_SET_ONE_REG, &reg);
}

static void mmio(struct kvm_run *run)
{
	uint64_t address = run->mmio.phys_addr;
	uint64_t value = 0;

	memcpy(&value, run->mmio.data, run->mmio.is_write ? run->mmio.len : 0);
	if (address >= UART && address < UART + 0x1000) {
		pthread_mutex_lock(&uart_lock);
		if (run->mmio.is_write)
			uart_write(address - UART, value);
		else
			value = uart_read(address - UART);
		pthread_mutex_unlock(&uart_lock);
	} else if (console_present() && address >= CONSOLE_BASE && address < CONSOLE_BASE + CONSOLE_SIZE) {
		if (run->mmio.is_write)
			console_write(address - CONSOLE_BASE, value);
		else
			value = console_read(address - CONSOLE_BASE);
	} else {
		fail(3, "the guest %s %#llx, where nothing is", run->mmio.is_write ? "writes" : "reads", (unsigned long long)address);
	}
	if (!run->mmio.is_write)
		memcpy(run->mmio.data, &value, run->mmio.len);
}

static void *run_vcpu(void *argument)
{
	struct vcpu *v = argument;

	for (;;) {
		if (ioctl(v->fd, KVM_RUN, 0) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			fail(3, "vCPU %d cannot go on: %s", v->index, strerror(errno));
		}
		switch (v->run->exit_reason) {
		case KVM_EXIT_MMIO:
			mmio(v->run);
			break;
		case KVM_EXIT_SYSTEM_EVENT:
			_exit(v->run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN ? 0 : 3);
		default:
			fail(3, "vCPU %d: exit reason %u", v->index, v->run->exit_reason);
		}
	}
}

static void make_vcpu(struct vcpu *v, int index, size_t run_size)
{
	struct kvm_vcpu_init init;

	v->index = index;
	v->fd = ioctl(vm, KVM_CREATE_VCPU, index);
	if (v->fd < 0)
		fail(2, "KVM_CREATE_VCPU: %s", strerror(errno));
	v->run = mmap(0, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
	if (v->run == MAP_FAILED)
		fail(2, "the vCPU's memory cannot be mapped: %s", strerror(errno));
	call("KVM_ARM_PREFERRED_TARGET", vm, KVM_ARM_PREFERRED_TARGET, &init);
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (have_pmu)
		init.features[0] |= 1u << KVM_ARM_VCPU_PMU_V3;
	if (index)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	call("KVM_ARM_VCPU_INIT", v->fd, KVM_ARM_VCPU_INIT, &init);
}

// --- the machine --------------------------------------------------------------------------------------

static uint64_t load(const char *file, uint64_t offset)
{
	int fd = open(file, O_RDONLY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		fail(2, "%s: %s", file, strerror(errno));
	if (offset + status.st_size > ram_size)
		fail(2, "%s does not fit into the guest's memory: use -m", file);
	for (uint64_t done = 0; done < (uint64_t)status.st_size;) {
		ssize_t n = read(fd, ram + offset + done, status.st_size - done);

		if (n <= 0)
			fail(2, "%s cannot be read", file);
		done += n;
	}
	close(fd);
	return status.st_size;
}

static void make_gic(void)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	uint64_t distributor = DISTRIBUTOR, redistributors = REDISTRIBUTORS;

	call("a GICv3", vm, KVM_CREATE_DEVICE, &device);
	attribute("the distributor", device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &distributor);
	attribute("the redistributors", device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redistributors);
	attribute("the GICv3", device.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

static void start_pmu(struct vcpu *v)
{
	int intid = 16 + PMU_PPI;

	attribute("the PMU's interrupt", v->fd, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, &intid);
	attribute("the PMU", v->fd, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, 0);
}

int main(int argc, char **argv)
{
	const char *initrd = 0, *arguments = "console=ttyAMA0";
	int option;

	while ((option = getopt(argc, argv, "c:m:i:a:r:w:")) != -1) {
		switch (option) {
		case 'c': vcpus = atoi(optarg); break;
		case 'm': ram_size = strtoull(optarg, 0, 10) << 20; break;
		case 'i': initrd = optarg; break;
		case 'a': arguments = optarg; break;
		case 'r': console_port(optarg, 0); break;
		case 'w': console_port(optarg, 1); break;
		default: fail(2, USAGE, MOST_VCPUS);
		}
	}
	if (optind + 1 != argc || vcpus < 1 || vcpus > MOST_VCPUS || ram_size < 16ull << 20)
		fail(2, USAGE, MOST_VCPUS);
	kvm = open("/dev/kvm", O_RDWR);
	if (kvm < 0)
		fail(2, "/dev/kvm: %s", strerror(errno));
	vm = call("KVM_CREATE_VM", kvm, KVM_CREATE_VM, 0);
	have_pmu = ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PMU_V3) > 0;
	ram = mmap(0, ram_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram == MAP_FAILED)
		fail(2, "no %llu MiB for the guest: %s", (unsigned long long)(ram_size >> 20), strerror(errno));
	struct kvm_userspace_memory_region region = { .guest_phys_addr = RAM, .memory_size = ram_size, .userspace_addr = (uint64_t)(uintptr_t)ram };
	call("the guest's memory", vm, KVM_SET_USER_MEMORY_REGION, &region);

	load(argv[optind], 0);
	uint64_t text_offset, image_size;
	if (memcmp(ram + 56, "ARM\x64", 4))
		fail(2, "%s has no arm64 boot header", argv[optind]);
	memcpy(&text_offset, ram + 8, 8);
	memcpy(&image_size, ram + 16, 8);
	if (text_offset) {
		load(argv[optind], text_offset);
	}
	uint64_t at = (text_offset + image_size + 0x1fffff) & ~0x1fffffull;
	uint64_t initrd_at = RAM + at + 0x200000, initrd_size = 0;
	if (at + 0x200000 > ram_size)
		fail(2, "the image does not fit into the guest's memory: use -m");
	if (initrd)
		initrd_size = load(initrd, at + 0x200000);
	write_tree(ram + at, initrd_at, initrd_size, arguments);

	size_t run_size = call("KVM_GET_VCPU_MMAP_SIZE", kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	for (int n = 0; n < vcpus; n++)
		make_vcpu(&all[n], n, run_size);
	make_gic();
	for (int n = 0; n < vcpus && have_pmu; n++)
		start_pmu(&all[n]);
	set_register(&all[0], offsetof(struct kvm_regs, regs.regs[0]), RAM + at);
	set_register(&all[0], offsetof(struct kvm_regs, regs.pc), RAM + text_offset);
	for (int n = 1; n < vcpus; n++) {
		pthread_t thread;

		if (pthread_create(&thread, 0, run_vcpu, &all[n]))
			fail(2, "no thread for vCPU %d", n);
	}
	run_vcpu(&all[0]);
	return 0;
}
