// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.cli.process.UserError;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParsingException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.cm.json.io.Configurations;

/**
 * A JSON file as a tree that remembers the line of every value, so that an error can name the place.
 * Refuses what the readers of the OSGi Feature format take silently: a key given twice, and anything
 * after the end of the document.
 */
final class JsonDocument {
    /** Bytes; a variant has a few thousand. */
    private static final long LARGEST = 1 << 24;

    private final String file;
    private final String text;
    private final Value root;

    private JsonDocument(String file, String text, Value root) {
        this.file = file;
        this.text = text;
        this.root = root;
    }

    /**
     * One value of the document.
     *
     * @param path where it is, as {@code /bundles/0/id}
     * @param line its line, from 1
     * @param content a {@code Map<String, Value>}, a {@code List<Value>}, a {@code String}, a
     *     {@code BigDecimal}, a {@code Boolean}, or null
     */
    record Value(String path, long line, Object content) {
        @SuppressWarnings("unchecked")
        Map<String, Value> members() {
            return (Map<String, Value>) content;
        }

        @SuppressWarnings("unchecked")
        List<Value> items() {
            return (List<Value>) content;
        }

        boolean isObject() {
            return content instanceof Map;
        }

        boolean isArray() {
            return content instanceof List;
        }

        boolean isString() {
            return content instanceof String;
        }

        String kind() {
            if (content == null) {
                return "null";
            }
            return isObject()
                    ? "an object"
                    : isArray()
                            ? "an array"
                            : isString() ? "a string" : content instanceof Boolean ? "a boolean" : "a number";
        }
    }

    /**
     * Reads a file.
     *
     * @param path the file; the comments that the OSGi Feature format allows are dropped
     * @return its tree
     * @throws UserError if it cannot be read or is not well-formed
     */
    static JsonDocument read(Path path) {
        String text;
        try {
            if (Files.size(path) > LARGEST) {
                throw new UserError(path + ": has more than " + LARGEST + " bytes, so it is no feature JSON file");
            }
            text = Files.readString(path, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new UserError(path + ": not UTF-8 text, so not a feature JSON file");
        } catch (IOException e) {
            throw new UserError(path + ": cannot be read: " + describe(e));
        }
        return parse(path.toString(), text);
    }

    /**
     * Parses a text.
     *
     * @param file the name for error messages
     * @param text the JSON text
     * @return its tree
     * @throws UserError if it is not well-formed
     */
    static JsonDocument parse(String file, String text) {
        String plain;
        try (Reader reader = Configurations.jsonCommentAwareReader(new StringReader(text))) {
            StringBuilder builder = new StringBuilder();
            char[] buffer = new char[8192];
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                builder.append(buffer, 0, count);
            }
            plain = builder.toString();
        } catch (IOException | RuntimeException e) {
            throw new UserError(file + ": malformed JSON: " + describe(e));
        }
        try (JsonParser parser = jakarta.json.Json.createParser(new StringReader(plain))) {
            if (!parser.hasNext()) {
                throw new UserError(file + ": malformed JSON: the file is empty");
            }
            Value root = value(file, parser, parser.next(), "");
            if (parser.hasNext()) {
                throw new UserError(file + ": line " + parser.getLocation().getLineNumber()
                        + ": malformed JSON: text after the end of the document");
            }
            return new JsonDocument(file, plain, root);
        } catch (JsonParsingException e) {
            throw new UserError(
                    file + ": line " + e.getLocation().getLineNumber() + ": malformed JSON: " + describe(e));
        } catch (UserError e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new UserError(file + ": malformed JSON: " + describe(e));
        }
    }

    Value root() {
        return root;
    }

    /** The text without its comments, for the Feature reader. */
    String text() {
        return text;
    }

    /**
     * Makes an error about a value.
     *
     * @param value the value
     * @param problem what is wrong with it
     * @return the error, for the caller to throw
     */
    UserError error(Value value, String problem) {
        return new UserError(file + ": line " + value.line() + ": "
                + (value.path().isEmpty() ? "/" : value.path()) + ": " + problem);
    }

    private static Value value(String file, JsonParser parser, Event event, String path) {
        long line = parser.getLocation().getLineNumber();
        switch (event) {
            case START_OBJECT:
                return new Value(path, line, members(file, parser, path));
            case START_ARRAY:
                List<Value> items = new ArrayList<>();
                for (Event next = parser.next(); next != Event.END_ARRAY; next = parser.next()) {
                    items.add(value(file, parser, next, path + "/" + items.size()));
                }
                return new Value(path, line, items);
            case VALUE_STRING:
                return new Value(path, line, parser.getString());
            case VALUE_NUMBER:
                return new Value(path, line, parser.getBigDecimal());
            case VALUE_TRUE:
                return new Value(path, line, Boolean.TRUE);
            case VALUE_FALSE:
                return new Value(path, line, Boolean.FALSE);
            default:
                return new Value(path, line, null);
        }
    }

    private static Map<String, Value> members(String file, JsonParser parser, String path) {
        Map<String, Value> members = new LinkedHashMap<>();
        while (parser.next() != Event.END_OBJECT) {
            String key = parser.getString();
            String memberPath = path + "/" + key.replace("~", "~0").replace("/", "~1");
            long line = parser.getLocation().getLineNumber();
            Value before = members.put(key, value(file, parser, parser.next(), memberPath));
            if (before != null) {
                throw new UserError(file + ": line " + line + ": " + memberPath
                        + ": this key is given twice, first in line " + before.line() + "; keep one");
            }
        }
        return members;
    }

    private static String describe(Throwable e) {
        if (e instanceof java.nio.file.NoSuchFileException) {
            return "no such file";
        }
        String message = String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
        return message.replaceAll("\\s+", " ");
    }
}
