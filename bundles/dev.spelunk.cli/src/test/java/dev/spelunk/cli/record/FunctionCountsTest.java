// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.TestMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted, and for whom. */
class FunctionCountsTest {
    @TempDir
    private Path folder;

    private final PeContext pe = TestMachine.builder().build().context;
    private final Operation operation = new Operation();
    private FunctionCounts counts;

    @BeforeEach
    void program() throws IOException {
        ByteBuffer elf = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0, 0x464c457f)
                .put(4, (byte) 2)
                .put(5, (byte) 1)
                .putShort(16, (short) 2)
                .putShort(18, (short) 183);
        elf.putLong(24, 0x1000).putLong(40, 64).putShort(60, (short) 2);
        elf.putInt(64 + 4, 2).putLong(64 + 24, 192).putLong(64 + 32, 48).putInt(64 + 40, 1);
        elf.putLong(128 + 24, 256);
        elf.putInt(192, 1).put(196, (byte) 2).putLong(200, 0x1000).putLong(208, 0x100);
        elf.putInt(216, 5).put(220, (byte) 2).putLong(224, 0x1100).putLong(232, 0x100);
        elf.position(257);
        elf.put("one\0two\0".getBytes(StandardCharsets.US_ASCII));
        counts = new FunctionCounts(Files.write(folder.resolve("program"), elf.array()));
    }

    private void at(int el, long pc, long table, long context) {
        pe.pe.el = el;
        pe.pe.pc = pc;
        pe.register(SystemRegister.TTBR0_EL1, table);
        pe.register(SystemRegister.CONTEXTIDR_EL1, context);
    }

    private void executed(long pc, int times) {
        for (int i = 0; i < times; i++) {
            operation.begin(pc, pe.pe.el, true, 0);
            counts.executed(pe, operation);
        }
    }

    @Test
    void countsTheProgramsProcessFromItsEntryPointOn() throws IOException {
        at(0, 0x1000, 0x8000, 84);
        assertThat(counts.observes(pe)).as("before it is started").isFalse();
        counts.start();
        at(0, 0x1004, 0x8000, 84);
        assertThat(counts.observes(pe)).as("before its entry point").isFalse();
        at(0, 0x1000, 0x1_0000_0000_8001L, 84);
        assertThat(counts.observes(pe)).isTrue();
        executed(0x1000, 3);
        at(1, 0x1000, 0x8000, 84);
        assertThat(counts.observes(pe)).as("at EL1").isFalse();
        at(0, 0x1004, 0x9000, 85);
        assertThat(counts.observes(pe)).as("another process").isFalse();
        at(0, 0x1104, 0x8000, 86);
        assertThat(counts.observes(pe)).as("another thread").isTrue();
        executed(0x1104, 4);
        executed(0x2000, 1);
        counts.stop();
        assertThat(counts.observes(pe)).isFalse();
        Path file = folder.resolve("functions.json");
        counts.write(file);
        assertThat(Files.readString(file).replaceAll("\\s+", "")).endsWith("""
                "contexts":[{"contextidr":84,"instructions":3,"functions":{"one":3}},
                {"contextidr":86,"instructions":5,"functions":{"two":4,"[outsidetheprogram'sfunctions]":1}}]}
                """.replaceAll("\\s+", ""));
    }
}
