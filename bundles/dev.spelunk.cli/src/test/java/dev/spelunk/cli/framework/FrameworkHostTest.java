// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.cli.process.UserError;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

class FrameworkHostTest {
    @TempDir
    private Path folder;

    @Test
    void bundlesStartAndShareTheLaunchersTypes() {
        try (FrameworkHost host = new FrameworkHost(folder)) {
            assertThat(host.start("test", libraries(), Map.of()))
                    .containsExactly("org.apache.felix.configadmin", "org.apache.felix.scr");
            assertThat(host.context().getBundles()).hasSize(3).allMatch(bundle -> bundle.getState() == Bundle.ACTIVE);
            assertThat(host.service(ConfigurationAdmin.class, "test")).isNotNull();
            assertThat(host.service(ServiceComponentRuntime.class, "test")).isNotNull();
        }
    }

    @Test
    void theContractsAreExportedWithTheirVersions() {
        try (FrameworkHost host = new FrameworkHost(folder)) {
            assertThat(host.context()
                            .getBundle(0)
                            .adapt(org.osgi.framework.wiring.BundleRevision.class)
                            .getDeclaredCapabilities("osgi.wiring.package"))
                    .anySatisfy(capability -> {
                        assertThat(capability.getAttributes())
                                .containsEntry("osgi.wiring.package", "dev.spelunk.api.machine");
                        assertThat(capability.getAttributes().get("version").toString())
                                .isNotEqualTo("0.0.0");
                    });
        }
    }

    @Test
    void aMissingServiceIsReported() {
        try (FrameworkHost host = new FrameworkHost(folder)) {
            assertThatThrownBy(() -> host.service(MachineFactory.class, "v.json"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("v.json: no bundle of it publishes MachineFactory")
                    .hasMessageContaining("org.apache.felix.scr");
            host.start("v.json", libraries(), Map.of());
            assertThatThrownBy(() -> host.service(MachineFactory.class, "v.json"))
                    .isInstanceOf(UserError.class)
                    .message()
                    .isEqualTo("v.json: no bundle of it publishes MachineFactory");
        }
    }

    @Test
    void aConfigurationThatNobodyTakesIsReported() {
        try (FrameworkHost host = new FrameworkHost(folder)) {
            assertThatThrownBy(() -> host.start("v.json", libraries(), Map.of("no.such", Map.of("x", 1L))))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("/configurations/no.such")
                    .hasMessageContaining("no component");
        }
    }

    @Test
    void badBundlesAreReportedInOneLine() throws IOException {
        Path garbage = Files.write(folder.resolve("garbage.jar"), new byte[100]);
        Path plain = jar("plain", "");
        Path unresolved = jar(
                "unresolved",
                "Bundle-ManifestVersion: 2\nBundle-SymbolicName: u\n" + "Import-Package: no.such.package\n");
        Path failing = jar(
                "failing",
                "Bundle-ManifestVersion: 2\nBundle-SymbolicName: f\n" + "Bundle-Activator: no.such.Activator\n");
        try (FrameworkHost host = new FrameworkHost(folder)) {
            for (Path file : List.of(garbage, plain, unresolved, failing)) {
                assertThatThrownBy(() -> host.start("v.json", List.of(file), Map.of()))
                        .as(file.toString())
                        .isInstanceOf(UserError.class)
                        .message()
                        .startsWith("v.json: ")
                        .doesNotContain("\n");
            }
            assertThatThrownBy(() -> host.start("v.json", List.of(unresolved), Map.of()))
                    .hasMessageContaining("no.such.package");
        }
    }

    @Test
    void theTemporaryFolderIsRemoved() {
        Path storage;
        try (FrameworkHost host = new FrameworkHost(folder)) {
            host.start("test", libraries(), Map.of());
            storage = Path.of(host.context().getProperty("org.osgi.framework.storage"));
            assertThat(storage).isDirectory();
        }
        assertThat(storage).doesNotExist();
    }

    private Path jar(String name, String headers) throws IOException {
        Path file = folder.resolve(name + ".jar");
        String text = "Manifest-Version: 1.0\n" + headers;
        Manifest manifest =
                new Manifest(new java.io.ByteArrayInputStream(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        return file;
    }

    private static List<Path> libraries() {
        List<Path> files = new ArrayList<>();
        for (String name : List.of("org.apache.felix.configadmin-", "org.apache.felix.scr-")) {
            files.addAll(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(Path::of)
                    .filter(file -> file.getFileName().toString().startsWith(name))
                    .collect(Collectors.toList()));
        }
        return files;
    }
}
