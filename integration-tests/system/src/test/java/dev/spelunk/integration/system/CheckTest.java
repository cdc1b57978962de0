// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.integration.system.broken.WrongPointerTraps;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --check} on the command line, with a variant whose handler of PMBPTR_EL1 is wrong. */
class CheckTest {
    private static final int INVARIANT_BROKEN = 5;
    private static final String COMPONENT = "OSGI-INF/wrong.xml";

    @TempDir
    Path folder;

    private Path variant;

    @BeforeEach
    void write() throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "org.example.wrong");
        headers.putValue("Bundle-Version", "1.0.0");
        headers.putValue("Import-Package", "dev.spelunk.api.hypervisor,dev.spelunk.api.registers");
        headers.putValue("Service-Component", COMPONENT);
        String type = WrongPointerTraps.class.getName();
        String file = type.replace('.', '/') + ".class";
        try (JarOutputStream jar = new JarOutputStream(
                        Files.newOutputStream(folder.resolve("org.example.wrong-1.0.0.jar")), manifest);
                InputStream code = WrongPointerTraps.class.getClassLoader().getResourceAsStream(file)) {
            jar.putNextEntry(new JarEntry(file));
            code.transferTo(jar);
            jar.putNextEntry(new JarEntry(COMPONENT));
            // Handlers are asked in the order of their names: before spe-buffer.
            jar.write(("""
                    <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="org.example.wrong">
                      <property name="spelunk.part" value="traps"/>
                      <property name="spelunk.name" value="a-wrong-pointer"/>
                      <service><provide interface="dev.spelunk.api.hypervisor.TrapHandler"/></service>
                      <implementation class="%s"/>
                    </scr:component>
                    """).formatted(type).getBytes(StandardCharsets.UTF_8));
        }
        String shipped = Files.readString(Spelunk.ROOT.resolve("features/default.json"));
        String with = shipped.replace(
                        "\"bundles\": [", "\"bundles\": [{\"id\": \"org.example:org.example.wrong:1.0.0\"},")
                .replace("\"name\": \"default\"", "\"name\": \"wrong\"");
        assertThat(with).hasSizeGreaterThan(shipped.length() + 40);
        variant = Files.writeString(folder.resolve("wrong.json"), with);
    }

    private Spelunk.Outcome run(String... more) {
        String[] arguments = new String[9 + more.length];
        System.arraycopy(
                new String[] {
                    "run",
                    "--variant",
                    variant.toString(),
                    "--bundles",
                    folder.toString(),
                    "--append",
                    "workload=ping",
                    "--output",
                    folder.resolve("out").toString()
                },
                0,
                arguments,
                0,
                9);
        System.arraycopy(more, 0, arguments, 9, more.length);
        return Spelunk.run(arguments);
    }

    @Test
    @DisplayName("a broken invariant ends the run with exit code 5, its name and the history of the registers")
    void brokenInvariant() {
        Spelunk.Outcome checked = run("--check");
        assertThat(checked.code()).as(checked.err()).isEqualTo(INVARIANT_BROKEN);
        assertThat(checked.err())
                .contains("pointer-changed-by-guest")
                .contains("vCPU 0")
                .containsPattern("PMBPTR_EL1 +in memory +0x0+ -> 0xffffffc000001000  guest write of PMBPTR_EL1");
        assertThat(run().code()).as("nobody asked for the check").isNotEqualTo(INVARIANT_BROKEN);
    }
}
