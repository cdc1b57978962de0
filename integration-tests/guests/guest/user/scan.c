// SPDX-License-Identifier: Apache-2.0
// Counts a word in a text: byte loads in order, a branch that is rarely taken.
#include "user.h"

#define TEXT_SIZE       16384
#define WORD_SIZE       3

// Few letters, so that words of three are found.
static PROFILED void scan_write_text(void *heap)
{
	char *text = heap;
	u64 random = 0x2545f4914f6cdd1dul;

	for (u32 i = 0; i < TEXT_SIZE; i++)
		text[i] = "etaoinshrdlu cm "[random_next(&random) >> 20 & 15];
}

static PROFILED bool scan_matches(const char *at, const char *word)
{
	for (u32 i = 0; i < WORD_SIZE; i++) {
		if (at[i] != word[i])
			return false;
	}
	return true;
}

static PROFILED const char *scan_find_letter(const char *at, const char *end, char letter)
{
	while (at < end && *at != letter)
		at++;
	return at;
}

static PROFILED u64 scan_count_word(const char *text, const char *word)
{
	const char *end = text + TEXT_SIZE - WORD_SIZE + 1;
	u64 result = 0;

	for (const char *at = text;; at++) {
		at = scan_find_letter(at, end, word[0]);
		if (at == end)
			return result;
		if (scan_matches(at, word))
			result = result * 31 + (u64)(at - text);
	}
}

static u64 scan_iteration(void *heap, u32 input)
{
	static const char words[INPUTS][WORD_SIZE + 1] = {
		"the", "sea", "not", "one", "red", "his", "lot", "mud",
	};

	return scan_count_word(heap, words[input]);
}

const struct workload scan = {
	.title = "scan: words of three letters in 16 KiB of text\n",
	.prepare = scan_write_text,
	.run = scan_iteration,
	.expected = {
		0x00000000003bfdc7ul, 0x00000000000034c0ul, 0x000000000016fc54ul, 0x000000000a024513ul,
		0x0000000004d0b3f2ul, 0x0000006f1ce460b7ul, 0x000000000001f93dul, 0x000000000564a3b0ul,
	},
};
