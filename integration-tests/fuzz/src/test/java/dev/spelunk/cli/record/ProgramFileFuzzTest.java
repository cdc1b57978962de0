// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.fuzz.Messages;
import dev.spelunk.fuzz.Scratch;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.MalformedElfException;
import dev.spelunk.records.elf.SymbolTable;
import java.io.IOException;

/** ELF files of programs to be recorded, and those whose symbols name what was sampled. */
class ProgramFileFuzzTest {
    private final Scratch file = new Scratch("program");

    @FuzzTest
    void fuzz(byte[] data) throws IOException {
        file.with(data);
        try {
            ElfProgram.read(file.path());
        } catch (UserError e) {
            Messages.check(e.getMessage(), file.path());
        }
        try {
            FunctionTable.read(file.path());
        } catch (UserError e) {
            Messages.check(e.getMessage(), file.path());
        }
        try {
            new SymbolTable(ElfFile.read(file.path())).find(0x40_0000);
        } catch (MalformedElfException e) {
            Messages.check(e.getMessage(), file.path());
        }
    }
}
