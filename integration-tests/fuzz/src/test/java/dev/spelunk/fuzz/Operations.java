// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import dev.spelunk.api.registers.SystemRegister;

/** Makes programs of an input: what a guest does to devices, registers and memory, one operation after the other. */
final class Operations {
    private static final int NOP = 0xD503201F;
    private static final int WFI = 0xD503207F;
    private static final int PSB = 0xD503223F;
    /** Frames with registers: distributor, redistributors, UART, clock, virtio transports. */
    static final long[] DEVICES = {
        0x0800_0000L,
        0x0800_6000L,
        0x080A_0000L,
        0x080B_0000L,
        0x0900_0000L,
        0x0901_0000L,
        0x0A00_0000L,
        0x0A00_0200L,
        0x0A00_0400L,
        0x0A00_0600L
    };

    static final int[] SPE = {
        SystemRegister.PMBPTR_EL1,
        SystemRegister.PMBLIMITR_EL1,
        SystemRegister.PMBSR_EL1,
        SystemRegister.PMSIRR_EL1,
        SystemRegister.PMSICR_EL1,
        SystemRegister.PMSFCR_EL1,
        SystemRegister.PMSCR_EL1,
        SystemRegister.PMSEVFR_EL1,
        SystemRegister.PMSLATFR_EL1,
        SystemRegister.PMSCR_EL2,
        SystemRegister.MDCR_EL2,
        SystemRegister.HCR_EL2
    };

    private static final long BUFFER = Program.BASE + 0x4_0000;
    private final Input in;
    private final Program program = new Program();

    Operations(Input in) {
        this.in = in;
    }

    Program program() {
        return program;
    }

    /** Accesses to one device's registers, and to RAM, where its queues may be. */
    Operations devices(long... frames) {
        while (!in.ended() && !program.full()) {
            int what = in.next();
            long frame = frames[(what >> 4) % frames.length];
            long address = frame + (in.next() | in.next() << 8 & 0x0F00) % 0x1000 & -4L;
            int log2 = (what & 8) == 0 ? 2 : in.next() & 3;
            switch (what & 7) {
                case 0, 1, 2, 3 -> program.store(address, log2, in.value(BUFFER));
                case 4, 5 -> program.fetch(address, log2);
                case 6 -> program.store(BUFFER + (in.next(2) & -8), 3, in.value(BUFFER));
                default -> pass(in.next());
            }
        }
        return this;
    }

    /** Writes to and reads of registers, by encoding, with a buffer and a profile that work to begin with. */
    Operations registers(int[] encodings, boolean profiles) {
        if (profiles) {
            program.msr(SystemRegister.PMSIRR_EL1, 0x100);
            program.msr(SystemRegister.PMBPTR_EL1, BUFFER);
            program.msr(SystemRegister.PMBLIMITR_EL1, BUFFER + 0x2000 | 1);
            program.msr(SystemRegister.PMSCR_EL1, 0x37);
        }
        while (!in.ended() && !program.full()) {
            int what = in.next();
            int encoding = encodings[(what >> 3) % encodings.length];
            switch (what & 7) {
                case 0, 1, 2, 3 -> program.msr(encoding, in.value(BUFFER));
                case 4 -> program.mrs(encoding);
                case 5 -> program.store(BUFFER + (in.next(2) & -8), 3, in.value(BUFFER));
                case 6 -> program.word(PSB);
                default -> pass(in.next());
            }
        }
        return this;
    }

    /** Time passes: operations that a sample may be taken of, or a wait. */
    private void pass(int how) {
        if (how == 255) {
            program.word(WFI);
            return;
        }
        for (int i = 0; i < how; i++) {
            program.word(NOP);
        }
    }
}
