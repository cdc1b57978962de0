// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The functions of a guest whose file does not have them. */
class GuestSymbolsTest {
    private static final long RAM = 0x4000_0000L;

    @TempDir
    Path folder;

    private GuestSymbols symbols(String text) throws IOException {
        GuestImage image = GuestImage.read(Files.write(folder.resolve("Image"), new byte[64]), RAM, 1 << 20, RAM);
        return new GuestSymbols(image, Files.writeString(folder.resolve("symbols"), text));
    }

    @Test
    void areThoseOfKallsymsOrASystemMap() throws IOException {
        GuestSymbols symbols = symbols("""
                ffff800008000000 T _text
                ffff800008001000 t kvm_arch_vcpu_load
                ffff800008001800 D data
                ffff800008002000 T kvm_arch_vcpu_put\t[kvm]
                """);
        assertThat(symbols.at(0xffff800008001804L)).isEqualTo("kvm_arch_vcpu_load+0x804");
        assertThat(symbols.at(0xffff800008002000L)).isEqualTo("kvm_arch_vcpu_put");
        assertThat(symbols.at(RAM)).isEmpty();
        assertThat(symbols.address("_text")).isEqualTo(0xffff800008000000L);
    }

    @Test
    void aFileWithoutAddressesIsRefused() {
        assertThatThrownBy(() -> symbols("0000000000000000 T _text\n"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("kptr_restrict");
        assertThatThrownBy(() -> new GuestSymbols(null, folder.resolve("absent")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cannot be read");
    }
}
