// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.ESR_ELx;

/** Exceptions in words, by their syndrome (DDI 0487, D24.2.40). */
public final class ExceptionClass {
    private static final int INSTRUCTION_ABORT_LOWER = 0x20;
    private static final int DATA_ABORT_SAME = 0x25;
    private static final int DATA_ABORT_LOWER = 0x24;
    private static final int STATUS = 0x3F;
    static final int ALIGNMENT_FAULT = 0x21;

    private ExceptionClass() {}

    /** ESR_ELx.EC. */
    static int of(long syndrome) {
        return (int) Field.valueIn(syndrome, ESR_ELx.EC);
    }

    /** Whether it is an abort, whose syndrome has a fault status code and whose address is in FAR_ELx. */
    static boolean isAbort(long syndrome) {
        return of(syndrome) >= INSTRUCTION_ABORT_LOWER && of(syndrome) <= DATA_ABORT_SAME && of(syndrome) != 0x22;
    }

    /** Whether it is a data abort by an access that is not aligned. */
    static boolean isAlignmentFault(long syndrome) {
        return (of(syndrome) == DATA_ABORT_LOWER || of(syndrome) == DATA_ABORT_SAME)
                && (syndrome & STATUS) == ALIGNMENT_FAULT;
    }

    /** {@code data abort (translation fault, level 3)}. */
    public static String name(long syndrome) {
        String name = className(of(syndrome));
        return isAbort(syndrome) ? name + " (" + status((int) syndrome & STATUS) + ")" : name;
    }

    private static String className(int ec) {
        return switch (ec) {
            case 0x00 -> "UNDEFINED instruction";
            case 0x01 -> "trapped WFI or WFE";
            case 0x07 -> "access to floating point or SIMD that is off";
            case 0x0D -> "branch target exception";
            case 0x0E -> "illegal execution state";
            case 0x15 -> "SVC";
            case 0x16 -> "HVC";
            case 0x17 -> "SMC";
            case 0x18 -> "trapped access to a system register";
            case 0x19 -> "access to SVE that is off";
            case 0x1C -> "pointer authentication failure";
            case 0x20, 0x21 -> "instruction abort";
            case 0x22 -> "misaligned PC";
            case DATA_ABORT_LOWER, DATA_ABORT_SAME -> "data abort";
            case 0x26 -> "misaligned SP";
            case 0x2C -> "trapped floating-point exception";
            case 0x2F -> "SError";
            case 0x30, 0x31 -> "breakpoint";
            case 0x32, 0x33 -> "software step";
            case 0x34, 0x35 -> "watchpoint";
            case 0x3C -> "BRK";
            case 0x3D -> "profiling exception";
            default -> String.format("exception class 0x%02x", ec);
        };
    }

    /** A fault status code in words: {@code translation fault, level 3}. */
    public static String status(int code) {
        String level = ", level " + (code & 3);
        return switch (code >>> 2) {
            case 0 -> "address size fault" + level;
            case 1 -> "translation fault" + level;
            case 2 -> "access flag fault" + level;
            case 3 -> "permission fault" + level;
            default ->
                switch (code) {
                    case 0x10 -> "synchronous external abort";
                    case ALIGNMENT_FAULT -> "alignment fault";
                    case 0x30 -> "TLB conflict";
                    default -> String.format("fault status 0x%02x", code);
                };
        };
    }
}
