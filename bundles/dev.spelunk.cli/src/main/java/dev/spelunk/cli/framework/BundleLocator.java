// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import dev.spelunk.cli.process.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.osgi.service.feature.ID;

/**
 * Finds the files of bundles by their Maven coordinates: in the assembled folder, in the folder that the
 * user names, then in the local Maven repository. Never on the network.
 */
public final class BundleLocator {
    private final List<Path> folders = new ArrayList<>();
    /** Of these, those that hold nothing but bundles that are meant for machines. */
    private final List<Path> bundleFolders = new ArrayList<>();

    /**
     * Creates a locator.
     *
     * @param assembly the assembled folder in Maven layout, or null
     * @param extra the user's folder, in Maven layout or with the files directly in it, or null
     * @param localRepository the local Maven repository, or null
     * @throws UserError if the user's folder is none
     */
    public BundleLocator(Path assembly, Path extra, Path localRepository) {
        if (extra != null && !Files.isDirectory(extra)) {
            throw new UserError("--bundles: not a folder: " + extra);
        }
        for (Path folder : new Path[] {assembly, extra, localRepository}) {
            if (folder != null) {
                folders.add(folder);
            }
        }
        for (Path folder : new Path[] {extra, assembly}) {
            if (folder != null) {
                bundleFolders.add(folder);
            }
        }
    }

    /**
     * Finds the bundle that publishes a part, in the folder that the user names, then in the assembled one.
     *
     * @param part the part's kind
     * @param name its {@code spelunk.name}
     * @return the bundle's file, or null
     */
    public Path offering(String part, String name) {
        for (Path folder : bundleFolders) {
            List<Path> files = PartFinder.find(folder, part, name);
            if (!files.isEmpty()) {
                return files.get(files.size() - 1);
            }
        }
        return null;
    }

    /** The names of the parts of a kind that bundles of those folders publish. */
    public SortedSet<String> offered(String part) {
        SortedSet<String> names = new TreeSet<>();
        bundleFolders.forEach(folder -> names.addAll(PartFinder.names(folder, part)));
        return names;
    }

    /**
     * Finds bundles.
     *
     * @param wantedBy the file that names them, for the message
     * @param ids the coordinates
     * @return the files, in the same order
     * @throws UserError that names every bundle that was not found
     */
    public List<Path> locate(String wantedBy, List<ID> ids) {
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (ID id : ids) {
            Path file = find(id);
            if (file == null) {
                missing.add(id.toString());
            } else {
                files.add(file);
            }
        }
        if (!missing.isEmpty()) {
            throw new UserError(wantedBy + ": bundle" + (missing.size() > 1 ? "s" : "") + " not found: "
                    + String.join(", ", missing) + "; looked in "
                    + folders.stream().map(Path::toString).collect(Collectors.joining(", "))
                    + "; name another folder with --bundles DIR");
        }
        return files;
    }

    private Path find(ID id) {
        String name = id.getArtifactId() + "-" + id.getVersion()
                + id.getClassifier().map(classifier -> "-" + classifier).orElse("")
                + "." + id.getType().orElse("jar");
        for (Path folder : folders) {
            Path root = folder.toAbsolutePath().normalize();
            Path inLayout = folder.resolve(id.getGroupId().replace('.', '/'))
                    .resolve(id.getArtifactId())
                    .resolve(id.getVersion())
                    .resolve(name);
            Path direct = folder.resolve(name);
            for (Path file : new Path[] {inLayout, direct}) {
                if (!file.toAbsolutePath().normalize().startsWith(root)) {
                    throw new UserError("the bundle " + id + " leads out of the folder " + folder
                            + ": coordinates have letters, digits, and . _ + - only");
                }
                if (Files.isRegularFile(file)) {
                    return file;
                }
            }
        }
        return null;
    }
}
