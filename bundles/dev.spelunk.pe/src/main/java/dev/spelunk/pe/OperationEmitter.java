// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;
import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.a64.fp.FrequentOperations;
import dev.spelunk.a64.integer.Alu;
import dev.spelunk.api.state.PeState;
import org.objectweb.asm.Label;

/**
 * Writes the operations of one block of a region. Each does what {@link Interpreter} and those that it calls do for its
 * kind; an access that misses the software TLB leaves the region before it. What has no kind is called by its word.
 */
final class OperationEmitter {
    /** Which registers a region reads and writes. */
    static final class Marks {
        final boolean[] used = new boolean[34];
        final boolean[] written = new boolean[34];
    }

    private static final String MEMORY_CLASS = "dev/spelunk/api/state/PhysicalMemory";
    private static final String INTEGER = "dev/spelunk/a64/integer/";
    private static final long LOW = 0xFFFFFFFFL;
    /** Every NZCV. */
    private static final int ALWAYS = 0xFFFF;

    private final RegionEmitter e;
    private final Block block;
    private final int number;
    private final int features;
    private int i;
    private long op;

    OperationEmitter(RegionEmitter emitter, Block block, int number, int features) {
        e = emitter;
        this.block = block;
        this.number = number;
        this.features = features;
    }

    private int d() {
        return (int) (op >>> 56);
    }

    private int n() {
        return (int) op & 0x3F;
    }

    private int m() {
        return (int) op >>> 8 & 0x3F;
    }

    private int immediate() {
        return (int) (op >>> 16);
    }

    private void insn(int opcode) {
        e.m.visitInsn(opcode);
    }

    private void low() {
        e.m.visitLdcInsn(LOW);
        insn(LAND);
    }

    private void signedWord() {
        insn(L2I);
        insn(I2L);
    }

    /** Emits operation i. @return false when nothing of the block follows it */
    boolean emit(int index) {
        i = index;
        op = block.ops[i];
        int kind = Decoder.kind(op);
        if (kind == SLOW) {
            return byWord();
        }
        if (kind >= B && kind < DATA) {
            branch(kind);
            return false;
        }
        if (kind >= MEMORY) {
            otherMemory(kind);
        } else if (kind >= VECTOR) {
            vector(kind);
        } else if (kind >= LDR_X && kind < B) {
            memory(kind);
        } else {
            data(kind);
        }
        return true;
    }

    // Data processing.

    private void data(int kind) {
        switch (kind) {
            case Kinds.NOP:
                return;
            case DP_IMMEDIATE:
            case DP_REGISTER:
                generic(kind == DP_REGISTER, immediate());
                return;
            case MOVI:
                e.push((long) immediate());
                break;
            case MOVI_POOL:
                e.push(block.ops[immediate()]);
                break;
            case MOVK:
                int at = (int) (op >>> 8) & 63;
                e.get(d());
                e.push(~(0xFFFFL << at));
                insn(LAND);
                e.push((op >>> 16 & 0xFFFF) << at);
                insn(LOR);
                break;
            case MOV_X:
                e.get(n());
                break;
            case MOV_W:
                e.get(n());
                low();
                break;
            case ADDI_X:
            case ADDI_W:
                e.get(n());
                e.push((long) immediate());
                insn(LADD);
                lowIf(kind == ADDI_W);
                break;
            case SUBSI_X:
            case ADDSI_X:
                e.get(n());
                e.push((long) immediate());
                arithmetic(kind == SUBSI_X, false);
                return;
            case SUBSI_W:
            case ADDSI_W:
                e.get(n());
                signedWord();
                e.push((long) immediate());
                arithmetic(kind == SUBSI_W, true);
                return;
            case SUBS_X:
            case ADDS_X:
                e.get(n());
                e.get(m());
                arithmetic(kind == SUBS_X, false);
                return;
            case SUBS_W:
            case ADDS_W:
                e.get(n());
                signedWord();
                e.get(m());
                signedWord();
                arithmetic(kind == SUBS_W, true);
                return;
            case ADD_X:
            case ADD_W:
                binary(LADD, kind == ADD_W);
                break;
            case SUB_X:
            case SUB_W:
                binary(LSUB, kind == SUB_W);
                break;
            case AND_X:
            case AND_W:
                binary(LAND, kind == AND_W);
                break;
            case ORR_X:
            case ORR_W:
                binary(LOR, kind == ORR_W);
                break;
            case EOR_X:
            case EOR_W:
                binary(LXOR, kind == EOR_W);
                break;
            case ADD_LSL_X:
            case ADD_LSL_W:
                shifted(LSHL, LADD);
                lowIf(kind == ADD_LSL_W);
                break;
            case SUB_LSL_X:
                shifted(LSHL, LSUB);
                break;
            case ORR_LSL_X:
                shifted(LSHL, LOR);
                break;
            case EOR_LSL_X:
                shifted(LSHL, LXOR);
                break;
            case EOR_LSR_X:
                shifted(LUSHR, LXOR);
                break;
            case ADD_SXTW:
            case ADD_UXTW:
                e.get(n());
                e.get(m());
                if (kind == ADD_SXTW) {
                    signedWord();
                } else {
                    low();
                }
                e.push(immediate() & 63);
                insn(LSHL);
                insn(LADD);
                break;
            default:
                otherData(kind);
                return;
        }
        e.set(d());
    }

    private void otherData(int kind) {
        switch (kind) {
            case ANDI:
                e.get(n());
                e.push((long) immediate());
                insn(LAND);
                break;
            case ANDI_POOL:
            case ORRI_POOL:
            case EORI_POOL:
                e.get(n());
                e.push(block.ops[immediate()]);
                insn(kind == ANDI_POOL ? LAND : kind == ORRI_POOL ? LOR : LXOR);
                break;
            case ANDSI_X:
            case ANDSI_W:
                e.get(n());
                e.push(block.ops[immediate()]);
                insn(LAND);
                logical(kind == ANDSI_W);
                return;
            case ANDS_X:
            case ANDS_W:
                e.get(n());
                e.get(m());
                insn(LAND);
                logical(kind == ANDS_W);
                return;
            case BIC_X:
                e.get(n());
                e.get(m());
                e.push(-1L);
                insn(LXOR);
                insn(LAND);
                break;
            case LSLI_X:
            case LSRI_X:
                e.get(n());
                e.push(immediate() & 63);
                insn(kind == LSLI_X ? LSHL : LUSHR);
                break;
            case UBFX:
                e.get(n());
                e.push(m());
                insn(LUSHR);
                e.push(-1L >>> (immediate() & 63));
                insn(LAND);
                break;
            case UBFIZ:
                e.get(n());
                e.push(-1L >>> (immediate() & 63));
                insn(LAND);
                e.push(m());
                insn(LSHL);
                break;
            case SBF_X:
                e.get(n());
                e.push(m());
                insn(LSHL);
                e.push(immediate() & 63);
                insn(LSHR);
                break;
            case SBF_W:
                e.get(n());
                insn(L2I);
                e.push(m() & 31);
                insn(ISHL);
                e.push(immediate() & 31);
                insn(ISHR);
                insn(I2L);
                low();
                break;
            case LSLV_X:
            case LSRV_X:
            case ASRV_X:
                e.get(n());
                e.get(m());
                insn(L2I);
                insn(kind == LSLV_X ? LSHL : kind == LSRV_X ? LUSHR : LSHR);
                break;
            case LSLV_W:
            case LSRV_W:
            case ASRV_W:
                e.get(n());
                insn(L2I);
                e.get(m());
                insn(L2I);
                insn(kind == LSLV_W ? ISHL : kind == LSRV_W ? IUSHR : ISHR);
                insn(I2L);
                low();
                break;
            case MADD_X:
            case MADD_W:
            case MSUB_X:
            case MSUB_W:
                e.get(immediate() & 0x3F);
                e.get(n());
                e.get(m());
                insn(LMUL);
                insn(kind == MADD_X || kind == MADD_W ? LADD : LSUB);
                lowIf(kind == MADD_W || kind == MSUB_W);
                break;
            case SMADDL:
            case UMADDL:
                e.get(immediate() & 0x3F);
                for (int r : new int[] {n(), m()}) {
                    e.get(r);
                    if (kind == SMADDL) {
                        signedWord();
                    } else {
                        low();
                    }
                }
                insn(LMUL);
                insn(LADD);
                break;
            case CSEL_X:
            case CSEL_W:
            case CSINC_X:
            case CSINC_W:
                select(kind == CSINC_X || kind == CSINC_W, kind == CSEL_W || kind == CSINC_W);
                break;
            case CCMP_X:
            case CCMP_W:
            case CCMPI_X:
            case CCMPI_W:
                conditionalCompare(kind == CCMPI_X || kind == CCMPI_W, kind == CCMP_W || kind == CCMPI_W);
                return;
            default:
                throw new IllegalStateException("no translation of kind " + kind);
        }
        e.set(d());
    }

    private void lowIf(boolean word) {
        if (word) {
            low();
        }
    }

    private void binary(int opcode, boolean word) {
        e.get(n());
        e.get(m());
        insn(opcode);
        lowIf(word);
    }

    private void shifted(int shift, int opcode) {
        e.get(n());
        e.get(m());
        e.push(immediate() & 63);
        insn(shift);
        insn(opcode);
    }

    /** Both operands are on the stack, sign-extended for 32 bits. */
    private void arithmetic(boolean subtract, boolean word) {
        e.m.visitVarInsn(LSTORE, FLAG_B);
        e.m.visitVarInsn(LSTORE, FLAG_A);
        e.pending(subtract ? word ? RegionMath.SUB_W : RegionMath.SUB_X : word ? RegionMath.ADD_W : RegionMath.ADD_X);
        if (d() != PeState.DISCARD) {
            e.m.visitVarInsn(LLOAD, FLAG_A);
            e.m.visitVarInsn(LLOAD, FLAG_B);
            insn(subtract ? LSUB : LADD);
            lowIf(word);
            e.set(d());
        }
    }

    /** The result is on the stack. */
    private void logical(boolean word) {
        e.m.visitVarInsn(LSTORE, FLAG_A);
        e.pending(word ? RegionMath.LOGICAL_W : RegionMath.LOGICAL_X);
        if (d() != PeState.DISCARD) {
            e.m.visitVarInsn(LLOAD, FLAG_A);
            lowIf(word);
            e.set(d());
        }
    }

    private void select(boolean increment, boolean word) {
        Label yes = new Label();
        Label end = new Label();
        condition(immediate(), yes);
        e.get(m());
        if (increment) {
            insn(LCONST_1);
            insn(LADD);
        }
        e.m.visitVarInsn(LSTORE, BASE);
        e.m.visitJumpInsn(GOTO, end);
        e.m.visitLabel(yes);
        e.get(n());
        e.m.visitVarInsn(LSTORE, BASE);
        e.m.visitLabel(end);
        e.m.visitVarInsn(LLOAD, BASE);
        lowIf(word);
    }

    private void conditionalCompare(boolean isImmediate, boolean word) {
        Label yes = new Label();
        Label end = new Label();
        condition(immediate() & ALWAYS, yes);
        e.push((int) (op >>> 32) & 15);
        e.m.visitVarInsn(ISTORE, NZCV);
        e.m.visitJumpInsn(GOTO, end);
        e.m.visitLabel(yes);
        e.get(n());
        if (isImmediate) {
            e.push((long) m());
        } else {
            e.get(m());
        }
        e.math(word ? "subW" : "subX", "(JJ)I");
        e.m.visitVarInsn(ISTORE, NZCV);
        e.m.visitLabel(end);
        e.pending(RegionMath.NONE);
    }

    /** An operation on general-purpose registers by its word. */
    private void generic(boolean register, int word) {
        int d = word & 31;
        int n = word >>> 5 & 31;
        e.flags();
        boolean sp = d == 31 || n == 31;
        e.spill(d);
        e.spill(n);
        // EXTR has a second source.
        e.spill(word >>> 16 & 31);
        if (register) {
            e.spill(word >>> 10 & 31);
        }
        if (sp) {
            e.spill(PeState.SP);
        }
        e.m.visitVarInsn(ALOAD, X);
        e.push(word);
        e.m.visitVarInsn(ILOAD, NZCV);
        if (register) {
            e.push(features);
            e.m.visitMethodInsn(INVOKESTATIC, INTEGER + "DataProcessingRegister", "execute", "([JIII)I", false);
        } else {
            insn(LCONST_0);
            e.m.visitMethodInsn(INVOKESTATIC, INTEGER + "DataProcessingImmediate", "execute", "([JIIJ)I", false);
        }
        insn(DUP);
        e.m.visitVarInsn(ISTORE, AT);
        e.m.visitJumpInsn(IFLT, e.leave(number, i));
        e.m.visitVarInsn(ILOAD, AT);
        e.m.visitVarInsn(ISTORE, NZCV);
        if (d != 31) {
            e.reload(d);
        } else {
            e.reload(PeState.SP);
        }
    }

    /** Jumps to yes if the condition with that mask of values of NZCV holds. */
    private void condition(int mask, Label yes) {
        int condition = 0;
        while (condition < 14 && Alu.conditionMask(condition) != (mask & ALWAYS)) {
            condition++;
        }
        if (condition == 14) {
            e.m.visitJumpInsn(GOTO, yes);
            return;
        }
        int pending = e.pending();
        boolean subtracted = pending == RegionMath.SUB_X || pending == RegionMath.SUB_W;
        boolean logical = pending == RegionMath.LOGICAL_X || pending == RegionMath.LOGICAL_W;
        boolean word = pending == RegionMath.SUB_W || pending == RegionMath.ADD_W || pending == RegionMath.LOGICAL_W;
        if (subtracted && compared(condition, yes)) {
            return;
        }
        int byResult =
                logical ? LOGICAL_JUMPS[condition] : condition < 2 || condition >> 1 == 2 ? SIGN_JUMPS[condition] : 0;
        if (byResult != 0
                && pending != RegionMath.NONE
                && (subtracted || logical || pending == RegionMath.ADD_X || pending == RegionMath.ADD_W)) {
            e.m.visitVarInsn(LLOAD, FLAG_A);
            if (!logical) {
                e.m.visitVarInsn(LLOAD, FLAG_B);
                insn(subtracted ? LSUB : LADD);
            }
            if (word) {
                insn(L2I);
            } else {
                insn(LCONST_0);
                insn(LCMP);
            }
            e.m.visitJumpInsn(byResult, yes);
            return;
        }
        e.flags();
        e.push(mask & ALWAYS);
        e.m.visitVarInsn(ILOAD, NZCV);
        insn(IUSHR);
        insn(ICONST_1);
        insn(IAND);
        e.m.visitJumpInsn(IFNE, yes);
    }

    /** Jumps by the result alone: EQ, NE, MI, PL. */
    private static final int[] SIGN_JUMPS = {IFEQ, IFNE, 0, 0, IFLT, IFGE};
    /** Jumps where C and V are 0. */
    private static final int[] LOGICAL_JUMPS = {IFEQ, IFNE, 0, 0, IFLT, IFGE, 0, 0, 0, 0, IFGE, IFLT, IFGT, IFLE};

    /** Jumps after a subtraction of FLAG_B from FLAG_A. @return false when the operands alone do not say it */
    private boolean compared(int condition, Label yes) {
        int[] signed = {IFEQ, IFNE, 0, 0, 0, 0, 0, 0, 0, 0, IFGE, IFLT, IFGT, IFLE};
        if (signed[condition] != 0) {
            e.m.visitVarInsn(LLOAD, FLAG_A);
            e.m.visitVarInsn(LLOAD, FLAG_B);
            insn(LCMP);
            e.m.visitJumpInsn(signed[condition], yes);
            return true;
        }
        boolean carry = condition == 2 || condition == 3;
        if (!carry && condition != 8 && condition != 9) {
            return false;
        }
        // CS and CC ask whether A is below B, HI and LS whether B is below A.
        e.m.visitVarInsn(LLOAD, carry ? FLAG_A : FLAG_B);
        e.m.visitVarInsn(LLOAD, carry ? FLAG_B : FLAG_A);
        e.math("borrow", "(JJ)J");
        insn(LCONST_0);
        insn(LCMP);
        e.m.visitJumpInsn(condition == 3 || condition == 8 ? IFLT : IFGE, yes);
        return true;
    }

    // Branches.

    private void branch(int kind) {
        switch (kind) {
            case B:
                e.edge(number, block.takenPc);
                return;
            case BL:
                e.push(block.nextPc);
                e.set(30);
                e.edge(number, block.takenPc);
                return;
            case B_COND:
                Label holds = new Label();
                condition(immediate(), holds);
                both(holds);
                return;
            case BR:
            case BLR:
                e.get(n());
                e.m.visitVarInsn(LSTORE, ADDRESS);
                if (kind == BLR) {
                    e.push(block.nextPc);
                    e.set(30);
                } else if ((block.words[i] >>> 21 & 3) == 2) {
                    e.returnEdge(number);
                }
                e.flags();
                e.m.visitVarInsn(LLOAD, ADDRESS);
                e.out(number);
                return;
            default:
                compareAndBranch(kind);
                return;
        }
    }

    private void compareAndBranch(int kind) {
        Label holds = new Label();
        e.get(n());
        boolean zero = kind == CBZ_X || kind == CBZ_W || kind == TBZ;
        if (kind == CBZ_W || kind == CBNZ_W) {
            insn(L2I);
        } else {
            if (kind == TBZ || kind == TBNZ) {
                e.push(1L << m());
                insn(LAND);
            }
            insn(LCONST_0);
            insn(LCMP);
        }
        e.m.visitJumpInsn(zero ? IFEQ : IFNE, holds);
        both(holds);
    }

    private void both(Label taken) {
        int kept = e.pending();
        e.edge(number, block.nextPc);
        e.pending(kept);
        e.m.visitLabel(taken);
        e.edge(number, block.takenPc);
    }

    // Memory.

    private void memory(int kind) {
        switch (kind) {
            case LDR_X, LDR_W, LDR_H, LDR_B, LDRSW:
                offset(immediate());
                single(
                        kind == LDR_X ? 3 : kind == LDR_H ? 1 : kind == LDR_B ? 0 : 2,
                        kind == LDRSW ? 4 : 0,
                        false,
                        true);
                return;
            case STR_X, STR_W, STR_H, STR_B:
                offset(immediate());
                single(kind == STR_X ? 3 : kind == STR_H ? 1 : kind == STR_B ? 0 : 2, 0, true, true);
                return;
            case LDR_X_REG, LDR_W_REG, LDR_B_REG, LDRSW_REG:
                registerOffset();
                single(kind == LDR_X_REG ? 3 : kind == LDR_B_REG ? 0 : 2, kind == LDRSW_REG ? 4 : 0, false, false);
                return;
            case STR_X_REG, STR_W_REG, STR_B_REG:
                registerOffset();
                single(kind == STR_X_REG ? 3 : kind == STR_B_REG ? 0 : 2, 0, true, false);
                return;
            case LDR_X_WB, LDR_W_WB, LDR_B_WB:
                offset((short) (op >>> 16));
                single(kind == LDR_X_WB ? 3 : kind == LDR_B_WB ? 0 : 2, 0, false, true);
                writeback((short) (op >>> 32));
                return;
            case STR_X_WB, STR_W_WB, STR_B_WB:
                offset((short) (op >>> 16));
                single(kind == STR_X_WB ? 3 : kind == STR_B_WB ? 0 : 2, 0, true, true);
                writeback((short) (op >>> 32));
                return;
            case LDP_X, LDP_X_WB:
                offset((short) (op >>> 16));
                probe(false, 15, (int) (op >>> 44) & 15);
                load(3, 0, 0);
                e.set(d());
                load(3, 0, 8);
                e.set(m());
                writebackIf(kind == LDP_X_WB);
                return;
            default:
                offset((short) (op >>> 16));
                probe(true, 15, (int) (op >>> 44) & 15);
                store(3, d(), 0);
                store(3, m(), 8);
                writebackIf(kind == STP_X_WB);
                return;
        }
    }

    private void writebackIf(boolean does) {
        if (does) {
            writeback(op << 20 >> 52);
        }
    }

    /** The kinds of {@link MemoryOperations}. */
    private void otherMemory(int kind) {
        switch (kind) {
            case LOAD_REG:
            case STORE_REG:
                registerOffset();
                int how = (int) (op >>> 40);
                single(how & 3, how & 12, kind == STORE_REG, false);
                return;
            case LOAD:
            case STORE:
                offset((short) (op >>> 16));
                int wide = (int) (op >>> 44);
                single(wide & 3, wide & 12, kind == STORE, true);
                break;
            case LDP_W:
            case LDPSW:
                offset((short) (op >>> 16));
                probe(false, 7, (int) (op >>> 44) & 15);
                int signed = kind == LDPSW ? MemoryOperations.SIGNED : 0;
                load(2, signed, 0);
                e.set(d());
                load(2, signed, 4);
                e.set(m());
                break;
            case STP_W:
                offset((short) (op >>> 16));
                probe(true, 7, (int) (op >>> 44) & 15);
                store(2, d(), 0);
                store(2, m(), 4);
                break;
            default:
                // The privilege of LDTR and STTR is not known here.
                byWord();
                return;
        }
        long by = op << 20 >> 52;
        writebackIf(by != 0);
    }

    /** The base plus an offset in ADDRESS, the base in BASE. */
    private void offset(long by) {
        e.get(n());
        insn(DUP2);
        e.m.visitVarInsn(LSTORE, BASE);
        e.push(by);
        insn(LADD);
        e.m.visitVarInsn(LSTORE, ADDRESS);
    }

    private void registerOffset() {
        e.get(n());
        e.get(m());
        int left = immediate() & 63;
        int right = (int) (op >>> 24) & 63;
        int mask = (int) (op >>> 32) & 63;
        if (left != 0) {
            e.push(left);
            insn(LSHL);
        }
        if (right != 0) {
            e.push(right);
            insn(LSHR);
        }
        if (mask != 0) {
            e.push(-1L >>> mask);
            insn(LAND);
        }
        insn(LADD);
        e.m.visitVarInsn(LSTORE, ADDRESS);
    }

    private void writeback(long by) {
        e.m.visitVarInsn(LLOAD, BASE);
        e.push(by);
        insn(LADD);
        e.set(n());
    }

    private void single(int size, int how, boolean store, boolean based) {
        probe(store, (1 << size) - 1, based ? m() & 15 : 0);
        if (store) {
            store(size, d(), 0);
        } else {
            load(size, how, 0);
            e.set(d());
        }
    }

    /** The index in RAM in AT, or out of the region. @param mask of bits of BASE that must be 0 */
    private void probe(boolean write, int last, int mask) {
        e.m.visitVarInsn(ALOAD, write ? WRITES : READS);
        e.m.visitVarInsn(LLOAD, ADDRESS);
        e.push(last);
        if (mask == 0) {
            insn(LCONST_0);
        } else {
            e.m.visitVarInsn(LLOAD, BASE);
            e.push((long) mask);
            insn(LAND);
        }
        e.math("at", "([JJIJ)I");
        insn(DUP);
        e.m.visitVarInsn(ISTORE, AT);
        e.m.visitJumpInsn(IFLT, e.leave(number, i));
    }

    private void ram(int offset) {
        e.m.visitVarInsn(ALOAD, RAM);
        e.m.visitVarInsn(ILOAD, AT);
        if (offset != 0) {
            e.push(offset);
            insn(IADD);
        }
    }

    private void load(int size, int how, int offset) {
        ram(offset);
        e.m.visitMethodInsn(INVOKESTATIC, MEMORY_CLASS, "get" + (8 << size), size == 3 ? "([BI)J" : "([BI)I", false);
        if (size == 3) {
            return;
        }
        boolean signed = (how & MemoryOperations.SIGNED) != 0;
        if (signed && size < 2) {
            insn(size == 0 ? I2B : I2S);
        }
        insn(I2L);
        if (size == 2 && !signed || (how & MemoryOperations.WORD_RESULT) != 0) {
            low();
        }
    }

    private void store(int size, int r, int offset) {
        ram(offset);
        e.get(r);
        put(size);
    }

    private void put(int size) {
        if (size != 3) {
            insn(L2I);
        }
        e.m.visitMethodInsn(INVOKESTATIC, MEMORY_CLASS, "put" + (8 << size), size == 3 ? "([BIJ)V" : "([BII)V", false);
    }

    // SIMD and floating point.

    private void vector(int kind) {
        switch (kind) {
            case FP:
                floatingPoint();
                return;
            case FP_WORD:
            case SIMD:
                vectorWord(kind == SIMD);
                return;
            case LDR_S, LDR_D, LDR_Q:
                offset(immediate());
                probe(false, (4 << kind - LDR_S) - 1, m() & 15);
                loadVector(d(), kind - LDR_S + 2, 0);
                return;
            case STR_S, STR_D, STR_Q:
                offset(immediate());
                probe(true, (4 << kind - STR_S) - 1, m() & 15);
                storeVector(d(), kind - STR_S + 2, 0);
                return;
            case LDP_D, LDP_Q:
                int read = 8 << kind - LDP_D;
                offset((short) (op >>> 16));
                probe(false, 2 * read - 1, (int) (op >>> 44) & 15);
                loadVector(d(), kind - LDP_D + 3, 0);
                loadVector(m() & 31, kind - LDP_D + 3, read);
                break;
            default:
                int written = 8 << kind - STP_D;
                offset((short) (op >>> 16));
                probe(true, 2 * written - 1, (int) (op >>> 44) & 15);
                storeVector(d(), kind - STP_D + 3, 0);
                storeVector(m() & 31, kind - STP_D + 3, written);
                break;
        }
        writebackIf(op << 20 >> 52 != 0);
    }

    private void loadVector(int t, int size, int offset) {
        half(2 * t);
        load(Math.min(size, 3), 0, offset);
        insn(LASTORE);
        half(2 * t + 1);
        if (size == 4) {
            load(3, 0, offset + 8);
        } else {
            insn(LCONST_0);
        }
        insn(LASTORE);
    }

    private void storeVector(int t, int size, int offset) {
        ram(offset);
        half(2 * t);
        insn(LALOAD);
        put(Math.min(size, 3));
        if (size == 4) {
            ram(offset + 8);
            half(2 * t + 1);
            insn(LALOAD);
            put(3);
        }
    }

    private void half(int index) {
        e.m.visitVarInsn(ALOAD, V);
        e.push(index);
    }

    /** A frequent scalar operation, which is called with constants. */
    private void floatingPoint() {
        int operation = immediate();
        boolean general = FrequentOperations.writesGeneral(operation);
        boolean compares = FrequentOperations.compares(operation);
        boolean readsGeneral = FrequentOperations.readsGeneral(operation);
        if (readsGeneral) {
            e.spill(n());
        }
        e.m.visitVarInsn(ALOAD, IN_FRAME);
        e.m.visitFieldInsn(GETFIELD, FRAME, "pe", "Ldev/spelunk/api/state/PeState;");
        e.push(operation);
        e.push(d());
        e.push((int) op & 0xFF);
        e.push((int) op >>> 8 & 0xFF);
        e.m.visitMethodInsn(
                INVOKESTATIC,
                "dev/spelunk/a64/fp/FrequentOperations",
                "execute",
                "(Ldev/spelunk/api/state/PeState;IIII)V",
                false);
        if (compares) {
            e.m.visitVarInsn(ALOAD, IN_FRAME);
            e.m.visitFieldInsn(GETFIELD, FRAME, "pe", "Ldev/spelunk/api/state/PeState;");
            e.m.visitFieldInsn(GETFIELD, "dev/spelunk/api/state/PeState", "nzcv", "I");
            e.m.visitVarInsn(ISTORE, NZCV);
            e.pending(RegionMath.NONE);
        }
        if (general) {
            e.reload(d());
        }
    }

    /** Another one by its word; when it is not allocated, nothing has happened. */
    private void vectorWord(boolean simd) {
        int word = immediate();
        int d = word & 31;
        int n = word >>> 5 & 31;
        e.spill(n);
        e.spill(d);
        if (simd) {
            e.m.visitVarInsn(ALOAD, IN_FRAME);
            e.push(word);
            e.push(m());
            e.m.visitMethodInsn(INVOKEVIRTUAL, FRAME, "simd", "(II)Z", false);
            e.m.visitJumpInsn(IFEQ, e.leave(number, i));
        } else {
            e.flags();
            e.m.visitVarInsn(ALOAD, IN_FRAME);
            e.push(word);
            e.m.visitVarInsn(ILOAD, NZCV);
            e.m.visitMethodInsn(INVOKEVIRTUAL, FRAME, "scalar", "(II)I", false);
            insn(DUP);
            e.m.visitVarInsn(ISTORE, AT);
            e.m.visitJumpInsn(IFLT, e.leave(number, i));
            e.m.visitVarInsn(ILOAD, AT);
            e.m.visitVarInsn(ISTORE, NZCV);
        }
        if (d != 31) {
            e.reload(d);
        }
    }

    // What has no kind.

    /** An operation by its word. @return false when it ends the block */
    private boolean byWord() {
        int word = block.words[i];
        if (i == block.count - 1 && Decoder.endsBlock(word, Decoder.SLOW)) {
            e.m.visitJumpInsn(GOTO, e.leave(number, i));
            return false;
        }
        boolean[] touched = registers(word);
        for (int r = 0; r < touched.length; r++) {
            if (touched[r]) {
                e.spill(r);
            }
        }
        e.call(number, i);
        for (int r = 0; r < touched.length; r++) {
            if (touched[r]) {
                e.reload(r);
            }
        }
        e.called(number, i);
        return true;
    }

    /** General-purpose registers that an instruction may read or write, by the fields of its word. */
    private static boolean[] registers(int word) {
        boolean[] r = new boolean[34];
        if ((word & 0xFFFFF01F) == 0xD503201F) {
            r[16] = true;
            r[17] = true;
            r[30] = true;
            r[PeState.SP] = true;
            return r;
        }
        // Pairs of registers follow each other in compare and swap.
        for (int at : new int[] {0, 16}) {
            r[word >>> at & 31] = true;
            r[(word >>> at & 31) + 1] = true;
        }
        r[word >>> 5 & 31] = true;
        r[word >>> 10 & 31] = true;
        r[PeState.SP] = true;
        r[PeState.ZERO] = false;
        return r;
    }
}
