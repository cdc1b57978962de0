// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a file of Apache Parquet (parquet-format 2.10: flat columns, pages of version 1, compressed with Zstandard) from
 * front to back. Rows are kept up to the size of a row group, whatever their number; of those before, only what the footer
 * says of them is.
 */
final class ParquetFile implements AutoCloseable {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int ROW_GROUP_ROWS = 1 << 17;

    private final OutputStream out;
    private final Zstandard compressor = new Zstandard();
    private final List<Column> columns = new ArrayList<>();
    private final ByteArrayOutputStream groups = new ByteArrayOutputStream();
    private final PageBytes pages = new PageBytes();
    private int groupCount;
    private long at;
    private int rowsInGroup;
    private long rows;

    ParquetFile(Path file) throws IOException {
        out = Files.newOutputStream(file);
    }

    /** Adds a column; before the first row. */
    Column column(String name, Column.Type type) {
        Column column = new Column(name, type, compressor);
        columns.add(column);
        return column;
    }

    /** Every column has got what the row has. */
    void endRow() throws IOException {
        rows++;
        if (++rowsInGroup == ROW_GROUP_ROWS) {
            endRowGroup();
        }
    }

    long rows() {
        return rows;
    }

    private void begin() throws IOException {
        if (at == 0) {
            write(MAGIC, MAGIC.length);
        }
    }

    private void write(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        at += length;
    }

    private void endRowGroup() throws IOException {
        begin();
        CompactProtocol group = new CompactProtocol().begin().structs(1, columns.size());
        long before = at;
        for (Column column : columns) {
            pages.clear();
            group.raw(column.endRowGroup(at, pages));
            write(pages.array(), pages.size());
        }
        groups.writeBytes(group.i64(2, at - before).i64(3, rowsInGroup).end().toBytes());
        groupCount++;
        rowsInGroup = 0;
    }

    /**
     * Writes what is left, and the footer.
     *
     * @param about what the file says of itself beside its columns
     */
    void finish(String createdBy, Map<String, String> about) throws IOException {
        if (rowsInGroup > 0) {
            endRowGroup();
        }
        begin();
        CompactProtocol footer = new CompactProtocol().i32(1, 1).structs(2, columns.size() + 1);
        footer.begin().string(4, "records").i32(5, columns.size()).end();
        columns.forEach(column -> column.schema(footer));
        footer.i64(3, rows).structs(4, groupCount).raw(groups.toByteArray()).structs(5, about.size());
        about.forEach(
                (key, value) -> footer.begin().string(1, key).string(2, value).end());
        byte[] bytes = footer.string(6, createdBy).end().toBytes();
        write(bytes, bytes.length);
        PageBytes tail = new PageBytes();
        tail.u32(bytes.length);
        tail.put(MAGIC, MAGIC.length);
        write(tail.array(), tail.size());
        out.close();
    }

    /** Closes the file, which is whole only after {@link #finish}. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
