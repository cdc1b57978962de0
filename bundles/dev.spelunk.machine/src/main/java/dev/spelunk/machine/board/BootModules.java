// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.machine.BootModule;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a hypervisor is handed over in memory, and how {@code /chosen} says so: nodes {@code module@ADDRESS} with
 * {@code compatible}, {@code reg} and {@code bootargs}, as Xen's boot protocol has them
 * (docs/misc/arm/device-tree/booting.txt of Xen). The first lies highest.
 */
public final class BootModules {
    private record Placed(BootModule module, byte[] content, long address) {}

    private final List<Placed> modules = new ArrayList<>();
    private final String hypervisorArguments;
    private long lowest;

    private BootModules(Board board) {
        hypervisorArguments =
                board.options.under() == null ? board.options.bootArguments() : board.options.underArguments();
        lowest = BootLoader.handedOverEnd(board);
    }

    /**
     * Reads those of a run.
     *
     * @param guest the guest, which is the first one where a hypervisor is put under it
     * @throws BadInputException when one cannot be read, or is too large
     */
    public static BootModules read(Board board, GuestImage guest) {
        BootModules all = new BootModules(board);
        if (board.options.under() != null) {
            // Decompressed: a hypervisor need not know gzip.
            all.add(board, new BootModule(guest.file, BootModule.KERNEL, board.options.bootArguments()), guest.content);
        }
        for (BootModule module : board.options.modules()) {
            all.add(board, module, content(module.file(), board.visibleMemory()));
        }
        return all;
    }

    private static byte[] content(Path file, long limit) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(
                        "module " + file + ": " + (Files.exists(file) ? "not a regular file" : "no such file"));
            }
            if (Files.size(file) == 0) {
                throw new BadInputException("module " + file + ": is empty");
            }
            if (Files.size(file) > limit) {
                throw tooLarge(file, Files.size(file));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadInputException("module " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static BadInputException tooLarge(Path file, long size) {
        return new BadInputException("module " + file + ": no room for its " + (size + 1023 >> 10)
                + " KiB beside all else: give more with --memory");
    }

    private void add(Board board, BootModule module, byte[] content) {
        lowest = BootLoader.highest(lowest, content.length);
        modules.add(new Placed(module, content, lowest));
    }

    /** Puts them into memory, above the hypervisor, which ends there. */
    void load(Board board, long hypervisorEnd) {
        for (Placed placed : modules) {
            if (placed.address < hypervisorEnd) {
                throw tooLarge(placed.module.file(), placed.content.length);
            }
            board.state.memory.copyIn(board.physical(placed.address), placed.content, 0, placed.content.length);
        }
    }

    /** Adds them to /chosen. */
    void describe(DeviceTree chosen) {
        if (modules.isEmpty()) {
            return;
        }
        // Xen takes bootargs for its first guest's where there is no other place for those.
        chosen.strings("xen,xen-bootargs", hypervisorArguments);
        chosen.cells("#address-cells", 2).cells("#size-cells", 2);
        for (Placed placed : modules) {
            DeviceTree node = chosen.node(String.format("module@%x", placed.address));
            String type = placed.module.type();
            if (type.isEmpty()) {
                node.strings("compatible", BootModule.MODULE);
            } else {
                node.strings("compatible", type, BootModule.MODULE);
            }
            node.cells64("reg", placed.address, placed.content.length);
            if (!placed.module.arguments().isEmpty()) {
                node.strings("bootargs", placed.module.arguments());
            }
        }
    }

    /** What they are, for two machines to be compared; none where there are none. */
    public String identity(Function<byte[], String> digest) {
        return modules.isEmpty()
                ? "none"
                : modules.stream()
                        .map(m -> digest.apply(m.content) + " " + m.module.type() + " '" + m.module.arguments() + "'")
                        .toList()
                        .toString();
    }
}
