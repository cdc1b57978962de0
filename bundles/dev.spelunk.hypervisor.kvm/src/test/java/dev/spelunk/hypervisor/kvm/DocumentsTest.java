// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.hypervisor.kvm.checks.Invariant;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The documents name what there is, and nothing else. */
class DocumentsTest {
    private static final Pattern ROW = Pattern.compile("^\\| ((?:`[a-z0-9-]+`(?:, )?)+) \\| .* \\|$");
    private static final Pattern NAME = Pattern.compile("`([a-z0-9-]+)`");
    private static final Pattern SETTING = Pattern.compile("^\\| `([a-zA-Z]+)` \\| ([^|]*?) ?\\| [^|]+ \\|$");

    private static List<String> section(String document, String heading) throws IOException {
        return Files.readAllLines(Path.of(System.getProperty("spelunk.root"), "docs", document)).stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .toList();
    }

    @Test
    @DisplayName("docs/kvm.md has a row for each invariant that is checked")
    void invariants() throws IOException {
        List<String> told = section("kvm.md", "## The invariants").stream()
                .flatMap(line -> ROW.matcher(line).results())
                .flatMap(row -> NAME.matcher(row.group(1)).results())
                .map(name -> name.group(1))
                .toList();
        assertThat(told).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(told))
                .isEqualTo(new TreeSet<>(
                        Stream.of(Invariant.values()).map(each -> each.label).toList()));
    }

    @Test
    @DisplayName("docs/host.md has a row for each setting of the host, with its default")
    void settings() throws IOException {
        Map<String, String> there = new TreeMap<>();
        for (Method setting : KvmHypervisor.Config.class.getDeclaredMethods()) {
            there.put(setting.getName(), String.valueOf(setting.getDefaultValue()));
        }
        Map<String, String> told = new TreeMap<>();
        for (String line : section("host.md", "## Settings")) {
            for (MatchResult row : SETTING.matcher(line).results().toList()) {
                told.put(row.group(1), row.group(2).equals("all") ? there.get(row.group(1)) : row.group(2));
            }
        }
        assertThat(there).hasSizeGreaterThan(10);
        assertThat(told).isEqualTo(there);
    }
}
