// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.elf.ElfFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What perf must be told beside the AUX data: which code is mapped where, and which processes there are. */
final class Sideband {
    /** What perf reads of a process name, without its zero. */
    private static final int COMM_CHARACTERS = 15;

    private final ProfileDescription description;
    private final PerfEvents events;
    private final AuxContents contents;
    private final Bytes buildIds = new Bytes();
    private final Set<String> identified = new HashSet<>();

    Sideband(ProfileDescription description, PerfEvents events, AuxContents contents) {
        this.description = description;
        this.events = events;
        this.contents = contents;
    }

    /** @param folder for the folder of files that perf needs for symbols */
    Bytes events(Path folder) throws IOException {
        Bytes all = new Bytes();
        Path guest = description.guest() == null
                ? null
                : description.guest().toAbsolutePath().normalize();
        List<KernelMappings.Mapping> kernel = List.of();
        List<UserMappings.Mapping> user = List.of();
        if (guest != null) {
            ElfFile elf = elf(guest);
            Path symbols = folder.resolve(guest.getFileName() + ".symbols");
            kernel = KernelMappings.of(guest, elf, contents.kernelSegments(), symbols);
            boolean taken = kernel.stream().anyMatch(m -> m.file().equals(guest.toString()));
            user = UserMappings.of(guest, elf, contents.userSegments(), symbols, taken);
        }
        // Before the processes: perf then takes the guest's file, under this name, for a module.
        if (!kernel.isEmpty()) {
            all.put(events.kernel());
        }
        for (KernelMappings.Mapping m : kernel) {
            all.put(events.kernelMmap(m.file(), m.address(), m.size(), m.buildId()));
        }
        for (UserMappings.Mapping m : user) {
            identify(m.file(), m.buildId());
        }
        for (int pid : contents.pids()) {
            all.put(events.comm(pid, processName(guest)));
            for (UserMappings.Mapping m : user) {
                all.put(events.userMmap2(pid, m.file(), m.address(), m.size(), m.fileOffset(), m.buildId()));
            }
        }
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            all.put(events.itraceStart(contents.firstPid(), cpu));
        }
        return all.put(PerfEvents.finishedRound());
    }

    /** For code at EL0 alone: perf would take a file that the header says to be the kernel's for no module. */
    private void identify(String file, byte[] id) {
        if (id.length != 0 && identified.add(file)) {
            buildIds.put(PerfEvents.buildId(file, id));
        }
    }

    /** The build ids of the files that {@link #events} maps at EL0, as the header has them. */
    Bytes buildIds() {
        return buildIds;
    }

    /** The guest's ELF tables, or null when it is no readable ELF file: samples then have no function names. */
    private static ElfFile elf(Path guest) {
        try {
            return ElfFile.read(guest);
        } catch (IOException e) {
            return null;
        }
    }

    private static String processName(Path guest) {
        String name = guest == null ? "guest" : guest.getFileName().toString();
        int dot = name.lastIndexOf('.');
        name = dot > 0 ? name.substring(0, dot) : name;
        return name.length() > COMM_CHARACTERS ? name.substring(0, COMM_CHARACTERS) : name;
    }
}
