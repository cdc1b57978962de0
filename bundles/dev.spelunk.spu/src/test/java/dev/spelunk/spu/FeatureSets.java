// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.testkit.Configs;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Manifest;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The feature sets by their names, as the bundles make them with their default configurations. */
final class FeatureSets {
    /** The PMSVer versions from 1 on, each with what it cannot be without. */
    static final List<List<String>> VERSIONS = List.of(
            List.of("FEAT_SPE"),
            List.of("FEAT_SPEv1p1"),
            List.of("FEAT_SPEv1p2", "FEAT_SPE_FnE"),
            List.of("FEAT_SPEv1p3"),
            List.of("FEAT_SPEv1p4"),
            List.of("FEAT_SPEv1p5", "FEAT_SPE_CRR", "FEAT_SPE_EXC", "FEAT_SPE_nVM"));

    private static final Map<String, Class<? extends ProfilingFeatures>> COMPONENTS = components();

    private FeatureSets() {}

    /** The feature set of a version, 1 to 6, and those before it, with more on top. */
    static ProfilingFeatures[] of(int pmsVer, String... more) {
        List<ProfilingFeatures> features = new ArrayList<>();
        for (int i = 0; i < pmsVer; i++) {
            VERSIONS.get(i).forEach(name -> features.add(named(name)));
        }
        Arrays.stream(more).forEach(name -> features.add(named(name)));
        return features.toArray(ProfilingFeatures[]::new);
    }

    /** As {@link #of}, without FEAT_SPE, which {@link Bench} adds. */
    static ProfilingFeatures[] beside(int pmsVer, String... more) {
        return Arrays.stream(of(pmsVer, more))
                .filter(f -> f.getClass() != COMPONENTS.get("FEAT_SPE"))
                .toArray(ProfilingFeatures[]::new);
    }

    /** Composes what {@link #of} names, without padding and with room for the largest records. */
    static ProfilingRules compose(int pmsVer, String... more) {
        return new SamplingUnitComponent(
                        Configs.of(SamplingUnitComponent.Config.class, Map.of("maxRecordSize", 128, "alignment", 1)))
                .compose(List.of(of(pmsVer, more)));
    }

    private static ProfilingFeatures named(String feature) {
        Class<? extends ProfilingFeatures> component = COMPONENTS.get(feature);
        if (component == null) {
            throw new IllegalArgumentException(feature + " is none of " + COMPONENTS.keySet());
        }
        return Configs.component(component);
    }

    /** The components on the class path, by the names in their descriptions. */
    private static Map<String, Class<? extends ProfilingFeatures>> components() {
        Map<String, Class<? extends ProfilingFeatures>> components = new TreeMap<>();
        try {
            for (URL manifest :
                    Collections.list(FeatureSets.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
                String descriptions = header(manifest, "Service-Component");
                for (String description : descriptions == null ? new String[0] : descriptions.split(",")) {
                    Element component = description(new URL(manifest, "../" + description.trim()));
                    String name = named(component);
                    if (name != null) {
                        String type = ((Element) component
                                        .getElementsByTagName("implementation")
                                        .item(0))
                                .getAttribute("class");
                        components.put(name, Class.forName(type).asSubclass(ProfilingFeatures.class));
                    }
                }
            }
        } catch (IOException | SAXException | ParserConfigurationException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return components;
    }

    private static String header(URL manifest, String name) throws IOException {
        try (InputStream in = manifest.openStream()) {
            return new Manifest(in).getMainAttributes().getValue(name);
        }
    }

    private static Element description(URL url) throws IOException, SAXException, ParserConfigurationException {
        try (InputStream in = url.openStream()) {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement();
        }
    }

    /** The name of a component that offers features, or null. */
    private static String named(Element component) {
        NodeList properties = component.getElementsByTagName("property");
        String part = null;
        String name = null;
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            if (property.getAttribute("name").equals(Parts.PART)) {
                part = property.getAttribute("value");
            } else if (property.getAttribute("name").equals(Parts.NAME)) {
                name = property.getAttribute("value");
            }
        }
        return Parts.FEATURES.equals(part) ? name : null;
    }
}
