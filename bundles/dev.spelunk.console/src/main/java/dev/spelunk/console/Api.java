// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.machine.SwapRequest;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What pages ask and order. Questions are GET; orders are POST with one JSON object, and answer {@code done} with a sentence,
 * or {@code refused} with the reason.
 */
final class Api extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final int MOST_BYTES = 1 << 16;
    private static final String JSON = "application/json;charset=utf-8";

    private final transient Map<String, Function<HttpServletRequest, String>> questions = new TreeMap<>();
    private final transient Map<String, Function<Arguments, String>> orders = new TreeMap<>();

    Api(Desk desk) {
        MachineAnswer machine = new MachineAnswer(desk);
        questions.put("/api/machine", request -> machine.text());
        RegistersAnswer registers = new RegistersAnswer(desk);
        questions.put(
                "/api/registers",
                request -> registers.text(
                        number(request, "pe"),
                        parameter(request, "search"),
                        new HashSet<>(List.of(parameter(request, "open").split(",")))));
        CompositionAnswer composition = new CompositionAnswer(desk);
        questions.put("/api/composition", request -> composition.text());
        ProfileAnswer profile = new ProfileAnswer(desk);
        questions.put("/api/profile", request -> profile.text());
        questions.put("/api/timeline", request -> desk.host().timeline());
        orders.put("/api/start", arguments -> {
            desk.start();
            return "started";
        });
        orders.put("/api/pause", arguments -> {
            desk.pause();
            return "paused";
        });
        orders.put("/api/resume", arguments -> {
            desk.resume();
            return "resumed";
        });
        orders.put("/api/end", arguments -> {
            desk.end();
            return "the run ends";
        });
        orders.put("/api/step", arguments -> {
            desk.step(arguments.number("pe", 0), arguments.number("count", 1));
            return "stepped";
        });
        orders.put("/api/save", arguments -> "saved in " + desk.save(arguments.text("name")));
        orders.put("/api/anew", arguments -> {
            desk.anew(arguments.text("snapshot"));
            return "a new machine";
        });
        orders.put("/api/quit", arguments -> {
            desk.host().quit();
            return "the console ends";
        });
        orders.put("/api/configure", arguments -> desk.host()
                .configure(arguments.text("pid"), arguments.texts("values"), arguments.flag("force")));
        orders.put("/api/check", arguments -> String.join("\n", desk.host().check(arguments.text("variant"))));
        orders.put("/api/variant", arguments -> "wrote " + desk.host().newVariant(arguments.text("name")));
        orders.put("/api/swap", arguments -> {
            SwapRequest request = new SwapRequest(
                    arguments.text("part"),
                    arguments.textOrNull("name"),
                    arguments.textOrNull("with"),
                    arguments.flag("force"));
            desk.swaps().swap(desk.machine(), request);
            return "swapped " + request;
        });
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Function<HttpServletRequest, String> question = questions.get(request.getRequestURI());
        if (question == null) {
            send(response, HttpServletResponse.SC_NOT_FOUND, refusal("there is no such question"));
            return;
        }
        try {
            send(response, HttpServletResponse.SC_OK, question.apply(request));
        } catch (IllegalArgumentException | IllegalStateException e) {
            send(response, HttpServletResponse.SC_BAD_REQUEST, refusal(e.getMessage()));
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Function<Arguments, String> order = orders.get(request.getRequestURI());
        if (order == null) {
            send(response, HttpServletResponse.SC_NOT_FOUND, refusal("there is no such order"));
            return;
        }
        Arguments arguments;
        try {
            arguments = Arguments.of(request);
        } catch (IllegalArgumentException e) {
            send(response, HttpServletResponse.SC_BAD_REQUEST, refusal(e.getMessage()));
            return;
        }
        try {
            String done = order.apply(arguments);
            send(response, HttpServletResponse.SC_OK, Answers.object(json -> json.write("done", done)));
        } catch (RuntimeException e) {
            // Whatever it is, it is the answer: the machine goes on as it was.
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            send(response, HttpServletResponse.SC_CONFLICT, refusal(why));
        }
    }

    private static String parameter(HttpServletRequest request, String name) {
        String value = request.getParameter(name);
        return value == null ? "" : value;
    }

    private static int number(HttpServletRequest request, String name) {
        String value = parameter(request, name);
        if (!value.matches("[0-9]{0,4}")) {
            throw new IllegalArgumentException(name + " is a number");
        }
        return value.isEmpty() ? 0 : Integer.parseInt(value);
    }

    private static String refusal(String why) {
        return Answers.object(json -> json.write("refused", String.valueOf(why)));
    }

    private static void send(HttpServletResponse response, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(JSON);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** The members of an order. */
    static final class Arguments {
        private final JsonObject object;

        private Arguments(JsonObject object) {
            this.object = object;
        }

        /** @throws IllegalArgumentException when there is no JSON object, or it is too large */
        static Arguments of(HttpServletRequest request) throws IOException {
            byte[] bytes = request.getInputStream().readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException("an order has at most " + MOST_BYTES + " bytes");
            }
            try (JsonReader reader = Json.createReader(new StringReader(new String(bytes, StandardCharsets.UTF_8)))) {
                return new Arguments(reader.readObject());
            } catch (JsonException e) {
                throw new IllegalArgumentException("an order is one JSON object", e);
            }
        }

        String text(String key) {
            String text = textOrNull(key);
            return text == null ? "" : text;
        }

        String textOrNull(String key) {
            return object.get(key) instanceof JsonString string
                            && !string.getString().isEmpty()
                    ? string.getString()
                    : null;
        }

        int number(String key, int otherwise) {
            return object.get(key) instanceof JsonNumber number ? number.intValue() : otherwise;
        }

        boolean flag(String key) {
            return JsonValue.TRUE.equals(object.get(key));
        }

        /** The texts of an object's members. */
        Map<String, String> texts(String key) {
            Map<String, String> texts = new LinkedHashMap<>();
            if (object.get(key) instanceof JsonObject members) {
                members.forEach((name, value) ->
                        texts.put(name, value instanceof JsonString string ? string.getString() : value.toString()));
            }
            return texts;
        }
    }
}
