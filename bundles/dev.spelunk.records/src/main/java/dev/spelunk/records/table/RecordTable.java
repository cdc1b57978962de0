// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.data.DataSource;
import dev.spelunk.records.data.MemoryLevel;
import dev.spelunk.records.packet.AddressIndex;
import dev.spelunk.records.packet.CounterIndex;
import dev.spelunk.records.packet.Event;
import dev.spelunk.records.packet.OperationType;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.SampleRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Writes {@code records.parquet}: one row for each record, with a column for each packet and field, named as the manual
 * names it (DDI 0487, D18.2). docs/records.md says what each is.
 */
public final class RecordTable implements AutoCloseable {
    private static final String[] CLASSES = {"other", "load_store", "branch", "reserved"};
    private static final String[] SUBCLASSES = new String[OperationType.values().length];

    static {
        for (OperationType type : OperationType.values()) {
            SUBCLASSES[type.ordinal()] = type.name().toLowerCase(Locale.ROOT);
        }
    }

    /** A row: a record and what is known of it beside its packets. It is used again. */
    public static final class Row {
        /** The record itself. */
        public SampleRecord record;
        /** Index of the PE that made it, or of the CPU as perf counts them; -1 when it is not known. */
        public int cpu;
        /** Index of the vCPU that made it; -1 when there is none, or it is not known. */
        public int vcpu;
        /** Offset of its first byte in all that its CPU or vCPU has recorded. */
        public long position;
        /** Whether it is known where it was written. */
        public boolean inBuffer;
        /** Virtual address of its first byte in the profiling buffer. */
        public long bufferAddress;
        /** The function of its PC; null when that has no name. */
        public String function;
        /** The name of the process that was sampled; null when it is not known. */
        public String task;
    }

    /** A column and what it has of a row. */
    private record Field(Column column, Predicate<Row> known, ToLongFunction<Row> value, Function<Row, String> text) {
        void put(Row row) {
            if (text != null) {
                column.put(text.apply(row));
            } else if (known.test(row)) {
                column.put(value.applyAsLong(row));
            } else {
                column.putNull();
            }
        }
    }

    private final ParquetFile file;
    private final long midr;
    private final Map<String, String> about = new LinkedHashMap<>();
    private final List<Field> fields = new ArrayList<>();

    /**
     * Begins a table.
     *
     * @param place is made or overwritten; it is whole when the table is finished
     * @param description of the profile
     * @throws IOException when it cannot be written
     */
    public RecordTable(Path place, ProfileDescription description) throws IOException {
        file = new ParquetFile(place);
        midr = description.midr();
        about.put("spelunk.counter_frequency", Long.toString(description.counterFrequency()));
        about.put("spelunk.midr", "0x" + Long.toHexString(midr));
        origin();
        instruction();
        operation();
        events();
        latencies();
        data();
        rest();
    }

    private void origin() {
        number("cpu", Column.Type.INT_32, row -> row.cpu >= 0, row -> row.cpu);
        number("vcpu", Column.Type.INT_32, row -> row.vcpu >= 0, row -> row.vcpu);
        number("position", Column.Type.INT_64, row -> true, row -> row.position);
        number("record_bytes", Column.Type.INT_32, row -> true, row -> row.record.length);
        number("buffer_address", Column.Type.UINT_64, row -> row.inBuffer, row -> row.bufferAddress);
        packet("timestamp", Column.Type.UINT_64, PacketType.TIMESTAMP, r -> r.timestamp);
    }

    private void instruction() {
        address("pc", AddressIndex.PC, SampleRecord::canonicalPc);
        number("el", Column.Type.UINT_8, row -> row.record.has(AddressIndex.PC), row -> row.record.el);
        text(
                "security_state",
                row -> row.record.has(AddressIndex.PC) ? securityState(row.record.ns, row.record.nse) : null);
        text("function", row -> row.function);
        text("task", row -> row.task);
        number("context_el1", Column.Type.UINT_32, row -> row.record.hasContext(1), row -> row.record.contextEl1);
        number("context_el2", Column.Type.UINT_32, row -> row.record.hasContext(2), row -> row.record.contextEl2);
    }

    private void operation() {
        text("operation_class", row -> operation(row) ? CLASSES[row.record.operationClass] : null);
        text(
                "operation_subclass",
                row -> operation(row)
                        ? SUBCLASSES[
                                OperationType.of(row.record.operationClass, row.record.operation)
                                        .ordinal()]
                        : null);
        text(
                "operation",
                row -> operation(row) ? OperationType.summary(row.record.operationClass, row.record.operation) : null);
        packet("operation_payload", Column.Type.UINT_8, PacketType.OPERATION_TYPE, r -> r.operation);
        number(
                "store",
                Column.Type.BOOLEAN,
                row -> operation(row) && row.record.operationClass == OperationType.CLASS_LOAD_STORE,
                row -> OperationType.store(row.record.operation) ? 1 : 0);
        address("branch_target", AddressIndex.TARGET, SampleRecord::canonicalTarget);
        number("branch_target_el", Column.Type.UINT_8, row -> row.record.has(AddressIndex.TARGET), row -> row.record
                .targetEl);
        address("previous_branch_target", AddressIndex.PREVIOUS_TARGET, SampleRecord::canonicalPreviousTarget);
    }

    private static boolean operation(Row row) {
        return row.record.has(PacketType.OPERATION_TYPE);
    }

    private void events() {
        packet("events", Column.Type.UINT_64, PacketType.EVENTS, r -> r.events);
        for (Event event : Event.values()) {
            packet(
                    "event_" + event.name().toLowerCase(Locale.ROOT),
                    Column.Type.BOOLEAN,
                    PacketType.EVENTS,
                    r -> r.is(event) ? 1 : 0);
        }
    }

    private void latencies() {
        for (CounterIndex counter : CounterIndex.values()) {
            number(
                    counter.name().toLowerCase(Locale.ROOT),
                    Column.Type.UINT_16,
                    row -> row.record.has(counter),
                    row -> row.record.counter(counter.index()));
        }
    }

    private void data() {
        address("data_virtual_address", AddressIndex.VA, r -> r.va);
        address("data_physical_address", AddressIndex.PA, r -> r.pa);
        text(
                "data_physical_address_space",
                row -> row.record.has(AddressIndex.PA) ? securityState(row.record.paNs, row.record.paNse) : null);
        number(
                "data_allocation_tag",
                Column.Type.UINT_8,
                row -> row.record.has(AddressIndex.PA) && row.record.paChecked,
                row -> row.record.paTag);
        packet("data_source", Column.Type.UINT_16, PacketType.DATA_SOURCE, r -> r.dataSource);
        text(
                "data_source_name",
                row -> row.record.has(PacketType.DATA_SOURCE) ? DataSource.name(row.record.dataSource, midr) : null);
        text("memory_level", row -> {
            MemoryLevel level = MemoryLevel.of(row.record);
            return level == MemoryLevel.NONE ? null : level.label();
        });
    }

    private void rest() {
        number("unknown_packets", Column.Type.INT_32, row -> true, row -> row.record.unknownPackets);
    }

    /** NS and NSE (DDI 0487, D18.2.1). */
    private static String securityState(boolean ns, boolean nse) {
        return nse ? ns ? "Realm" : "Root" : ns ? "Non-secure" : "Secure";
    }

    private void number(String name, Column.Type type, Predicate<Row> known, ToLongFunction<Row> value) {
        fields.add(new Field(file.column(name, type), known, value, null));
    }

    private void packet(String name, Column.Type type, PacketType packet, ToLongFunction<SampleRecord> value) {
        number(name, type, row -> row.record.has(packet), row -> value.applyAsLong(row.record));
    }

    private void address(String name, AddressIndex index, ToLongFunction<SampleRecord> value) {
        number(name, Column.Type.UINT_64, row -> row.record.has(index), row -> value.applyAsLong(row.record));
    }

    private void text(String name, Function<Row, String> text) {
        fields.add(new Field(file.column(name, Column.Type.TEXT), null, null, text));
    }

    /** Adds a row. @throws IOException when it cannot be written */
    public void add(Row row) throws IOException {
        for (Field field : fields) {
            field.put(row);
        }
        file.endRow();
    }

    /** Completes the table. @throws IOException when it cannot be written */
    public void finish() throws IOException {
        about.put("spelunk.records", Long.toString(file.rows()));
        file.finish("Spelunk", about);
    }

    /** Closes the file, which is whole only after {@link #finish}. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
