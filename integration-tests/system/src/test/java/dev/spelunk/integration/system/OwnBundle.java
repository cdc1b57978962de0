// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A bundle with one component of the test's own, as a user would bring one, and the variant that has it. */
final class OwnBundle {
    private static final String VERSION = "1.0.0";
    private static final String COMPONENT = "OSGI-INF/component.xml";

    private final String name;
    private final Class<?> code;
    private final Map<String, String> headers = new TreeMap<>();
    private final Map<String, String> properties = new TreeMap<>();
    private String activate = "";

    /**
     * @param name symbolic name
     * @param code the component's class, which is all that the bundle has
     * @param imports packages of the framework that it needs
     */
    OwnBundle(String name, Class<?> code, String imports) {
        this.name = name;
        this.code = code;
        headers.put("Import-Package", imports);
    }

    OwnBundle header(String header, String value) {
        headers.put(header, value);
        return this;
    }

    /** A property of its service. */
    OwnBundle property(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /** The method that gets the properties when it is activated. */
    OwnBundle activate(String method) {
        activate = " activate=\"" + method + "\"";
        return this;
    }

    /** Writes it into a folder for {@code --bundles}; it offers its component as a service of that type. */
    void write(Path folder, Class<?> service) throws IOException {
        Manifest manifest = new Manifest();
        Attributes all = manifest.getMainAttributes();
        all.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        all.putValue("Bundle-ManifestVersion", "2");
        all.putValue("Bundle-SymbolicName", name);
        all.putValue("Bundle-Version", VERSION);
        all.putValue("Service-Component", COMPONENT);
        headers.forEach(all::putValue);
        String file = code.getName().replace('.', '/') + ".class";
        try (JarOutputStream jar = new JarOutputStream(
                        Files.newOutputStream(folder.resolve(name + "-" + VERSION + ".jar")), manifest);
                InputStream in = code.getClassLoader().getResourceAsStream(file)) {
            jar.putNextEntry(new JarEntry(file));
            in.transferTo(jar);
            jar.putNextEntry(new JarEntry(COMPONENT));
            StringBuilder xml = new StringBuilder(String.format(
                    "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"%s\"%s>%n",
                    name, activate));
            properties.forEach(
                    (key, value) -> xml.append(String.format("  <property name=\"%s\" value=\"%s\"/>%n", key, value)));
            xml.append(String.format(
                    "  <service><provide interface=\"%s\"/></service>%n  <implementation class=\"%s\"/>%n</scr:component>%n",
                    service.getName(), code.getName()));
            jar.write(xml.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Writes a variant that is the default one with this bundle.
     *
     * @param parts what its {@code parts} chooses, as JSON without braces
     */
    Path variant(Path file, String parts) throws IOException {
        return Files.writeString(
                file,
                String.format(
                        "{\"id\": \"test:own:1\", \"bundles\": [{\"id\": \"org.example:%s:%s\"}], \"extensions\":"
                                + " {\"spelunk-variant\": {\"json\": {\"extends\": \"default\", \"parts\": {%s}}}}}",
                        name, VERSION, parts));
    }
}
