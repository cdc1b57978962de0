// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A host whose clock is set, forward or back, changes nothing: no bundle reads it, but for the option that asks it. */
class HostClockTest {
    /** One reads the time for {@code --rtc now}, once and before the guest runs; the other knows how old files are. */
    private static final String READERS = "dev\\.spelunk\\.cli\\.(options\\.ClockOption|record\\.SavedGuests)(\\$.*)?";

    @TestFactory
    Stream<DynamicTest> nobodyReadsTheTimeOfDay() {
        return BuiltBundle.all().stream()
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    try (JarFile jar = new JarFile(bundle.jar().toFile())) {
                        noClasses()
                                .that()
                                .haveNameNotMatching(READERS)
                                .should()
                                .callMethod(System.class, "currentTimeMillis")
                                .orShould()
                                .callMethod(Instant.class, "now")
                                .orShould()
                                .callMethod(LocalDate.class, "now")
                                .orShould()
                                .callMethod(LocalDateTime.class, "now")
                                .orShould()
                                .callMethod(ZonedDateTime.class, "now")
                                .orShould()
                                .dependOnClassesThat(JavaClass.Predicates.belongToAnyOf(Clock.class, Date.class))
                                .allowEmptyShould(true)
                                .check(new ClassFileImporter().importJar(jar));
                    }
                }));
    }
}
