// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Analyzer;
import aQute.bnd.osgi.Jar;
import aQute.bnd.service.diff.Delta;
import aQute.bnd.service.diff.Diff;
import aQute.bnd.service.diff.Tree;
import aQute.bnd.service.diff.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.framework.Version;

/**
 * The exported packages of a bundle as text, one line for each package, type and member with what adding and removing it
 * means for the version, as bnd computes it; and the comparison of a newer bundle with such a text.
 */
final class ApiDescription {
    private ApiDescription() {}

    private static Tree api(Path bundle) throws Exception {
        try (Jar jar = new Jar(bundle.toFile());
                Analyzer analyzer = new Analyzer(jar)) {
            return new DiffPluginImpl().tree(analyzer).get("<api>");
        }
    }

    /** Describes what a bundle exports. */
    static List<String> of(Path bundle) throws Exception {
        List<String> lines = new ArrayList<>();
        write(api(bundle).serialize(), 0, lines);
        return lines;
    }

    /** The packages that a bundle exports, with their versions. */
    static SortedMap<String, Version> versions(Path bundle) throws Exception {
        SortedMap<String, Version> versions = new TreeMap<>();
        for (Tree child : api(bundle).getChildren()) {
            if (child.getType() == Type.PACKAGE) {
                versions.put(child.getName(), version(child));
            }
        }
        return versions;
    }

    private static void write(Tree.Data data, int depth, List<String> lines) {
        lines.add(" ".repeat(depth) + data.type + " " + data.add + " " + data.rem + " " + data.name);
        if (data.children != null) {
            for (Tree.Data child : data.children) {
                write(child, depth + 1, lines);
            }
        }
    }

    private static Tree read(List<String> lines) throws Exception {
        int[] next = {0};
        return new DiffPluginImpl().deserialize(read(lines, next, 0));
    }

    private static Tree.Data read(List<String> lines, int[] next, int depth) {
        String[] words = lines.get(next[0]++).substring(depth).split(" ", 4);
        Tree.Data data = new Tree.Data();
        data.type = Type.valueOf(words[0]);
        data.add = Delta.valueOf(words[1]);
        data.rem = Delta.valueOf(words[2]);
        data.name = words[3];
        List<Tree.Data> children = new ArrayList<>();
        while (next[0] < lines.size() && depth(lines.get(next[0])) > depth) {
            children.add(read(lines, next, depth + 1));
        }
        data.children = children.isEmpty() ? null : children.toArray(Tree.Data[]::new);
        return data;
    }

    private static int depth(String line) {
        return line.length() - line.stripLeading().length();
    }

    /**
     * Packages whose version does not say what changed, one sentence each. What is not compatible needs a new major
     * version, or while that is 0, as the minor one; what is added needs a new minor version.
     *
     * @param released the description of the last release
     */
    static List<String> problems(List<String> released, Path bundle) throws Exception {
        List<String> problems = new ArrayList<>();
        for (Diff change : api(bundle).diff(read(released)).getChildren()) {
            Delta delta = change.getDelta();
            if (delta == Delta.REMOVED || delta == Delta.ADDED || delta == Delta.UNCHANGED) {
                continue; // A package that comes, or goes with its name, has no older version.
            }
            Version older = version(change.getOlder());
            Version newer = version(change.getNewer());
            Version least = least(delta, older);
            if (newer.compareTo(least) < 0) {
                problems.add(change.getName() + " " + newer + " has changed (" + delta + ") since " + older
                        + ": its version must be " + least + " or later; changed: " + changed(change));
            }
        }
        return problems;
    }

    private static Version least(Delta delta, Version older) {
        if (delta == Delta.MAJOR && older.getMajor() > 0) {
            return new Version(older.getMajor() + 1, 0, 0);
        }
        return delta == Delta.MAJOR || delta == Delta.MINOR
                ? new Version(older.getMajor(), older.getMinor() + 1, 0)
                : older;
    }

    private static Version version(Tree packageTree) {
        for (Tree child : packageTree.getChildren()) {
            if (child.getType() == Type.VERSION) {
                return Version.parseVersion(child.getName());
            }
        }
        return Version.emptyVersion;
    }

    /** The members that differ, the innermost. */
    private static List<String> changed(Diff diff) {
        List<String> names = new ArrayList<>();
        for (Diff child : diff.getChildren()) {
            if (child.getDelta() == Delta.ADDED || child.getDelta() == Delta.REMOVED) {
                names.add(child.getDelta() + " " + child.getName());
            } else if (child.getDelta() != Delta.UNCHANGED && child.getDelta() != Delta.IGNORED) {
                names.addAll(changed(child));
            }
        }
        return names;
    }
}
