// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A package that apt offers.
 *
 * @param file name of its file
 * @param size in bytes
 * @param algorithm of the digest, in Java's words
 * @param digest in hexadecimal digits
 */
record PackageFile(String file, long size, String algorithm, String digest) {
    private static final Pattern LINE = Pattern.compile("'[^']*' (\\S+) (\\d+) (SHA256|SHA512):([0-9a-f]+)");

    /** Reads a line of {@code apt-get download --print-uris}; null when it is none. */
    static PackageFile of(String line) {
        Matcher matcher = LINE.matcher(line.trim());
        return matcher.matches()
                ? new PackageFile(
                        matcher.group(1),
                        Long.parseLong(matcher.group(2)),
                        matcher.group(3).replace("SHA", "SHA-"),
                        matcher.group(4))
                : null;
    }

    /** Name of the package. */
    String name() {
        return file.substring(0, file.indexOf('_') < 0 ? file.length() : file.indexOf('_'));
    }

    /** Whether the folder has exactly this file. */
    boolean isIn(Path folder) {
        Path path = folder.resolve(file);
        try {
            if (!Files.isRegularFile(path) || Files.size(path) != size) {
                return false;
            }
            MessageDigest computed = MessageDigest.getInstance(algorithm);
            try (InputStream in = new DigestInputStream(Files.newInputStream(path), computed)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(computed.digest()).equals(digest);
        } catch (IOException e) {
            throw new UserError(path + " cannot be read: " + e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
