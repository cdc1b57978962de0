// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A perf.data file (perf's {@code perf.data-file-format.txt}) as {@code perf record -e arm_spe_0//}
 * would have written it in the guest: one SPE event, one dummy event for what is mapped, the records
 * as AUX data of CPU 0.
 */
public final class PerfDataFile {
    private static final int HEADER_BYTES = 104;
    private static final int ATTRIBUTES = 2;
    private static final int FILE_ATTRIBUTE_BYTES = PerfEvents.ATTRIBUTE_BYTES + 16;

    /** Header features. */
    private static final int HOSTNAME = 3;

    private static final int OSRELEASE = 4;
    private static final int ARCH = 6;
    private static final int NRCPUS = 7;
    private static final int CPUID = 9;
    private static final int EVENT_DESC = 12;
    private static final int PMU_MAPPINGS = 16;
    private static final int AUXTRACE = 18;
    private static final int SAMPLE_TIME = 21;

    /** What perf reads of a process name, without its zero. */
    private static final int COMM_CHARACTERS = 15;
    /** The process of samples without a context. */
    private static final int NO_CONTEXT_PID = 1;

    private static final String EVENT_NAME = "arm_spe_0//";

    private final ProfileDescription description;
    private final byte[] records;
    private final AuxData aux;
    private final TimeConversion time;
    private final byte[] speAttribute = PerfEvents.attribute(PerfEvents.SPE_PMU_TYPE, 0, 0);
    private final byte[] dummyAttribute = PerfEvents.attribute(
            PerfEvents.PERF_TYPE_SOFTWARE,
            PerfEvents.PERF_COUNT_SW_DUMMY,
            PerfEvents.EXCLUDE_KERNEL
                    | PerfEvents.MMAP
                    | PerfEvents.COMM
                    | PerfEvents.TASK
                    | PerfEvents.MMAP2
                    | PerfEvents.COMM_EXEC);
    /** File offset and size of each AUXTRACE event, alternating. */
    private final Bytes auxtraceIndex = new Bytes();

    private PerfDataFile(ProfileDescription description, byte[] records) {
        this.description = description;
        this.records = records;
        this.aux = new AuxData(records, description.segments());
        this.time = TimeConversion.ofFrequency(description.counterFrequency());
    }

    /**
     * Writes the file under a temporary name beside it, then moves it into place. Segment files that
     * perf needs for symbols are made in a folder {@code GUEST.symbols} beside it, only when the guest's
     * own file does not serve.
     */
    public static void write(Path file, ProfileDescription description, byte[] records) throws IOException {
        Path target = file.toAbsolutePath().normalize();
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16)) {
                new PerfDataFile(description, records).writeTo(out, target.getParent());
            }
            try {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private void writeTo(OutputStream out, Path folder) throws IOException {
        long attributesAt = HEADER_BYTES + ATTRIBUTES * 8;
        long dataAt = attributesAt + (long) ATTRIBUTES * FILE_ATTRIBUTE_BYTES;
        byte[] events = sideband(folder).toArray();
        List<byte[]> auxtraceEvents = new ArrayList<>();
        long dataSize = events.length;
        long auxOffset = 0;
        int pid = pids().iterator().next();
        for (AuxData.Piece piece : aux.pieces()) {
            int size = piece.length() + piece.padding();
            auxtraceEvents.add(PerfEvents.auxtrace(size, auxOffset, auxtraceEvents.size() + 1, pid));
            auxtraceIndex.u64(dataAt + dataSize).u64(PerfEvents.AUXTRACE_BYTES);
            dataSize += PerfEvents.AUXTRACE_BYTES + size;
            auxOffset += size;
        }
        byte[] end = PerfEvents.finishedRound();
        dataSize += end.length;

        Map<Integer, byte[]> features = features();
        out.write(header(attributesAt, dataAt, dataSize, features));
        out.write(new Bytes()
                .u64(PerfEvents.SPE_ID)
                .u64(PerfEvents.DUMMY_ID)
                .put(speAttribute)
                .u64(HEADER_BYTES)
                .u64(8)
                .put(dummyAttribute)
                .u64(HEADER_BYTES + 8)
                .u64(8)
                .toArray());
        out.write(events);
        for (int i = 0; i < auxtraceEvents.size(); i++) {
            AuxData.Piece piece = aux.pieces().get(i);
            out.write(auxtraceEvents.get(i));
            out.write(records, piece.offset(), piece.length());
            out.write(new byte[piece.padding()]);
        }
        out.write(end);
        Bytes table = new Bytes();
        long at = dataAt + dataSize + features.size() * 16L;
        for (byte[] feature : features.values()) {
            table.u64(at).u64(feature.length);
            at += feature.length;
        }
        out.write(table.toArray());
        for (byte[] feature : features.values()) {
            out.write(feature);
        }
    }

    private static byte[] header(long attributesAt, long dataAt, long dataSize, Map<Integer, byte[]> features) {
        long bits = 0;
        for (int feature : features.keySet()) {
            bits |= 1L << feature;
        }
        return new Bytes()
                .put("PERFILE2".getBytes(StandardCharsets.US_ASCII))
                .u64(HEADER_BYTES)
                .u64(FILE_ATTRIBUTE_BYTES)
                .u64(attributesAt)
                .u64((long) ATTRIBUTES * FILE_ATTRIBUTE_BYTES)
                .u64(dataAt)
                .u64(dataSize)
                .u64(0)
                .u64(0)
                .u64(bits)
                .u64(0)
                .u64(0)
                .u64(0)
                .toArray();
    }

    /** Every event but the AUX data. */
    private Bytes sideband(Path folder) throws IOException {
        Bytes events = new Bytes().put(PerfEvents.timeConversion(time)).put(PerfEvents.auxtraceInfo());
        Path guest = description.guest() == null
                ? null
                : description.guest().toAbsolutePath().normalize();
        List<KernelMappings.Mapping> kernel = List.of();
        if (guest != null) {
            kernel = KernelMappings.of(
                    guest, elf(guest), aux.kernelSegments(), folder.resolve(guest.getFileName() + ".symbols"));
        }
        // Before the processes: perf then takes the guest's file, under this name, for a module.
        boolean module = false;
        for (KernelMappings.Mapping m : kernel) {
            events.put(PerfEvents.kernelMmap(m.file(), m.address(), m.size()));
            module |= m.file().equals(guest.toString());
        }
        for (int pid : pids()) {
            events.put(PerfEvents.comm(pid, processName(guest)));
            for (Segment s : guest == null ? List.<Segment>of() : aux.userSegments()) {
                // A name of its own for a module's file, since perf keeps one way to place symbols for each name.
                Path file = module ? guest.resolveSibling(".").resolve(guest.getFileName()) : guest;
                events.put(PerfEvents.userMmap2(pid, file.toString(), s.address(), s.size(), s.fileOffset()));
            }
        }
        int pid = pids().iterator().next();
        events.put(PerfEvents.itraceStart(pid, time.nanoseconds(description.firstTick())));
        long offset = 0;
        for (AuxData.Piece piece : aux.pieces()) {
            int size = piece.length() + piece.padding();
            long tick = piece.lastTick() != 0 ? piece.lastTick() : description.lastTick();
            events.put(PerfEvents.aux(
                    offset, size, piece.truncated() ? PerfEvents.AUX_TRUNCATED : 0, pid, time.nanoseconds(tick)));
            offset += size;
        }
        return events;
    }

    /** The guest's ELF tables, or null when it is no readable ELF file: samples then have no function names. */
    private static ElfFile elf(Path guest) {
        try {
            return ElfFile.read(guest);
        } catch (IOException e) {
            return null;
        }
    }

    /** perf takes a record's context for the thread identifier. */
    private Set<Integer> pids() {
        Set<Integer> pids = new LinkedHashSet<>(aux.contexts());
        pids.remove(-1);
        if (pids.isEmpty()) {
            pids.add(NO_CONTEXT_PID);
        }
        return pids;
    }

    private static String processName(Path guest) {
        String name = guest == null ? "guest" : guest.getFileName().toString();
        int dot = name.lastIndexOf('.');
        name = dot > 0 ? name.substring(0, dot) : name;
        return name.length() > COMM_CHARACTERS ? name.substring(0, COMM_CHARACTERS) : name;
    }

    private Map<Integer, byte[]> features() {
        Map<Integer, byte[]> features = new TreeMap<>();
        features.put(HOSTNAME, string("spelunk").toArray());
        features.put(OSRELEASE, string("spelunk").toArray());
        features.put(ARCH, string("aarch64").toArray());
        features.put(NRCPUS, new Bytes().u32(1).u32(1).toArray());
        features.put(
                CPUID,
                string("0x" + HexFormat.of().toHexDigits(description.midr())).toArray());
        features.put(
                EVENT_DESC,
                new Bytes()
                        .u32(ATTRIBUTES)
                        .u32(PerfEvents.ATTRIBUTE_BYTES)
                        .put(speAttribute)
                        .u32(1)
                        .put(string(EVENT_NAME).toArray())
                        .u64(PerfEvents.SPE_ID)
                        .put(dummyAttribute)
                        .u32(1)
                        .put(string("dummy:u").toArray())
                        .u64(PerfEvents.DUMMY_ID)
                        .toArray());
        features.put(
                PMU_MAPPINGS,
                new Bytes()
                        .u32(2)
                        .u32(PerfEvents.PERF_TYPE_SOFTWARE)
                        .put(string("software").toArray())
                        .u32(PerfEvents.SPE_PMU_TYPE)
                        .put(string("arm_spe_0").toArray())
                        .toArray());
        features.put(
                AUXTRACE,
                new Bytes()
                        .u64(aux.pieces().size())
                        .put(auxtraceIndex.toArray())
                        .toArray());
        if (aux.hasTimestamps()) {
            features.put(
                    SAMPLE_TIME,
                    new Bytes()
                            .u64(time.nanoseconds(aux.firstTick()))
                            .u64(time.nanoseconds(aux.lastTick()))
                            .toArray());
        }
        return features;
    }

    /** A string of the header: its length, then itself in a multiple of 64 bytes. */
    private static Bytes string(String s) {
        byte[] text = new Bytes().string(s, 64).toArray();
        return new Bytes().u32(text.length).put(text);
    }
}
