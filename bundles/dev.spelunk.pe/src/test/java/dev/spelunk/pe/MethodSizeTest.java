// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** HotSpot never compiles a method of 8000 bytecodes or more. */
class MethodSizeTest {
    private static final int LIMIT = 8000;
    /** What the run loop leaves of that for what C2 inlines into it. */
    private static final int LOOP_LIMIT = 6000;

    @Test
    void everyMethodIsSmallEnoughToBeCompiled() throws Exception {
        Path classes = Path.of(Interpreter.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> tooLarge = new ArrayList<>();
        int seen = 0;
        int loops = 0;
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                for (Method m : methods(file)) {
                    seen++;
                    boolean loop = m.name.equals("loop")
                            && file.getFileName().toString().equals("Interpreter.class");
                    loops += loop ? 1 : 0;
                    if (m.size >= (loop ? LOOP_LIMIT : LIMIT)) {
                        tooLarge.add(file.getFileName() + " " + m.name + ": " + m.size);
                    }
                }
            }
        }
        assertThat(seen).isGreaterThan(100);
        assertThat(loops).isOne();
        assertThat(tooLarge).isEmpty();
    }

    private record Method(String name, int size) {}

    /** Methods and sizes of their Code attributes (JVMS 4.7.3). */
    private static List<Method> methods(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                DataInputStream data = new DataInputStream(in)) {
            data.skipNBytes(8);
            String[] names = constants(data);
            data.skipNBytes(6);
            data.skipNBytes(2L * data.readUnsignedShort());
            int fields = data.readUnsignedShort();
            for (int i = 0; i < fields; i++) {
                data.skipNBytes(6);
                attributes(data, names, null, null);
            }
            List<Method> methods = new ArrayList<>();
            int count = data.readUnsignedShort();
            for (int i = 0; i < count; i++) {
                data.skipNBytes(2);
                String name = names[data.readUnsignedShort()];
                data.skipNBytes(2);
                attributes(data, names, name, methods);
            }
            return methods;
        }
    }

    private static void attributes(DataInputStream data, String[] names, String method, List<Method> out)
            throws IOException {
        int count = data.readUnsignedShort();
        for (int i = 0; i < count; i++) {
            String name = names[data.readUnsignedShort()];
            int length = data.readInt();
            if (out != null && "Code".equals(name)) {
                data.skipNBytes(4);
                out.add(new Method(method, data.readInt()));
                data.skipNBytes(length - 8);
            } else {
                data.skipNBytes(length);
            }
        }
    }

    private static String[] constants(DataInputStream data) throws IOException {
        int count = data.readUnsignedShort();
        String[] names = new String[count];
        for (int i = 1; i < count; i++) {
            switch (data.readUnsignedByte()) {
                case 1 -> names[i] = data.readUTF();
                case 3, 4, 9, 10, 11, 12, 17, 18 -> data.skipNBytes(4);
                case 5, 6 -> {
                    data.skipNBytes(8);
                    i++;
                }
                case 7, 8, 16, 19, 20 -> data.skipNBytes(2);
                case 15 -> data.skipNBytes(3);
                default -> throw new IOException("unknown constant");
            }
        }
        return names;
    }
}
