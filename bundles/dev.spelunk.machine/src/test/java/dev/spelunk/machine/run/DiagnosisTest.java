// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import dev.spelunk.machine.board.GuestImage;
import dev.spelunk.machine.board.GuestSymbols;
import dev.spelunk.machine.board.SymbolTables;
import dev.spelunk.testkit.TestMachine;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Diagnosis of a run that the guest has not ended")
class DiagnosisTest {
    private static final long RAM = TestMachine.RAM;
    private static final long LINKED = 0xFFFF_0000_4000_0000L;

    @TempDir
    Path folder;

    private final TestMachine machine =
            TestMachine.builder().pes(2).ram(0x10000).build();

    /** Two functions, outer at +0x100 and inner at +0x200, and a label without size or type at +0x300. */
    private GuestSymbols symbols() throws IOException {
        ByteBuffer b = ByteBuffer.allocate(0x1000).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
        b.putShort(16, (short) 2).putShort(18, (short) 183).putInt(20, 1);
        b.putLong(24, LINKED).putLong(32, 64).putLong(40, 0x800);
        b.putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) 1);
        b.putShort(58, (short) 64).putShort(60, (short) 2);
        b.putInt(64, 1).putInt(68, 5).putLong(72, 0x400).putLong(80, LINKED).putLong(88, RAM);
        b.putLong(96, 0x400).putLong(104, 0x400);
        String strings = "\0outer\0inner\0label\0$x\0";
        b.put(0xC00, strings.getBytes(StandardCharsets.US_ASCII));
        symbol(b, 0xA00, 1, 2, LINKED + 0x100, 0x40);
        symbol(b, 0xA18, 7, 2, LINKED + 0x200, 0x40);
        symbol(b, 0xA30, 13, 0, LINKED + 0x300, 0);
        symbol(b, 0xA48, 19, 0, LINKED + 0x304, 0);
        b.putInt(0x804, 2).putLong(0x818, 0xA00).putLong(0x820, 4 * 24).putInt(0x828, 1);
        b.putLong(0x840 + 24, 0xC00).putLong(0x840 + 32, strings.length());
        Path file = Files.write(folder.resolve("guest"), b.array());
        return new GuestSymbols(GuestImage.read(file, RAM, 1 << 20, -1));
    }

    private static void symbol(ByteBuffer b, int at, int name, int type, long value, long size) {
        b.putInt(at, name).put(at + 4, (byte) type).putShort(at + 6, (short) 1);
        b.putLong(at + 8, value).putLong(at + 16, size);
    }

    private Diagnosis diagnosis() throws IOException {
        for (PeContext context : machine.contexts) {
            context.pe.powered = true;
            context.translator = (Translator) Proxy.newProxyInstance(
                    Translator.class.getClassLoader(),
                    new Class<?>[] {Translator.class},
                    (proxy, method, arguments) -> {
                        ((Translation) arguments[0]).pa = (Long) arguments[1];
                        return true;
                    });
        }
        return new Diagnosis(new BoardWiring(machine.contexts), new SymbolTables(symbols(), symbols()));
    }

    @Test
    @DisplayName("Addresses have the names of functions, where they are linked and where they are loaded")
    void names() throws IOException {
        GuestSymbols symbols = symbols();
        assertThat(symbols.at(LINKED + 0x100)).isEqualTo("outer");
        assertThat(symbols.at(LINKED + 0x13C)).isEqualTo("outer+0x3c");
        assertThat(symbols.at(RAM + 0x204)).isEqualTo("inner+0x4");
        assertThat(symbols.at(LINKED + 0x310)).as("of a label").isEqualTo("label+0x10");
        assertThat(symbols.at(LINKED + 0x180)).as("behind a function's end").isEmpty();
        assertThat(symbols.at(0x1000)).isEmpty();
    }

    @Test
    @DisplayName("Each PE is where it is, with its callers by frame pointers, pointer authentication codes removed")
    void place() throws IOException {
        Diagnosis diagnosis = diagnosis();
        PeState pe = machine.contexts[0].pe;
        pe.pc = LINKED + 0x210;
        pe.executed = 1234;
        pe.x[29] = RAM + 0x8000;
        machine.machine.memory.write(RAM + 0x8000, 8, RAM + 0x8040);
        machine.machine.memory.write(RAM + 0x8008, 8, (LINKED + 0x120) ^ 0x0055L << 48);
        machine.machine.memory.write(RAM + 0x8040, 8, 0);
        machine.machine.memory.write(RAM + 0x8048, 8, LINKED + 0x304);
        machine.contexts[1].pe.powered = false;
        assertThat(diagnosis.lines())
                .containsExactly(
                        "PE 0 was at EL1 in inner+0x10 (0xffff000040000210) after 1,234 instructions",
                        "  called from outer+0x20 (0xffff000040000120), from label+0x4 (0xffff000040000304)",
                        "PE 1 is off");
    }

    @Test
    @DisplayName("A chain of frames that goes nowhere or round in a circle ends")
    void brokenChain() throws IOException {
        Diagnosis diagnosis = diagnosis();
        machine.contexts[0].pe.x[29] = RAM + 0x8000;
        machine.machine.memory.write(RAM + 0x8000, 8, RAM + 0x8000);
        machine.machine.memory.write(RAM + 0x8008, 8, 0x1234);
        machine.contexts[1].pe.x[29] = 0xDEAD_0000L;
        assertThat(diagnosis.lines()).hasSize(3).contains("  called from 0x1234");
    }

    @Test
    @DisplayName(
            "The last exceptions are there by name; an alignment fault with the MMU off says what it usually means")
    void exceptions() throws IOException {
        Diagnosis diagnosis = diagnosis();
        machine.contexts[1].pe.powered = false;
        PeState pe = machine.contexts[0].pe;
        for (int i = 0; i < 4; i++) {
            pe.exceptions.taken(LINKED + 0x100, 0x15L << 26, 0, 0, 1);
        }
        pe.exceptions.taken(LINKED + 0x204, 0x25L << 26 | 0x21, RAM + 3, 1, 1);
        assertThat(diagnosis.lines())
                .contains(
                        "  exception 2: SVC at EL0 in outer (0xffff000040000100), taken to EL1",
                        "  exception 5: data abort (alignment fault) at EL1 in inner+0x4 (0xffff000040000204), taken to EL1, "
                                + "address 0x40000003")
                .noneMatch(line -> line.startsWith("  exception 1:"))
                .anyMatch(line -> line.contains("with the MMU off all memory is Device memory"));
        machine.contexts[0].register(SystemRegister.SCTLR_EL1, 1);
        assertThat(diagnosis.lines()).noneMatch(line -> line.contains("MMU off"));
    }

    @Test
    @DisplayName("Without records every condition that kept operations from being sampled is there with its count")
    void withoutRecords() throws IOException {
        SpuState spu = machine.contexts[0].pe.spu;
        spu.notProfiled[SpuState.BUFFER_DISABLED] = 1000;
        machine.contexts[1].pe.spu.notProfiled[SpuState.BUFFER_DISABLED] = 500;
        spu.notProfiled[SpuState.STOPPED] = 20;
        spu.counters[SpuState.SAMPLE_POP] = 300;
        spu.counters[SpuState.SAMPLE_FEED] = 3;
        assertThat(diagnosis().withoutRecords())
                .contains("1,500 operations were executed while the profiling buffer was disabled")
                .contains("20 operations were executed while a recorded buffer management event")
                .doesNotContain("Exception level (")
                .endsWith(
                        "300 were profiled, 3 of them sampled, 0 of those passed the filters, 0 lost for want of a buffer");
    }
}
