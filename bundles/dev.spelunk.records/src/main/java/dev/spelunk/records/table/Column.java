// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * One column of a Parquet file: takes a value or none for each row, and makes of them the pages of the row group at hand.
 * It keeps one page of values, and the compressed pages of its row group.
 */
final class Column {
    /** Rows of a page. */
    private static final int PAGE_ROWS = 1 << 13;

    /** What a column holds: Parquet's physical type and how it is to be understood (LogicalTypes.md). */
    enum Type {
        BOOLEAN(0, 0, 1),
        UINT_8(1, 8, 4),
        UINT_16(1, 16, 4),
        INT_32(1, -32, 4),
        UINT_32(1, 32, 4),
        INT_64(2, -64, 8),
        UINT_64(2, 64, 8),
        TEXT(6, 0, 0);

        final int physical;
        /** Of integers; negative where they have a sign. */
        final int bits;

        private final int bytes;

        Type(int physical, int bits, int bytes) {
            this.physical = physical;
            this.bits = bits;
            this.bytes = bytes;
        }
    }

    private static final int PLAIN = 0;
    private static final int RUN_LENGTH = 3;
    private static final int BY_DICTIONARY = 8;
    private static final int DATA_PAGE = 0;
    private static final int DICTIONARY_PAGE = 2;
    private static final int CODEC_ZSTD = 6;

    final String name;
    final Type type;
    private final Zstandard compressor;
    private final long[] values = new long[PAGE_ROWS];
    private final int[] present = new int[PAGE_ROWS];
    private int rows;
    private int valueCount;

    private final PageBytes page = new PageBytes();
    private final PageBytes chunk = new PageBytes();
    private long chunkRows;
    private long uncompressed;

    private final Map<String, Integer> codes = new HashMap<>();
    private final PageBytes dictionary = new PageBytes();
    private String lastText;
    private int lastCode;

    Column(String name, Type type, Zstandard compressor) {
        this.name = name;
        this.type = type;
        this.compressor = compressor;
    }

    /** The next row has a number, or as 0 or 1 a truth value. */
    void put(long value) {
        values[valueCount++] = value;
        row(1);
    }

    /** The next row has a text; null for none. */
    void put(String text) {
        if (text == null) {
            putNull();
        } else {
            put(code(text));
        }
    }

    /** The next row has no value. */
    void putNull() {
        row(0);
    }

    private void row(int there) {
        present[rows++] = there;
        if (rows == PAGE_ROWS) {
            endPage();
        }
    }

    private int code(String text) {
        if (text.equals(lastText)) {
            return lastCode;
        }
        Integer code = codes.get(text);
        if (code == null) {
            code = codes.size();
            codes.put(text, code);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            dictionary.u32(bytes.length);
            dictionary.put(bytes, bytes.length);
        }
        lastText = text;
        lastCode = code;
        return code;
    }

    private void endPage() {
        page.clear();
        page.u32(0);
        page.hybrid(present, rows, 1);
        page.patch(0, page.size() - 4);
        switch (type) {
            case TEXT -> {
                int width = codes.size() < 2 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(codes.size() - 1);
                page.u8(width);
                // Whether a row has a value is written already.
                for (int i = 0; i < valueCount; i++) {
                    present[i] = (int) values[i];
                }
                page.hybrid(present, valueCount, width);
            }
            case BOOLEAN -> page.bits(values, valueCount);
            default -> {
                for (int i = 0; i < valueCount; i++) {
                    page.little(values[i], type.bytes);
                }
            }
        }
        append(chunk, page, DATA_PAGE, rows);
        chunkRows += rows;
        rows = 0;
        valueCount = 0;
    }

    /** Compresses a page and appends it behind its header. */
    private void append(PageBytes to, PageBytes content, int kind, int count) {
        int size = compressor.compress(content);
        CompactProtocol header =
                new CompactProtocol().i32(1, kind).i32(2, content.size()).i32(3, size);
        if (kind == DATA_PAGE) {
            header.struct(5).i32(1, count).i32(2, encoding()).i32(3, RUN_LENGTH).i32(4, RUN_LENGTH);
        } else {
            header.struct(7).i32(1, count).i32(2, PLAIN);
        }
        byte[] bytes = header.end().end().toBytes();
        to.put(bytes, bytes.length);
        to.put(compressor.output(), size);
        uncompressed += bytes.length + content.size();
    }

    private int encoding() {
        return type == Type.TEXT ? BY_DICTIONARY : PLAIN;
    }

    /**
     * Ends the row group.
     *
     * @param at where in the file its pages will be
     * @param to gets the pages
     * @return the column's part of the footer
     */
    byte[] endRowGroup(long at, PageBytes to) {
        if (rows > 0) {
            endPage();
        }
        int begin = to.size();
        if (type == Type.TEXT) {
            append(to, dictionary, DICTIONARY_PAGE, codes.size());
        }
        long data = at + to.size() - begin;
        to.put(chunk.array(), chunk.size());
        CompactProtocol meta = new CompactProtocol()
                .begin()
                .i64(2, at)
                .struct(3)
                .i32(1, type.physical)
                .i32s(2, PLAIN, RUN_LENGTH, encoding())
                .strings(3, name)
                .i32(4, CODEC_ZSTD)
                .i64(5, chunkRows)
                .i64(6, uncompressed)
                .i64(7, to.size() - begin)
                .i64(9, data);
        if (type == Type.TEXT) {
            meta.i64(11, at);
        }
        chunk.clear();
        dictionary.clear();
        codes.clear();
        lastText = null;
        chunkRows = 0;
        uncompressed = 0;
        return meta.end().end().toBytes();
    }

    /** The column's part of the schema: it may have no value in a row. */
    void schema(CompactProtocol footer) {
        footer.begin().i32(1, type.physical).i32(3, 1).string(4, name);
        if (type == Type.TEXT) {
            footer.i32(6, 0).struct(10).struct(1).end().end();
        } else if (type.bits != 0) {
            footer.i32(6, converted())
                    .struct(10)
                    .struct(10)
                    .i8(1, Math.abs(type.bits))
                    .bool(2, type.bits < 0)
                    .end()
                    .end();
        }
        footer.end();
    }

    /** The older name of an integer: UINT_8 to UINT_64 are 11 to 14, INT_8 to INT_64 are 15 to 18. */
    private int converted() {
        return (type.bits < 0 ? 15 : 11) + Integer.numberOfTrailingZeros(Math.abs(type.bits) / 8);
    }
}
