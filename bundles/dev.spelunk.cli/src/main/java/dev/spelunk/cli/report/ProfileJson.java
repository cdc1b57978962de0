// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileData.Branch;
import dev.spelunk.api.records.ProfileData.Call;
import dev.spelunk.api.records.ProfileData.Context;
import dev.spelunk.api.records.ProfileData.Count;
import dev.spelunk.api.records.ProfileData.Function;
import dev.spelunk.api.records.ProfileData.Latency;
import dev.spelunk.api.records.ProfileData.Line;
import dev.spelunk.api.records.ProfileData.Page;
import dev.spelunk.api.records.ProfileData.Sums;
import jakarta.json.stream.JsonGenerator;
import java.util.List;

/** Writes a profile for the page's program. Addresses are strings: a number of JavaScript has 53 bits. */
final class ProfileJson {
    private final JsonGenerator json;

    private ProfileJson(JsonGenerator json) {
        this.json = json;
    }

    /** Writes the value of a key. */
    static void write(JsonGenerator json, String key, ProfileData data) {
        json.writeStartObject(key);
        new ProfileJson(json).members(data);
        json.writeEnd();
    }

    private void members(ProfileData data) {
        json.write("records", data.records());
        json.write("counterFrequency", data.counterFrequency());
        json.writeStartObject("time");
        json.write("timestamps", data.time().timestamps());
        json.write("first", Long.toUnsignedString(data.time().first()));
        json.write("width", data.time().width());
        json.writeStartArray("cpus");
        data.time().cpus().forEach(this::numbers);
        json.writeEnd();
        json.writeEnd();
        each("functions", data.functions(), this::function);
        each("contexts", data.contexts(), this::context);
        each("calls", data.calls(), this::call);
        each("operations", data.operations(), this::count);
        each("events", data.events(), this::count);
        each("sources", data.sources(), this::count);
        each("latencies", data.latencies(), this::latency);
        each("branches", data.branches(), this::branch);
        each("pages", data.pages(), this::page);
    }

    private interface Members<T> {
        void write(T value);
    }

    private <T> void each(String key, List<T> values, Members<T> members) {
        json.writeStartArray(key);
        for (T value : values) {
            json.writeStartObject();
            members.write(value);
            json.writeEnd();
        }
        json.writeEnd();
    }

    private void numbers(long[] values) {
        json.writeStartArray();
        for (long value : values) {
            json.write(value);
        }
        json.writeEnd();
    }

    private void address(String key, long address) {
        json.write(key, "0x" + Long.toHexString(address));
    }

    private void function(Function function) {
        json.write("name", function.name());
        json.write("el", function.el());
        sums(function.sums());
        each("lines", function.lines(), this::line);
    }

    private void line(Line line) {
        address("address", line.address());
        if (line.text() != null) {
            json.write("text", line.text());
        }
        if (line.source() != null) {
            json.write("source", line.source());
        }
        sums(line.sums());
    }

    private void sums(Sums sums) {
        json.writeStartObject("sums");
        json.write("samples", sums.samples());
        json.write("totalLatency", sums.totalLatency());
        json.write("issueLatency", sums.issueLatency());
        json.write("translationLatency", sums.translationLatency());
        json.write("refills", sums.refills());
        json.write("memory", sums.memory());
        json.write("walks", sums.walks());
        json.write("mispredicted", sums.mispredicted());
        json.writeEnd();
    }

    private void context(Context context) {
        json.write("name", context.name());
        json.write("function", context.function());
        json.write("el", context.el());
        json.write("samples", context.samples());
    }

    private void call(Call call) {
        json.write("caller", call.caller());
        json.write("callee", call.callee());
        json.write("samples", call.samples());
    }

    private void count(Count count) {
        json.write("name", count.name());
        json.write("records", count.records());
    }

    private void latency(Latency latency) {
        json.write("counter", latency.counter());
        json.write("level", latency.level());
        json.writeStartArray("buckets");
        latency.buckets().forEach(json::write);
        json.writeEnd();
    }

    private void branch(Branch branch) {
        address("address", branch.address());
        json.write("function", branch.function());
        json.write("el", branch.el());
        json.write("taken", branch.taken());
        json.write("notTaken", branch.notTaken());
        json.write("mispredicted", branch.mispredicted());
    }

    private void page(Page page) {
        address("address", page.address());
        json.write("bytes", page.bytes());
        json.write("function", page.function());
        json.writeStartArray("accesses");
        for (long accesses : page.accesses()) {
            json.write(accesses);
        }
        json.writeEnd();
    }
}
