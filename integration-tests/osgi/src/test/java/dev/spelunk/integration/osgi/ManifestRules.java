// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** The rules for the bundles of the house: imports point down only, and behaviour exports nothing. */
final class ManifestRules {
    private static final String HOUSE = "dev.spelunk.";

    private ManifestRules() {}

    /**
     * Checks a manifest.
     *
     * @param name the name that the bundle must have
     * @param manifest its manifest
     * @param contracts whether it is the bundle of the contracts, which may export its packages
     * @return what breaks a rule, one entry each
     */
    static List<String> broken(String name, Manifest manifest, boolean contracts) {
        List<String> broken = new ArrayList<>();
        Attributes attributes = manifest.getMainAttributes();
        Parameters symbolicName = OSGiHeader.parseHeader(attributes.getValue("Bundle-SymbolicName"));
        if (!symbolicName.keySet().equals(java.util.Set.of(name))) {
            broken.add("the symbolic name is " + symbolicName.keySet() + ", not that of the folder");
        }
        if (!"Apache-2.0".equals(attributes.getValue("Bundle-License"))) {
            broken.add("the licence is " + attributes.getValue("Bundle-License"));
        }
        for (Map.Entry<String, Attrs> imported : parameters(attributes, "Import-Package")) {
            String packageName = imported.getKey();
            if (packageName.startsWith(HOUSE) && !contract(packageName)) {
                broken.add("sideways import of " + packageName);
            }
        }
        for (Map.Entry<String, Attrs> exported : parameters(attributes, "Export-Package")) {
            if (!contracts) {
                broken.add("export of " + exported.getKey());
            } else if (!contract(exported.getKey())) {
                broken.add("export of " + exported.getKey() + ", which is no contract");
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
            if (!inside.getKey().equals(name) && !inside.getKey().startsWith(name + ".")) {
                broken.add("package outside the bundle's name: " + inside.getKey());
            }
        }
        return broken;
    }

    private static boolean contract(String packageName) {
        return packageName.equals(BuiltBundle.API) || packageName.startsWith(BuiltBundle.API + ".");
    }

    private static Iterable<Map.Entry<String, Attrs>> parameters(Attributes attributes, String header) {
        return OSGiHeader.parseHeader(attributes.getValue(header)).entrySet();
    }
}
