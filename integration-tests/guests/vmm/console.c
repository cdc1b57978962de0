// SPDX-License-Identifier: Apache-2.0
// A virtio console over virtio-mmio (virtio 1.1, 4.2 and 5.3) with ports that are files of the host. Linux shows them as
// /dev/vportNpM with their names in /sys/class/virtio-ports.
#include "vmm.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_PORTS 16
#define QUEUES (2 * MOST_PORTS + 2)
#define QUEUE_SIZE 64
#define CONTROL_IN 2
#define CONTROL_OUT 3
#define F_MULTIPORT (1u << 1)
#define NEXT 1

enum event { DEVICE_READY, PORT_ADD, PORT_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME };

struct descriptor { uint64_t address; uint32_t length; uint16_t flags, next; };
struct available { uint16_t flags, index, ring[QUEUE_SIZE]; };
struct used { uint16_t flags, index; struct { uint32_t head, length; } ring[QUEUE_SIZE]; };

struct queue {
	uint32_t size, ready;
	uint64_t descriptors, available, used;
	uint16_t next;
};

struct port {
	const char *name;
	int name_length, file, guest_writes, open;
};

struct message { uint32_t port; uint16_t event, value; };

static struct port ports[MOST_PORTS];
static int port_count;
static struct queue queues[QUEUES];
static uint32_t feature_word, selected, status, interrupt_status;
// Messages to the driver that have not found a buffer yet: at most three for each port and one for its end.
static struct message waiting[4 * MOST_PORTS];
static int waiting_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

void console_port(const char *text, int guest_writes)
{
	const char *equals = strchr(text, '=');
	struct port *p = &ports[port_count];

	if (!equals || equals == text)
		fail(2, "%s: give NAME=PATH", text);
	if (port_count == MOST_PORTS)
		fail(2, "more than %d ports", MOST_PORTS);
	p->name = text;
	p->name_length = equals - text;
	p->guest_writes = guest_writes;
	p->file = open(equals + 1, guest_writes ? O_WRONLY | O_CREAT : O_RDONLY, 0644);
	if (p->file < 0)
		fail(2, "%s: %s", equals + 1, strerror(errno));
	port_count++;
}

int console_present(void) { return port_count > 0; }

static struct queue *input_queue(int port) { return &queues[port ? 2 * port + 2 : 0]; }

static void interrupt(void)
{
	interrupt_status |= 1;
	interrupt_line(CONSOLE_SPI, 1);
}

/** Takes the next chain of a queue: its first descriptor's index, or -1 when there is none. */
static int take(struct queue *q)
{
	if (!q->ready)
		return -1;
	struct available *a = guest_memory(q->available, 4 + 2 * q->size);
	if (__atomic_load_n(&a->index, __ATOMIC_ACQUIRE) == q->next)
		return -1;
	return a->ring[q->next++ % q->size] % q->size;
}

static void give_back(struct queue *q, int head, uint32_t length)
{
	struct used *u = guest_memory(q->used, 4 + 8 * q->size);

	u->ring[u->index % q->size].head = head;
	u->ring[u->index % q->size].length = length;
	__atomic_store_n(&u->index, u->index + 1, __ATOMIC_RELEASE);
	interrupt();
}

static struct descriptor *descriptor(struct queue *q, int index)
{
	return (struct descriptor *)guest_memory(q->descriptors, 16 * q->size) + index;
}

/** Puts bytes into the next buffer of a queue to the driver; 0 when there is none. */
static int put(struct queue *q, const void *bytes, uint32_t length)
{
	int head = take(q);

	if (head < 0)
		return 0;
	struct descriptor *d = descriptor(q, head);
	if (length > d->length)
		fail(3, "the guest's console has a buffer of %u bytes for %u", d->length, length);
	memcpy(guest_memory(d->address, length), bytes, length);
	give_back(q, head, length);
	return 1;
}

static void send_waiting(void)
{
	uint8_t bytes[sizeof(struct message) + 64];
	int sent = 0;

	for (; sent < waiting_count; sent++) {
		struct message *m = &waiting[sent];
		uint32_t length = sizeof *m;

		memcpy(bytes, m, sizeof *m);
		if (m->event == PORT_NAME) {
			struct port *p = &ports[m->port];
			uint32_t name = p->name_length < 64 ? p->name_length : 64;

			memcpy(bytes + length, p->name, name);
			length += name;
		}
		if (!put(&queues[CONTROL_IN], bytes, length))
			break;
	}
	waiting_count -= sent;
	memmove(waiting, waiting + sent, waiting_count * sizeof *waiting);
}

static void tell(uint32_t port, enum event event, uint16_t value)
{
	if (waiting_count == sizeof waiting / sizeof *waiting)
		fail(3, "the guest's console takes no messages");
	waiting[waiting_count++] = (struct message) { port, event, value };
	send_waiting();
}

/** Brings a file to the guest, while the guest has the port open. */
static void *bring(void *argument)
{
	struct port *p = argument;
	int n = p - ports;
	char bytes[4096];

	for (;;) {
		ssize_t length = read(p->file, bytes, sizeof bytes);

		if (length < 0 && errno == EINTR)
			continue;
		pthread_mutex_lock(&lock);
		while (!p->open)
			pthread_cond_wait(&changed, &lock);
		for (ssize_t done = 0; done < length;) {
			struct queue *q = input_queue(n);
			int head = take(q);

			if (head < 0) {
				pthread_cond_wait(&changed, &lock);
				continue;
			}
			struct descriptor *d = descriptor(q, head);
			uint32_t part = length - done < d->length ? length - done : d->length;
			memcpy(guest_memory(d->address, part), bytes + done, part);
			give_back(q, head, part);
			done += part;
		}
		if (length <= 0)
			tell(n, PORT_OPEN, 0);
		pthread_mutex_unlock(&lock);
		if (length <= 0)
			return 0;
	}
}

static void receive(struct message *m)
{
	if (m->event == DEVICE_READY && m->value) {
		for (int n = 0; n < port_count; n++)
			tell(n, PORT_ADD, 0);
	}
	if (m->port >= (uint32_t)port_count)
		return;
	struct port *p = &ports[m->port];
	if (m->event == PORT_READY && m->value) {
		pthread_t thread;

		tell(m->port, PORT_NAME, 0);
		tell(m->port, PORT_OPEN, 1);
		if (!p->guest_writes && pthread_create(&thread, 0, bring, p))
			fail(2, "no thread for the port %.*s", p->name_length, p->name);
	} else if (m->event == PORT_OPEN) {
		p->open = m->value;
	}
}

static void write_file(struct port *p, const char *bytes, uint32_t length)
{
	for (uint32_t done = 0; done < length;) {
		ssize_t n = write(p->file, bytes + done, length - done);

		if (n < 0 && errno != EINTR)
			fail(2, "the port %.*s cannot be written: %s", p->name_length, p->name, strerror(errno));
		done += n < 0 ? 0 : n;
	}
}

/** What the driver has put into one of its queues to the device. */
static void transmit(uint32_t number)
{
	struct queue *q = &queues[number];
	uint32_t port = number == 1 ? 0 : (number - 3) / 2;

	for (int head = take(q); head >= 0; head = take(q)) {
		int index = head;

		for (uint32_t links = 0; links < q->size; links++) {
			struct descriptor *d = descriptor(q, index);
			void *bytes = guest_memory(d->address, d->length);

			if (number == CONTROL_OUT) {
				struct message m;

				if (d->length >= sizeof m) {
					memcpy(&m, bytes, sizeof m);
					receive(&m);
				}
			} else if (port < (uint32_t)port_count && ports[port].guest_writes) {
				write_file(&ports[port], bytes, d->length);
			}
			if (!(d->flags & NEXT))
				break;
			index = d->next % q->size;
		}
		give_back(q, head, 0);
	}
}

static void notify(uint32_t number)
{
	if (number >= QUEUES)
		return;
	if (number == CONTROL_IN)
		send_waiting();
	else if (number & 1)
		transmit(number);
	pthread_cond_broadcast(&changed);
}

uint32_t console_read(uint32_t offset)
{
	uint32_t value = 0;

	pthread_mutex_lock(&lock);
	switch (offset) {
	case 0x000: value = 0x74726976; break;
	case 0x004: value = 2; break;
	case 0x008: value = 3; break;
	case 0x010: value = feature_word == 0 ? F_MULTIPORT : feature_word == 1 ? 1 : 0; break; // VERSION_1
	case 0x034: value = selected < QUEUES ? QUEUE_SIZE : 0; break;
	case 0x044: value = selected < QUEUES ? queues[selected].ready : 0; break;
	case 0x060: value = interrupt_status; break;
	case 0x070: value = status; break;
	case 0x104: value = MOST_PORTS; break;
	}
	pthread_mutex_unlock(&lock);
	return value;
}

static void half(uint64_t *address, int high, uint32_t value)
{
	*address = high ? (*address & 0xffffffff) | (uint64_t)value << 32 : (*address & ~0xffffffffull) | value;
}

void console_write(uint32_t offset, uint32_t value)
{
	pthread_mutex_lock(&lock);
	struct queue *q = &queues[selected < QUEUES ? selected : 0];
	switch (offset) {
	case 0x014: feature_word = value; break;
	case 0x030: selected = value; break;
	case 0x038: q->size = value && value <= QUEUE_SIZE ? value : QUEUE_SIZE; break;
	case 0x044: q->ready = value & 1; q->next = 0; break;
	case 0x050: notify(value); break;
	case 0x064:
		interrupt_status &= ~value;
		if (!interrupt_status)
			interrupt_line(CONSOLE_SPI, 0);
		break;
	case 0x070:
		status = value;
		if (!value) {
			memset(queues, 0, sizeof queues);
			waiting_count = 0;
		}
		break;
	case 0x080: case 0x084: half(&q->descriptors, offset & 4, value); break;
	case 0x090: case 0x094: half(&q->available, offset & 4, value); break;
	case 0x0a0: case 0x0a4: half(&q->used, offset & 4, value); break;
	}
	pthread_mutex_unlock(&lock);
}
