// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * Executes linked blocks of decoded operations. What is frequent and cannot fault is done here; every other
 * operation, and an access that misses the software TLB, leaves the switch for {@link Instructions}.
 */
final class Interpreter {
    private static final long LOW = 0xFFFFFFFFL;

    private final Processor p;
    private final BlockCache cache;

    /** The block and index where the last run stopped. */
    Block resume = Block.UNKNOWN;
    int resumeIndex;

    Interpreter(Processor p, BlockCache cache) {
        this.p = p;
        this.cache = cache;
    }

    /**
     * Executes from operation i of a block. On return, and on an exception, pc, flags and count are exact.
     *
     * @param block to begin with
     * @param i index of the first operation
     * @param rest operations that may be executed after this block; negative when an {@link Kinds#EXIT} is in it
     * @param end value of {@code pe.executed} at which to stop
     */
    void execute(Block block, int i, int rest, long end) {
        final PeState pe = p.pe;
        final long[] x = pe.x;
        final byte[] ram = p.context.memory.ram;
        final long[] reads = p.tlb.read[p.data.set];
        final long[] writes = p.tlb.write[p.data.set];
        final Block[] byPc = cache.byPc;
        final int features = p.features;
        final int fetchSet = p.tlb.fetchSet();
        int fetches = p.tlb.context[fetchSet];
        long[] ops = block.ops;
        int nzcv = pe.nzcv;
        while (true) {
            long op = ops[i++];
            slow: {
                Block next;
                boolean taken;
                long a;
                indirect: {
                    link: {
                        long b;
                        long r;
                        int u;
                        int q;
                        int s;
                        int slot;
                        int at;
                        int result;
                        int d = (int) op >>> 8 & 0x3F;
                        int n = (int) op >>> 16 & 0x3F;
                        int m = (int) op >>> 24;
                        switch ((int) op & 0xFF) {
                        case NOP:
                            continue;
                        case DP_IMMEDIATE:
                            result = DataProcessingImmediate.execute(x, (int) (op >>> 32), nzcv, block.pc + 4L * (i - 1));
                            if (result < 0) {
                                break slow;
                            }
                            nzcv = result;
                            continue;
                        case DP_REGISTER:
                            result = DataProcessingRegister.execute(x, (int) (op >>> 32), nzcv, features);
                            if (result < 0) {
                                break slow;
                            }
                            nzcv = result;
                            continue;
                        case MOVI:
                            x[d] = op >> 32;
                            continue;
                        case MOVI_POOL:
                            x[d] = ops[(int) (op >>> 32)];
                            continue;
                        case MOVK:
                            x[d] = x[d] & ~(0xFFFFL << m) | (op >>> 32) << m;
                            continue;
                        case MOV_X:
                            x[d] = x[n];
                            continue;
                        case MOV_W:
                            x[d] = x[n] & LOW;
                            continue;
                        case ADDI_X:
                            x[d] = x[n] + (op >> 32);
                            continue;
                        case ADDI_W:
                            x[d] = x[n] + (op >> 32) & LOW;
                            continue;
                        case ADDSI_X:
                            a = x[n];
                            b = op >> 32;
                            r = a + b;
                            x[d] = r;
                            nzcv = Alu.addFlags(a, b, r);
                            continue;
                        case ADDSI_W:
                            u = (int) x[n];
                            q = (int) (op >> 32);
                            s = u + q;
                            x[d] = s & LOW;
                            nzcv = Alu.addFlags(u, q, s);
                            continue;
                        case SUBSI_X:
                            a = x[n];
                            b = op >> 32;
                            r = a - b;
                            x[d] = r;
                            nzcv = Alu.subFlags(a, b, r);
                            continue;
                        case SUBSI_W:
                            u = (int) x[n];
                            q = (int) (op >> 32);
                            s = u - q;
                            x[d] = s & LOW;
                            nzcv = Alu.subFlags(u, q, s);
                            continue;
                        case ADD_X:
                            x[d] = x[n] + x[m];
                            continue;
                        case ADD_W:
                            x[d] = (x[n] + x[m]) & LOW;
                            continue;
                        case ADDS_X:
                            a = x[n];
                            b = x[m];
                            r = a + b;
                            x[d] = r;
                            nzcv = Alu.addFlags(a, b, r);
                            continue;
                        case ADDS_W:
                            u = (int) x[n];
                            q = (int) x[m];
                            s = u + q;
                            x[d] = s & LOW;
                            nzcv = Alu.addFlags(u, q, s);
                            continue;
                        case SUB_X:
                            x[d] = x[n] - x[m];
                            continue;
                        case SUB_W:
                            x[d] = (x[n] - x[m]) & LOW;
                            continue;
                        case SUBS_X:
                            a = x[n];
                            b = x[m];
                            r = a - b;
                            x[d] = r;
                            nzcv = Alu.subFlags(a, b, r);
                            continue;
                        case SUBS_W:
                            u = (int) x[n];
                            q = (int) x[m];
                            s = u - q;
                            x[d] = s & LOW;
                            nzcv = Alu.subFlags(u, q, s);
                            continue;
                        case ADD_LSL_X:
                            x[d] = x[n] + (x[m] << (int) (op >>> 32));
                            continue;
                        case ADD_LSL_W:
                            x[d] = (x[n] + (x[m] << (int) (op >>> 32))) & LOW;
                            continue;
                        case SUB_LSL_X:
                            x[d] = x[n] - (x[m] << (int) (op >>> 32));
                            continue;
                        case ADD_SXTW:
                            x[d] = x[n] + ((long) (int) x[m] << (int) (op >>> 32));
                            continue;
                        case ADD_UXTW:
                            x[d] = x[n] + ((x[m] & LOW) << (int) (op >>> 32));
                            continue;
                        case AND_X:
                            x[d] = x[n] & x[m];
                            continue;
                        case ORR_X:
                            x[d] = x[n] | x[m];
                            continue;
                        case EOR_X:
                            x[d] = x[n] ^ x[m];
                            continue;
                        case BIC_X:
                            x[d] = x[n] & ~x[m];
                            continue;
                        case ANDS_X:
                            r = x[n] & x[m];
                            x[d] = r;
                            nzcv = Alu.logicalFlags(r);
                            continue;
                        case AND_W:
                            x[d] = x[n] & x[m] & LOW;
                            continue;
                        case ORR_W:
                            x[d] = (x[n] | x[m]) & LOW;
                            continue;
                        case EOR_W:
                            x[d] = (x[n] ^ x[m]) & LOW;
                            continue;
                        case ANDS_W:
                            s = (int) (x[n] & x[m]);
                            x[d] = s & LOW;
                            nzcv = Alu.logicalFlags(s);
                            continue;
                        case ORR_LSL_X:
                            x[d] = x[n] | x[m] << (int) (op >>> 32);
                            continue;
                        case EOR_LSL_X:
                            x[d] = x[n] ^ x[m] << (int) (op >>> 32);
                            continue;
                        case EOR_LSR_X:
                            x[d] = x[n] ^ x[m] >>> (int) (op >>> 32);
                            continue;
                        case ANDI:
                            x[d] = x[n] & op >> 32;
                            continue;
                        case ANDI_POOL:
                            x[d] = x[n] & ops[(int) (op >>> 32)];
                            continue;
                        case ORRI_POOL:
                            x[d] = x[n] | ops[(int) (op >>> 32)];
                            continue;
                        case EORI_POOL:
                            x[d] = x[n] ^ ops[(int) (op >>> 32)];
                            continue;
                        case ANDSI_X:
                            r = x[n] & ops[(int) (op >>> 32)];
                            x[d] = r;
                            nzcv = Alu.logicalFlags(r);
                            continue;
                        case ANDSI_W:
                            s = (int) (x[n] & ops[(int) (op >>> 32)]);
                            x[d] = s & LOW;
                            nzcv = Alu.logicalFlags(s);
                            continue;
                        case LSLI_X:
                            x[d] = x[n] << (int) (op >>> 32);
                            continue;
                        case LSRI_X:
                            x[d] = x[n] >>> (int) (op >>> 32);
                            continue;
                        case UBFX:
                            x[d] = x[n] >>> m & -1L >>> (int) (op >>> 32);
                            continue;
                        case UBFIZ:
                            x[d] = (x[n] & -1L >>> (int) (op >>> 32)) << m;
                            continue;
                        case SBF_X:
                            x[d] = x[n] << m >> (int) (op >>> 32);
                            continue;
                        case SBF_W:
                            x[d] = ((int) x[n] << m >> (int) (op >>> 32)) & LOW;
                            continue;
                        case LSLV_X:
                            x[d] = x[n] << (int) x[m];
                            continue;
                        case LSRV_X:
                            x[d] = x[n] >>> (int) x[m];
                            continue;
                        case ASRV_X:
                            x[d] = x[n] >> (int) x[m];
                            continue;
                        case LSLV_W:
                            x[d] = ((int) x[n] << (int) x[m]) & LOW;
                            continue;
                        case LSRV_W:
                            x[d] = ((int) x[n] >>> (int) x[m]) & LOW;
                            continue;
                        case ASRV_W:
                            x[d] = ((int) x[n] >> (int) x[m]) & LOW;
                            continue;
                        case MADD_X:
                            x[d] = x[(int) (op >>> 32)] + x[n] * x[m];
                            continue;
                        case MADD_W:
                            x[d] = (x[(int) (op >>> 32)] + x[n] * x[m]) & LOW;
                            continue;
                        case MSUB_X:
                            x[d] = x[(int) (op >>> 32)] - x[n] * x[m];
                            continue;
                        case MSUB_W:
                            x[d] = (x[(int) (op >>> 32)] - x[n] * x[m]) & LOW;
                            continue;
                        case SMADDL:
                            x[d] = x[(int) (op >>> 32)] + (long) (int) x[n] * (int) x[m];
                            continue;
                        case UMADDL:
                            x[d] = x[(int) (op >>> 32)] + (x[n] & LOW) * (x[m] & LOW);
                            continue;
                        case CSEL_X:
                            x[d] = ((int) (op >>> 32) >>> nzcv & 1) != 0 ? x[n] : x[m];
                            continue;
                        case CSEL_W:
                            x[d] = (((int) (op >>> 32) >>> nzcv & 1) != 0 ? x[n] : x[m]) & LOW;
                            continue;
                        case CSINC_X:
                            x[d] = ((int) (op >>> 32) >>> nzcv & 1) != 0 ? x[n] : x[m] + 1;
                            continue;
                        case CSINC_W:
                            x[d] = (((int) (op >>> 32) >>> nzcv & 1) != 0 ? x[n] : x[m] + 1) & LOW;
                            continue;
                        case CCMP_X:
                            a = x[n];
                            b = x[m];
                            nzcv = ((int) (op >>> 32) >>> nzcv & 1) != 0 ? Alu.subFlags(a, b, a - b) : (int) (op >>> 48);
                            continue;
                        case CCMP_W:
                            u = (int) x[n];
                            q = (int) x[m];
                            nzcv = ((int) (op >>> 32) >>> nzcv & 1) != 0 ? Alu.subFlags(u, q, u - q) : (int) (op >>> 48);
                            continue;
                        case CCMPI_X:
                            a = x[n];
                            b = m;
                            nzcv = ((int) (op >>> 32) >>> nzcv & 1) != 0 ? Alu.subFlags(a, b, a - b) : (int) (op >>> 48);
                            continue;
                        case CCMPI_W:
                            u = (int) x[n];
                            q = m;
                            nzcv = ((int) (op >>> 32) >>> nzcv & 1) != 0 ? Alu.subFlags(u, q, u - q) : (int) (op >>> 48);
                            continue;
                        case LDR_X:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get64(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDR_W:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get32(ram, (int) (a + reads[slot + 1])) & LOW;
                            continue;
                        case LDR_H:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 1 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get16(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDR_B:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get8(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDRSW:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get32(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDRSH_X:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 1 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = (short) PhysicalMemory.get16(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDRSB_X:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = (byte) PhysicalMemory.get8(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDRSH_W:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 1 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = (short) PhysicalMemory.get16(ram, (int) (a + reads[slot + 1])) & LOW;
                            continue;
                        case LDRSB_W:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = (byte) PhysicalMemory.get8(ram, (int) (a + reads[slot + 1])) & LOW;
                            continue;
                        case STR_X:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put64(ram, (int) (a + writes[slot + 1]), x[d]);
                            continue;
                        case STR_W:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put32(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            continue;
                        case STR_H:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 1 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put16(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            continue;
                        case STR_B:
                            b = x[n];
                            a = b + (op >> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put8(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            continue;
                        case LDR_X_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 7 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get64(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDR_W_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 3 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get32(ram, (int) (a + reads[slot + 1])) & LOW;
                            continue;
                        case LDR_H_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 1 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get16(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDR_B_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 0 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get8(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case LDRSW_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 3 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get32(ram, (int) (a + reads[slot + 1]));
                            continue;
                        case STR_X_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 7 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            PhysicalMemory.put64(ram, (int) (a + writes[slot + 1]), x[d]);
                            continue;
                        case STR_W_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 3 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            PhysicalMemory.put32(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            continue;
                        case STR_B_REG:
                            a = x[n] + (x[m] << (int) (op >>> 32) >> (int) (op >>> 40) & -1L >>> (int) (op >>> 48));
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 0 & SoftwareTlb.PAGE_MASK)) {
                                break slow;
                            }
                            PhysicalMemory.put8(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            continue;
                        case LDR_X_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get64(ram, (int) (a + reads[slot + 1]));
                            x[n] = b + (op >> 48);
                            continue;
                        case LDR_W_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get32(ram, (int) (a + reads[slot + 1])) & LOW;
                            x[n] = b + (op >> 48);
                            continue;
                        case LDR_B_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            x[d] = PhysicalMemory.get8(ram, (int) (a + reads[slot + 1]));
                            x[n] = b + (op >> 48);
                            continue;
                        case STR_X_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put64(ram, (int) (a + writes[slot + 1]), x[d]);
                            x[n] = b + (op >> 48);
                            continue;
                        case STR_W_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 3 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put32(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            x[n] = b + (op >> 48);
                            continue;
                        case STR_B_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 0 & SoftwareTlb.PAGE_MASK | b & m)) {
                                break slow;
                            }
                            PhysicalMemory.put8(ram, (int) (a + writes[slot + 1]), (int) x[d]);
                            x[n] = b + (op >> 48);
                            continue;
                        case LDP_X:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 60)) {
                                break slow;
                            }
                            at = (int) (a + reads[slot + 1]);
                            x[d] = PhysicalMemory.get64(ram, at);
                            x[m] = PhysicalMemory.get64(ram, at + 8);
                            continue;
                        case LDP_W:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & op >>> 60)) {
                                break slow;
                            }
                            at = (int) (a + reads[slot + 1]);
                            x[d] = PhysicalMemory.get32(ram, at) & LOW;
                            x[m] = PhysicalMemory.get32(ram, at + 4) & LOW;
                            continue;
                        case STP_X:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 60)) {
                                break slow;
                            }
                            at = (int) (a + writes[slot + 1]);
                            PhysicalMemory.put64(ram, at, x[d]);
                            PhysicalMemory.put64(ram, at + 8, x[m]);
                            continue;
                        case STP_W:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 7 & SoftwareTlb.PAGE_MASK | b & op >>> 60)) {
                                break slow;
                            }
                            at = (int) (a + writes[slot + 1]);
                            PhysicalMemory.put32(ram, at, (int) x[d]);
                            PhysicalMemory.put32(ram, at + 4, (int) x[m]);
                            continue;
                        case LDP_X_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (reads[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 60)) {
                                break slow;
                            }
                            at = (int) (a + reads[slot + 1]);
                            x[d] = PhysicalMemory.get64(ram, at);
                            x[m] = PhysicalMemory.get64(ram, at + 8);
                            x[n] = b + (op << 4 >> 52);
                            continue;
                        case STP_X_WB:
                            b = x[n];
                            a = b + (short) (op >>> 32);
                            slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
                            if (writes[slot] != (a + 15 & SoftwareTlb.PAGE_MASK | b & op >>> 60)) {
                                break slow;
                            }
                            at = (int) (a + writes[slot + 1]);
                            PhysicalMemory.put64(ram, at, x[d]);
                            PhysicalMemory.put64(ram, at + 8, x[m]);
                            x[n] = b + (op << 4 >> 52);
                            continue;
                        case B:
                            taken = true;
                            break link;
                        case BL:
                            x[30] = block.nextPc;
                            taken = true;
                            break link;
                        case B_COND:
                            taken = ((int) (op >>> 32) >>> nzcv & 1) != 0;
                            break link;
                        case CBZ_X:
                            taken = x[n] == 0;
                            break link;
                        case CBZ_W:
                            taken = (int) x[n] == 0;
                            break link;
                        case CBNZ_X:
                            taken = x[n] != 0;
                            break link;
                        case CBNZ_W:
                            taken = (int) x[n] != 0;
                            break link;
                        case TBZ:
                            taken = (x[n] >>> m & 1) == 0;
                            break link;
                        case TBNZ:
                            taken = (x[n] >>> m & 1) != 0;
                            break link;
                        case BLR:
                            a = x[n];
                            x[30] = block.nextPc;
                            next = byPc[BlockCache.way(a)];
                            break indirect;
                        case BR:
                            a = x[n];
                            next = byPc[BlockCache.way(a)];
                            break indirect;
                        case FALL:
                            taken = false;
                            break link;
                        default:
                            break slow;
                        }
                    }
                    next = taken ? block.taken : block.next;
                    if (next.context != fetches) {
                        a = taken ? block.takenPc : block.nextPc;
                        next = cache.find(a);
                        if (next == null) {
                            stop(a, nzcv, end - rest);
                            return;
                        }
                        if (taken) {
                            block.taken = next;
                        } else {
                            block.next = next;
                        }
                    }
                    if (rest < next.count) {
                        stop(next.pc, nzcv, end - rest);
                        return;
                    }
                    rest -= next.count;
                    block = next;
                    ops = next.ops;
                    i = 0;
                    continue;
                }
                if (next.pc != a || next.context != fetches) {
                    next = cache.find(a);
                    if (next == null) {
                        stop(a, nzcv, end - rest);
                        return;
                    }
                }
                if (rest < next.count) {
                    stop(a, nzcv, end - rest);
                    return;
                }
                rest -= next.count;
                block = next;
                ops = next.ops;
                i = 0;
                continue;
            }
            pe.pc = block.pc + 4L * (i - 1);
            pe.executed = end - rest - (block.count - i + 1);
            pe.nzcv = nzcv;
            if (((int) op & 0xFF) == Kinds.EXIT) {
                resume = block;
                resumeIndex = i - 1;
                return;
            }
            int outcome = Instructions.execute(p, block.words[i - 1]);
            if (outcome == Processor.LEAVE) {
                pe.executed++;
                return;
            }
            if (pe.changed != 0) {
                pe.executed++;
                pe.pc += 4;
                resume = block;
                resumeIndex = i;
                return;
            }
            nzcv = pe.nzcv;
            fetches = p.tlb.context[fetchSet];
        }
    }

    private void stop(long pc, int nzcv, long executed) {
        PeState pe = p.pe;
        pe.pc = pc;
        pe.nzcv = nzcv;
        pe.executed = executed;
    }
}
