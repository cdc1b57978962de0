// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.process.Leftovers;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A guest that has booted and waits for its orders, saved by the first recording of its kind. Its file is named after
 * all that it came of: what the machine is made of, by the bytes of the bundles, its settings, the kernel, the initramfs.
 */
final class BootedGuest {
    private final SavedGuests saved;
    private final Path file;
    /** The symbols of its kernel, which take longer to come out of the guest than a short profile. */
    private final Path symbols;

    /**
     * Names the guest of a machine that has not run.
     *
     * @param saved where such guests are
     * @param composition what the machine is made of
     * @param machine which has not run
     */
    BootedGuest(SavedGuests saved, Composition composition, Machine machine) {
        this.saved = saved;
        String key = key(composition, machine);
        file = saved.file(key, SavedGuests.STATE);
        symbols = saved.file(key, SavedGuests.SYMBOLS);
    }

    private static String key(Composition composition, Machine machine) {
        try {
            MessageDigest key = MessageDigest.getInstance("SHA-256");
            key.update(machine.identity().getBytes(StandardCharsets.US_ASCII));
            for (Map.Entry<String, byte[]> bundle : contents(composition).entrySet()) {
                key.update(bundle.getKey().getBytes(StandardCharsets.UTF_8));
                key.update(bundle.getValue());
            }
            return HexFormat.of().formatHex(key.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The digests of the bundles' contents, in an order of their own. */
    private static Map<String, byte[]> contents(Composition composition) {
        return new TreeMap<>(composition.contents());
    }

    /** Whether one is saved. */
    boolean exists() {
        return Files.isRegularFile(file);
    }

    /** The symbols of its kernel; null where they are not known. */
    Path symbols() {
        return exists() && Files.isRegularFile(symbols) ? symbols : null;
    }

    /** Keeps the symbols of its kernel where it is saved itself. */
    void keepSymbols(Path from) {
        if (exists() && symbols() == null) {
            Path copy = null;
            try {
                copy = Leftovers.temporary(symbols);
                try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                    // As long as it is locked, its process lives.
                    channel.tryLock();
                    Files.copy(from, Channels.newOutputStream(channel));
                }
                Files.move(copy, symbols, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                System.err.println(
                        "spelunk: the kernel's symbols are not kept for later recordings: " + e.getMessage());
            } finally {
                if (copy != null) {
                    copy.toFile().delete();
                }
            }
        }
    }

    /**
     * Lets the machine go on from it.
     *
     * @throws BadInputException when the file is damaged; it is removed, and the machine is of no use any more
     */
    void restore(Machine machine) {
        try {
            machine.restore(file);
            saved.used(file);
        } catch (BadInputException e) {
            saved.remove(file);
            throw e;
        }
    }

    /** Saves the machine, which has booted, and goes on. */
    void save(Machine machine) {
        machine.save(file, failure -> {
            if (failure == null) {
                saved.limit();
            } else {
                System.err.println(
                        "spelunk: the booted guest is not kept for later recordings: " + failure.getMessage());
            }
        });
    }
}
