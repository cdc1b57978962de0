// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.tables;

import dev.spelunk.cli.process.UserError;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Tables of records in DuckDB: {@code records} with all of them, {@code runs} with a row for each table. */
public final class Tables implements AutoCloseable {
    private static final String CAUSE = "Error: ";

    private final Connection connection;

    /**
     * Opens tables.
     *
     * @param files by the name of the run
     * @throws UserError when DuckDB's driver is not there, or cannot read one of them
     */
    public Tables(Map<String, Path> files) {
        java.sql.Driver driver = new Driver().load();
        try {
            connection = driver.connect("jdbc:duckdb:", new Properties());
        } catch (SQLException e) {
            throw new UserError("DuckDB cannot be started: " + reason(e));
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table runs (run varchar, file varchar, records bigint)");
            List<String> parts = new ArrayList<>();
            files.forEach((run, file) -> {
                parts.add("select " + quoted(run) + " as run, * from read_parquet(" + quoted(file.toString()) + ")");
            });
            statement.execute("create view records as " + String.join(" union all by name ", parts));
            for (Map.Entry<String, Path> file : files.entrySet()) {
                statement.execute("insert into runs select " + quoted(file.getKey()) + ", "
                        + quoted(file.getValue().toString()) + ", num_rows from parquet_file_metadata("
                        + quoted(file.getValue().toString()) + ")");
            }
        } catch (SQLException e) {
            close();
            throw new UserError("the table cannot be read: " + reason(e) + "; make it again with 'spelunk export'");
        }
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** The line of what DuckDB says that says why: others point into the text of the question. */
    private static String reason(SQLException e) {
        String first = "";
        for (String line : String.valueOf(e.getMessage()).lines().toList()) {
            if (line.startsWith(CAUSE)) {
                return line.substring(CAUSE.length());
            }
            first = first.isEmpty() ? line : first;
        }
        return first;
    }

    /**
     * Asks and prints the answer.
     *
     * @throws UserError when the question is none
     */
    public void ask(String sql, Answer answer, PrintWriter out) {
        try (Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                try (ResultSet result = statement.getResultSet()) {
                    answer.print(result, out);
                }
            }
        } catch (SQLException e) {
            throw new UserError(reason(e));
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
