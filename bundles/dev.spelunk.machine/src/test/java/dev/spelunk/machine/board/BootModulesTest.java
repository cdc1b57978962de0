// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.BootModule;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hypervisor is handed over: where it lies, and what /chosen says of it. */
class BootModulesTest {
    private static final long BASE = 0x4000_0000L;
    private static final int PAGE = 4096;
    /** NOP: an image without a header. */
    private static final byte[] GUEST = {0x1F, 0x20, 0x03, (byte) 0xD5};

    @TempDir
    private Path folder;

    private Path file(String name, int size) throws IOException {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) name.charAt(0));
        return Files.write(folder.resolve(name), content);
    }

    private GuestImage guest() throws IOException {
        return GuestImage.read(Files.write(folder.resolve("guest"), GUEST), BASE, 1 << 20, BASE);
    }

    private static Board board(RunOptions options) {
        FakeParts parts = new FakeParts();
        return new Board(parts.selection("mmu", "interpreter"), FakeParts.architecture(), options);
    }

    private Board board(BootModule... modules) {
        return board(FakeParts.options(1)
                .withMemory(8 << 20)
                .withEl(2)
                .withBootArguments("the hypervisor's")
                .withModules(List.of(modules)));
    }

    private static DeviceTree described(BootModules modules) {
        DeviceTree chosen = new DeviceTree("chosen");
        modules.describe(chosen);
        return chosen;
    }

    private static String text(DeviceTree node, String property) {
        byte[] value = node.properties().get(property);
        return value == null ? null : new String(value, StandardCharsets.UTF_8).replace('\0', '|');
    }

    private static long[] reg(DeviceTree node) {
        ByteBuffer reg = ByteBuffer.wrap(node.properties().get("reg"));
        return new long[] {reg.getLong(), reg.getLong()};
    }

    @Test
    @DisplayName("without modules nothing is said and nothing is different")
    void none() throws IOException {
        Board board = board();
        BootModules modules = BootModules.read(board, guest());
        assertThat(described(modules).properties()).isEmpty();
        assertThat(described(modules).children()).isEmpty();
        assertThat(modules.identity(content -> "digest")).isEqualTo("none");
    }

    @Test
    @DisplayName("each lies below the one before, on pages of its own, with its type, place and arguments")
    void placed() throws IOException {
        Board board = board(
                new BootModule(file("kernel", PAGE + 1), BootModule.KERNEL, "console=hvc0"),
                new BootModule(file("disk", 5), "", ""));
        BootModules modules = BootModules.read(board, guest());
        modules.load(board, BASE + PAGE);
        DeviceTree chosen = described(modules);
        assertThat(text(chosen, "xen,xen-bootargs")).isEqualTo("the hypervisor's|");
        List<DeviceTree> nodes = List.copyOf(chosen.children());
        assertThat(nodes).hasSize(2);
        long[] kernel = reg(nodes.get(0));
        long[] disk = reg(nodes.get(1));
        assertThat(kernel).containsExactly(BootLoader.handedOverEnd(board) - 2 * PAGE, PAGE + 1);
        assertThat(disk).containsExactly(kernel[0] - PAGE, 5);
        assertThat(nodes.get(0).name()).isEqualTo(String.format("module@%x", kernel[0]));
        assertThat(text(nodes.get(0), "compatible")).isEqualTo("multiboot,kernel|multiboot,module|");
        assertThat(text(nodes.get(0), "bootargs")).isEqualTo("console=hvc0|");
        assertThat(text(nodes.get(1), "compatible")).isEqualTo("multiboot,module|");
        assertThat(text(nodes.get(1), "bootargs")).isNull();
        assertThat(board.state.memory.read(board.physical(kernel[0] + PAGE), 2)).isEqualTo('k');
        assertThat(board.state.memory.read(board.physical(disk[0]), 8)).isEqualTo(0x64_6464_6464L);
        assertThat(modules.identity(content -> content.length + " bytes"))
                .isEqualTo("[4097 bytes multiboot,kernel 'console=hvc0', 5 bytes  '']");
    }

    @Test
    @DisplayName(
            "a hypervisor that is put under the guest gets the guest as its kernel, first, with the guest's arguments")
    void under() throws IOException {
        Board board = board(FakeParts.options(1)
                .withMemory(8 << 20)
                .withEl(2)
                .withBootArguments("the guest's")
                .withUnder(file("hypervisor", PAGE), "pin_limit=4K")
                .withModules(List.of(new BootModule(file("disk", 1), "multiboot,ramdisk", ""))));
        DeviceTree chosen = described(BootModules.read(board, guest()));
        assertThat(text(chosen, "xen,xen-bootargs")).isEqualTo("pin_limit=4K|");
        List<DeviceTree> nodes = List.copyOf(chosen.children());
        assertThat(text(nodes.get(0), "compatible")).isEqualTo("multiboot,kernel|multiboot,module|");
        assertThat(text(nodes.get(0), "bootargs")).isEqualTo("the guest's|");
        assertThat(reg(nodes.get(0))[1]).isEqualTo(GUEST.length);
        assertThat(text(nodes.get(1), "compatible")).isEqualTo("multiboot,ramdisk|multiboot,module|");
    }

    @Test
    @DisplayName("what cannot be handed over is one sentence")
    void refused() throws IOException {
        GuestImage guest = guest();
        Board absent = board(new BootModule(folder.resolve("absent"), "", ""));
        assertThatThrownBy(() -> BootModules.read(absent, guest))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("absent: no such file");
        Board directory = board(new BootModule(folder, "", ""));
        assertThatThrownBy(() -> BootModules.read(directory, guest)).hasMessageContaining("not a regular file");
        Board empty = board(new BootModule(file("empty", 0), "", ""));
        assertThatThrownBy(() -> BootModules.read(empty, guest)).hasMessageContaining("is empty");
        Board large = board(new BootModule(file("large", 9 << 20), "", ""));
        assertThatThrownBy(() -> BootModules.read(large, guest)).hasMessageContaining("no room for its 9216 KiB");
        Board tight = board(new BootModule(file("tight", 4 * PAGE), "", ""));
        BootModules modules = BootModules.read(tight, guest);
        assertThatThrownBy(() -> modules.load(tight, BootLoader.handedOverEnd(tight) - 2 * PAGE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no room for its 16 KiB")
                .hasMessageContaining("--memory");
    }
}
