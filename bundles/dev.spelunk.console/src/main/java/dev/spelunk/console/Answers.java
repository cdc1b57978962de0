// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.Consumer;

/** JSON for the pages. */
final class Answers {
    /** Asks for a library's provider once; each way of {@link Json} looks for it anew. */
    private static final JsonGeneratorFactory FACTORY = Json.createGeneratorFactory(Map.of());

    private Answers() {}

    /** An object. */
    static String object(Consumer<JsonGenerator> members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEnd();
        }
        return text.toString();
    }

    /** An address or a register's value: a number of JavaScript has 53 bits. */
    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
