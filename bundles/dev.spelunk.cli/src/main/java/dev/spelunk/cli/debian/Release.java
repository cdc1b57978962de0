// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A release of Debian from which the kernel and the tools are taken, whatever the host's own is. */
public enum Release {
    /** Debian 12: kernel and perf 6.1. */
    BOOKWORM("bookworm", List.of("bookworm"), true),
    /** Debian 13: kernel and perf 6.12. */
    TRIXIE("trixie", List.of("trixie"), true),
    /** Debian 13 with a kernel and a perf of the next release. */
    TRIXIE_BACKPORTS("trixie-backports", List.of("trixie", "trixie-backports"), true),
    /** The newest of everything. */
    SID("sid", List.of("sid"), false);

    private final String name;
    private final List<String> suites;
    private final boolean secured;

    Release(String name, List<String> suites, boolean secured) {
        this.name = name;
        this.suites = suites;
        this.secured = secured;
    }

    /** As Debian and the user write it. */
    public String label() {
        return name;
    }

    /** The suite that wins where several have a package. */
    String suite() {
        return suites.get(suites.size() - 1);
    }

    /** The names of all. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Release::label).toList();
    }

    /** The release of that name. */
    public static Optional<Release> of(String label) {
        return Arrays.stream(values()).filter(r -> r.name.equals(label)).findFirst();
    }

    /**
     * The sources, as apt's one-line format has them.
     *
     * @param archive of the host: address of a Debian mirror that ends with /
     * @param keyring file of the keys that it is signed with; null for those that apt trusts
     */
    List<String> sources(String archive, String keyring) {
        String options = keyring == null ? "deb " : "deb [signed-by=" + keyring + "] ";
        String security = archive.replaceFirst("/debian/$", "/debian-security/");
        List<String> lines = new ArrayList<>();
        suites.forEach(suite -> lines.add(options + archive + " " + suite + " main"));
        if (secured && !security.equals(archive)) {
            lines.add(options + security + " " + suites.get(0) + "-security main");
        }
        return lines;
    }
}
