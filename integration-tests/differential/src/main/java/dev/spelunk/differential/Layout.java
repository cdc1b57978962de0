// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

/** Where code and data lie, on every side of a comparison; {@code runner.c} has the same numbers. */
public final class Layout {
    /** Start of the pages that a block may access. */
    public static final long MEMORY_ADDRESS = 0x40400000L;
    /** Length of the pages that a block may access, in bytes. */
    public static final int MEMORY_LENGTH = 0x2000;
    /** Start of the bytes that are set before a block and compared after it, around a page boundary. */
    public static final long WINDOW_ADDRESS = 0x40400e00L;
    /** Length of the bytes that are set and compared. */
    public static final int WINDOW_LENGTH = 0x400;
    /** Start of the memory for code. */
    public static final long CODE_ADDRESS = 0x40800000L;
    /** Length of the memory for code, in bytes. */
    public static final int CODE_LENGTH = 0x800000;
    /** BRK #0, the last instruction of a block. */
    public static final int BRK = 0xd4200000;
    /** NOP. */
    public static final int NOP = 0xd503201f;

    private Layout() {}
}
