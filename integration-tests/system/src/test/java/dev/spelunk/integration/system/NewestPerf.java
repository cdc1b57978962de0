// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.Release;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The newest perf that Debian has for a stable release, from its unpacked arm64 package, under qemu-aarch64. */
final class NewestPerf {
    /** A packet in a dump: offset, bytes, meaning. */
    private static final Pattern PACKET = Pattern.compile("\\.  [0-9a-f]{8}: (?: [0-9a-f]{2})+ +(.*?) *");
    /** perf's words where a guest's file says nothing of what perf wants to know of the host. */
    private static final Pattern OF_THE_HOST = Pattern.compile("failed to get cpuid string for CPU -1");

    private final Cache packages;
    private final Path folder;

    private NewestPerf(Cache packages, Path folder) {
        this.packages = packages;
        this.folder = folder;
    }

    /**
     * Gets it; ends the test when it cannot be had.
     *
     * @param folder for what it prints
     */
    static NewestPerf require(String test, Path folder) {
        Tools.require(test, "qemu-aarch64-static", "qemu-user-static");
        return new NewestPerf(Debian.release(test, Release.TRIXIE_BACKPORTS), folder);
    }

    /** Runs it, with success. */
    Tools.Printed run(String... arguments) throws IOException, InterruptedException {
        String root = packages.root().toString();
        Tools.Printed printed =
                Tools.run(folder, Tools.command(arguments, "qemu-aarch64-static", "-L", root, root + "/usr/bin/perf"));
        return new Tools.Printed(
                printed.out(), OF_THE_HOST.matcher(printed.err()).replaceAll("").strip());
    }

    /** The meanings of all packets of a profile, in order; there is none that it cannot read. */
    List<String> packets(Path profile) throws IOException, InterruptedException {
        String dump = run("report", "-D", "-i", profile.toString()).out();
        assertThat(dump).doesNotContain("Bad packet");
        return packets(dump);
    }

    /** The meanings of all packets in a dump. */
    static List<String> packets(String dump) {
        return dump.lines()
                .map(PACKET::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    /** The records of a profile: each the meanings of its packets. */
    List<List<String>> records(Path profile) throws IOException, InterruptedException {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        for (String packet : packets(profile)) {
            if (!packet.equals("PAD")) {
                record.add(packet);
            }
            if (packet.startsWith("TS ") || packet.equals("END")) {
                records.add(record);
                record = new ArrayList<>();
            }
        }
        return records;
    }
}
