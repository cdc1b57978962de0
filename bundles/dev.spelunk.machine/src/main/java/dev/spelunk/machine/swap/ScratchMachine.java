// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.compose.Selection;
import dev.spelunk.machine.run.RunLoop;
import dev.spelunk.machine.run.Safepoints;
import java.util.List;

/**
 * A scratch machine on which a selection of parts is tried before the machine that runs gets it: it executes a
 * short program that computes, loads, stores, branches, and samples itself into a profiling buffer where there is
 * an SPU.
 */
final class ScratchMachine {
    private static final int MEMORY = 1 << 20;
    private static final int HOST_RESERVED = 2 << 20;
    private static final long ENTRY = Board.RAM_BASE + 0x1_0000;
    private static final long LONGEST = 100_000;
    /** Low byte of what the program computes. */
    private static final int CHECKSUM = 140;

    /** The program, which needs no memory at a fixed address: data at +4 KiB, the buffer at +32 KiB. */
    private static final int[] PROGRAM = {
        0x10000009, // adr x9, 0
        0x9140052A, // add x10, x9, #0x1, lsl #12
        0xD5380501, // mrs x1, id_aa64dfr0_el1
        0xD3608C21, // ubfx x1, x1, #32, #4
        0xB4000261, // cbz x1, 5c
        0x91402122, // add x2, x9, #0x8, lsl #12
        0x91403123, // add x3, x9, #0xc, lsl #12
        0xB2400063, // orr x3, x3, #0x1
        0xD2802004, // mov x4, #0x100
        0xD2800765, // mov x5, #0x3b
        0xD518991F, // msr pmscr_el1, xzr
        0xD5189A7F, // msr pmbsr_el1, xzr
        0xD5189A22, // msr pmbptr_el1, x2
        0xD5189A03, // msr pmblimitr_el1, x3
        0xD5189964, // msr pmsirr_el1, x4
        0xD518995F, // msr pmsicr_el1, xzr
        0xD518999F, // msr pmsfcr_el1, xzr
        0xD5033FDF, // isb
        0xD538424B, // mrs x11, currentel
        0xD5189905, // msr pmscr_el1, x5
        0x3618004B, // tbz w11, #3, 58
        0xD51C9905, // msr pmscr_el2, x5
        0xD5033FDF, // isb
        0xD2804B06, // mov x6, #0x258
        0xD2800007, // mov x7, #0x0
        0xF9002146, // str x6, [x10, #64]
        0xF9402148, // ldr x8, [x10, #64]
        0x8B0800E7, // add x7, x7, x8
        0x36180046, // tbz w6, #3, 78
        0xCA0614E7, // eor x7, x7, x6, lsl #5
        0xF10004C6, // subs x6, x6, #0x1
        0x54FFFF41, // b.ne 64
        0xB40000C1, // cbz x1, 98
        0xD503223F, // psb csync
        0xD518991F, // msr pmscr_el1, xzr
        0xD5033FDF, // isb
        0xD5189A1F, // msr pmblimitr_el1, xzr
        0xD5033FDF, // isb
        0xD28004C2, // mov x2, #0x26
        0xF2A00042, // movk x2, #0x2, lsl #16
        0xA9001D42, // stp x2, x7, [x10]
        0xAA0A03E1, // mov x1, x10
        0x52800300, // mov w0, #0x18
        0xD45E0000 // hlt #0xf000
    };

    private ScratchMachine() {}

    /**
     * Runs the program on a machine of one PE.
     *
     * @return the PE, for a look at the registers that it has
     * @throws BadInputException when the program does not end as it must
     */
    static PeContext run(Selection parts, Architecture architecture, RunOptions options) {
        RunOptions scratch = RunOptions.of(options.guest())
                .withHypervisor(options.hypervisor())
                .withEl(options.el())
                .withMemory(MEMORY)
                .withMaxInstructions(LONGEST)
                .withSeed(options.seed())
                .withVm(options.vm());
        Board board = new Board(parts, architecture, scratch, HOST_RESERVED, List.of());
        try {
            PeContext pe = board.pes[0];
            for (int i = 0; i < PROGRAM.length; i++) {
                board.state.memory.write(board.physical(ENTRY) + 4L * i, 4, PROGRAM[i]);
            }
            board.start(ENTRY, 0);
            RunLoop loop = new RunLoop(board.wiring, board.console, board.options, new Safepoints());
            while (loop.ending() == null && loop.executed() < LONGEST) {
                loop.turn(LONGEST);
            }
            if (loop.ending() != Machine.Ending.EXITED || loop.exitCode() != CHECKSUM) {
                throw new BadInputException("a scratch machine with it "
                        + (loop.ending() == null
                                ? "does not come to the end of its program"
                                : loop.ending() == Machine.Ending.EXITED
                                        ? "computes something else"
                                        : "fails" + (loop.message().isEmpty() ? "" : ": " + loop.message())));
            }
            return pe;
        } finally {
            board.close();
        }
    }
}
