// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.api.debug.Debugger.Space;
import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;

/**
 * Memory as who looks sees it. Translations are made as those of cache maintenance are: no TLB takes them, no descriptor is
 * updated. Under a hypervisor a page may be in the host's memory though stage 2 does not map it yet: it can be looked at too.
 */
final class MemoryView {
    private static final int PAGE = 4096;
    private static final int LOOK = Translator.MAINTENANCE | Translator.IGNORE_PAN;

    private final BoardWiring board;
    private final PhysicalMemory memory;
    private final Translation out = new Translation();

    MemoryView(BoardWiring board, PhysicalMemory memory) {
        this.board = board;
        this.memory = memory;
    }

    int read(PeContext pe, Space space, long address, byte[] to) {
        int done = 0;
        while (done < to.length) {
            int length = (int) Math.min(to.length - done, PAGE - (address + done & PAGE - 1));
            long pa = physical(pe, space, address + done);
            if (pa == -1 || !memory.isRam(pa, length)) {
                break;
            }
            System.arraycopy(memory.ram, (int) (pa - memory.base), to, done, length);
            done += length;
        }
        return done;
    }

    int write(PeContext pe, Space space, long address, byte[] from) {
        int done = 0;
        while (done < from.length) {
            int length = (int) Math.min(from.length - done, PAGE - (address + done & PAGE - 1));
            long pa = physical(pe, space, address + done);
            if (pa == -1 || !memory.isRam(pa, length)) {
                break;
            }
            memory.copyIn(pa, from, done, length);
            done += length;
        }
        return done;
    }

    /** Physical address, or -1. */
    private long physical(PeContext pe, Space space, long address) {
        if (space == Space.PHYSICAL) {
            return address;
        }
        int regime =
                switch (space) {
                    case EL1 -> Translator.REGIME_EL10;
                    case EL2 ->
                        (pe.register(SystemRegister.HCR_EL2) & HCR_EL2.E2H) != 0
                                ? Translator.REGIME_EL20
                                : Translator.REGIME_EL2;
                    default -> pe.translator.regime();
                };
        if (pe.translator.translate(out, regime, address, Translator.READ | LOOK)
                || pe.translator.translate(out, regime, address, Translator.EXECUTE | LOOK)) {
            return out.pa;
        }
        if (board.vm == null || regime != Translator.REGIME_EL10) {
            return -1;
        }
        return pe.translator.walkStage1(out, address, Translator.READ | LOOK, new HostPages())
                ? board.vm.whereIs(out.pa)
                : -1;
    }

    /** Descriptors where the host has them. */
    private final class HostPages implements DescriptorSource {
        @Override
        public boolean accessible(long ipa) {
            long pa = board.vm.whereIs(ipa);
            return pa != -1 && memory.isRam(pa, Long.BYTES);
        }

        @Override
        public long read(long ipa) {
            return memory.read(board.vm.whereIs(ipa), Long.BYTES);
        }
    }
}
