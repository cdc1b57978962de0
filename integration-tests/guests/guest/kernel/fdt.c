// SPDX-License-Identifier: Apache-2.0
// Minimal reader of the flattened device tree (Devicetree Specification v0.4, chapter 5): one walk
// over the structure block that picks what this guest needs. Nodes with a "reg" are taken as
// children of the root with two address and two size cells, as on the virt board.
#include "kernel.h"

#define FDT_MAGIC       0xd00dfeed
#define FDT_BEGIN_NODE  1
#define FDT_END_NODE    2
#define FDT_PROP        3
#define FDT_NOP         4

#define PPI_BASE        16

struct platform platform = {
	.bootargs = "",
	.memory_base = RAM_BASE,
	.memory_size = 64ul << 20,
	.uart_base = 0x09000000,
	.gicd_base = 0x08000000,
	.gicr_base = 0x080a0000,
	.gicr_size = 0x20000,
	.timer_intid = 27,
	.spe_intid = 21,
};

struct property {
	const u8 *value;
	u32 length;
};

// The properties of the node under the walk.
struct node {
	struct property compatible;
	struct property reg;
	struct property interrupts;
	struct property method;
	struct property bootargs;
	struct property device_type;
};

static u32 big_endian32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static u64 big_endian64(const u8 *p)
{
	return (u64)big_endian32(p) << 32 | big_endian32(p + 4);
}

// Compares with each of the strings of a list property.
static bool lists(const struct property *property, const char *name)
{
	u32 at = 0;

	while (property->value && at < property->length) {
		const char *entry = (const char *)property->value + at;

		if (string_equal(entry, name))
			return true;
		at += string_length(entry) + 1;
	}
	return false;
}

static bool region(const struct node *node, u32 index, u64 *base, u64 *size)
{
	if (!node->reg.value || node->reg.length < (index + 1) * 16)
		return false;
	*base = big_endian64(node->reg.value + index * 16);
	*size = big_endian64(node->reg.value + index * 16 + 8);
	return true;
}

static void interrupt(const struct node *node, u32 index, u32 *intid)
{
	const u8 *cells = node->interrupts.value + index * 12;

	// Three cells: type (1 is PPI), number, flags.
	if (node->interrupts.length >= (index + 1) * 12 && big_endian32(cells) == 1)
		*intid = PPI_BASE + big_endian32(cells + 4);
}

static void node_complete(const struct node *node)
{
	u64 size;

	if (lists(&node->device_type, "memory"))
		region(node, 0, &platform.memory_base, &platform.memory_size);
	if (lists(&node->compatible, "arm,pl011"))
		region(node, 0, &platform.uart_base, &size);
	if (lists(&node->compatible, "arm,gic-v3")) {
		region(node, 0, &platform.gicd_base, &size);
		region(node, 1, &platform.gicr_base, &platform.gicr_size);
	}
	if (lists(&node->compatible, "arm,armv8-timer"))
		interrupt(node, 2, &platform.timer_intid);      // third: the virtual timer
	if (lists(&node->compatible, "arm,statistical-profiling-extension-v1"))
		interrupt(node, 0, &platform.spe_intid);
	if (lists(&node->compatible, "arm,psci-0.2") || lists(&node->compatible, "arm,psci-1.0")) {
		platform.have_psci = true;
		platform.psci_uses_smc = lists(&node->method, "smc");
	}
	if (node->bootargs.value)
		platform.bootargs = (const char *)node->bootargs.value;
}

static void take_property(struct node *node, const char *name, struct property property)
{
	if (string_equal(name, "compatible"))
		node->compatible = property;
	else if (string_equal(name, "reg"))
		node->reg = property;
	else if (string_equal(name, "interrupts"))
		node->interrupts = property;
	else if (string_equal(name, "method"))
		node->method = property;
	else if (string_equal(name, "bootargs"))
		node->bootargs = property;
	else if (string_equal(name, "device_type"))
		node->device_type = property;
}

static void walk(const u8 *blob)
{
	const u8 *at = blob + big_endian32(blob + 8);
	const char *strings = (const char *)blob + big_endian32(blob + 12);
	struct node node = { 0 };

	for (;;) {
		u32 token = big_endian32(at);

		at += 4;
		switch (token) {
		case FDT_BEGIN_NODE:
			// The parent's properties all come before its first child.
			node_complete(&node);
			node = (struct node){ 0 };
			at += round_up(string_length((const char *)at) + 1, 4);
			break;
		case FDT_END_NODE:
			node_complete(&node);
			node = (struct node){ 0 };
			break;
		case FDT_PROP: {
			struct property property = { at + 8, big_endian32(at) };

			take_property(&node, strings + big_endian32(at + 4), property);
			at += 8 + round_up(property.length, 4);
			break;
		}
		case FDT_NOP:
			break;
		default:
			return;
		}
	}
}

static bool is_device_tree(u64 physical_address)
{
	return (physical_address & 7) == 0 && physical_address >= RAM_BASE
		&& big_endian32(phys_to_virt(physical_address)) == FDT_MAGIC;
}

void fdt_read(u64 physical_address)
{
	if (physical_address >= RAM_BASE)
		kernel_map_gigabyte_of(physical_address);
	// QEMU puts the tree of an ELF guest at the start of RAM and passes no pointer.
	if (!is_device_tree(physical_address))
		physical_address = RAM_BASE;
	if (!is_device_tree(physical_address))
		return;
	const u8 *blob = phys_to_virt(physical_address);

	platform.have_device_tree = true;
	platform.device_tree = physical_address;
	platform.device_tree_size = big_endian32(blob + 4);
	walk(blob);
}
