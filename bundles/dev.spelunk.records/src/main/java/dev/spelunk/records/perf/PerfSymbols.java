// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.records.data.Symbols;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.FunctionCode;
import dev.spelunk.records.elf.LineTable;
import dev.spelunk.records.elf.SymbolTable;
import dev.spelunk.records.packet.SampleRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** Names the functions of a perf.data file by the files that were mapped, as far as they are here too, and by kallsyms. */
public final class PerfSymbols implements Symbols {
    /** A file with symbols. */
    private record Program(Path file, ElfFile elf, SymbolTable symbols) {}

    /** Source lines of the programs whose functions are listed. */
    private final Map<Program, LineTable> lines = new HashMap<>();

    private final ProcessMaps maps;
    private final Path root;
    private final KernelSymbols kernel;
    /** By name; null where a file is not here, or is another one. */
    private final Map<String, Program> programs = new HashMap<>();

    private final TreeSet<String> missing = new TreeSet<>();

    /**
     * @param maps what was mapped
     * @param root the folder in which the files of the profiled machine are, before those of this one; null for none
     * @param kallsyms a copy of {@code /proc/kallsyms}; null for none
     * @throws IOException when that cannot be read
     */
    public PerfSymbols(ProcessMaps maps, Path root, Path kallsyms) throws IOException {
        this.maps = maps;
        this.root = root;
        this.kernel = kallsyms == null ? null : KernelSymbols.read(kallsyms);
    }

    @Override
    public String problem() {
        return missing.isEmpty()
                ? null
                : missing.size() == 1
                        ? missing.first()
                        : missing.first() + ", and " + (missing.size() - 1) + " other files";
    }

    /**
     * The process in which a record was sampled, whose number is its address space; {@link ProcessMaps#KERNEL} above EL0.
     *
     * @param thread whose buffer the record was in; -1 for a CPU's
     */
    public int space(SampleRecord record, int thread) {
        if (record.el != 0) {
            return ProcessMaps.KERNEL;
        }
        int sampled = thread(record, thread);
        return sampled == -1 ? maps.onlyProcess() : maps.process(sampled);
    }

    /** The thread that was sampled: Linux writes its number into CONTEXTIDR; -1 when it is not known. */
    private static int thread(SampleRecord record, int thread) {
        return record.hasContext(1) ? record.contextEl1 : record.hasContext(2) ? record.contextEl2 : thread;
    }

    /** The name of the thread that was sampled; null when it is not known. */
    public String task(SampleRecord record, int thread) {
        int sampled = thread(record, thread);
        return maps.name(sampled == -1 ? maps.onlyProcess() : sampled);
    }

    @Override
    public String function(long address, int el, int space) {
        if (el != 0 && kernel != null && !kernel.isEmpty()) {
            return kernel.find(address);
        }
        Place place = place(address, el, space);
        ElfFile.Symbol symbol = place == null ? null : place.program().symbols().find(place.linked());
        return symbol == null ? null : symbol.name();
    }

    /** A file and an address for which it was linked. */
    private record Place(Program program, long linked) {}

    private Place place(long address, int el, int space) {
        long at = el == 0 ? address : KernelMappings.reconstructed(address);
        ProcessMaps.Mapping mapping = maps.at(space, at);
        Program program = mapping == null ? null : program(mapping);
        if (program == null) {
            return null;
        }
        if (el != 0) {
            // As perf does with a module: what is mapped begins with .text.
            for (ElfFile.Section section : program.elf().sections()) {
                if (section.name().equals(".text")) {
                    return new Place(program, section.address() + at - mapping.address());
                }
            }
            return null;
        }
        long offset = at - mapping.address() + mapping.fileOffset();
        for (ElfFile.Load load : program.elf().loads()) {
            if (Long.compareUnsigned(offset - load.offset(), load.fileSize()) < 0) {
                return new Place(program, load.address() + offset - load.offset());
            }
        }
        return null;
    }

    private Program program(ProcessMaps.Mapping mapping) {
        if (!mapping.file().startsWith("/") || mapping.file().startsWith("//anon")) {
            return null;
        }
        if (!programs.containsKey(mapping.file())) {
            programs.put(mapping.file(), read(mapping));
        }
        return programs.get(mapping.file());
    }

    private Program read(ProcessMaps.Mapping mapping) {
        try {
            Path file = root == null ? null : root.resolve(mapping.file().substring(1));
            if (file == null || !Files.isRegularFile(file)) {
                file = Path.of(mapping.file());
            }
            if (!Files.isRegularFile(file)) {
                missing.add(file + " is not here");
                return null;
            }
            ElfFile elf = ElfFile.read(file);
            byte[] buildId = elf.buildId();
            if (mapping.buildId().length != 0 && buildId.length != 0 && !Arrays.equals(buildId, mapping.buildId())) {
                missing.add(file + " is another file than was profiled: its build id differs");
                return null;
            }
            return new Program(file, elf, new SymbolTable(elf));
        } catch (IOException | InvalidPathException e) {
            missing.add(e.getMessage());
            return null;
        }
    }

    @Override
    public FunctionCode code(long address, int el, int space, int most) {
        if (el != 0 && kernel != null) {
            return null;
        }
        Place place = place(address, el, space);
        if (place == null) {
            return null;
        }
        Program program = place.program();
        FunctionCode code = FunctionCode.read(
                program.file(),
                program.elf(),
                program.symbols(),
                lines.computeIfAbsent(program, p -> LineTable.read(p.file(), p.elf())),
                place.linked(),
                most);
        return code == null ? null : code.movedBy(address - place.linked());
    }
}
