// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.integration.system.broken.WrongPointerTraps;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --check} on the command line, with a variant whose handler of PMBPTR_EL1 is wrong. */
class CheckTest {
    private static final int INVARIANT_BROKEN = 5;

    @TempDir
    Path folder;

    private Path variant;

    @BeforeEach
    void write() throws IOException {
        // Handlers are asked in the order of their names: before spe-buffer.
        OwnBundle bundle = new OwnBundle(
                        "org.example.wrong",
                        WrongPointerTraps.class,
                        "dev.spelunk.api.hypervisor,dev.spelunk.api.registers")
                .property("spelunk.part", "traps")
                .property("spelunk.name", "a-wrong-pointer");
        bundle.write(folder, TrapHandler.class);
        variant = bundle.variant(folder.resolve("wrong.json"), "");
    }

    private Spelunk.Outcome run(String... more) {
        String[] arguments = new String[9 + more.length];
        System.arraycopy(
                new String[] {
                    "run",
                    "--variant",
                    variant.toString(),
                    "--bundles",
                    folder.toString(),
                    "--append",
                    "workload=ping",
                    "--output",
                    folder.resolve("out").toString()
                },
                0,
                arguments,
                0,
                9);
        System.arraycopy(more, 0, arguments, 9, more.length);
        return Spelunk.run(arguments);
    }

    @Test
    @DisplayName("a broken invariant ends the run with exit code 5, its name and the history of the registers")
    void brokenInvariant() {
        Spelunk.Outcome checked = run("--check");
        assertThat(checked.code()).as(checked.err()).isEqualTo(INVARIANT_BROKEN);
        assertThat(checked.err())
                .contains("pointer-changed-by-guest")
                .contains("vCPU 0")
                .containsPattern("PMBPTR_EL1 +in memory +0x0+ -> 0xffffffc000001000  guest write of PMBPTR_EL1");
        assertThat(run().code()).as("nobody asked for the check").isNotEqualTo(INVARIANT_BROKEN);
    }
}
