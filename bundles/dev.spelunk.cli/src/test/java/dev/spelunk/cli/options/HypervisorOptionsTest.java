// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.BootModule;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@DisplayName("--hypervisor, --hypervisor-append, --module")
class HypervisorOptionsTest {
    @TempDir
    private Path folder;

    private static HypervisorOptions options(boolean putsUnder, String... arguments) {
        HypervisorOptions options = new HypervisorOptions();
        CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
        spec.addMixin("hypervisor", CommandLine.Model.CommandSpec.forAnnotatedObject(options));
        new CommandLine(spec).parseArgs(arguments);
        if (putsUnder) {
            options.allowPutUnder();
        }
        return options;
    }

    private static HypervisorOptions.Choice choice(String... arguments) {
        return options(true, arguments).choice(null, false);
    }

    @Test
    @DisplayName("the KVM model, unless the guest is entered at EL2 or the user wants nobody")
    void defaults() {
        assertThat(choice()).isEqualTo(new HypervisorOptions.Choice(true, 1, null, "", List.of()));
        assertThat(options(true).choice(2, false))
                .isEqualTo(new HypervisorOptions.Choice(false, 2, null, "", List.of()));
        assertThat(options(true).choice(1, true).kvm()).isTrue();
        assertThat(choice("--hypervisor", "none"))
                .isEqualTo(new HypervisorOptions.Choice(false, 1, null, "", List.of()));
        assertThat(options(false, "--hypervisor", "none").choice(2, false).el()).isEqualTo(2);
        assertThat(options(false, "--hypervisor", "kvm").choice(null, true).kvm())
                .isTrue();
    }

    @Test
    @DisplayName("a file is entered at EL2, with its arguments and what it is handed over")
    void under() throws IOException {
        Path file = Files.write(folder.resolve("hypervisor.elf"), new byte[1]);
        HypervisorOptions.Choice choice = choice(
                "--hypervisor", file.toString(), "--hypervisor-append", "pin_limit=4K", "--module", "disk,ramdisk");
        assertThat(choice.file()).isEqualTo(file);
        assertThat(choice.kvm()).isFalse();
        assertThat(choice.el()).isEqualTo(2);
        assertThat(choice.arguments()).isEqualTo("pin_limit=4K");
        assertThat(choice.modules()).containsExactly(new BootModule(Path.of("disk"), "multiboot,ramdisk", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", textBlock = """
            FILE                                  | ''                 | ''
            FILE,kernel                           | multiboot,kernel   | ''
            FILE,kernel,console=hvc0 root=/dev/vda | multiboot,kernel  | console=hvc0 root=/dev/vda
            FILE,,quiet                           | ''                 | quiet
            FILE,multiboot,ramdisk                | multiboot,ramdisk  | ''
            FILE,xen,xsm-policy                   | xen,xsm-policy     | ''
            FILE,xen,linux-zimage,a=1,2           | xen,linux-zimage   | a=1,2
            """)
    @DisplayName("--module FILE[,TYPE][,ARGS], where a TYPE of a vendor has a comma")
    void modules(String text, String type, String arguments) {
        assertThat(options(true, "--module", text).choice(2, false).modules())
                .containsExactly(new BootModule(Path.of("FILE"), type, arguments));
    }

    @Test
    @DisplayName("a module without a file is refused where it is read")
    void noFile() {
        assertThatThrownBy(() -> options(true, "--module", ",kernel"))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("names no file");
    }

    private void refused(HypervisorOptions options, Integer el, boolean host, String why) {
        assertThatThrownBy(() -> options.choice(el, host))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(why);
    }

    @Test
    @DisplayName("what does not go together is one sentence")
    void refusals() throws IOException {
        String file = Files.write(folder.resolve("file"), new byte[1]).toString();
        refused(options(true, "--hypervisor", file), 1, false, "the guest is at EL1");
        refused(options(true, "--hypervisor", "kvm"), 2, false, "FEAT_NV2");
        refused(options(true, "--hypervisor", "none"), null, true, "they need --hypervisor kvm");
        refused(options(true, "--hypervisor", file), null, true, "they need --hypervisor kvm");
        refused(options(true, "--hypervisor-append", "x"), 2, false, "needs --hypervisor reference");
        refused(options(true, "--module", "x"), null, false, "--module needs --el 2");
        refused(options(false, "--hypervisor", file), null, false, "only run puts a hypervisor under its guest");
        refused(options(true, "--hypervisor", folder.toString()), null, false, "not a regular file");
        refused(options(true, "--hypervisor", "absent"), null, false, "no such file");
    }
}
