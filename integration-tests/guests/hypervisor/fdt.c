// SPDX-License-Identifier: Apache-2.0
// The flattened device tree (Devicetree Specification v0.4, chapter 5): reads the machine's, and writes the guest's, which
// is a copy with another memory node, PSCI by HVC, and what /chosen says of a guest instead of what it says of modules.
#include "hypervisor.h"

#define BEGIN_NODE      1
#define END_NODE        2
#define PROP            3
#define NOP             4
#define MOST_DEPTH      8

// Byte offsets in the header.
enum { TOTALSIZE = 4, OFF_STRUCT = 8, OFF_STRINGS = 12, OFF_RESERVE = 16, SIZE_STRINGS = 32, SIZE_STRUCT = 36, HEADER = 40 };

struct platform platform;

static u32 get32(const u8 *at)
{
	return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

static u64 get64(const u8 *at)
{
	return (u64)get32(at) << 32 | get32(at + 4);
}

static void put32(u8 *at, u32 value)
{
	for (u32 i = 0; i < 4; i++)
		at[i] = (u8)(value >> (24 - 8 * i));
}

static void put64(u8 *at, u64 value)
{
	put32(at, (u32)(value >> 32));
	put32(at + 4, (u32)value);
}

// A walk over the structure block: the next token, with the names of the nodes that it lies in.
struct cursor {
	const u8 *tree;
	const u8 *next;
	u32 token;
	u32 depth;                      // 1 in the root node
	const char *path[MOST_DEPTH];   // path[1] is the first level below the root
	const char *name;               // of a property
	const u8 *value;
	u32 length;
};

static struct cursor begin(const u8 *tree)
{
	struct cursor cursor = { .tree = tree, .next = tree + get32(tree + OFF_STRUCT) };

	return cursor;
}

static bool advance(struct cursor *c)
{
	if (c->token == END_NODE)
		c->depth--;
	do {
		c->token = get32(c->next);
		c->next += 4;
	} while (c->token == NOP);
	if (c->token == BEGIN_NODE) {
		if (c->depth == MOST_DEPTH)
			panic("its device tree is too deep");
		c->path[c->depth++] = (const char *)c->next;
		c->next += (string_length((const char *)c->next) + 4) & ~3ul;
	} else if (c->token == PROP) {
		c->length = get32(c->next);
		c->name = (const char *)c->tree + get32(c->tree + OFF_STRINGS) + get32(c->next + 4);
		c->value = c->next + 8;
		c->next = c->value + ((c->length + 3) & ~3u);
	} else if (c->token != END_NODE) {
		return false;
	}
	return true;
}

// Whether the cursor is in a node at that level whose name begins so.
static bool in(const struct cursor *c, u32 level, const char *name)
{
	return c->depth > level && string_begins(c->path[level], name);
}

// Whether a list of strings has that one.
static bool lists(const struct cursor *c, const char *text)
{
	for (u32 i = 0; i < c->length; i += (u32)string_length((const char *)c->value + i) + 1) {
		if (string_equal((const char *)c->value + i, text))
			return true;
	}
	return false;
}

static void read_module(const struct cursor *c, struct module *module)
{
	if (string_equal(c->name, "compatible")) {
		module->kernel = lists(c, "multiboot,kernel");
		module->ramdisk = lists(c, "multiboot,ramdisk");
	} else if (string_equal(c->name, "reg")) {
		module->start = get64(c->value);
		module->size = get64(c->value + 8);
	} else if (string_equal(c->name, "bootargs")) {
		module->bootargs = (const char *)c->value;
	}
}

static void read_property(const struct cursor *c)
{
	bool reg = string_equal(c->name, "reg") && c->depth == 2;

	if (in(c, 1, "chosen") && c->depth == 3 && in(c, 2, "module")) {
		read_module(c, &platform.modules[platform.module_count - 1]);
	} else if (in(c, 1, "chosen") && c->depth == 2 && string_equal(c->name, "bootargs")) {
		platform.bootargs = (const char *)c->value;
	} else if (in(c, 1, "memory") && reg) {
		platform.memory_base = get64(c->value);
		platform.memory_size = get64(c->value + 8);
	} else if (in(c, 1, "intc") && reg) {
		platform.gicd = get64(c->value);
		platform.gicd_size = get64(c->value + 8);
		platform.gicr = get64(c->value + 16);
		platform.gicr_size = get64(c->value + 24);
	} else if (reg && !in(c, 1, "cpus") && c->length >= 16) {
		if (platform.device_count == sizeof(platform.devices) / sizeof(platform.devices[0]))
			panic("too many devices");
		platform.devices[platform.device_count++] = (struct region){ get64(c->value), get64(c->value + 8) };
		if (in(c, 1, "pl011"))
			platform.uart = get64(c->value);
	} else if (in(c, 1, "spe-pmu") && string_equal(c->name, "interrupts")) {
		platform.spe_intid = get32(c->value + 4) + 16;
	}
}

void fdt_read(const u8 *tree)
{
	struct cursor c = begin(tree);

	platform.bootargs = "";
	while (advance(&c)) {
		if (c.token == BEGIN_NODE && c.depth == 3 && in(&c, 1, "chosen") && in(&c, 2, "module")) {
			if (platform.module_count == sizeof(platform.modules) / sizeof(platform.modules[0]))
				panic("too many modules");
			platform.modules[platform.module_count++].bootargs = "";
		} else if (c.token == PROP) {
			read_property(&c);
		}
	}
	if (!platform.memory_size || !platform.gicd || !platform.gicr)
		panic("the device tree has no memory or no GICv3");
}

bool fdt_device_at(u64 address)
{
	for (u32 i = 0; i < platform.device_count; i++) {
		if (address - platform.devices[i].start < platform.devices[i].size)
			return true;
	}
	return false;
}

u64 fdt_size(const u8 *tree)
{
	return get32(tree + TOTALSIZE);
}

// The tree that is being written.
struct writer {
	u8 *start;
	u8 *next;
	const u8 *strings;
	u32 strings_size;
	char added[64];                 // names that the machine's tree does not use
	u32 added_size;
};

static u32 string_offset(struct writer *w, const char *name)
{
	for (u32 i = 0; i < w->strings_size; i += (u32)string_length((const char *)w->strings + i) + 1) {
		if (string_equal((const char *)w->strings + i, name))
			return i;
	}
	u32 at = w->strings_size + w->added_size;

	memcpy(w->added + w->added_size, name, string_length(name) + 1);
	w->added_size += (u32)string_length(name) + 1;
	return at;
}

static void put_token(struct writer *w, u32 token)
{
	put32(w->next, token);
	w->next += 4;
}

static void put_property(struct writer *w, const char *name, const void *value, u32 length)
{
	put_token(w, PROP);
	put_token(w, length);
	put_token(w, string_offset(w, name));
	memcpy(w->next, value, length);
	w->next += (length + 3) & ~3u;
}

static void put_property64(struct writer *w, const char *name, u64 value)
{
	u8 bytes[8];

	put64(bytes, value);
	put_property(w, name, bytes, sizeof(bytes));
}

static void copy_property(struct writer *w, const struct cursor *c)
{
	u8 reg[16];

	if (in(c, 1, "chosen") && !string_equal(c->name, "kaslr-seed") && !string_equal(c->name, "rng-seed"))
		return;
	if (in(c, 1, "intc") && string_equal(c->name, "interrupts"))
		return;                         // the guest has no list registers
	if (in(c, 1, "psci") && string_equal(c->name, "method")) {
		put_property(w, c->name, "hvc", 4);
	} else if (in(c, 1, "memory") && string_equal(c->name, "reg")) {
		put64(reg, vm.base);
		put64(reg + 8, vm.size);
		put_property(w, c->name, reg, sizeof(reg));
	} else if (in(c, 1, "timer") && string_equal(c->name, "interrupts")) {
		put_property(w, c->name, c->value, c->length < 48 ? c->length : 48);    // not the EL2 virtual timer
	} else {
		put_property(w, c->name, c->value, c->length);
	}
}

u64 fdt_write_guest(u8 *to, const u8 *tree, const struct module *kernel, u64 initrd, u64 initrd_size)
{
	struct writer w = { .start = to, .next = to + HEADER + 16, .strings = tree + get32(tree + OFF_STRINGS),
			    .strings_size = get32(tree + SIZE_STRINGS) };
	struct cursor c = begin(tree);

	while (advance(&c)) {
		bool module = c.depth >= 3 && in(&c, 1, "chosen");

		if (module)
			continue;
		if (c.token == PROP) {
			copy_property(&w, &c);
			continue;
		}
		put_token(&w, c.token);
		if (c.token != BEGIN_NODE)
			continue;
		const char *name = c.path[c.depth - 1];

		memcpy(w.next, name, string_length(name) + 1);
		w.next += (string_length(name) + 4) & ~3ul;
		if (c.depth == 2 && string_equal(name, "chosen")) {
			put_property(&w, "bootargs", kernel->bootargs, (u32)string_length(kernel->bootargs) + 1);
			if (initrd) {
				put_property64(&w, "linux,initrd-start", initrd);
				put_property64(&w, "linux,initrd-end", initrd + initrd_size);
			}
		}
	}
	put_token(&w, 9);                       // the end
	u32 structure_size = (u32)(w.next - to) - HEADER - 16;
	u32 strings_at = (u32)(w.next - to);

	memcpy(w.next, w.strings, w.strings_size);
	memcpy(w.next + w.strings_size, w.added, w.added_size);
	w.next += w.strings_size + w.added_size;
	memcpy(to, tree, HEADER);
	put32(to + TOTALSIZE, (u32)(w.next - to));
	put32(to + OFF_STRUCT, HEADER + 16);
	put32(to + OFF_STRINGS, strings_at);
	put32(to + OFF_RESERVE, HEADER);
	put32(to + SIZE_STRINGS, w.strings_size + w.added_size);
	put32(to + SIZE_STRUCT, structure_size);
	return (u64)(w.next - to);
}

const char *option_text(const char *key)
{
	size_t length = string_length(key);

	for (const char *at = platform.bootargs; *at; at++) {
		if ((at == platform.bootargs || at[-1] == ' ') && string_begins(at, key) && at[length] == '=')
			return at + length + 1;
	}
	return NULL;
}

u64 option(const char *key, u64 otherwise)
{
	const char *at = option_text(key);
	u64 value = 0;

	if (!at)
		return otherwise;
	u32 base = string_begins(at, "0x") ? 16 : 10;

	for (at += base == 16 ? 2 : 0;; at++) {
		char c = *at | 0x20;
		u32 digit = c >= '0' && c <= '9' ? (u32)(c - '0') : c >= 'a' && c <= 'f' ? (u32)(c - 'a' + 10) : base;

		if (digit >= base)
			return value << (c == 'k' ? 10 : c == 'm' ? 20 : 0);
		value = value * base + digit;
	}
}
