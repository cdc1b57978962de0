// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.records.data.GuestSymbols;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import dev.spelunk.records.perf.AuxPiece;
import dev.spelunk.records.perf.PerfDataFile;
import dev.spelunk.records.table.RecordTable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes a profile while its records come. They are collected in pieces of whole records, one piece for each CPU at a
 * time; a full one is decoded and written on a thread of its own, so that the machine does not wait for the disk. Pieces
 * are used again, so the heap that this needs depends on the number of CPUs alone.
 */
final class ProfileRecorder implements Profile {
    /** Pieces beside those that are being filled. */
    private static final int SPARE = 2;

    private static final int MILLISECONDS = 50;
    /** Ends the thread. */
    private static final AuxPiece END = new AuxPiece(0);
    /** Lets the thread say what there is so far. */
    private static final AuxPiece ASKED = new AuxPiece(0);

    /** By CPU; null where no record has come. */
    private final AuxPiece[] filling;

    private final BlockingQueue<AuxPiece> free = new LinkedBlockingQueue<>();
    private final BlockingQueue<AuxPiece> full = new LinkedBlockingQueue<>();
    /** Those that the host did not take. */
    private final List<AuxPiece> unwritten = new ArrayList<>();

    /** Who has asked what there is so far, and has no answer yet. */
    private final Queue<CompletableFuture<ProfileData>> asking = new ConcurrentLinkedQueue<>();

    private final RecordDigest digest;
    private final PerfDataFile file;
    private final RecordTable table;
    private final Thread thread;
    private volatile IOException failure;
    private volatile Consumer<IOException> onFailure = e -> {};
    private long dropped;

    /**
     * @param file to be written, which this closes; null for none
     * @param table to be written too, which this closes; null for none
     */
    ProfileRecorder(PerfDataFile file, RecordTable table, ProfileDescription description) {
        this.file = file;
        this.table = table;
        digest = new RecordDigest(description, new GuestSymbols(description), table);
        filling = new AuxPiece[description.cpus()];
        for (int i = 0; i < description.cpus() + SPARE; i++) {
            free.add(new AuxPiece(AuxPiece.BYTES));
        }
        thread = new Thread(this::work, "perf.data");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void onFailure(Consumer<IOException> told) {
        onFailure = told;
    }

    @Override
    public void record(RecordOrigin origin, byte[] data, int offset, int length) {
        if (origin.vcpu == RecordOrigin.HOST) {
            return;
        }
        AuxPiece piece = filling[origin.vcpu];
        if (piece == null || length > piece.room()) {
            piece = next(origin.vcpu);
            if (piece == null) {
                dropped++;
                return;
            }
        }
        if (table != null) {
            piece.origin(origin);
        }
        piece.add(data, offset, length);
        piece.flags |= PerfDataFile.auxFlags(origin);
        piece.tick = origin.cycles / MachineState.CYCLES_PER_TICK;
    }

    @Override
    public void take(int vcpu, InputStream records) throws IOException {
        byte[] rest = {};
        while (true) {
            AuxPiece piece = next(vcpu);
            if (piece == null) {
                throw failure;
            }
            piece.add(rest, 0, rest.length);
            piece.length += records.readNBytes(piece.data, piece.length, piece.room());
            if (piece.room() > 0) {
                return;
            }
            int end = endOfLastRecord(piece);
            rest = Arrays.copyOfRange(piece.data, end, piece.length);
            piece.length = end;
        }
    }

    private static int endOfLastRecord(AuxPiece piece) throws IOException {
        RecordScanner scanner = new RecordScanner(piece.data, piece.length, 0);
        SampleRecord record = new SampleRecord();
        int end = 0;
        while (scanner.next(record)) {
            end = (int) record.offset + record.length;
        }
        return end == 0 ? piece.length : end;
    }

    /** Hands over what is full, and returns an empty piece; null when none comes back, as the file cannot be written. */
    private AuxPiece next(int cpu) {
        handOver(cpu);
        boolean interrupted = false;
        AuxPiece piece = free.poll();
        while (piece == null && failure == null) {
            try {
                piece = free.poll(MILLISECONDS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (piece != null) {
            piece.begin(cpu);
        }
        filling[cpu] = piece;
        return piece;
    }

    private void handOver(int cpu) {
        if (filling[cpu] != null) {
            full.add(filling[cpu]);
            filling[cpu] = null;
        }
    }

    /** What the thread does: decodes each piece once, writes it, and gives it back. */
    private void work() {
        try {
            for (AuxPiece piece = full.take(); piece != END; piece = full.take()) {
                if (piece == ASKED) {
                    answer();
                    continue;
                }
                try {
                    digest.add(piece);
                    if (failure == null && file != null) {
                        file.write(piece, digest.contents());
                    }
                } catch (IOException e) {
                    failed(e);
                } catch (RuntimeException | Error e) {
                    failed(new IOException(e.toString(), e));
                }
                if (failure == null) {
                    free.add(piece);
                } else {
                    unwritten.add(piece);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer() {
        CompletableFuture<ProfileData> asked = asking.remove();
        try {
            asked.complete(digest.data());
        } catch (RuntimeException | Error e) {
            asked.completeExceptionally(e);
        }
    }

    @Override
    public Future<ProfileData> soFar() {
        CompletableFuture<ProfileData> asked = new CompletableFuture<>();
        if (!thread.isAlive()) {
            asked.complete(digest.data());
            return asked;
        }
        for (int cpu = 0; cpu < filling.length; cpu++) {
            handOver(cpu);
        }
        asking.add(asked);
        full.add(ASKED);
        return asked;
    }

    private void failed(IOException e) {
        failure = e;
        onFailure.accept(e);
    }

    @Override
    public void finish() throws IOException {
        endThread();
        digest.finishTable();
        if (file == null) {
            return;
        }
        for (AuxPiece piece : unwritten) {
            file.write(piece, digest.contents());
        }
        unwritten.clear();
        file.finish(digest.contents());
    }

    private void endThread() {
        for (int cpu = 0; cpu < filling.length; cpu++) {
            handOver(cpu);
        }
        full.add(END);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long dropped() {
        return dropped;
    }

    @Override
    public IOException tableFailure() {
        return digest.tableFailure();
    }

    @Override
    public String summary() {
        return digest.summary();
    }

    @Override
    public ProfileData data() {
        return digest.data();
    }

    @Override
    public MalformedRecordException malformed() {
        return digest.malformed();
    }

    @Override
    public void close() {
        endThread();
        if (table != null) {
            table.close();
        }
        if (file != null) {
            file.close();
        }
    }
}
