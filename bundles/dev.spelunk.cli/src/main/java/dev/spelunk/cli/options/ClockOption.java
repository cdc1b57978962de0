// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What time it is in the machine. */
public final class ClockOption {
    /** What an operating system is told unless the user says otherwise: always the same, so that runs are. */
    private static final Instant FIXED = Instant.parse("2026-01-01T00:00:00Z");

    private static final long LAST = 0xFFFF_FFFFL;

    @Option(
            names = "--rtc",
            paramLabel = "TIME|now|none",
            converter = Time.class,
            description = "What the machine's real-time clock (PL031) shows when it begins, in UTC: 2026-01-01, "
                    + "2026-01-01T12:00:00, or now, which makes each run another one. It goes on in virtual time. none: "
                    + "there is no clock. Default: 2026-01-01 for boot and record, else none.")
    private Given given;

    /** A time, or that there is none. */
    record Given(Instant time) {}

    /** The time for an operating system, null for a machine without a clock. */
    public Instant forSystem() {
        return given == null ? FIXED : given.time;
    }

    /** The time for a guest that may have no use for a clock, null for a machine without one. */
    Instant forGuest() {
        return given == null ? null : given.time;
    }

    /** Reads a time. */
    static final class Time implements ITypeConverter<Given> {
        @Override
        public Given convert(String text) {
            if (text.equals("none")) {
                return new Given(null);
            }
            Instant time = text.equals("now") ? Instant.now().truncatedTo(ChronoUnit.SECONDS) : parse(text);
            if (time.getEpochSecond() < 0 || time.getEpochSecond() > LAST || time.getNano() != 0) {
                throw new TypeConversionException(
                        "'" + text + "' is no time of the clock: it has whole seconds from 1970 to 2106");
            }
            return new Given(time);
        }

        private static Instant parse(String text) {
            try {
                if (text.endsWith("Z")) {
                    return Instant.parse(text);
                }
                return text.contains("T")
                        ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                        : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + text + "' is not a time; write 2026-01-01, 2026-01-01T12:00:00, now or none");
            }
        }
    }
}
