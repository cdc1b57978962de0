// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is what another program reads. */
class ParquetFileTest {
    @TempDir
    private Path folder;

    /** Values as a random source makes them: none, runs of equal ones, and others. */
    private static final class Values {
        private final Random random;
        private final int kinds;
        private Long last;
        private int left;

        Values(int seed, int kinds) {
            random = new Random(seed);
            this.kinds = kinds;
        }

        Long next() {
            if (left-- <= 0) {
                left = random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(3);
                last = random.nextInt(3) == 0 ? null : (long) random.nextInt(kinds);
            }
            return last;
        }
    }

    @ParameterizedTest(name = "{0} rows")
    @ValueSource(ints = {1, 7, 8, 9, 8191, 8192, 8193, 131_072, 131_073, 300_000})
    @DisplayName("DuckDB reads every value and every gap of all types, in any number of pages and row groups")
    void everyValue(int rows) throws Exception {
        Path place = folder.resolve("table.parquet");
        int[] kinds = {2, 256, 65_536, 5, 100_000, 1_000_000};
        List<long[]> expected = new ArrayList<>();
        try (ParquetFile file = new ParquetFile(place)) {
            Column[] columns = {
                file.column("b", Column.Type.BOOLEAN),
                file.column("u8", Column.Type.UINT_8),
                file.column("u16", Column.Type.UINT_16),
                file.column("few", Column.Type.TEXT),
                file.column("many", Column.Type.TEXT),
                file.column("u64", Column.Type.UINT_64)
            };
            Column never = file.column("never", Column.Type.TEXT);
            Column number = file.column("row_number", Column.Type.INT_64);
            Values[] values = new Values[columns.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = new Values(i, kinds[i]);
            }
            for (int row = 0; row < rows; row++) {
                long[] wanted = new long[columns.length];
                for (int i = 0; i < columns.length; i++) {
                    Long value = values[i].next();
                    wanted[i] = value == null ? -1 : value;
                    if (value == null) {
                        columns[i].putNull();
                    } else if (i == 3 || i == 4) {
                        columns[i].put("v\u00e4lue " + value);
                    } else {
                        columns[i].put(i == 5 ? ~value : value);
                    }
                }
                never.put(null);
                number.put(row);
                expected.add(wanted);
                file.endRow();
            }
            file.finish("test", Map.of("key", "value"));
        }
        try (Duck duck = new Duck(place)) {
            assertThat(duck.rows("describe records").stream()
                            .map(line -> line.split(" ")[0] + " " + line.split(" ")[1]))
                    .containsExactly(
                            "b BOOLEAN",
                            "u8 UTINYINT",
                            "u16 USMALLINT",
                            "few VARCHAR",
                            "many VARCHAR",
                            "u64 UBIGINT",
                            "never VARCHAR",
                            "row_number BIGINT");
            List<String> read = duck.rows("select coalesce(b::int, -1), coalesce(u8::int, -1), coalesce(u16::int, -1), "
                    + "coalesce(few, '-1'), coalesce(many, '-1'), coalesce(xor(u64, 18446744073709551615)::varchar, '-1'), "
                    + "never is null from records order by row_number");
            assertThat(read).hasSize(rows);
            for (int row = 0; row < rows; row++) {
                long[] wanted = expected.get(row);
                assertThat(read.get(row).replace("v\u00e4lue ", ""))
                        .isEqualTo(wanted[0] + " " + wanted[1] + " " + wanted[2] + " " + wanted[3] + " " + wanted[4]
                                + " " + wanted[5] + " true");
            }
            assertThat(duck.one("select decode(key), decode(value) from parquet_kv_metadata('" + place + "')"))
                    .isEqualTo("key value");
            assertThat(duck.rows("select distinct compression from parquet_metadata('" + place + "')"))
                    .containsExactly("ZSTD");
        }
    }

    @Test
    @DisplayName("A table without rows has its columns")
    void empty() throws Exception {
        Path place = folder.resolve("table.parquet");
        try (ParquetFile file = new ParquetFile(place)) {
            file.column("a", Column.Type.TEXT);
            file.finish("test", Map.of());
        }
        try (Duck duck = new Duck(place)) {
            assertThat(duck.one("select count(a), count(*) from records")).isEqualTo("0 0");
        }
    }
}
