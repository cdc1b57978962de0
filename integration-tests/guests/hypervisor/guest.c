// SPDX-License-Identifier: Apache-2.0
// Loads the guest out of its module: an AArch64 ELF file, or an image with the Linux arm64 boot header.
#include "hypervisor.h"

#define ELF_MAGIC       0x464c457f
#define IMAGE_MAGIC     0x644d5241
#define ET_DYN          3
#define PT_LOAD         1
#define PT_DYNAMIC      2
#define DT_RELA         7
#define DT_RELASZ       8
#define RELATIVE        1027            // R_AARCH64_RELATIVE
#define DEFAULT_OFFSET  (2ul << 20)     // where a position-independent guest goes that is not linked into RAM

struct elf {
	u32 magic;
	u8 identity[12];
	u16 type, machine;
	u32 version;
	u64 entry, segments, sections;
	u32 flags;
	u16 size, segment_size, segment_count;
};

struct segment {
	u32 type, flags;
	u64 offset, virtual, physical, file_size, memory_size, alignment;
};

struct image {
	u32 code[2];
	u64 text_offset, size, flags, reserved[3];
	u32 magic, pe;
};

struct rela {
	u64 offset, type, addend;
};

static u8 *at(u64 ipa, u64 size)
{
	if (!vm_contains(ipa) || size > vm.base + vm.size - ipa)
		panic("the guest is not linked into its memory");
	return (u8 *)(ipa + vm.offset);
}

static const struct segment *segment_at(const u8 *file, u32 i)
{
	const struct elf *elf = (const struct elf *)file;

	return (const struct segment *)(file + elf->segments + (u64)i * elf->segment_size);
}

// Where a segment goes: to p_paddr, or to p_vaddr where no segment has a p_paddr.
static u64 place(const u8 *file, const struct segment *segment)
{
	for (u32 i = 0; i < ((const struct elf *)file)->segment_count; i++) {
		const struct segment *other = segment_at(file, i);

		if (other->type == PT_LOAD && other->memory_size && other->physical)
			return segment->physical;
	}
	return segment->virtual;
}

// Adds the distance by which the guest was moved to every word that its relative relocations name.
static void relocate(const struct segment *dynamic, u64 bias)
{
	const u64 *entry = (const u64 *)at(dynamic->virtual + bias, dynamic->memory_size);
	const struct rela *rela = NULL;
	u64 size = 0;

	for (; entry[0]; entry += 2) {
		if (entry[0] == DT_RELA)
			rela = (const struct rela *)at(entry[1] + bias, 0);
		if (entry[0] == DT_RELASZ)
			size = entry[1];
	}
	for (u64 i = 0; rela && i < size / sizeof(*rela); i++) {
		if ((u32)rela[i].type == RELATIVE)
			*(u64 *)at(rela[i].offset + bias, 8) = rela[i].addend + bias;
	}
}

static struct loaded load_elf(const u8 *file)
{
	const struct elf *elf = (const struct elf *)file;
	const struct segment *dynamic = NULL;
	u64 lowest = ~0ul, bias = 0;
	struct loaded loaded = { 0, 0 };

	for (u32 i = 0; i < elf->segment_count; i++) {
		const struct segment *segment = segment_at(file, i);

		if (segment->type == PT_DYNAMIC)
			dynamic = segment;
		if (segment->type == PT_LOAD && segment->memory_size && place(file, segment) < lowest)
			lowest = place(file, segment);
	}
	lowest &= ~(PAGE_SIZE - 1);
	if (elf->type == ET_DYN && !vm_contains(lowest))
		bias = vm.base + DEFAULT_OFFSET - lowest;
	for (u32 i = 0; i < elf->segment_count; i++) {
		const struct segment *segment = segment_at(file, i);
		u64 to = place(file, segment) + bias;

		if (segment->type != PT_LOAD || !segment->memory_size)
			continue;
		memcpy(at(to, segment->memory_size), file + segment->offset, segment->file_size);
		if (to + segment->memory_size > loaded.end)
			loaded.end = to + segment->memory_size;
		// The entry point is a physical or a virtual address.
		if (elf->entry + bias - to < segment->memory_size)
			loaded.entry = elf->entry + bias;
		else if (!loaded.entry && elf->entry - segment->virtual < segment->memory_size)
			loaded.entry = elf->entry - segment->virtual + to;
	}
	if (bias && dynamic)
		relocate(dynamic, bias);
	return loaded;
}

struct loaded guest_load(const u8 *file, u64 size)
{
	const struct image *image = (const struct image *)file;

	if (size >= sizeof(struct elf) && image->code[0] == ELF_MAGIC)
		return load_elf(file);
	if (size >= sizeof(*image) && image->magic == IMAGE_MAGIC) {
		u64 to = vm.base + (image->size ? image->text_offset : 0x80000);
		u64 memory_size = image->size ? image->size : size;

		memcpy(at(to, memory_size), file, size);
		return (struct loaded){ to, to + memory_size };
	}
	panic("the guest is neither an ELF file nor an image with the Linux arm64 boot header");
}
