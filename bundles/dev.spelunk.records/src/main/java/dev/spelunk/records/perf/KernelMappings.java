// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How code at EL1 is mapped so that perf finds its symbols. perf sets the top byte of an instruction
 * address at EL1 and EL2 to 0xff, takes a kernel-space mapping with a file name for a module, and lets
 * the mapping begin at the file offset of {@code .text}.
 */
final class KernelMappings {
    /**
     * One mapping.
     *
     * @param address as perf reconstructs it
     * @param buildId of the file; empty when it has none
     */
    record Mapping(String file, long address, long size, byte[] buildId) {}

    private KernelMappings() {}

    /** The address that perf gives to an instruction at EL1 or EL2. */
    static long reconstructed(long address) {
        return address | 0xffL << 56;
    }

    /**
     * Maps segments, with the guest's own file where its form fits.
     *
     * @param elf the guest's tables, or null when it is no ELF file
     * @param segments those at EL1 and above
     * @param folder for files that have to be made
     */
    static List<Mapping> of(Path guest, ElfFile elf, List<Segment> segments, Path folder) throws IOException {
        List<Mapping> mappings = new ArrayList<>();
        List<Segment> code = elf == null
                ? segments
                : segments.stream().filter(s -> hasCode(elf, s)).toList();
        if (elf != null && code.size() == 1) {
            Segment segment = code.get(0);
            ElfFile.Section text = fittingText(elf, segment);
            if (text != null) {
                long before = text.offset() - segment.fileOffset();
                mappings.add(new Mapping(
                        guest.toString(),
                        reconstructed(segment.address() + before),
                        segment.size() - before,
                        elf.buildId()));
                return mappings;
            }
        }
        for (int i = 0; i < code.size(); i++) {
            Segment segment = code.get(i);
            String file = guest.toString();
            byte[] id = {};
            if (elf != null) {
                Path made = folder.resolve(guest.getFileName() + ".el1." + i);
                id = SegmentElf.write(made, guest, elf, segment);
                file = made.toString();
            }
            mappings.add(new Mapping(file, reconstructed(segment.address()), segment.size(), id));
        }
        return mappings;
    }

    static boolean hasCode(ElfFile elf, Segment segment) {
        return elf.sections().isEmpty() || elf.sections().stream().anyMatch(s -> s.code() && within(s, segment));
    }

    /** The {@code .text} section when every code section of the segment lies behind its beginning. */
    private static ElfFile.Section fittingText(ElfFile elf, Segment segment) {
        ElfFile.Section text = null;
        for (ElfFile.Section section : elf.sections()) {
            if (section.name().equals(".text") && section.code() && within(section, segment)) {
                text = section;
            }
        }
        if (text == null) {
            return null;
        }
        for (ElfFile.Section section : elf.sections()) {
            boolean behind = section.offset() >= text.offset()
                    && section.address() - section.offset() == text.address() - text.offset();
            if (section.code() && section.size() > 0 && within(section, segment) && !behind) {
                return null;
            }
        }
        // perf moves the mapping when it meets the first symbol of .text.
        int index = elf.sections().indexOf(text);
        return elf.symbols().stream().anyMatch(s -> s.section() == index) ? text : null;
    }

    static boolean within(ElfFile.Section section, Segment segment) {
        long inSegment = section.offset() - segment.fileOffset();
        return inSegment >= 0 && inSegment < segment.size();
    }
}
