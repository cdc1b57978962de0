// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.TestMachine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Executes blocks on the processing element, registers and MMU of this project, at EL0 or EL1, with stage 1
 * translation on: Normal memory, mapped flat, code read-only. Every exception vector holds HLT #0xF000, which
 * ends a run; ESR_EL1, ELR_EL1 and SPSR_EL1 then say how the block ended.
 */
final class CoreEngine implements Engine {
    private static final long RAM = 0x40000000L;
    private static final int RAM_LENGTH = 0x1000000;
    private static final long LEVEL1 = RAM + 0x1000;
    private static final long LEVEL2 = RAM + 0x2000;
    private static final long VECTORS = RAM + 0x4000;
    private static final int HLT_F000 = 0xd45e0000;

    /** Descriptor of a Normal, Inner Shareable block with the Access flag (DDI 0487, D8.3.1). */
    private static final long BLOCK = 1 | 3L << 8 | 1L << 10;

    private static final long AP_EL0 = 1L << 6;
    private static final long AP_READ_ONLY = 1L << 7;
    private static final long PXN = 1L << 53;
    private static final long UXN = 1L << 54;

    /** T0SZ = 25, Inner Shareable write-back walks, EPD1, 40-bit IPS, TBI0. */
    private static final long TCR = 25 | 1L << 8 | 1L << 10 | 3L << 12 | 1L << 23 | 2L << 32 | 1L << 37;
    /** M, C, I, UCI, UCT, DZE, nTWI, nTWE and the bits that are RES1 in Armv8.0; no checks of SP or alignment. */
    private static final long SCTLR = 1 | 1L << 2 | 1L << 12 | 1L << 26 | 1L << 15 | 1L << 14 | 1L << 16 | 1L << 18
            | 1L << 29 | 1L << 28 | 1L << 23 | 1L << 22 | 1L << 20 | 1L << 11;

    private static final long SPSR_EL0T = 0x3c0;
    private static final long SPSR_EL1H = 0x3c5;
    /** FPEN: no access to the SIMD&FP registers is trapped. */
    private static final long CPACR = 3L << 20;

    private static final long HCR_RW = 1L << 31;
    private static final long SCR_NS_RW = 1L << 10 | 1;

    /** What a machine of that version has, without what changes the meaning of the base instructions. */
    private static final Set<String> FEATURES_82 = Set.of(
            "FEAT_EL2",
            "FEAT_VHE",
            "FEAT_FP",
            "FEAT_AdvSIMD",
            "FEAT_LSE",
            "FEAT_CRC32",
            "FEAT_PAN",
            "FEAT_PAN2",
            "FEAT_UAO",
            "FEAT_LOR",
            "FEAT_DPB",
            "FEAT_RAS",
            "FEAT_LRCPC",
            "FEAT_DPB2",
            "FEAT_FP16",
            "FEAT_AES",
            "FEAT_PMULL",
            "FEAT_SHA1",
            "FEAT_SHA256",
            "FEAT_RDM",
            "FEAT_DotProd");

    private static final Set<String> FEATURES_85 = Set.of(
            "FEAT_EL2",
            "FEAT_VHE",
            "FEAT_FP",
            "FEAT_AdvSIMD",
            "FEAT_LSE",
            "FEAT_CRC32",
            "FEAT_PAN",
            "FEAT_PAN2",
            "FEAT_UAO",
            "FEAT_LOR",
            "FEAT_DPB",
            "FEAT_RAS",
            "FEAT_LRCPC",
            "FEAT_LRCPC2",
            "FEAT_DPB2",
            "FEAT_FlagM",
            "FEAT_FlagM2",
            "FEAT_DIT",
            "FEAT_SSBS",
            "FEAT_SB",
            "FEAT_SPECRES",
            "FEAT_FP16",
            "FEAT_AES",
            "FEAT_PMULL",
            "FEAT_SHA1",
            "FEAT_SHA256",
            "FEAT_RDM",
            "FEAT_DotProd",
            "FEAT_FCMA",
            "FEAT_JSCVT",
            "FEAT_FHM",
            "FEAT_FRINTTS",
            "FEAT_I8MM");

    /** How the core is told to execute: the result must be the same. */
    enum Form {
        /** As many operations as there are. */
        BLOCKS,
        /** One operation at a time. */
        SINGLE,
        /** One operation at a time in the form in which sampled operations are executed. */
        OBSERVED
    }

    private static final int APART = 1000;

    private final int el;
    private final Form form;
    private final Operation operation = new Operation();
    private final PeContext context;
    private final PeState pe;
    private final Core core;
    private long apart;

    /**
     * @param version architecture version times ten: 82 or 85
     * @param el the Exception level to execute blocks at, 0 or 1
     */
    CoreEngine(RegisterModel registers, Mmu mmu, ProcessingElement element, int version, int el, Form form) {
        this.el = el;
        this.form = form;
        context = TestMachine.builder()
                .version(version)
                .features(features(version))
                .ram(RAM, RAM_LENGTH)
                .registers(registers)
                .build()
                .context;
        pe = context.pe;
        pe.powered = true;
        map(context.memory);
        context.register(SystemRegister.MAIR_EL1, 0xff);
        context.register(SystemRegister.TCR_EL1, TCR);
        context.register(SystemRegister.TTBR0_EL1, LEVEL1);
        context.register(SystemRegister.VBAR_EL1, VECTORS);
        context.register(SystemRegister.SCTLR_EL1, SCTLR);
        context.register(SystemRegister.CPACR_EL1, CPACR);
        context.register(SystemRegister.HCR_EL2, HCR_RW);
        context.register(SystemRegister.SCR_EL3, SCR_NS_RW);
        context.translator = mmu.create(context);
        core = element.create(context);
        context.core = core;
        context.translator.invalidate();
        core.invalidate();
    }

    /** The architecture of the emulator's processor of a version, as far as it is compared. */
    static Architecture architecture(int version) {
        return new Architecture(version, features(version), null, Map.of());
    }

    private static Set<String> features(int version) {
        return version >= 85 ? FEATURES_85 : FEATURES_82;
    }

    private void map(PhysicalMemory memory) {
        memory.write(LEVEL1 + 8, 8, LEVEL2 | 3);
        memory.write(LEVEL2, 8, RAM | BLOCK | UXN | AP_READ_ONLY);
        memory.write(LEVEL2 + 8 * index(Layout.MEMORY_ADDRESS), 8, Layout.MEMORY_ADDRESS | BLOCK | AP_EL0 | PXN | UXN);
        long code = BLOCK | AP_READ_ONLY | (el == 0 ? AP_EL0 | PXN : UXN);
        for (long at = Layout.CODE_ADDRESS; at < Layout.CODE_ADDRESS + Layout.CODE_LENGTH; at += 0x200000) {
            memory.write(LEVEL2 + 8 * index(at), 8, at | code);
        }
        for (long vector = VECTORS; vector < VECTORS + 0x800; vector += 0x80) {
            memory.write(vector, 4, HLT_F000);
        }
    }

    private static long index(long address) {
        return address >>> 21 & 0x1ff;
    }

    @Override
    public String name() {
        return "spelunk";
    }

    /** Operations executed so far. */
    long executed() {
        return pe.executed - apart;
    }

    @Override
    public List<Outcome> run(List<Block> blocks) {
        for (Block block : blocks) {
            ByteBuffer code = ByteBuffer.allocate(block.words().length * 4).order(ByteOrder.LITTLE_ENDIAN);
            code.asIntBuffer().put(block.words());
            context.memory.copyIn(block.address(), code.array(), 0, code.capacity());
        }
        List<Outcome> outcomes = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            outcomes.add(run(block));
        }
        return outcomes;
    }

    /**
     * Fills the code memory with random words and executes each once, whatever the one before did.
     *
     * @return how many of them ended in which way; EXIT is for those that did not end in an exception
     */
    Map<Outcome.End, Long> executeEach(SplitMix random) {
        byte[] words = new byte[Layout.CODE_LENGTH];
        ByteBuffer code = ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN);
        while (code.hasRemaining()) {
            code.putLong(random.nextLong());
        }
        context.memory.copyIn(Layout.CODE_ADDRESS, words, 0, words.length);
        Map<Outcome.End, Long> counts = new EnumMap<>(Outcome.End.class);
        for (long at = Layout.CODE_ADDRESS; at < Layout.CODE_ADDRESS + Layout.CODE_LENGTH; at += 4) {
            counts.merge(executeOne(at, random), 1L, Long::sum);
        }
        return counts;
    }

    private Outcome.End executeOne(long at, SplitMix random) {
        if (random.percent(30)) {
            // Some addresses lead to memory.
            pe.x[random.below(31)] = Layout.WINDOW_ADDRESS + random.below(Layout.WINDOW_LENGTH);
        }
        pe.el = 1;
        pe.spSel = 1;
        pe.waiting = false;
        core.exceptionReturn(at, SPSR_EL0T);
        pe.changed = 0;
        if (form == Form.OBSERVED) {
            core.runObserved(operation);
        } else {
            core.run(1);
        }
        return pe.el == 0 ? Outcome.End.EXIT : end();
    }

    private Outcome run(Block block) {
        MachineState initial = block.initial();
        context.memory.copyIn(Layout.WINDOW_ADDRESS, initial.memory, 0, initial.memory.length);
        System.arraycopy(initial.x, 0, pe.x, 0, 31);
        System.arraycopy(initial.v, 0, pe.v, 0, pe.v.length);
        pe.fpcr = initial.fpcr;
        pe.fpsr = initial.fpsr;
        context.register(SystemRegister.TPIDR_EL0, initial.tpidrEl0);
        if (el == 0) {
            pe.sp[0] = initial.sp;
            core.exceptionReturn(block.address() + 4L * block.entry(), SPSR_EL0T | initial.pstate);
        } else {
            core.exceptionReturn(block.address() + 4L * block.entry(), SPSR_EL1H | initial.pstate);
            pe.x[PeState.SP] = initial.sp;
        }
        // Many exceptions in a row without ERET end a lost guest: these are far from each other.
        pe.executed += APART;
        apart += APART;
        long end = pe.executed + block.words().length + 8;
        int stop = Core.CONTINUE;
        while (stop == Core.CONTINUE && pe.executed < end) {
            pe.changed = 0;
            stop = form == Form.OBSERVED
                    ? core.runObserved(operation)
                    : core.run(form == Form.SINGLE ? 1 : end - pe.executed);
        }
        MachineState state = new MachineState();
        System.arraycopy(pe.x, 0, state.x, 0, 31);
        state.sp = el == 0 ? pe.sp[0] : pe.x[PeState.SP];
        state.tpidrEl0 = context.register(SystemRegister.TPIDR_EL0);
        System.arraycopy(pe.v, 0, state.v, 0, pe.v.length);
        state.fpcr = pe.fpcr;
        state.fpsr = pe.fpsr;
        System.arraycopy(context.memory.ram, (int) (Layout.WINDOW_ADDRESS - RAM), state.memory, 0, state.memory.length);
        if (stop != Core.SEMIHOSTING) {
            state.pstate = pe.spsr() & (MachineState.NZCV | MachineState.DIT);
            Outcome outcome = new Outcome(Outcome.End.OTHER, pe.pc, state);
            pe.el = 1;
            pe.spSel = 1;
            pe.waiting = false;
            context.translator.invalidate();
            core.invalidate();
            return outcome;
        }
        state.pstate = context.register(SystemRegister.SPSR_EL1) & (MachineState.NZCV | MachineState.DIT);
        long pc = context.register(SystemRegister.ELR_EL1);
        Outcome.End how = end();
        boolean otherPlace = how == Outcome.End.EXIT && pc != block.exitAddress();
        return new Outcome(otherPlace ? Outcome.End.OTHER : how, pc, state);
    }

    /** What the exception class and fault status of ESR_EL1 stand for (DDI 0487, D24.2.40). */
    private Outcome.End end() {
        long syndrome = context.register(SystemRegister.ESR_EL1);
        boolean alignment = (syndrome & 0x3f) == 0x21;
        switch ((int) (syndrome >>> 26) & 0x3f) {
            case 0:
                return Outcome.End.UNDEFINED;
            case 0x3c:
                return Outcome.End.EXIT;
            case 0x20, 0x21:
                return Outcome.End.ABORT;
            case 0x24, 0x25:
                return alignment ? Outcome.End.ALIGNMENT : Outcome.End.ABORT;
            case 0x22, 0x26:
                return Outcome.End.ALIGNMENT;
            default:
                return Outcome.End.OTHER;
        }
    }
}
