// SPDX-License-Identifier: Apache-2.0
// Walks sample records (DDI 0487, D18.1 and D18.2): the guest checks that what it finds in its
// profiling buffer is a stream of whole records.
#include "kernel.h"

#define HEADER_PADDING          0x00
#define HEADER_END              0x01
#define HEADER_EXTENDED         0x20    // 0x20..0x3f: a second header byte follows
#define HEADER_SIZED            0x40    // from here on bits 5:4 give the payload's size
#define HEADER_EVENTS           0x42    // 0x42, 0x52, 0x62, 0x72
#define HEADER_EVENTS_MASK      0xcf
#define HEADER_OPERATION_OTHER  0x48
#define HEADER_OPERATION_MEMORY 0x49
#define HEADER_OPERATION_BRANCH 0x4a
#define HEADER_CONTEXT_EL1      0x64
#define HEADER_TIMESTAMP        0x71
#define HEADER_PC               0xb0

#define MEMORY_STORE            0x01
#define FIRST_PID               101

struct record {
	u32 events;             // packets of each kind
	u32 operations;
	u32 operation;
	u32 memory_payload;
	u32 context;
	u32 el;
	bool has_context;
	bool has_pc;
};

static void count(const struct record *record, u32 size, u32 max_size,
		  struct spe_statistics *statistics)
{
	statistics->records++;
	// Every record has an Events packet; this guest's operations retire, so they have a type.
	if (record->events != 1 || record->operations != 1 || size > max_size)
		statistics->malformed++;
	if (record->operation == HEADER_OPERATION_BRANCH)
		statistics->branches++;
	else if (record->operation != HEADER_OPERATION_MEMORY)
		statistics->others++;
	else if (record->memory_payload & MEMORY_STORE)
		statistics->stores++;
	else
		statistics->loads++;
	if (record->has_pc)
		statistics->at_el[record->el]++;
	if (record->has_context && record->context - FIRST_PID < TASK_COUNT)
		statistics->by_context[record->context - FIRST_PID]++;
	else
		statistics->other_context++;
}

static void take_packet(struct record *record, u32 header, const u8 *payload)
{
	switch (header) {
	case HEADER_OPERATION_OTHER:
	case HEADER_OPERATION_MEMORY:
	case HEADER_OPERATION_BRANCH:
		record->operations++;
		record->operation = header;
		record->memory_payload = payload[0];
		break;
	case HEADER_CONTEXT_EL1:
		record->has_context = true;
		record->context = (u32)payload[0] | (u32)payload[1] << 8 | (u32)payload[2] << 16
			| (u32)payload[3] << 24;
		break;
	case HEADER_PC:
		record->has_pc = true;
		record->el = payload[7] >> 5 & 3;
		break;
	default:
		if ((header & HEADER_EVENTS_MASK) == HEADER_EVENTS)
			record->events++;
	}
}

const u8 *spe_records_walk(const u8 *from, const u8 *to, u32 max_record_size,
			   struct spe_statistics *statistics)
{
	const u8 *record_start = from;
	const u8 *at = from;
	struct record record = { 0 };

	while (at < to) {
		u32 header = *at++;
		u32 size;

		if (header == HEADER_PADDING) {
			if (record_start == at - 1)
				record_start = at;      // padding belongs to the record before
			continue;
		}
		if (header == HEADER_END) {
			size = 0;
		} else if (header >= HEADER_SIZED) {
			size = 1u << (header >> 4 & 3);
		} else if (header >= HEADER_EXTENDED) {
			if (at == to)
				break;
			// Extended packets hold nothing that is counted here.
			size = 1u << (*at++ >> 4 & 3);
		} else {
			statistics->malformed++;
			size = 0;
		}
		if (size > (u64)(to - at))
			break;
		if (size)
			take_packet(&record, header, at);
		at += size;
		if (header == HEADER_END || header == HEADER_TIMESTAMP) {
			count(&record, (u32)(at - record_start), max_record_size, statistics);
			record = (struct record){ 0 };
			record_start = at;
		}
	}
	statistics->bytes += (u64)(record_start - from);
	return record_start;
}
