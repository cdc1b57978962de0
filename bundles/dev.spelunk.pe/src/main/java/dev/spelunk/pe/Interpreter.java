// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;

import dev.spelunk.a64.integer.Alu;
import dev.spelunk.a64.integer.DataProcessingImmediate;
import dev.spelunk.a64.integer.DataProcessingRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * Executes linked blocks of decoded operations. What is frequent and cannot fault is done here; every other
 * operation, and an access that misses the software TLB, leaves the switch for {@link Instructions}.
 *
 * <p>The loop keeps few values in local variables, and each operation loads its operands itself: values
 * that several operations share are computed before every dispatch, and spill registers.
 *
 * <p>C2 inlines until a method has 8000 bytecodes. What the loop has fewer, because a rare kind is one of {@link DataOperations}
 * or {@link MemoryOperations}, is there for the accessors of memory at the frequent ones.
 */
final class Interpreter {
    private static final long LOW = 0xFFFFFFFFL;

    private final Processor p;
    private final PeState pe;
    private final BlockCache cache;
    private final VectorOperations vectors;
    private final MemoryOperations memory;
    private final Block[] byPc;
    private final byte[] ram;
    private long[] reads;
    private long[] writes;
    /** Context of fetches that linked blocks must have. */
    private int fetches;
    /** Operations that may be executed after the current block. */
    private int rest;
    /** Value of {@code pe.executed} at which to stop. */
    private long end;

    /** The translated regions; null for the interpreter alone. */
    Regions regions;

    /** The block and index where the last run stopped. */
    Block resume = Block.UNKNOWN;

    int resumeIndex;

    Interpreter(Processor p, BlockCache cache) {
        this.p = p;
        this.pe = p.pe;
        this.cache = cache;
        vectors = new VectorOperations(p);
        memory = new MemoryOperations(p);
        byPc = cache.byPc;
        ram = p.context.memory.ram;
    }

    /**
     * Executes from operation i of a block. On return, and on an exception, pc, flags and count are exact.
     *
     * @param block to begin with
     * @param i index of the first operation
     * @param budget operations to execute; when the block has more, an {@link Kinds#EXIT} is in it
     */
    void execute(Block block, int i, int budget) {
        end = pe.executed + budget;
        rest = budget - (block.count - i);
        reads = p.tlb.read[p.data.set];
        writes = p.tlb.write[p.data.set];
        fetches = p.tlb.context[p.tlb.fetchSet()];
        vectors.update();
        loop(block, i, pe.x);
    }

    private void loop(Block block, int i, long[] x) {
        byte[] kinds = block.kinds;
        long[] ops = block.ops;
        int nzcv = pe.nzcv;
        while (true) {
            int kind = kinds[i++];
            long op;
            slow:
            {
                Block next;
                boolean taken;
                long a;
                indirect:
                {
                    link:
                    {
                        long b;
                        long r;
                        int u;
                        int q;
                        int s;
                        int slot;
                        int at;
                        long[] t;
                        switch (kind) {
                            case NOP:
                                continue;
                            case REGION:
                                s = region(block, nzcv);
                                if (s < 0) {
                                    kinds = block.plain;
                                    i = 0;
                                    continue;
                                }
                                if (s == RegionCode.ENDED) {
                                    return;
                                }
                                nzcv = regions.frame.nzcv;
                                block = regions.left();
                                if (s == RegionCode.INSIDE) {
                                    kinds = block.plain;
                                    ops = block.ops;
                                    i = regions.frame.op;
                                    continue;
                                }
                                a = regions.frame.pc;
                                next = byPc[BlockCache.way(a)];
                                break indirect;
                            case DP_IMMEDIATE:
                                op = ops[i - 1];
                                s = DataProcessingImmediate.execute(x, (int) (op >>> 16), nzcv, 0);
                                if (s < 0) {
                                    break slow;
                                }
                                nzcv = s;
                                continue;
                            case DP_REGISTER:
                                op = ops[i - 1];
                                s = DataProcessingRegister.execute(x, (int) (op >>> 16), nzcv, p.features);
                                if (s < 0) {
                                    break slow;
                                }
                                nzcv = s;
                                continue;
                            case MOVI:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = (int) (op >>> 16);
                                continue;
                            case MOVI_POOL:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = ops[(int) (op >>> 16)];
                                continue;
                            case MOVK:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) (op >>> 56)] & ~(0xFFFFL << (int) (op >>> 8))
                                        | (op >>> 16 & 0xFFFF) << (int) (op >>> 8);
                                continue;
                            case MOV_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F];
                                continue;
                            case MOV_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] & LOW;
                                continue;
                            case ADDI_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] + (int) (op >>> 16);
                                continue;
                            case ADDI_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] + (int) (op >>> 16) & LOW;
                                continue;
                            case SUBSI_X:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F];
                                b = (int) (op >>> 16);
                                r = a - b;
                                x[(int) (op >>> 56)] = r;
                                nzcv = Alu.subFlags(a, b, r);
                                continue;
                            case SUBSI_W:
                                op = ops[i - 1];
                                u = (int) x[(int) op & 0x3F];
                                q = (int) (op >>> 16);
                                s = u - q;
                                x[(int) (op >>> 56)] = s & LOW;
                                nzcv = Alu.subFlags(u, q, s);
                                continue;
                            case ADD_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] + x[(int) op >>> 8 & 0x3F];
                                continue;
                            case ADD_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = (x[(int) op & 0x3F] + x[(int) op >>> 8 & 0x3F]) & LOW;
                                continue;
                            case SUB_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] - x[(int) op >>> 8 & 0x3F];
                                continue;
                            case SUB_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = (x[(int) op & 0x3F] - x[(int) op >>> 8 & 0x3F]) & LOW;
                                continue;
                            case SUBS_X:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F];
                                b = x[(int) op >>> 8 & 0x3F];
                                r = a - b;
                                x[(int) (op >>> 56)] = r;
                                nzcv = Alu.subFlags(a, b, r);
                                continue;
                            case SUBS_W:
                                op = ops[i - 1];
                                u = (int) x[(int) op & 0x3F];
                                q = (int) x[(int) op >>> 8 & 0x3F];
                                s = u - q;
                                x[(int) (op >>> 56)] = s & LOW;
                                nzcv = Alu.subFlags(u, q, s);
                                continue;
                            case ADD_LSL_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] =
                                        x[(int) op & 0x3F] + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16));
                                continue;
                            case AND_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] & x[(int) op >>> 8 & 0x3F];
                                continue;
                            case ORR_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] | x[(int) op >>> 8 & 0x3F];
                                continue;
                            case EOR_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] ^ x[(int) op >>> 8 & 0x3F];
                                continue;
                            case AND_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] & x[(int) op >>> 8 & 0x3F] & LOW;
                                continue;
                            case ORR_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = (x[(int) op & 0x3F] | x[(int) op >>> 8 & 0x3F]) & LOW;
                                continue;
                            case EOR_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = (x[(int) op & 0x3F] ^ x[(int) op >>> 8 & 0x3F]) & LOW;
                                continue;
                            case EOR_LSL_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] =
                                        x[(int) op & 0x3F] ^ x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16);
                                continue;
                            case EOR_LSR_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] =
                                        x[(int) op & 0x3F] ^ x[(int) op >>> 8 & 0x3F] >>> (int) (op >>> 16);
                                continue;
                            case ANDI:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] & (int) (op >>> 16);
                                continue;
                            case ANDI_POOL:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] & ops[(int) (op >>> 16)];
                                continue;
                            case ANDSI_X:
                                op = ops[i - 1];
                                r = x[(int) op & 0x3F] & ops[(int) (op >>> 16)];
                                x[(int) (op >>> 56)] = r;
                                nzcv = Alu.logicalFlags(r);
                                continue;
                            case ANDSI_W:
                                op = ops[i - 1];
                                s = (int) (x[(int) op & 0x3F] & ops[(int) (op >>> 16)]);
                                x[(int) (op >>> 56)] = s & LOW;
                                nzcv = Alu.logicalFlags(s);
                                continue;
                            case LSLI_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] << (int) (op >>> 16);
                                continue;
                            case LSRI_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] >>> (int) (op >>> 16);
                                continue;
                            case UBFX:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] =
                                        x[(int) op & 0x3F] >>> (int) (op >>> 8) & -1L >>> (int) (op >>> 16);
                                continue;
                            case SBF_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = x[(int) op & 0x3F] << (int) (op >>> 8) >> (int) (op >>> 16);
                                continue;
                            case MADD_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] =
                                        x[(int) (op >>> 16)] + x[(int) op & 0x3F] * x[(int) op >>> 8 & 0x3F];
                                continue;
                            case MADD_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] =
                                        (x[(int) (op >>> 16)] + x[(int) op & 0x3F] * x[(int) op >>> 8 & 0x3F]) & LOW;
                                continue;
                            case CSEL_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = ((int) (op >>> 16) >>> nzcv & 1) != 0
                                        ? x[(int) op & 0x3F]
                                        : x[(int) op >>> 8 & 0x3F];
                                continue;
                            case CSINC_X:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = ((int) (op >>> 16) >>> nzcv & 1) != 0
                                        ? x[(int) op & 0x3F]
                                        : x[(int) op >>> 8 & 0x3F] + 1;
                                continue;
                            case CSINC_W:
                                op = ops[i - 1];
                                x[(int) (op >>> 56)] = (((int) (op >>> 16) >>> nzcv & 1) != 0
                                                ? x[(int) op & 0x3F]
                                                : x[(int) op >>> 8 & 0x3F] + 1)
                                        & LOW;
                                continue;
                            case LDR_X:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (int) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get64(ram, (int) (a + t[slot + 1]));
                                continue;
                            case LDR_W:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (int) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get32(ram, (int) (a + t[slot + 1])) & LOW;
                                continue;
                            case LDR_B:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (int) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get8(ram, (int) (a + t[slot + 1]));
                                continue;
                            case STR_X:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (int) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                PhysicalMemory.put64(ram, (int) (a + t[slot + 1]), x[(int) (op >>> 56)]);
                                continue;
                            case STR_W:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (int) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                PhysicalMemory.put32(ram, (int) (a + t[slot + 1]), (int) x[(int) (op >>> 56)]);
                                continue;
                            case STR_B:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (int) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                PhysicalMemory.put8(ram, (int) (a + t[slot + 1]), (int) x[(int) (op >>> 56)]);
                                continue;
                            case LDR_X_REG:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F]
                                        + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16) >> (int) (op >>> 24)
                                                & -1L >>> (int) (op >>> 32));
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 7 & SoftwareTlb.PAGE_MASK)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get64(ram, (int) (a + t[slot + 1]));
                                continue;
                            case LDR_W_REG:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F]
                                        + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16) >> (int) (op >>> 24)
                                                & -1L >>> (int) (op >>> 32));
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 3 & SoftwareTlb.PAGE_MASK)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get32(ram, (int) (a + t[slot + 1])) & LOW;
                                continue;
                            case LDR_B_REG:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F]
                                        + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16) >> (int) (op >>> 24)
                                                & -1L >>> (int) (op >>> 32));
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 0 & SoftwareTlb.PAGE_MASK)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get8(ram, (int) (a + t[slot + 1]));
                                continue;
                            case STR_X_REG:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F]
                                        + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16) >> (int) (op >>> 24)
                                                & -1L >>> (int) (op >>> 32));
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 7 & SoftwareTlb.PAGE_MASK)) {
                                    break slow;
                                }
                                PhysicalMemory.put64(ram, (int) (a + t[slot + 1]), x[(int) (op >>> 56)]);
                                continue;
                            case STR_W_REG:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F]
                                        + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16) >> (int) (op >>> 24)
                                                & -1L >>> (int) (op >>> 32));
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 3 & SoftwareTlb.PAGE_MASK)) {
                                    break slow;
                                }
                                PhysicalMemory.put32(ram, (int) (a + t[slot + 1]), (int) x[(int) (op >>> 56)]);
                                continue;
                            case LDR_X_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get64(ram, (int) (a + t[slot + 1]));
                                x[(int) op & 0x3F] = b + (short) (op >>> 32);
                                continue;
                            case LDR_W_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get32(ram, (int) (a + t[slot + 1])) & LOW;
                                x[(int) op & 0x3F] = b + (short) (op >>> 32);
                                continue;
                            case LDR_B_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                x[(int) (op >>> 56)] = PhysicalMemory.get8(ram, (int) (a + t[slot + 1]));
                                x[(int) op & 0x3F] = b + (short) (op >>> 32);
                                continue;
                            case STR_X_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                PhysicalMemory.put64(ram, (int) (a + t[slot + 1]), x[(int) (op >>> 56)]);
                                x[(int) op & 0x3F] = b + (short) (op >>> 32);
                                continue;
                            case STR_W_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & op >>> 8 & 15)) {
                                    break slow;
                                }
                                PhysicalMemory.put32(ram, (int) (a + t[slot + 1]), (int) x[(int) (op >>> 56)]);
                                x[(int) op & 0x3F] = b + (short) (op >>> 32);
                                continue;
                            case LDP_X:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 44 & 15)) {
                                    break slow;
                                }
                                at = (int) (a + t[slot + 1]);
                                x[(int) (op >>> 56)] = PhysicalMemory.get64(ram, at);
                                x[(int) op >>> 8 & 0x3F] = PhysicalMemory.get64(ram, at + 8);
                                continue;
                            case STP_X:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 44 & 15)) {
                                    break slow;
                                }
                                at = (int) (a + t[slot + 1]);
                                PhysicalMemory.put64(ram, at, x[(int) (op >>> 56)]);
                                PhysicalMemory.put64(ram, at + 8, x[(int) op >>> 8 & 0x3F]);
                                continue;
                            case LDP_X_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = reads;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 44 & 15)) {
                                    break slow;
                                }
                                at = (int) (a + t[slot + 1]);
                                x[(int) (op >>> 56)] = PhysicalMemory.get64(ram, at);
                                x[(int) op >>> 8 & 0x3F] = PhysicalMemory.get64(ram, at + 8);
                                x[(int) op & 0x3F] = b + (op << 20 >> 52);
                                continue;
                            case STP_X_WB:
                                op = ops[i - 1];
                                b = x[(int) op & 0x3F];
                                a = b + (short) (op >>> 16);
                                t = writes;
                                slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                                if (t[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 44 & 15)) {
                                    break slow;
                                }
                                at = (int) (a + t[slot + 1]);
                                PhysicalMemory.put64(ram, at, x[(int) (op >>> 56)]);
                                PhysicalMemory.put64(ram, at + 8, x[(int) op >>> 8 & 0x3F]);
                                x[(int) op & 0x3F] = b + (op << 20 >> 52);
                                continue;
                            case B:
                                taken = true;
                                break link;
                            case BL:
                                x[30] = block.nextPc;
                                taken = true;
                                break link;
                            case B_COND:
                                op = ops[i - 1];
                                taken = ((int) (op >>> 16) >>> nzcv & 1) != 0;
                                break link;
                            case CBZ_X:
                                op = ops[i - 1];
                                taken = x[(int) op & 0x3F] == 0;
                                break link;
                            case CBZ_W:
                                op = ops[i - 1];
                                taken = (int) x[(int) op & 0x3F] == 0;
                                break link;
                            case CBNZ_X:
                                op = ops[i - 1];
                                taken = x[(int) op & 0x3F] != 0;
                                break link;
                            case CBNZ_W:
                                op = ops[i - 1];
                                taken = (int) x[(int) op & 0x3F] != 0;
                                break link;
                            case TBZ:
                                op = ops[i - 1];
                                taken = (x[(int) op & 0x3F] >>> (int) (op >>> 8) & 1) == 0;
                                break link;
                            case TBNZ:
                                op = ops[i - 1];
                                taken = (x[(int) op & 0x3F] >>> (int) (op >>> 8) & 1) != 0;
                                break link;
                            case BLR:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F];
                                x[30] = block.nextPc;
                                next = byPc[BlockCache.way(a)];
                                break indirect;
                            case BR:
                                op = ops[i - 1];
                                a = x[(int) op & 0x3F];
                                next = byPc[BlockCache.way(a)];
                                break indirect;
                            case FALL:
                                taken = false;
                                break link;
                            default:
                                if (kind < DATA) {
                                    if (kind < 0 && memory.execute(kind, ops[i - 1], reads, writes)) {
                                        continue;
                                    }
                                    break slow;
                                }
                                if (kind < VECTOR) {
                                    nzcv = DataOperations.execute(kind, ops[i - 1], x, ops, nzcv);
                                    continue;
                                }
                                s = vectors.execute(kind, ops[i - 1], nzcv, reads, writes);
                                if (s < 0) {
                                    break slow;
                                }
                                nzcv = s;
                                continue;
                        }
                    }
                    next = taken ? block.taken : block.next;
                    if (next.context != fetches) {
                        next = resolve(block, taken);
                        if (next == null) {
                            pe.nzcv = nzcv;
                            return;
                        }
                    }
                    int left = rest - next.count;
                    if (left < 0) {
                        stop(next.pc, nzcv);
                        return;
                    }
                    rest = left;
                    block = next;
                    kinds = next.kinds;
                    ops = next.ops;
                    i = 0;
                    continue;
                }
                if (next.pc != a || next.context != fetches || next.guarded) {
                    next = cache.target(block, a);
                    if (next == null) {
                        stopAfter(block, a, nzcv);
                        return;
                    }
                }
                int left = rest - next.count;
                if (left < 0) {
                    stopAfter(block, a, nzcv);
                    return;
                }
                rest = left;
                block = next;
                kinds = next.kinds;
                ops = next.ops;
                i = 0;
                continue;
            }
            if (slow(block, i - 1, nzcv)) {
                return;
            }
            nzcv = pe.nzcv;
        }
    }

    /** Operations that the last run had left after its last block. */
    int rest() {
        return rest;
    }

    /** Executes the region that begins with a block. @return as {@link RegionCode#run}; -1, nothing done, when it must not be entered */
    private int region(Block block, int nzcv) {
        Region region = block.region;
        if (rest < 0
                || pe.pmu.counted != 0
                || region.context != fetches && !regions.holds(region, fetches)
                || region.vectors && !vectors.enabled()) {
            return -1;
        }
        int s = regions.run(block, reads, writes, rest, nzcv);
        rest = regions.frame.rest;
        return s;
    }

    /** For a region: executes operation i of a block by its word. @return as {@link RegionFrame#slow} */
    int slowInRegion(Region region, Block block, int i, int restAfter, int nzcv) {
        rest = restAfter;
        if (slow(block, i, nzcv)) {
            return RegionCode.ENDED;
        }
        return fetches == region.context ? 0 : RegionCode.INSIDE;
    }

    /** The block that follows a direct branch, now linked; null, with pc set, when fetching it needs a translation. */
    private Block resolve(Block block, boolean taken) {
        long pc = taken ? block.takenPc : block.nextPc;
        Block next = cache.find(pc);
        if (next == null) {
            pe.pc = pc;
            pe.executed = end - rest;
        } else if (taken) {
            block.taken = next;
        } else {
            block.next = next;
        }
        return next;
    }

    /** Ends a run between two blocks. */
    private void stop(long pc, int nzcv) {
        pe.pc = pc;
        pe.nzcv = nzcv;
        pe.executed = end - rest;
    }

    /** Ends a run after the indirect branch of a block. */
    private void stopAfter(Block block, long pc, int nzcv) {
        pe.btype = cache.branchType(block);
        stop(pc, nzcv);
    }

    /** Executes operation i of the block by its word. @return whether the run ends here */
    private boolean slow(Block block, int i, int nzcv) {
        pe.pc = block.pc + 4L * i;
        pe.executed = end - rest - (block.count - i);
        pe.nzcv = nzcv;
        if (block.kinds[i] == EXIT) {
            resume = block;
            resumeIndex = i;
            return true;
        }
        int outcome = Instructions.execute(p, block.words[i]);
        if (outcome == Processor.LEAVE) {
            pe.btype |= cache.branchType(block, i);
            pe.executed++;
            return true;
        }
        if (pe.changed != 0) {
            pe.executed++;
            pe.pc += 4;
            resume = block;
            resumeIndex = i + 1;
            return true;
        }
        fetches = p.tlb.context[p.tlb.fetchSet()];
        vectors.update();
        return false;
    }
}
