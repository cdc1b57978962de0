// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;
import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.api.state.PeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/**
 * Writes the class of a region: one method, in which general-purpose registers and flags are local variables and branches
 * between its blocks are jumps. {@link OperationEmitter} writes the operations.
 *
 * <p>Class files of version 50 need no stack maps.
 */
final class RegionEmitter {
    /** A method over this many bytes of code is never compiled by HotSpot. */
    static final int LARGEST = 8000;

    private static final String NAME = "dev/spelunk/pe/TranslatedRegion";
    private static final String CODE = "dev/spelunk/pe/RegionCode";
    private static final String RUN = "(Ldev/spelunk/pe/RegionFrame;[J[J[B[J[JIII)I";
    static final String FRAME = "dev/spelunk/pe/RegionFrame";

    // Local variables.
    static final int IN_FRAME = 1;
    static final int X = 2;
    static final int V = 3;
    static final int RAM = 4;
    static final int READS = 5;
    static final int WRITES = 6;
    private static final int ENTRY = 7;
    private static final int REST = 8;
    static final int NZCV = 9;
    /** Index in RAM, or what a call returned. */
    static final int AT = 10;
    /** Kind of the operation whose flags have not been computed; its operands are in FLAG_A and FLAG_B. */
    private static final int FLAG_KIND = 11;

    private static final int OUT_BLOCK = 12;
    private static final int OUT_OP = 13;
    private static final int CAUGHT = 14;
    private static final int OUT_PC = 15;
    static final int ADDRESS = 17;
    static final int BASE = 19;
    static final int FLAG_A = 21;
    static final int FLAG_B = 23;
    private static final int REGISTERS = 25;

    /** The kind is in FLAG_KIND. */
    private static final int DYNAMIC = 7;

    private static final String[] COMPUTE = {"", "subX", "subW", "addX", "addW", "logicalX", "logicalW"};

    private final Region region;
    private final int features;
    private final Map<Long, Integer> byPc = new HashMap<>();
    private final Label[] bodies;
    private final boolean[] used = new boolean[34];
    private final boolean[] written = new boolean[34];
    private final List<Runnable> outOfLine = new ArrayList<>();
    private Label leaving;
    private Label boundary;
    private boolean calls;
    MethodVisitor m;
    /** Kind of the operation before whose flags nobody has asked for. */
    private int pending;

    RegionEmitter(Region region, int features) {
        this.region = region;
        this.features = features;
        bodies = new Label[region.blocks.length];
        for (int i = 0; i < bodies.length; i++) {
            byPc.put(region.blocks[i].pc, i);
        }
    }

    /** The class file; null when the method would be too large to be compiled. */
    byte[] emit() {
        find();
        ClassWriter w = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        w.visit(V1_6, ACC_FINAL | ACC_SUPER, NAME, null, CODE, null);
        MethodVisitor init = w.visitMethod(0, "<init>", "()V", null, null);
        init.visitCode();
        init.visitVarInsn(ALOAD, 0);
        init.visitMethodInsn(INVOKESPECIAL, CODE, "<init>", "()V", false);
        init.visitInsn(RETURN);
        init.visitMaxs(1, 1);
        init.visitEnd();
        m = w.visitMethod(ACC_FINAL, "run", RUN, null, null);
        m.visitCode();
        Label first = new Label();
        Label last = new Label();
        Label handler = new Label();
        if (calls) {
            m.visitTryCatchBlock(first, last, handler, null);
        }
        begin();
        m.visitLabel(first);
        blocks();
        m.visitLabel(last);
        if (calls) {
            // What an instruction throws finds the registers as they were before it.
            m.visitLabel(handler);
            m.visitVarInsn(ASTORE, CAUGHT);
            storeRegisters();
            m.visitVarInsn(ALOAD, CAUGHT);
            m.visitInsn(ATHROW);
        }
        m.visitLabel(leaving);
        field(OUT_OP, "op");
        storeResults();
        m.visitVarInsn(ILOAD, AT);
        m.visitInsn(IRETURN);
        m.visitLabel(boundary);
        m.visitVarInsn(ALOAD, IN_FRAME);
        m.visitVarInsn(LLOAD, OUT_PC);
        m.visitFieldInsn(PUTFIELD, FRAME, "pc", "J");
        storeResults();
        push(RegionCode.BOUNDARY);
        m.visitInsn(IRETURN);
        Label end = new Label();
        m.visitLabel(end);
        m.visitMaxs(0, 0);
        m.visitEnd();
        w.visitEnd();
        byte[] code = w.toByteArray();
        return end.getOffset() > LARGEST - 1 ? null : code;
    }

    /** Loads the registers and jumps to the entry. */
    private void begin() {
        for (int r = 0; r < used.length; r++) {
            if (used[r]) {
                load(r);
            }
        }
        for (int local : new int[] {FLAG_KIND, OUT_BLOCK, OUT_OP, AT}) {
            push(0);
            m.visitVarInsn(ISTORE, local);
        }
        for (int local : new int[] {FLAG_A, FLAG_B, OUT_PC, ADDRESS, BASE}) {
            m.visitInsn(LCONST_0);
            m.visitVarInsn(LSTORE, local);
        }
        m.visitInsn(ACONST_NULL);
        m.visitVarInsn(ASTORE, CAUGHT);
        Label[] labels = new Label[region.entries.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = bodies[byPc.get(region.entries[i].pc)];
        }
        if (labels.length == 1) {
            m.visitJumpInsn(GOTO, labels[0]);
            return;
        }
        m.visitVarInsn(ILOAD, ENTRY);
        m.visitTableSwitchInsn(0, labels.length - 1, labels[0], labels);
    }

    private void blocks() {
        for (int i = 0; i < region.blocks.length; i++) {
            block(i);
        }
        for (int i = 0; i < outOfLine.size(); i++) {
            outOfLine.get(i).run();
        }
    }

    /** Finds which registers are used and written, by writing everything once into nothing. */
    private void find() {
        labels();
        m = new MethodVisitor(ASM9) {};
        java.util.Arrays.fill(written, true);
        OperationEmitter.Marks marks = new OperationEmitter.Marks();
        marking = marks;
        blocks();
        marking = null;
        outOfLine.clear();
        for (int r = 0; r < written.length; r++) {
            boolean real = r != PeState.ZERO && r != PeState.DISCARD;
            written[r] = marks.written[r] && real;
            // What is written is stored wherever the region is left, so it must have been loaded.
            used[r] = (marks.used[r] || marks.written[r]) && real;
        }
        labels();
    }

    private OperationEmitter.Marks marking;

    private void labels() {
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = new Label();
        }
        leaving = new Label();
        boundary = new Label();
    }

    private void block(int b) {
        Block block = region.blocks[b];
        m.visitLabel(bodies[b]);
        pending = DYNAMIC;
        OperationEmitter operations = new OperationEmitter(this, block, b, features);
        for (int i = 0; i < block.count; i++) {
            if (!operations.emit(i)) {
                return;
            }
        }
        edge(b, block.nextPc);
    }

    // Registers.

    private static int slot(int r) {
        return REGISTERS + 2 * r;
    }

    /** Pushes a register. */
    void get(int r) {
        if (r == PeState.ZERO) {
            m.visitInsn(LCONST_0);
            return;
        }
        if (marking != null) {
            marking.used[r] = true;
        }
        m.visitVarInsn(LLOAD, slot(r));
    }

    /** Pops a register. */
    void set(int r) {
        if (r == PeState.DISCARD || r == PeState.ZERO) {
            m.visitInsn(POP2);
            return;
        }
        if (marking != null) {
            marking.written[r] = true;
        }
        m.visitVarInsn(LSTORE, slot(r));
    }

    private void load(int r) {
        m.visitVarInsn(ALOAD, X);
        push(r);
        m.visitInsn(LALOAD);
        m.visitVarInsn(LSTORE, slot(r));
    }

    /** Puts a register where what is called finds it. */
    void spill(int r) {
        if (r == PeState.ZERO || r == PeState.DISCARD || !written[r]) {
            return;
        }
        m.visitVarInsn(ALOAD, X);
        push(r);
        get(r);
        m.visitInsn(LASTORE);
    }

    /** Takes a register that what was called may have written. */
    void reload(int r) {
        if (r == PeState.ZERO || r == PeState.DISCARD) {
            return;
        }
        m.visitVarInsn(ALOAD, X);
        push(r);
        m.visitInsn(LALOAD);
        set(r);
    }

    private void storeRegisters() {
        for (int r = 0; r < written.length; r++) {
            if (written[r]) {
                m.visitVarInsn(ALOAD, X);
                push(r);
                m.visitVarInsn(LLOAD, slot(r));
                m.visitInsn(LASTORE);
            }
        }
    }

    private void storeResults() {
        storeRegisters();
        field(OUT_BLOCK, "block");
        field(REST, "rest");
        field(NZCV, "nzcv");
    }

    private void field(int local, String name) {
        m.visitVarInsn(ALOAD, IN_FRAME);
        m.visitVarInsn(ILOAD, local);
        m.visitFieldInsn(PUTFIELD, FRAME, name, "I");
    }

    // Flags.

    /** The operands of an operation that sets flags are in FLAG_A and FLAG_B from here on. */
    void pending(int kind) {
        pending = kind;
    }

    int pending() {
        return pending;
    }

    /** NZCV holds the flags from here on. */
    void flags() {
        compute(pending);
        pending = RegionMath.NONE;
    }

    private void compute(int kind) {
        if (kind == RegionMath.NONE) {
            return;
        }
        if (kind == DYNAMIC) {
            m.visitVarInsn(ILOAD, FLAG_KIND);
        }
        m.visitVarInsn(LLOAD, FLAG_A);
        if (kind < RegionMath.LOGICAL_X || kind == DYNAMIC) {
            m.visitVarInsn(LLOAD, FLAG_B);
        }
        if (kind == DYNAMIC) {
            m.visitVarInsn(ILOAD, NZCV);
            math("flags", "(IJJI)I");
        } else {
            math(COMPUTE[kind], kind < RegionMath.LOGICAL_X ? "(JJ)I" : "(J)I");
        }
        m.visitVarInsn(ISTORE, NZCV);
    }

    // Leaving.

    /** Where to jump to leave before operation i of block b. */
    Label leave(int b, int i) {
        Label label = new Label();
        int kind = pending;
        outOfLine.add(() -> {
            m.visitLabel(label);
            compute(kind);
            push(RegionCode.INSIDE);
            m.visitVarInsn(ISTORE, AT);
            leaveAt(b, i);
        });
        return label;
    }

    private void leaveAt(int b, int i) {
        push(b);
        m.visitVarInsn(ISTORE, OUT_BLOCK);
        push(i);
        m.visitVarInsn(ISTORE, OUT_OP);
        m.visitJumpInsn(GOTO, leaving);
    }

    /** Has operation i of block b executed by its word. The registers that it reads have been spilled. */
    void call(int b, int i) {
        calls = true;
        flags();
        m.visitVarInsn(ALOAD, IN_FRAME);
        push(b);
        push(i);
        m.visitVarInsn(ILOAD, REST);
        m.visitVarInsn(ILOAD, NZCV);
        m.visitMethodInsn(INVOKEVIRTUAL, FRAME, "slow", "(IIII)I", false);
        m.visitVarInsn(ISTORE, AT);
        m.visitVarInsn(ALOAD, IN_FRAME);
        m.visitFieldInsn(GETFIELD, FRAME, "nzcv", "I");
        m.visitVarInsn(ISTORE, NZCV);
    }

    /** After {@link #call}, its results having been reloaded: goes on unless it must not. */
    void called(int b, int i) {
        Label out = new Label();
        m.visitVarInsn(ILOAD, AT);
        m.visitJumpInsn(IFNE, out);
        outOfLine.add(() -> {
            m.visitLabel(out);
            leaveAt(b, i + 1);
        });
    }

    /** Goes from block b to the address, inside the region or out of it. */
    void edge(int b, long pc) {
        Integer to = byPc.get(pc);
        if (to == null) {
            compute(pending);
            push(pc);
            out(b);
            return;
        }
        int count = region.blocks[to].count;
        Label spent = new Label();
        int kind = pending;
        m.visitIincInsn(REST, -count);
        m.visitVarInsn(ILOAD, REST);
        m.visitJumpInsn(IFLT, spent);
        if (kind != DYNAMIC) {
            push(kind);
            m.visitVarInsn(ISTORE, FLAG_KIND);
        }
        m.visitJumpInsn(GOTO, bodies[to]);
        outOfLine.add(() -> {
            m.visitLabel(spent);
            compute(kind);
            m.visitIincInsn(REST, count);
            push(pc);
            out(b);
        });
    }

    /** Leaves after block b to the address on the stack; the flags have been computed. */
    void out(int b) {
        m.visitVarInsn(LSTORE, OUT_PC);
        push(b);
        m.visitVarInsn(ISTORE, OUT_BLOCK);
        m.visitJumpInsn(GOTO, boundary);
    }

    /** Goes from block b, which returns, to the address in ADDRESS: return addresses of the region are jumps. */
    void returnEdge(int b) {
        int tried = 0;
        for (Block other : region.blocks) {
            int last = Decoder.kind(other.ops[other.count - 1]);
            if ((last == BL || last == BLR) && byPc.containsKey(other.nextPc) && tried++ < 8) {
                Label not = new Label();
                int kept = pending;
                m.visitVarInsn(LLOAD, ADDRESS);
                push(other.nextPc);
                m.visitInsn(LCMP);
                m.visitJumpInsn(IFNE, not);
                edge(b, other.nextPc);
                m.visitLabel(not);
                pending = kept;
            }
        }
    }

    // Constants and calls.

    void push(int v) {
        if (v >= -1 && v <= 5) {
            m.visitInsn(ICONST_0 + v);
        } else if (v == (byte) v) {
            m.visitIntInsn(BIPUSH, v);
        } else if (v == (short) v) {
            m.visitIntInsn(SIPUSH, v);
        } else {
            m.visitLdcInsn(v);
        }
    }

    void push(long v) {
        if (v == 0 || v == 1) {
            m.visitInsn(v == 0 ? LCONST_0 : LCONST_1);
        } else if (v == (short) v) {
            push((int) v);
            m.visitInsn(I2L);
        } else {
            m.visitLdcInsn(v);
        }
    }

    void math(String name, String type) {
        m.visitMethodInsn(INVOKESTATIC, "dev/spelunk/pe/RegionMath", name, type, false);
    }
}
