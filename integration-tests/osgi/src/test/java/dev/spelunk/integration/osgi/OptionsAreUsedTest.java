// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * No command takes an option and does nothing with it. From the class files: each field of an option is read where the
 * command's execution comes to, and a command that makes machines asks them for what a user may have wanted of a run.
 */
class OptionsAreUsedTest {
    private static final String OPTION = "picocli.CommandLine$Option";
    private static final String PARAMETERS = "picocli.CommandLine$Parameters";
    private static final String MIXIN = "picocli.CommandLine$Mixin";
    private static final String COMMAND = "picocli.CommandLine$Command";
    /** Where options that several commands share have their fields. */
    private static final String LAUNCHER = "dev.spelunk.cli.";

    /** What every command that makes a machine must ask, since an option that all machines have wants it. */
    private static final List<String> OF_EVERY_MACHINE = List.of(
            // --check at EL2
            "Machine.findings",
            // --save-at beyond the end of the run
            "Machine.unsaved",
            // --swap that was refused while the guest ran
            "Composition.exitCode");

    private final JavaClasses classes = launcher();

    private static JavaClasses launcher() {
        try (JarFile jar =
                new JarFile(BuiltBundle.named("dev.spelunk.cli").jar().toFile())) {
            return new ClassFileImporter().importJar(jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<JavaClass> commands() {
        List<JavaClass> commands = classes.stream()
                .filter(each -> each.isAnnotatedWith(COMMAND) && each.isAssignableTo(Callable.class))
                .sorted(Comparator.comparing(JavaClass::getName))
                .toList();
        assertThat(commands).isNotEmpty();
        return commands.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyOptionIsReadByTheCommand() {
        return commands()
                .map(command -> DynamicTest.dynamicTest(command.getSimpleName(), () -> {
                    Set<JavaCodeUnit> reached = reached(command.getMethod("call"));
                    Set<String> read = new HashSet<>();
                    reached.forEach(unit -> unit.getFieldAccesses().stream()
                            .filter(access -> access.getAccessType() == JavaFieldAccess.AccessType.GET)
                            .forEach(access -> read.add(access.getTarget().getFullName())));
                    Set<String> unread = new TreeSet<>();
                    for (JavaField option : options(command)) {
                        if (!read.contains(option.getFullName())) {
                            unread.add(option.getFullName());
                        }
                    }
                    assertThat(unread).isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyMachineIsAskedForWhatIsToBeTold() {
        return commands()
                .map(command -> DynamicTest.dynamicTest(command.getSimpleName(), () -> {
                    Set<String> called = new TreeSet<>();
                    reached(command.getMethod("call"))
                            .forEach(unit -> unit.getAccessesFromSelf().forEach(access -> called.add(name(access))));
                    if (called.contains("Composition.machine")) {
                        assertThat(called).containsAll(OF_EVERY_MACHINE);
                    }
                    if (called.contains("RunOptions.trace")
                            || options(command).stream()
                                    .anyMatch(option -> option.getName().equals("trace"))) {
                        assertThat(called).as("a timeline has an end").contains("TraceSink.close");
                    }
                }));
    }

    /** A command that reads one of its options and not the other. */
    private static final class Forgetful implements Callable<Integer> {
        private int used = 1;
        private int forgotten = 2;

        @Override
        public Integer call() {
            return new Reader(this).read();
        }
    }

    /** Where it is read. */
    private record Reader(Forgetful command) {
        int read() {
            return Stream.of(1).map(one -> one + command.used).findFirst().orElseThrow();
        }
    }

    @Test
    void aFieldThatNobodyReadsIsFound() {
        JavaClass command = new ClassFileImporter()
                .importClasses(Forgetful.class, Reader.class)
                .get(Forgetful.class);
        Set<String> read = new TreeSet<>();
        reached(command.getMethod("call")).forEach(unit -> unit.getFieldAccesses().stream()
                .filter(access -> access.getAccessType() == JavaFieldAccess.AccessType.GET)
                .forEach(access -> read.add(access.getTarget().getName())));
        assertThat(read).contains("used").doesNotContain("forgotten");
    }

    private static String name(JavaAccess<?> access) {
        return access.getTargetOwner().getSimpleName() + "."
                + access.getTarget().getName();
    }

    /** The fields of the options and parameters of a command, with those of its mixins. */
    private static Set<JavaField> options(JavaClass command) {
        Set<JavaField> options = new LinkedHashSet<>();
        for (JavaField field : command.getAllFields()) {
            if (field.isAnnotatedWith(OPTION) || field.isAnnotatedWith(PARAMETERS)) {
                options.add(field);
            } else if (field.isAnnotatedWith(MIXIN)) {
                options.addAll(options(field.getRawType()));
            }
        }
        return options;
    }

    /**
     * What a method comes to in the launcher: what it calls or refers to, and of an object that it makes what others
     * call, the methods of foreign types. The body of a lambda is of the method in which it stands.
     */
    private static Set<JavaCodeUnit> reached(JavaCodeUnit from) {
        Set<JavaCodeUnit> reached = new LinkedHashSet<>(Set.of(from));
        Deque<JavaCodeUnit> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            JavaCodeUnit unit = open.remove();
            Stream.of(
                            unit.getMethodCallsFromSelf(),
                            unit.getConstructorCallsFromSelf(),
                            unit.getMethodReferencesFromSelf(),
                            unit.getConstructorReferencesFromSelf())
                    .flatMap(Collection::stream)
                    .flatMap(access -> targets((JavaAccess<?>) access))
                    .filter(reached::add)
                    .forEach(open::add);
        }
        return reached;
    }

    private static Stream<JavaCodeUnit> targets(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        if (!owner.getName().startsWith(LAUNCHER)
                && !owner.getName().startsWith(OptionsAreUsedTest.class.getPackageName())) {
            return Stream.of();
        }
        Stream<JavaCodeUnit> direct = access.getTarget().resolveMember().stream()
                .filter(JavaCodeUnit.class::isInstance)
                .map(JavaCodeUnit.class::cast);
        if (!access.getTarget().getName().equals(JavaConstructor.CONSTRUCTOR_NAME)) {
            return direct;
        }
        Stream<JavaCodeUnit> byOthers = owner.getMethods().stream()
                .filter(method -> foreign(owner).anyMatch(type -> type.getMethods().stream()
                        .anyMatch(other -> other.getName().equals(method.getName()))))
                .map(JavaCodeUnit.class::cast);
        return Stream.concat(direct, byOthers);
    }

    private static Stream<JavaClass> foreign(JavaClass owner) {
        return Stream.concat(owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream());
    }
}
