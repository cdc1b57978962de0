// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** The rules for the bundles of the house: imports point down only, and behaviour exports nothing. */
final class ManifestRules {
    /** Packages of libraries that a bundle has copies of, so that a variant need not list the library. */
    private static final Map<String, Set<String>> PRIVATE_COPIES = Map.of(
            "dev.spelunk.pe", Set.of("org.objectweb.asm"),
            "dev.spelunk.records", Set.of("io.airlift.compress", "io.airlift.compress.zstd"));

    private static final String HOUSE = "dev.spelunk.";

    private ManifestRules() {}

    /**
     * Checks a manifest.
     *
     * @param name the name that the bundle must have
     * @param manifest its manifest
     * @param floor whether it is of those below the behaviours, which may export their packages
     * @return what breaks a rule, one entry each
     */
    static List<String> broken(String name, Manifest manifest, boolean floor) {
        List<String> broken = new ArrayList<>();
        Attributes attributes = manifest.getMainAttributes();
        Parameters symbolicName = OSGiHeader.parseHeader(attributes.getValue("Bundle-SymbolicName"));
        if (!symbolicName.keySet().equals(Set.of(name))) {
            broken.add("the symbolic name is " + symbolicName.keySet() + ", not that of the folder");
        }
        if (!"Apache-2.0".equals(attributes.getValue("Bundle-License"))) {
            broken.add("the licence is " + attributes.getValue("Bundle-License"));
        }
        for (Map.Entry<String, Attrs> imported : parameters(attributes, "Import-Package")) {
            String packageName = imported.getKey();
            if (packageName.startsWith(HOUSE) && !importable(name, packageName)) {
                broken.add("sideways import of " + packageName);
            }
        }
        for (Map.Entry<String, Attrs> exported : parameters(attributes, "Export-Package")) {
            if (!floor) {
                broken.add("export of " + exported.getKey());
            } else if (!within(name, exported.getKey())) {
                broken.add("export of " + exported.getKey() + ", which is another bundle's");
            } else if (!exported.getValue().containsKey("version")) {
                broken.add("export of " + exported.getKey() + " without a version");
            }
        }
        for (String header : List.of("Require-Bundle", "DynamicImport-Package", "Fragment-Host", "Bundle-ClassPath")) {
            if (attributes.getValue(header) != null) {
                broken.add(header + ": " + attributes.getValue(header));
            }
        }
        for (Map.Entry<String, Attrs> inside : parameters(attributes, "Private-Package")) {
            if (!within(name, inside.getKey())
                    && !PRIVATE_COPIES.getOrDefault(name, Set.of()).contains(inside.getKey())) {
                broken.add("package outside the bundle's name: " + inside.getKey());
            }
        }
        return broken;
    }

    /** What is below every behaviour; of the floor, the contracts import nothing and the instruction set only them. */
    private static boolean importable(String importer, String packageName) {
        boolean contract = within(BuiltBundle.API, packageName);
        return contract || !importer.equals(BuiltBundle.API) && within(BuiltBundle.A64, packageName);
    }

    private static boolean within(String bundle, String packageName) {
        return packageName.equals(bundle) || packageName.startsWith(bundle + ".");
    }

    private static Iterable<Map.Entry<String, Attrs>> parameters(Attributes attributes, String header) {
        return OSGiHeader.parseHeader(attributes.getValue(header)).entrySet();
    }
}
