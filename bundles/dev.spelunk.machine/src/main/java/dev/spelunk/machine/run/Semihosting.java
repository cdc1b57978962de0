// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Console;
import java.nio.charset.StandardCharsets;

/** Arm semihosting for AArch64: console, clock, command line and exit calls. */
final class Semihosting {
    private static final int SYS_WRITEC = 0x03;
    private static final int SYS_WRITE0 = 0x04;
    private static final int SYS_READC = 0x07;
    private static final int SYS_CLOCK = 0x10;
    private static final int SYS_ERRNO = 0x13;
    private static final int SYS_GET_CMDLINE = 0x15;
    private static final int SYS_EXIT = 0x18;
    private static final int SYS_EXIT_EXTENDED = 0x20;
    private static final int SYS_ELAPSED = 0x30;
    private static final int SYS_TICKFREQ = 0x31;
    private static final long ADP_STOPPED_APPLICATION_EXIT = 0x20026;
    private static final int LONGEST_STRING = 1 << 20;

    private final Console console;
    private final byte[] commandLine;
    private final Translation translation = new Translation();

    Semihosting(Console console, String commandLine) {
        this.console = console;
        this.commandLine = commandLine.getBytes(StandardCharsets.UTF_8);
    }

    /** Serves the call at the HLT. Returns the guest's exit code (0..255), or -1 when it goes on. */
    int call(PeContext context) {
        PeState pe = context.pe;
        int operation = (int) pe.x[0];
        long parameter = pe.x[1];
        long result = -1;
        switch (operation) {
            case SYS_EXIT:
            case SYS_EXIT_EXTENDED:
                long reason = load(context, parameter);
                return reason == ADP_STOPPED_APPLICATION_EXIT ? (int) load(context, parameter + 8) & 0xFF : 1;
            case SYS_WRITEC:
                int c = loadByte(context, parameter);
                if (c >= 0) {
                    console.write(c);
                    result = pe.x[0];
                }
                break;
            case SYS_WRITE0:
                for (int i = 0; i < LONGEST_STRING; i++) {
                    int b = loadByte(context, parameter + i);
                    if (b <= 0) {
                        break;
                    }
                    console.write(b);
                }
                result = pe.x[0];
                break;
            case SYS_READC:
                result = console.read();
                break;
            case SYS_CLOCK:
                result = pe.cycles() / 10_000_000;
                break;
            case SYS_ELAPSED:
                result = store(context, parameter, context.machine.count(pe.cycles())) ? 0 : -1;
                break;
            case SYS_TICKFREQ:
                result = MachineState.COUNTER_FREQUENCY;
                break;
            case SYS_ERRNO:
                result = 0;
                break;
            case SYS_GET_CMDLINE:
                result = commandLine(context, parameter);
                break;
            default:
                break;
        }
        pe.x[0] = result;
        pe.pc += 4;
        return -1;
    }

    private long commandLine(PeContext context, long block) {
        long buffer = load(context, block);
        long room = load(context, block + 8);
        if (room <= commandLine.length) {
            return -1;
        }
        for (int i = 0; i <= commandLine.length; i++) {
            if (!translate(context, buffer + i, Translator.WRITE)) {
                return -1;
            }
            context.memory.write(translation.pa, 1, i < commandLine.length ? commandLine[i] : 0);
        }
        return store(context, block + 8, commandLine.length) ? 0 : -1;
    }

    private boolean translate(PeContext context, long va, int access) {
        return context.translator.translate(translation, va, access) && context.memory.isRam(translation.pa, 1);
    }

    private int loadByte(PeContext context, long va) {
        return translate(context, va, Translator.READ) ? (int) context.memory.read(translation.pa, 1) : -1;
    }

    private long load(PeContext context, long va) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (long) Math.max(loadByte(context, va + i), 0) << 8 * i;
        }
        return value;
    }

    private boolean store(PeContext context, long va, long value) {
        for (int i = 0; i < 8; i++) {
            if (!translate(context, va + i, Translator.WRITE)) {
                return false;
            }
            context.memory.write(translation.pa, 1, value >>> 8 * i);
        }
        return true;
    }
}
