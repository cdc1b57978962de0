// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.CodeSizeEvaluator;

/** HotSpot never compiles a method of more than 8000 bytecodes: no bundle may have one that runs more than once. */
class MethodSizeTest {
    private static final int LIMIT = 8000;

    @TestFactory
    Stream<DynamicTest> everyMethodCanBeCompiled() {
        return BuiltBundle.all().stream()
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    List<String> huge = new ArrayList<>();
                    try (JarFile jar = new JarFile(bundle.jar().toFile())) {
                        for (JarEntry entry : Collections.list(jar.entries())) {
                            if (entry.getName().endsWith(".class")) {
                                try (InputStream stream = jar.getInputStream(entry)) {
                                    huge.addAll(hugeMethods(stream));
                                }
                            }
                        }
                    }
                    assertThat(huge).isEmpty();
                }));
    }

    private static List<String> hugeMethods(InputStream classFile) throws IOException {
        List<String> huge = new ArrayList<>();
        ClassReader reader = new ClassReader(classFile);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        return new CodeSizeEvaluator(null) {
                            @Override
                            public void visitEnd() {
                                if (getMaxSize() > LIMIT && !name.equals("<clinit>")) {
                                    huge.add(reader.getClassName() + "." + name + descriptor + ": up to " + getMaxSize()
                                            + " bytes");
                                }
                            }
                        };
                    }
                },
                ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        return huge;
    }
}
