// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The links from /lib to /usr/lib and so on, which packages since Debian 13 take for given and bring none of. */
final class MergedFolders {
    private static final List<String> FOLDERS = List.of("bin", "lib", "sbin");

    private MergedFolders() {}

    /** Makes the links in a root into which packages were unpacked, where some packages have merged folders. */
    static void link(Path root) throws IOException {
        if (!Files.exists(root.resolve("usr/lib/modules")) && !Files.exists(root.resolve("usr/bin/busybox"))) {
            return;
        }
        for (String name : FOLDERS) {
            Path old = root.resolve(name);
            Path merged = Files.createDirectories(root.resolve("usr").resolve(name));
            if (Files.isSymbolicLink(old)) {
                continue;
            }
            if (Files.isDirectory(old)) {
                move(old, merged);
            }
            Files.createSymbolicLink(old, Path.of("usr", name));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        List<Path> entries;
        try (Stream<Path> list = Files.list(from)) {
            entries = list.toList();
        }
        for (Path entry : entries) {
            Path target = to.resolve(entry.getFileName());
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && Files.isDirectory(target)) {
                move(entry, target);
            } else if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(entry);
            } else {
                Files.move(entry, target);
            }
        }
        Files.delete(from);
    }
}
