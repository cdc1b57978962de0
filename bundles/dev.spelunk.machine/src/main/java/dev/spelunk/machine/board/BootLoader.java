// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.problems.BadInputException;

/** What a boot loader does: it puts the guest, and what that is handed over, into memory. */
public final class BootLoader {
    private static final long DEVICE_TREE_ROOM = 2 << 20;
    private static final long PAGE = 0x1000;

    private BootLoader() {}

    /** Guest address of what a boot loader hands over: as high as it can be, a whole number of pages. */
    static long highest(long below, long size) {
        return below - size & -PAGE;
    }

    /** Guest address below which a boot loader puts what it hands over. */
    static long handedOverEnd(Board board) {
        return Board.RAM_BASE + board.visibleMemory() - DEVICE_TREE_ROOM;
    }

    /** Guest address of an initial RAM disk. */
    static long initrdAddress(Board board, byte[] initrd) {
        return highest(handedOverEnd(board), initrd.length);
    }

    /**
     * Puts the guest into memory and PE 0 at its entry.
     *
     * @param initrd the initial RAM disk, or null
     * @param modules what a hypervisor is handed over
     */
    public static void load(Board board, GuestImage image, byte[] initrd, BootModules modules, byte[] deviceTree) {
        for (GuestImage.Load load : image.loads) {
            board.state.memory.copyIn(
                    board.physical(load.address()), image.content, load.fileOffset(), load.fileSize());
        }
        modules.load(board, image.end());
        long end = Board.RAM_BASE + board.visibleMemory();
        // The boot protocol wants the tree 8-byte aligned, within 2 MiB and out of the kernel's way.
        long at = end - deviceTree.length & -PAGE;
        if (initrd != null) {
            long ramDisk = initrdAddress(board, initrd);
            if (ramDisk < image.end()) {
                throw new BadInputException("initrd " + board.options.initrd() + ": no room for its "
                        + (initrd.length >> 10) + " KiB beside the kernel: give more with --memory");
            }
            board.state.memory.copyIn(board.physical(ramDisk), initrd, 0, initrd.length);
        }
        if (Long.compareUnsigned(at, image.end()) < 0) {
            throw new BadInputException(
                    "guest " + image.file + ": no room for the device tree above it: give more with --memory");
        }
        board.state.memory.copyIn(board.physical(at), deviceTree, 0, deviceTree.length);
        board.start(image.entry, at);
    }
}
