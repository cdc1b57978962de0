// SPDX-License-Identifier: Apache-2.0
/*
 * Runs batches of A64 code blocks under user-mode emulation and reports the state after each.
 *
 * Freestanding and signal driven: every block ends in BRK, whose SIGTRAP handler stores the interrupted
 * state and puts the next block's state into the signal frame, so no register needs to be kept back for
 * the harness. Any other signal is reported in place of a result. All numbers are little endian.
 *
 * stdin:  u64 MAGIC, u64 blocks, then per block
 *         u64 address, u32 words, u32 entry, u32 exit, u32 0, struct state, u32 code[words] padded to 8 bytes
 * stdout: per block u64 signal (0: the exit was reached), u64 pc, struct state
 */
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>

typedef unsigned long u64;
typedef unsigned int u32;

#define MAGIC 0x316b6c62756c6570UL
#define MEMORY_ADDRESS 0x40400000UL
#define MEMORY_LENGTH 0x2000UL
#define WINDOW_ADDRESS 0x40400e00UL
#define WINDOW_LENGTH 0x400UL
#define CODE_ADDRESS 0x40800000UL
#define CODE_LENGTH 0x800000UL
#define PSTATE_MASK 0xf1000000UL /* NZCV and DIT */

struct state {
    u64 x[31];
    u64 sp;
    u64 pstate;
    u64 tpidr_el0;
    u64 v[64]; /* V0 to V31, each its low half first */
    u64 fpcr, fpsr;
    u64 memory[WINDOW_LENGTH / 8];
};

struct block {
    u64 address;
    u32 words, entry, exit, reserved;
    struct state state;
    u32 code[];
};

struct result {
    u64 signal, pc;
    struct state state;
};

static struct block *current;
static struct result *result;
static u64 remaining, results_length;
static char *results;

static u64 system_call(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
    register u64 x8 __asm__("x8") = number;
    register u64 x0 __asm__("x0") = a;
    register u64 x1 __asm__("x1") = b;
    register u64 x2 __asm__("x2") = c;
    register u64 x3 __asm__("x3") = d;
    register u64 x4 __asm__("x4") = e;
    register u64 x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

static void __attribute__((noreturn)) finish(int status) {
    system_call(__NR_exit_group, status, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}

static void *map(u64 address, u64 length, int protection) {
    u64 flags = 0x22 | (address ? 0x100000 : 0); /* MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE */
    u64 at = system_call(__NR_mmap, address, length, protection, flags, ~0UL, 0);
    if (at > -4096UL || (address && at != address)) {
        finish(3);
    }
    return (void *) at;
}

static void copy(void *to, const void *from, u64 length) {
    u64 *t = to;
    const u64 *f = from;
    for (u64 i = 0; i < length / 8; i++) {
        t[i] = f[i];
    }
}

static struct block *next(struct block *block) {
    return (struct block *) ((char *) block + sizeof *block + ((block->words * 4UL + 7) & ~7UL));
}

/* Makes written code visible to instruction fetch (DDI 0487, B2.4.4). */
static void synchronise(u64 start, u64 end) {
    u64 ctr;
    __asm__ volatile("mrs %0, ctr_el0" : "=r"(ctr));
    u64 line = 4UL << (ctr >> 16 & 15);
    for (u64 a = start & -line; a < end; a += line) {
        __asm__ volatile("dc cvau, %0" : : "r"(a) : "memory");
    }
    __asm__ volatile("dsb ish" : : : "memory");
    line = 4UL << (ctr & 15);
    for (u64 a = start & -line; a < end; a += line) {
        __asm__ volatile("ic ivau, %0" : : "r"(a) : "memory");
    }
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

static void write_results(void) {
    u64 done = 0;
    while (done < results_length) {
        u64 n = system_call(__NR_write, 1, (u64) results + done, results_length - done, 0, 0, 0);
        if (n > -4096UL) {
            finish(4);
        }
        done += n;
    }
    finish(0);
}

/* The part of the signal frame that holds the SIMD&FP registers; the kernel always writes it. */
static struct fpsimd_context *vectors(struct ucontext *context) {
    struct _aarch64_ctx *head = (struct _aarch64_ctx *) context->uc_mcontext.__reserved;
    while (head->magic != FPSIMD_MAGIC) {
        if (head->magic == 0 || head->size == 0) {
            finish(10);
        }
        head = (struct _aarch64_ctx *) ((char *) head + head->size);
    }
    return (struct fpsimd_context *) head;
}

static void start(struct ucontext *context) {
    if (remaining == 0) {
        write_results();
    }
    copy((void *) WINDOW_ADDRESS, current->state.memory, WINDOW_LENGTH);
    for (int i = 0; i < 31; i++) {
        context->uc_mcontext.regs[i] = current->state.x[i];
    }
    context->uc_mcontext.sp = current->state.sp;
    context->uc_mcontext.pstate = (context->uc_mcontext.pstate & ~PSTATE_MASK) | current->state.pstate;
    context->uc_mcontext.pc = current->address + 4UL * current->entry;
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(current->state.tpidr_el0));
    struct fpsimd_context *vector = vectors(context);
    copy(vector->vregs, current->state.v, sizeof current->state.v);
    vector->fpcr = current->state.fpcr;
    vector->fpsr = current->state.fpsr;
}

static void on_signal(int number, void *info, struct ucontext *context) {
    (void) info;
    if (result) {
        u64 tpidr;
        __asm__ volatile("mrs %0, tpidr_el0" : "=r"(tpidr));
        u64 pc = context->uc_mcontext.pc;
        result->signal = number == SIGTRAP && pc == current->address + 4UL * current->exit ? 0 : number;
        result->pc = pc;
        for (int i = 0; i < 31; i++) {
            result->state.x[i] = context->uc_mcontext.regs[i];
        }
        result->state.sp = context->uc_mcontext.sp;
        result->state.pstate = context->uc_mcontext.pstate & PSTATE_MASK;
        result->state.tpidr_el0 = tpidr;
        struct fpsimd_context *vector = vectors(context);
        copy(result->state.v, vector->vregs, sizeof result->state.v);
        result->state.fpcr = vector->fpcr;
        result->state.fpsr = vector->fpsr;
        copy(result->state.memory, (void *) WINDOW_ADDRESS, WINDOW_LENGTH);
        result++;
        remaining--;
        current = next(current);
    } else {
        result = (struct result *) results;
    }
    start(context);
}

/* The kernel's struct sigaction, which has no restorer on this architecture. */
struct kernel_sigaction {
    void (*handler)(int, void *, struct ucontext *);
    u64 flags, restorer, mask;
};

static void catch(int number) {
    struct kernel_sigaction action = {on_signal, SA_SIGINFO | SA_ONSTACK, 0, 0};
    if (system_call(__NR_rt_sigaction, number, (u64) &action, 0, 8, 0, 0)) {
        finish(5);
    }
}

void __attribute__((noreturn)) run(void) {
    u64 capacity = 0x10000000, length = 0;
    char *input = map(0, capacity, 3);
    for (;;) {
        u64 n = system_call(__NR_read, 0, (u64) input + length, capacity - length, 0, 0, 0);
        if (n > -4096UL || length == capacity) {
            finish(6);
        }
        if (n == 0) {
            break;
        }
        length += n;
    }
    if (length < 16 || *(u64 *) input != MAGIC) {
        finish(7);
    }
    remaining = ((u64 *) input)[1];
    map(MEMORY_ADDRESS, MEMORY_LENGTH, 3);
    map(CODE_ADDRESS, CODE_LENGTH, 7);
    struct block *block = current = (struct block *) (input + 16);
    for (u64 i = 0; i < remaining; i++, block = next(block)) {
        for (u32 w = 0; w < block->words; w++) {
            ((u32 *) block->address)[w] = block->code[w];
        }
        synchronise(block->address, block->address + 4UL * block->words);
    }
    results_length = remaining * sizeof(struct result);
    results = map(0, results_length + 16, 3);
    /* Far above what 32-bit arithmetic gives: a block's SP inside it would be taken for a nested signal's. */
    u64 stack_length = 0x10000;
    stack_t stack = {map(0, stack_length, 3), 0, stack_length};
    if (system_call(__NR_sigaltstack, (u64) &stack, 0, 0, 0, 0, 0)) {
        finish(8);
    }
    catch(SIGTRAP);
    catch(SIGILL);
    catch(SIGSEGV);
    catch(SIGBUS);
    catch(SIGFPE);
    catch(SIGSYS);
    __asm__ volatile("brk #0");
    finish(9);
}

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tb run\n");
