// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;

/** Where the commands of a session come from. */
interface Lines extends Closeable {
    /** The next one; null at the end. */
    String next() throws IOException;

    /** Where the one is that came last, to begin a message with; empty where a person typed it. */
    String place();

    /** Lines as they are: of a script, a pipe, or of a terminal that cannot edit. */
    final class Plain implements Lines {
        private final BufferedReader reader;
        private final String name;
        private final PrintStream out;
        private final String prompt;
        private int number;

        /**
         * Reads lines.
         *
         * @param reader of them, which is closed with this
         * @param name what a message puts before the number of a line; empty where a person types them
         * @param out gets the prompt
         * @param prompt may be empty
         */
        Plain(BufferedReader reader, String name, PrintStream out, String prompt) {
            this.reader = reader;
            this.name = name;
            this.out = out;
            this.prompt = prompt;
        }

        @Override
        public String next() throws IOException {
            out.print(prompt);
            out.flush();
            number++;
            return reader.readLine();
        }

        @Override
        public String place() {
            return name.isEmpty() ? "" : name + number + ": ";
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
