// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.Release;
import java.nio.file.Path;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which of the fetched Debian packages. */
public final class DebianOptions {
    @Option(
            names = "--release",
            paramLabel = "NAME",
            converter = ReleaseName.class,
            completionCandidates = ReleaseNames.class,
            description =
                    "Debian's release: ${COMPLETION-CANDIDATES}. Several can be fetched side by side. Default: that "
                            + "of this host's apt sources.")
    private Release release;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where packages are kept and unpacked. Default: spelunk/debian in the user's cache folder.")
    private Path folder;

    /** The release; null for that of the host's sources. */
    public Release release() {
        return release;
    }

    /** Whether the user says which packages. */
    public boolean given() {
        return release != null || folder != null;
    }

    /** Where its packages are. */
    public Cache cache() {
        return (folder == null ? Cache.ofUser() : new Cache(folder)).of(release);
    }

    /** Reads the name of a release. */
    static final class ReleaseName implements ITypeConverter<Release> {
        @Override
        public Release convert(String text) {
            return Release.of(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' is none of " + String.join(", ", Release.labels())));
        }
    }

    /** The names of releases. */
    static final class ReleaseNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Release.labels().iterator();
        }
    }
}
