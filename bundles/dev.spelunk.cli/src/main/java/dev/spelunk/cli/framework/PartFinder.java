// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import dev.spelunk.api.parts.Parts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Finds bundles by the parts that their component descriptions (OSGi Compendium 8, 112.4) publish. */
final class PartFinder {
    private static final String COMPONENTS = "Service-Component";

    private PartFinder() {}

    /**
     * The bundles of a folder, and of the folders in it, that publish a part.
     *
     * @param folder the folder
     * @param part the part's kind
     * @param name its {@code spelunk.name}
     * @return their files, sorted
     */
    static List<Path> find(Path folder, String part, String name) {
        return jars(folder).stream()
                .filter(file -> published(file, part).contains(name))
                .collect(Collectors.toList());
    }

    /** The names of the parts of a kind that the bundles of a folder publish. */
    static SortedSet<String> names(Path folder, String part) {
        SortedSet<String> names = new TreeSet<>();
        jars(folder).forEach(file -> names.addAll(published(file, part)));
        return names;
    }

    private static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            // A pipe with such a name would keep its reader for ever.
            return files.filter(file -> file.getFileName().toString().endsWith(".jar") && Files.isRegularFile(file))
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of();
        }
    }

    /** None for what is no bundle, or cannot be read. */
    private static SortedSet<String> published(Path file, String part) {
        SortedSet<String> names = new TreeSet<>();
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            String components =
                    manifest == null ? null : manifest.getMainAttributes().getValue(COMPONENTS);
            for (String path : components == null ? new String[0] : components.split(",")) {
                ZipEntry entry = jar.getEntry(path.strip());
                if (entry != null) {
                    try (InputStream stream = jar.getInputStream(entry)) {
                        describe(stream, part, names);
                    }
                }
            }
        } catch (IOException | XMLStreamException e) {
            return names;
        }
        return names;
    }

    private static void describe(InputStream description, String part, SortedSet<String> names)
            throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XMLStreamReader reader = factory.createXMLStreamReader(description);
        boolean isPart = false;
        String name = null;
        while (reader.hasNext()) {
            if (reader.next() == XMLStreamConstants.START_ELEMENT
                    && reader.getLocalName().equals("property")) {
                String property = reader.getAttributeValue(null, "name");
                String value = reader.getAttributeValue(null, "value");
                isPart |= Parts.PART.equals(property) && part.equals(value);
                name = Parts.NAME.equals(property) ? value : name;
            }
        }
        if (isPart && name != null) {
            names.add(name);
        }
    }
}
