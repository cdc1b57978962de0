// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.debian.HostTools.Output;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** apt for arm64 with a state of its own: the host's sources and keys, nothing of the host's packages. */
final class Apt {
    /** Debian's own, for a host that is no Debian. */
    private static final String ARCHIVE = "http://deb.debian.org/debian/";

    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");
    private static final Consumer<String> SILENT = line -> {};

    private final HostTools tools;
    private final List<String> options = new ArrayList<>();

    /** @param release whose sources are read; null for those of the host */
    Apt(Cache cache, HostTools tools, Release release) {
        this.tools = tools;
        Path state = cache.folder("apt/state");
        cache.folder("apt/lists/partial");
        cache.folder("apt/cache/archives/partial");
        Path status = state.resolve("status");
        try {
            if (!Files.exists(status)) {
                Files.createFile(status);
            }
        } catch (IOException e) {
            throw new UserError(status + " cannot be written: name another folder with --cache");
        }
        option("APT::Architecture=arm64");
        option("APT::Architectures=arm64");
        option("Dir::State=" + state);
        option("Dir::State::status=" + status);
        option("Dir::State::Lists=" + cache.path().resolve("apt/lists"));
        option("Dir::Cache=" + cache.path().resolve("apt/cache"));
        option("Acquire::Languages=none");
        // Files of the cache belong to the user, whom apt's own user need not be able to read.
        option("APT::Sandbox::User=root");
        if (release != null) {
            use(release, cache);
        }
    }

    /** Reads the release's sources, from the mirror and with the keys that the host has for Debian. */
    private void use(Release release, Cache cache) {
        String keyring = Files.exists(KEYRING) ? KEYRING.toString() : null;
        Path sources = cache.folder("apt").resolve("sources.list");
        try {
            Files.writeString(sources, String.join("\n", release.sources(archive(), keyring)) + "\n");
        } catch (IOException e) {
            throw new UserError(sources + " cannot be written: name another folder with --cache");
        }
        option("Dir::Etc::sourcelist=" + sources);
        option("Dir::Etc::sourceparts=-");
        option("Dir::Etc::preferences=/dev/null");
        option("Dir::Etc::preferencesparts=/dev/null");
        option("APT::Default-Release=" + release.suite());
    }

    /** The Debian archive that the host uses. */
    private String archive() {
        Output output = tools.run(
                null, SILENT, List.of("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"));
        return output.lines().stream()
                .map(String::trim)
                .filter(address -> address.endsWith("/debian/"))
                .findFirst()
                .orElse(ARCHIVE);
    }

    private void option(String assignment) {
        options.add("-o");
        options.add(assignment);
    }

    private Output run(Path folder, Consumer<String> progress, String tool, Collection<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(tool);
        command.addAll(options);
        command.addAll(arguments);
        return tools.run(folder, progress, command);
    }

    /** Gets the lists of packages. Returns what went wrong, or null: older lists may still do. */
    String update(Consumer<String> progress) {
        Output output = run(null, progress, "apt-get", List.of("-q", "-o", "APT::Update::Error-Mode=any", "update"));
        return output.code() == 0 ? null : output.problem();
    }

    /** What these packages depend on, directly and through others. */
    Dependencies dependencies(Collection<String> names) {
        List<String> arguments = new ArrayList<>(List.of(
                "depends",
                "--recurse",
                "--no-recommends",
                "--no-suggests",
                "--no-conflicts",
                "--no-breaks",
                "--no-replaces",
                "--no-enhances"));
        arguments.addAll(names);
        Output output = run(null, SILENT, "apt-cache", arguments);
        if (output.code() != 0) {
            throw new UserError("the apt sources do not have what is needed for arm64: " + output.problem());
        }
        return Dependencies.ofAptCache(output.lines());
    }

    /** The files of these packages. */
    List<PackageFile> files(Collection<String> names) {
        List<String> arguments = new ArrayList<>(List.of("-q", "download", "--print-uris"));
        arguments.addAll(names);
        Output output = run(null, SILENT, "apt-get", arguments);
        List<PackageFile> files = new ArrayList<>();
        for (String line : output.lines()) {
            PackageFile file = PackageFile.of(line);
            if (file != null) {
                files.add(file);
            }
        }
        if (output.code() != 0 || files.size() != names.size()) {
            throw new UserError("apt does not say where the packages are: " + output.problem());
        }
        return files;
    }

    /** Gets packages into a folder, and verifies them. */
    void download(Path folder, Collection<String> names, Consumer<String> progress) {
        List<String> arguments = new ArrayList<>(List.of("-q", "download"));
        arguments.addAll(names);
        Output output = run(folder, progress, "apt-get", arguments);
        if (output.code() != 0) {
            throw new UserError(
                    "packages could not be fetched: " + output.problem() + "; start again to go on from there");
        }
    }
}
