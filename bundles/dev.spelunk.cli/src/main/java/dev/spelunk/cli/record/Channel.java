// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * The guest's serial line during a recording. Lines that begin with a mark tell what follows: {@code begin} the
 * program's output, {@code data} the profile in Base64, {@code exit} the program's exit code. The line feed in
 * front of a mark belongs to it.
 */
final class Channel extends OutputStream {
    private final byte[] mark;
    private final OutputStream program;
    private final OutputStream kernel;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int matched;
    private boolean inCommand;
    private String command = "";
    private String digest;
    private Integer exitCode;
    private long began;
    private long ended;
    private long transferred;

    /**
     * Creates a channel.
     *
     * @param mark what lines for it begin with
     * @param program gets what the program prints
     * @param kernel gets everything else that is text
     */
    Channel(String mark, OutputStream program, OutputStream kernel) {
        this.mark = ("\n" + mark).getBytes(StandardCharsets.US_ASCII);
        this.program = program;
        this.kernel = kernel;
    }

    @Override
    public void write(int value) throws IOException {
        byte next = (byte) value;
        if (inCommand) {
            if (next == '\n') {
                inCommand = false;
                command(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(next);
            }
            return;
        }
        if (next == mark[matched]) {
            matched++;
            if (matched == mark.length) {
                matched = 0;
                inCommand = true;
            }
            return;
        }
        // The mark has no second line feed, so that what was held back cannot be the begin of another.
        for (int i = 0; i < matched; i++) {
            pass(mark[i]);
        }
        matched = 0;
        if (next == mark[0]) {
            matched = 1;
        } else {
            pass(next);
        }
    }

    private void pass(byte value) throws IOException {
        if (command.equals("begin")) {
            program.write(value);
        } else if (command.equals("data")) {
            data.write(value);
        } else {
            kernel.write(value);
        }
    }

    private void command(String text) {
        String[] words = text.trim().split("\\s+");
        command = words[0];
        if (command.equals("begin")) {
            began = System.nanoTime();
        } else if (command.equals("data") && words.length > 1) {
            ended = System.nanoTime();
            digest = words[1];
        } else if (command.equals("exit") && words.length > 1) {
            transferred = System.nanoTime();
            ended = ended == 0 ? transferred : ended;
            exitCode = Integer.valueOf(words[1]);
        }
    }

    @Override
    public void flush() throws IOException {
        program.flush();
    }

    /** The program's exit code; null when it did not end. */
    Integer exitCode() {
        return exitCode;
    }

    /** Whether the program was started. */
    boolean started() {
        return began != 0;
    }

    /** Host times in nanoseconds of the program's start and end, and of the end of the transfer; 0 for not yet. */
    long[] times() {
        return new long[] {began, ended, transferred};
    }

    /**
     * The profile.
     *
     * @throws UserError when the guest made none, or it did not arrive whole
     */
    byte[] profile() {
        if (digest == null) {
            throw new UserError("perf in the guest wrote no profile");
        }
        try {
            byte[] packed = Base64.getMimeDecoder().decode(data.toByteArray());
            byte[] content = new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
            if (HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)).equals(digest)) {
                return content;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("the profile did not arrive whole from the guest: " + e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        throw new UserError("the profile did not arrive whole from the guest: its checksum is wrong");
    }
}
