// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.Field;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Makes random blocks that every correct implementation executes alike: each memory access hits the memory
 * window, each branch goes forward to the start of a unit, and every register is otherwise arbitrary.
 */
public final class BlockGenerator {
    private static final int LITERALS = 12;
    private static final int MSR_FPCR = 0xd51b4400;
    private static final int MRS_FPSR = 0xd53b4420;
    private static final int MSR_FPSR = 0xd51b4420;
    /** Where nothing is mapped, or only for other Exception levels, from here on for at least 1 MiB. */
    private static final long[] UNMAPPED = {
        0x100000, 0x40100000L, 0x50000000L, 0x4200000000L, 0x0001000000000000L, 0xffff000000000000L
    };

    private final InstructionSet catalogue;
    private final int version;
    private final int length;
    private final long seed;
    private final boolean vectors;
    private final InstructionSet preparing;
    private final MoveWide moveWide;
    private final Instruction adr;
    private final int clrex;
    private final List<Instruction> plain = new ArrayList<>();
    private final List<Instruction> loadExclusives = new ArrayList<>();
    private long stream;
    private long address = Layout.CODE_ADDRESS;

    private SplitMix random;
    private RandomInstruction instructions;
    private int[] code;
    private int size;
    private int entry;
    private List<Integer> units;
    private List<Fixup> fixups;
    private BitSet uncertain;
    private BitSet prepared;

    /** An offset that waits for the layout: the word's target, and the first word that may not be executed. */
    private record Fixup(int at, int unit, int skipFrom) {}

    /**
     * @param catalogue what to choose instructions from
     * @param version the architecture version times ten
     * @param length units in a block; a unit is one instruction under test with those that prepare it
     * @param seed determines every block
     */
    public BlockGenerator(InstructionSet catalogue, int version, int length, long seed) {
        this(catalogue, catalogue, version, length, seed);
    }

    /**
     * @param catalogue what to choose instructions from
     * @param preparing the base instructions, of which preparation is made; when this is another catalogue, the
     *     SIMD&FP registers, FPCR and FPSR have values, and FPSR is looked at after many units
     */
    BlockGenerator(InstructionSet catalogue, InstructionSet preparing, int version, int length, long seed) {
        this.catalogue = catalogue;
        this.vectors = catalogue != preparing;
        this.preparing = preparing;
        this.version = version;
        this.length = length;
        this.seed = seed;
        this.moveWide = new MoveWide(preparing);
        this.adr = preparing.named("ADR");
        this.clrex = preparing.named("CLREX").fixedBits() | 0xf00;
        for (Instruction instruction : catalogue.instructions()) {
            if (instruction.kind() == Instruction.Kind.PLAIN
                    && instruction.field("Rd") != null
                    && instruction.isIn(version)
                    && !instruction.has("manual")
                    && !instruction.has("control")) {
                plain.add(instruction);
            } else if (instruction.kind() == Instruction.Kind.LOAD_EXCLUSIVE) {
                loadExclusives.add(instruction);
            }
        }
    }

    /** The next blocks, laid out one after the other from the start of the code memory. */
    public List<Block> next(int count) {
        address = Layout.CODE_ADDRESS;
        List<Block> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            begin();
            while (units.size() < length) {
                unit(instructions.choose());
            }
            blocks.add(end());
        }
        return blocks;
    }

    /** The next blocks, each so many times with another initial state. */
    public List<Block> next(int count, int states) {
        List<Block> blocks = new ArrayList<>(count * states);
        for (Block block : next(count)) {
            blocks.add(block);
            for (int i = 1; i < states; i++) {
                random = SplitMix.of(seed, stream++);
                instructions = instructions();
                blocks.add(block.with(block.words(), state()));
            }
        }
        return blocks;
    }

    /** Blocks of one UNALLOCATED word each, of every instruction that has a rule for what is allocated. */
    public List<Block> unallocated(int wordsOfEach) {
        address = Layout.CODE_ADDRESS;
        List<Block> blocks = new ArrayList<>();
        for (Instruction instruction : catalogue.instructions()) {
            for (int i = 0; i < wordsOfEach && instruction.has("valid"); i++) {
                begin();
                startUnit();
                emit(instructions.unallocated(instruction));
                blocks.add(end());
            }
        }
        return blocks;
    }

    /** Blocks of one word each that is UNDEFINED though it lies where SIMD&FP instructions do. */
    public List<Block> undefined(int count) {
        address = Layout.CODE_ADDRESS;
        List<Block> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            begin();
            startUnit();
            emit(instructions.undefined());
            blocks.add(end());
        }
        return blocks;
    }

    /** Blocks of one word each that the manual calls UNALLOCATED, the emulator not. */
    public List<Block> undefinedByTheManual(int wordsOfEach) {
        address = Layout.CODE_ADDRESS;
        List<Block> blocks = new ArrayList<>();
        for (Instruction instruction : catalogue.instructions()) {
            for (int i = 0; i < wordsOfEach && instruction.has("manual"); i++) {
                begin();
                startUnit();
                emit(instructions.unallocated(instruction));
                blocks.add(end());
            }
        }
        return blocks;
    }

    /**
     * Blocks that end in a data access which must fail and leave nothing behind: of each instruction that
     * accesses memory, at addresses that are not mapped or, where the access must be aligned, not aligned.
     *
     * @param accessesOfEach how many of each instruction
     */
    public List<Block> failing(int accessesOfEach) {
        address = Layout.CODE_ADDRESS;
        List<Block> blocks = new ArrayList<>();
        for (Instruction instruction : catalogue.instructions()) {
            boolean access = instruction.kind() == Instruction.Kind.MEMORY
                    || instruction.kind() == Instruction.Kind.LOAD_EXCLUSIVE;
            for (int i = 0;
                    i < accessesOfEach && access && instruction.isIn(version) && !instruction.has("spared");
                    i++) {
                begin();
                startUnit();
                failingAccess(instruction);
                blocks.add(end());
            }
        }
        return blocks;
    }

    private void failingAccess(Instruction instruction) {
        // Base and index in one register cannot reach every address.
        int word = instructions.defined(
                instruction,
                w -> !instruction.has("index")
                        || instruction.field("Rm").get(w) != instruction.base().get(w)
                        || instruction.base().get(w) == 31);
        int bytes = (int) instruction.get("bytes", word);
        int align = Math.max(1, (int) instruction.get("align", word));
        boolean misaligned = align > 1 && !instruction.has("unaligned") && random.percent(50);
        long at = misaligned
                ? target(bytes, align) + (1 + random.below(align - 1)) % align
                : UNMAPPED[random.below(UNMAPPED.length)] + (long) random.below(0x10000) * align;
        if (misaligned && at > Layout.WINDOW_ADDRESS + Layout.WINDOW_LENGTH - bytes) {
            at -= align;
        }
        int base = instruction.base().get(word);
        if (instruction.has("index")) {
            registerOffset(instruction, word, base, at);
        } else {
            setRegister(base, at - instruction.get("offset", word), -1);
        }
        emit(word);
    }

    private void begin() {
        random = SplitMix.of(seed, stream++);
        instructions = instructions();
        code = new int[64 + 26 * length];
        size = 0;
        units = new ArrayList<>();
        fixups = new ArrayList<>();
        uncertain = new BitSet();
        prepared = new BitSet();
        literals();
        entry = size;
    }

    private RandomInstruction instructions() {
        return vectors
                ? new RandomInstruction(catalogue, version, random, 20)
                : new RandomInstruction(catalogue, version, random);
    }

    private Block end() {
        int exit = size;
        emit(Layout.BRK);
        literals();
        BitSet certain = new BitSet();
        certain.set(entry, exit);
        for (Fixup fixup : fixups) {
            int target = fixup.unit < 0 ? exit - fixup.unit : fixup.unit >= units.size() ? exit : units.get(fixup.unit);
            patch(fixup.at, target - fixup.at);
            if (fixup.skipFrom < target && fixup.unit >= 0) {
                certain.clear(fixup.skipFrom, target);
            }
        }
        certain.andNot(uncertain);
        BitSet starts = new BitSet();
        units.forEach(starts::set);
        int[] words = Arrays.copyOf(code, size);
        Block block = new Block(address, words, entry, exit, certain, prepared, starts, state());
        address += 4L * (size + random.below(4));
        if (address > Layout.CODE_ADDRESS + Layout.CODE_LENGTH) {
            throw new IllegalStateException("more blocks than fit into the code memory");
        }
        return block;
    }

    private MachineState state() {
        MachineState state = new MachineState();
        for (int i = 0; i < 31; i++) {
            state.x[i] = instructions.operand();
        }
        state.sp = instructions.operand();
        state.pstate = random.nextLong() & MachineState.NZCV;
        state.tpidrEl0 = instructions.operand();
        VectorOperands operands = vectors ? new VectorOperands(random) : null;
        if (vectors) {
            for (int i = 0; i < state.v.length; i++) {
                state.v[i] = operands.half();
            }
            for (int i = 0; i < 31; i++) {
                state.x[i] = random.percent(25) ? operands.half() : state.x[i];
            }
            state.fpcr = operands.fpcr();
            state.fpsr = operands.fpsr();
        }
        for (int i = 0; i < state.memory.length; i += 8) {
            long value = random.percent(30) ? vectors ? operands.half() : instructions.operand() : random.nextLong();
            for (int j = 0; j < 8; j++) {
                state.memory[i + j] = (byte) (value >> 8 * j);
            }
        }
        return state;
    }

    private void literals() {
        for (int i = 0; i < LITERALS; i++) {
            emit((int) instructions.operand());
        }
    }

    private void emit(int word) {
        code[size++] = word;
    }

    private void startUnit() {
        units.add(size);
    }

    private void unit(Instruction instruction) {
        startUnit();
        switch (instruction.kind()) {
            case MEMORY, LOAD_EXCLUSIVE -> memory(instruction);
            case STORE_EXCLUSIVE -> exclusive(instruction);
            case LITERAL -> literal(instruction);
            case BRANCH -> branch(instruction);
            case REGISTER_BRANCH -> registerBranch(instruction);
            case CONTROL -> control(instruction);
            default -> plain(instruction);
        }
        if (vectors && random.percent(60)) {
            observeFlags();
        }
    }

    private void plain(Instruction instruction) {
        if (instruction.has("control")) {
            prepared.set(size);
            emit(MSR_FPCR | 31);
        }
        emit(instructions.defined(instruction));
    }

    private void control(Instruction instruction) {
        int word = instructions.defined(instruction);
        int rt = instruction.field("Rt").get(word);
        if (rt != 31) {
            VectorOperands operands = new VectorOperands(random);
            setRegister(rt, instruction.name().endsWith("FPCR") ? operands.fpcr() : operands.fpsr(), -1);
        }
        emit(word);
    }

    /** Keeps FPSR in a register and mostly clears it, so that no flag hides behind an earlier one. */
    private void observeFlags() {
        int start = size;
        emit(MRS_FPSR | random.below(31));
        if (random.percent(80)) {
            emit(MSR_FPSR | 31);
        }
        prepared.set(start, size);
    }

    /** An address in the window for an access: near the page boundary, at an end, or anywhere. */
    private long target(int bytes, int align) {
        int last = Layout.WINDOW_LENGTH - bytes;
        int middle = Layout.WINDOW_LENGTH / 2;
        int offset;
        switch (random.below(5)) {
            case 0, 1:
                offset = middle - bytes - 2 + random.below(bytes + 5);
                break;
            case 2:
                offset = random.percent(50) ? 0 : last;
                break;
            default:
                offset = random.below(last + 1);
        }
        return Layout.WINDOW_ADDRESS + Math.max(0, Math.min(last, offset)) / align * align;
    }

    private void memory(Instruction instruction) {
        int word = instructions.defined(instruction);
        int bytes = (int) instruction.get("bytes", word);
        int align = Math.max(1, (int) instruction.get("align", word));
        long at = target(bytes, align);
        int base = instruction.base().get(word);
        if (instruction.has("index")) {
            registerOffset(instruction, word, base, at);
        } else {
            setRegister(base, tag(at - instruction.get("offset", word)), -1);
        }
        if (instruction.has("compare") && random.percent(60)) {
            loadComparand(instruction, word, base);
        }
        emit(word);
    }

    /** Adds an address tag to some addresses: with Top Byte Ignore, data accesses do not see it. */
    private long tag(long at) {
        return random.percent(8) ? at ^ random.nextLong() << 56 : at;
    }

    private void registerOffset(Instruction instruction, int word, int base, long at) {
        int rm = instruction.field("Rm").get(word);
        int option = instruction.field("option").get(word);
        int shift = instruction.field("S").get(word) == 1 ? (int) instruction.get("scale", word) : 0;
        if (rm == base && rm != 31) {
            // One register is base and index: value + (value << shift) must be an address in the window.
            long factor = 1 + (1L << shift);
            boolean low = at < Layout.WINDOW_ADDRESS + factor;
            setRegister(base, (low ? at + factor - 1 : at) / factor, -1);
            return;
        }
        long index = rm == 31 ? 0 : instructions.operand();
        long extended = option == 2 ? index & 0xffffffffL : option == 6 ? (int) index : index;
        setRegister(base, tag(at - (extended << shift)), rm);
        if (rm != 31) {
            setRegister(rm, index, -1);
        }
    }

    /** Loads what memory holds into the compared registers, so that the comparison succeeds. */
    private void loadComparand(Instruction instruction, int word, int base) {
        int rs = instruction.field("Rs").get(word);
        int bytes = (int) instruction.get("bytes", word);
        boolean pair = instruction.get("compare", word) == 2;
        boolean clobbersBase = base != 31 && (rs == base || pair && rs + 1 == base);
        if (clobbersBase) {
            return;
        }
        if (pair) {
            int ldp = bytes == 16 ? 0xa9400000 : 0x29400000;
            emit(ldp | rs + 1 << 10 | base << 5 | rs);
        } else {
            emit(Integer.numberOfTrailingZeros(bytes) << 30 | 0x39400000 | base << 5 | rs);
        }
    }

    private void exclusive(Instruction store) {
        int word = instructions.defined(store);
        int bytes = (int) store.get("bytes", word);
        int base = store.base().get(word);
        setRegister(base, tag(target(bytes, bytes)), -1);
        boolean cleared = random.percent(25);
        if (!cleared || random.percent(50)) {
            Instruction load = matchingLoad(store);
            Field rt2 = load.field("Rt2");
            int loadWord = instructions.defined(
                    load,
                    w -> load.get("bytes", w) == bytes
                            && (base == 31 || load.field("Rt").get(w) != base && (rt2 == null || rt2.get(w) != base)));
            emit(load.base().set(loadWord, base));
        }
        for (int i = random.below(3); i > 0; i--) {
            Instruction between = plain.get(random.below(plain.size()));
            emit(instructions.defined(between, w -> between.field("Rd").get(w) != base));
        }
        if (cleared) {
            emit(clrex);
        }
        emit(word);
    }

    private Instruction matchingLoad(Instruction store) {
        while (true) {
            Instruction load = loadExclusives.get(random.below(loadExclusives.size()));
            if (load.has("pair") == store.has("pair")) {
                return load;
            }
        }
    }

    private void literal(Instruction instruction) {
        int word = instructions.defined(instruction);
        int bytes = (int) instruction.get("bytes", word);
        if (random.percent(40)) {
            // Forward, into the literals after the exit: unit -1 is the first of them.
            fixups.add(new Fixup(size, -1 - random.below(LITERALS - bytes / 4 + 1), size + 1));
            emit(word);
            return;
        }
        // Backward into the literals before the entry, or into the code itself, which is data as well.
        int from = random.percent(60) ? random.below(LITERALS - bytes / 4 + 1) : random.below(size);
        emit(instruction.field("imm19").set(word, Math.min(from, size - 1) - size));
    }

    private void branch(Instruction instruction) {
        int word = instructions.defined(instruction);
        if (random.percent(30)) {
            // There and back: over the way out, to the branch under test, which goes back by one word.
            emit(0x14000002);
            uncertain.set(size);
            fixups.add(new Fixup(size, units.size(), Integer.MAX_VALUE));
            emit(0x14000000);
            emit(offset(instruction).set(word, -1));
            return;
        }
        fixups.add(new Fixup(size, units.size() + random.below(4), size + 1));
        emit(word);
    }

    private void registerBranch(Instruction instruction) {
        int word = instructions.defined(instruction);
        int target = units.size() + random.below(4);
        fixups.add(new Fixup(size, target, size + 2));
        emit(adr.field("Rd").set(adr.fixedBits(), instruction.field("Rn").get(word)));
        emit(word);
    }

    private static Field offset(Instruction branch) {
        for (String name : new String[] {"imm26", "imm19", "imm14"}) {
            if (branch.field(name) != null) {
                return branch.field(name);
            }
        }
        throw new IllegalArgumentException(branch + " has no offset");
    }

    private void patch(int at, int distance) {
        Instruction instruction = (preparing.identify(code[at]) != null ? preparing : catalogue).identify(code[at]);
        if (instruction == adr) {
            code[at] = adr.field("immhi").set(adr.field("immlo").set(code[at], distance << 2), distance);
        } else {
            code[at] = offset(instruction).set(code[at], distance);
        }
    }

    /** Sets a register, or SP for 31, with as few move wides as the value needs. */
    private void setRegister(int register, long value, int keep) {
        int target = register;
        while (register == 31 && (target == 31 || target == keep)) {
            target = random.below(31);
        }
        int start = size;
        size = moveWide.write(code, size, target, value);
        if (register == 31) {
            emit(0x9100001f | target << 5);
        }
        prepared.set(start, size);
    }
}
