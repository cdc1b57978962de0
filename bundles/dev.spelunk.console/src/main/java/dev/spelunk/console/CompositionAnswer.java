// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.machine.ConsoleHost;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.SwapReport;
import jakarta.json.stream.JsonGenerator;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** What the machine is made of: parts and who publishes them, features that bundles provide and need, configurations. */
final class CompositionAnswer {
    private final Desk desk;

    CompositionAnswer(Desk desk) {
        this.desk = desk;
    }

    String text() {
        ConsoleHost host = desk.host();
        SortedMap<String, List<String>> parts = desk.swaps().parts(desk.machine());
        SortedMap<String, SortedMap<String, String>> publishers = host.publishers();
        Judgement judgement = host.judge();
        SwapReport report = desk.swaps().report(desk.machine());
        return Answers.object(json -> {
            json.write("variant", host.variant());
            json.writeStartArray("parts");
            parts.forEach((kind, names) -> part(json, kind, names, publishers));
            json.writeEnd();
            features(json, "provided", judgement.provided());
            features(json, "required", judgement.required());
            strings(json, "asserted", judgement.asserted());
            strings(json, "lacking", judgement.mandatory());
            strings(json, "problems", judgement.problems());
            json.writeStartObject("configurations");
            host.configurations().forEach((pid, values) -> {
                if (values.isEmpty()) {
                    return;
                }
                json.writeStartObject(pid);
                values.forEach((key, value) -> json.write(key, String.valueOf(value)));
                json.writeEnd();
            });
            json.writeEnd();
            strings(json, "swaps", report.done());
            strings(json, "refused", report.refused());
            strings(json, "variants", host.variants());
        });
    }

    private void part(
            JsonGenerator json,
            String kind,
            List<String> names,
            SortedMap<String, SortedMap<String, String>> publishers) {
        json.writeStartObject();
        json.write("kind", kind);
        json.writeStartArray("used");
        for (String name : names) {
            json.writeStartObject();
            json.write("name", name);
            json.write("bundle", bundle(publishers, kind, name));
            json.writeEnd();
        }
        json.writeEnd();
        strings(json, "offers", desk.host().offers(kind));
        json.writeEnd();
    }

    /** Banks of registers are of the kind of the table, and are published as what they are. */
    private static String bundle(SortedMap<String, SortedMap<String, String>> publishers, String kind, String name) {
        SortedMap<String, String> ofKind = publishers.get(kind);
        if (ofKind != null && ofKind.containsKey(name)) {
            return ofKind.get(name);
        }
        return publishers.values().stream()
                .filter(names -> names.containsKey(name))
                .map(names -> names.get(name))
                .findFirst()
                .orElse("");
    }

    private static void features(JsonGenerator json, String key, Map<String, ? extends Collection<String>> byBundle) {
        json.writeStartObject(key);
        byBundle.forEach((bundle, features) -> strings(json, bundle, features));
        json.writeEnd();
    }

    private static void strings(JsonGenerator json, String key, Collection<String> values) {
        json.writeStartArray(key);
        values.forEach(json::write);
        json.writeEnd();
    }
}
