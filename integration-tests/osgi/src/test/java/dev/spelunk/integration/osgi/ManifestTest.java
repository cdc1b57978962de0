// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Reads the manifests of the built bundles. */
class ManifestTest {
    @TestFactory
    Stream<DynamicTest> everyBundleKeepsTheRules() {
        return BuiltBundle.all().stream()
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    assertThat(ManifestRules.broken(bundle.name(), bundle.manifest(), bundle.isFloor()))
                            .isEmpty();
                }));
    }

    @Test
    void theContractsImportNoBehaviourAndExportEveryPackage() {
        BuiltBundle api = BuiltBundle.named(BuiltBundle.API);
        assertThat(api.header("Export-Package")).contains("dev.spelunk.api.state", "dev.spelunk.api.machine");
        assertThat(api.header("Private-Package")).isNull();
        assertThat(api.header("Service-Component")).isNull();
    }

    @Test
    void theInstructionSetIsALibraryOnTheContracts() {
        BuiltBundle a64 = BuiltBundle.named(BuiltBundle.A64);
        assertThat(a64.header("Export-Package")).contains("dev.spelunk.a64");
        assertThat(a64.header("Private-Package")).isNull();
        assertThat(a64.header("Service-Component")).isNull();
        assertThat(a64.header("Bundle-Activator")).isNull();
    }

    @Test
    void behavioursMayImportTheInstructionSetAndContractsMayNot() {
        Manifest importer = manifest("Import-Package", "dev.spelunk.a64;version=\"[0.1,1)\"");
        assertThat(ManifestRules.broken("dev.spelunk.mmu", importer, false)).isEmpty();
        importer.getMainAttributes().putValue("Bundle-SymbolicName", BuiltBundle.API);
        assertThat(ManifestRules.broken(BuiltBundle.API, importer, true))
                .containsExactly("sideways import of dev.spelunk.a64");
    }

    @Test
    void aSidewaysImportIsFound() {
        assertThat(ManifestRules.broken(
                        "dev.spelunk.mmu",
                        manifest("Import-Package", "dev.spelunk.api.mmu;version=\"[0.1,1)\",dev.spelunk.pe"),
                        false))
                .containsExactly("sideways import of dev.spelunk.pe");
    }

    @Test
    void anExportIsFound() {
        assertThat(ManifestRules.broken(
                        "dev.spelunk.mmu", manifest("Export-Package", "dev.spelunk.mmu.walk;version=\"1.0\""), false))
                .containsExactly("export of dev.spelunk.mmu.walk");
    }

    @Test
    void otherWaysToASiblingAreFound() {
        assertThat(ManifestRules.broken("dev.spelunk.mmu", manifest("Require-Bundle", "dev.spelunk.pe"), false))
                .containsExactly("Require-Bundle: dev.spelunk.pe");
        assertThat(ManifestRules.broken("dev.spelunk.mmu", manifest("DynamicImport-Package", "*"), false))
                .containsExactly("DynamicImport-Package: *");
        assertThat(ManifestRules.broken("dev.spelunk.mmu", manifest("Private-Package", "dev.spelunk.pe"), false))
                .containsExactly("package outside the bundle's name: dev.spelunk.pe");
    }

    @Test
    void anotherNameIsFound() {
        assertThat(ManifestRules.broken("dev.spelunk.pe", manifest("Bundle-Name", "x"), false))
                .hasSize(1);
    }

    private static Manifest manifest(String header, String value) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "dev.spelunk.mmu");
        manifest.getMainAttributes().putValue("Bundle-License", "Apache-2.0");
        manifest.getMainAttributes().putValue(header, value);
        return manifest;
    }
}
