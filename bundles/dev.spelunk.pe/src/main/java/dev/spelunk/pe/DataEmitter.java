// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;
import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.api.state.PeState;
import org.objectweb.asm.Label;

/** Writes data processing of general-purpose registers. */
final class DataEmitter extends KindEmitter {
    private static final String INTEGER = "dev/spelunk/a64/integer/";

    private final ConditionEmitter conditions;
    private final int features;

    DataEmitter(RegionEmitter emitter, Block block, int number, ConditionEmitter conditions, int features) {
        super(emitter, block, number);
        this.conditions = conditions;
        this.features = features;
    }

    void emit(int kind) {
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
        conditions.jump(immediate(), yes);
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
        conditions.jump(immediate() & ConditionEmitter.ALWAYS, yes);
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
}
