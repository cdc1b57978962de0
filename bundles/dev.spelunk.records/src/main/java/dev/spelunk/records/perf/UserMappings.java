// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How code at EL0 is mapped so that perf finds its symbols and its instructions. perf takes addresses of one file to be
 * as far from their places in the file as those of {@code .text} are, and tools such as AutoFDO look at the first mapping
 * with a file's name only. So the guest's own file stands for code at EL0 only where it fits, and for one Exception level.
 */
final class UserMappings {
    /**
     * One mapping.
     *
     * @param buildId of the file; empty when it has none
     */
    record Mapping(String file, long address, long size, long fileOffset, byte[] buildId) {}

    private UserMappings() {}

    /**
     * Maps segments.
     *
     * @param elf the guest's tables, or null when it is no ELF file
     * @param segments those at EL0
     * @param folder for files that have to be made
     * @param taken whether the guest's own file stands for code at EL1
     */
    static List<Mapping> of(Path guest, ElfFile elf, List<Segment> segments, Path folder, boolean taken)
            throws IOException {
        List<Mapping> mappings = new ArrayList<>();
        List<Mapping> data = new ArrayList<>();
        boolean whole = elf == null || !taken && fits(elf, segments);
        for (int i = 0; i < segments.size(); i++) {
            Segment s = segments.get(i);
            Mapping own = new Mapping(
                    guest.toString(), s.address(), s.size(), s.fileOffset(), elf == null ? new byte[0] : elf.buildId());
            if (whole) {
                mappings.add(own);
            } else if (KernelMappings.hasCode(elf, s)) {
                Path made = folder.resolve(guest.getFileName() + ".el0." + i);
                byte[] id = SegmentElf.write(made, guest, elf, s);
                mappings.add(new Mapping(made.toString(), s.address(), s.size(), SegmentElf.TEXT_OFFSET, id));
            } else {
                data.add(own);
            }
        }
        mappings.addAll(data);
        return mappings;
    }

    /** Whether all code of the segments is linked where it runs, and as far from its place in the file as .text. */
    private static boolean fits(ElfFile elf, List<Segment> segments) {
        ElfFile.Section text = elf.sections().stream()
                .filter(s -> s.name().equals(".text") && s.code())
                .findFirst()
                .orElse(null);
        if (text == null) {
            return elf.sections().isEmpty();
        }
        for (Segment segment : segments) {
            for (ElfFile.Section section : elf.sections()) {
                long place = segment.address() - segment.fileOffset();
                boolean fits = section.address() - section.offset() == text.address() - text.offset()
                        && section.address() - section.offset() == place;
                if (section.code() && section.size() > 0 && KernelMappings.within(section, segment) && !fits) {
                    return false;
                }
            }
        }
        return true;
    }
}
