// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.machine.LogCategory;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.cli.composition.Logging;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.LogFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of the logs of a run. */
public final class LogCommandOptions {
    @Option(
            names = "--log",
            paramLabel = "WHAT[,WHAT...][:FILE]",
            description =
                    "Log what happens in the machine, one line an event, to FILE or else standard error: exec (each instruction, "
                            + "as a Tarmac trace, with the registers and the memory that it changes), exceptions, translations (walks of the tables), tlb "
                            + "(entries and maintenance), sysregs, spe (records and buffer management events), mmio, interrupts. May be given several times.")
    private List<String> logs = List.of();

    @Option(
            names = "--log-from",
            paramLabel = "N",
            description = "Begin the logs when so many instructions have been executed, over all PEs. Default: 0.")
    private Long from;

    @Option(names = "--log-to", paramLabel = "N", description = "End them when so many have been. Default: at the end.")
    private Long to;

    @Option(
            names = "--log-range",
            paramLabel = "FIRST..LAST|FIRST+SIZE",
            converter = RangeConverter.class,
            description = "Log only what happens while the PC is at these addresses.")
    private Range range;

    @Option(names = "--log-el", paramLabel = "0|1|2", description = "Log only what happens at this Exception level.")
    private Integer el;

    /** Addresses, both in it. */
    record Range(long first, long last) {}

    private record Wanted(List<LogCategory> categories, Path file) {}

    /** Whether anything is logged. */
    boolean given() {
        return !logs.isEmpty();
    }

    /**
     * Opens the logs; null for none.
     *
     * @throws UserError when an option is wrong or a file cannot be written
     */
    Logging logging() {
        if (logs.isEmpty()) {
            if (from != null || to != null || range != null || el != null) {
                throw new UserError(
                        "--log-from, --log-to, --log-range and --log-el need --log, which says what is logged");
            }
            return null;
        }
        check();
        Map<LogCategory, Consumer<CharSequence>> sinks = new EnumMap<>(LogCategory.class);
        Map<Path, LogFile> files = new LinkedHashMap<>();
        LogFile shown = new LogFile(new FileOutputStream(FileDescriptor.err));
        for (String log : logs) {
            Wanted wanted = wanted(log);
            LogFile sink = wanted.file == null ? shown : files.computeIfAbsent(wanted.file, LogFile::new);
            for (LogCategory category : wanted.categories) {
                if (sinks.put(category, sink) != null) {
                    throw new UserError("--log: " + name(category) + " is named twice");
                }
            }
        }
        LogOptions options = new LogOptions(
                sinks,
                from == null ? 0 : from,
                to == null ? Long.MAX_VALUE : to,
                range == null ? 0 : range.first,
                range == null ? -1 : range.last,
                el == null ? LogOptions.ANY : el);
        return new Logging(options, List.copyOf(files.values()));
    }

    private void check() {
        long begin = from == null ? 0 : from;
        if (begin < 0) {
            throw new UserError("--log-from: must be at least 0, is " + begin);
        }
        if (to != null && to < begin) {
            throw new UserError("--log-to " + to + " is before --log-from " + begin);
        }
        if (el != null && (el < 0 || el > 2)) {
            throw new UserError("--log-el: must be 0, 1 or 2, is " + el);
        }
    }

    private static Wanted wanted(String log) {
        int colon = log.indexOf(':');
        String file = colon < 0 ? null : log.substring(colon + 1);
        List<LogCategory> categories = Stream.of((colon < 0 ? log : log.substring(0, colon)).split(",", -1))
                .map(LogCommandOptions::category)
                .toList();
        if (file != null && file.isEmpty()) {
            throw new UserError("--log " + log + ": give the name of a file after the colon");
        }
        return new Wanted(categories, file == null ? null : PathArgument.of(file, "--log: "));
    }

    private static LogCategory category(String name) {
        return Stream.of(LogCategory.values())
                .filter(category -> name(category).equals(name))
                .findFirst()
                .orElseThrow(() -> new UserError("--log: there is no log '" + name + "', only "
                        + Stream.of(LogCategory.values())
                                .map(LogCommandOptions::name)
                                .collect(Collectors.joining(", "))));
    }

    private static String name(LogCategory category) {
        return category.name().toLowerCase(Locale.ROOT);
    }

    /** Adds the files of the logs to those that the command line names. */
    void named(NamedFiles files) {
        logs.forEach(log -> files.writes("--log", wanted(log).file));
    }

    /** Reads a range of addresses. */
    static final class RangeConverter implements ITypeConverter<Range> {
        private static final String NUMBER = "(0[xX][0-9a-fA-F]{1,16}|\\d{1,18})";
        private static final Pattern FORM = Pattern.compile(NUMBER + "(\\.\\.|\\+)" + NUMBER);

        @Override
        public Range convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is no range of addresses; write for example 0x40200000..0x402fffff");
            }
            long first = number(matcher.group(1));
            long second = number(matcher.group(3));
            long last = matcher.group(2).equals("+") ? first + second - 1 : second;
            if (Long.compareUnsigned(first, last) > 0) {
                throw new TypeConversionException("'" + text + "' has no address in it");
            }
            return new Range(first, last);
        }

        private static long number(String text) {
            return text.length() > 1 && (text.charAt(1) | 0x20) == 'x'
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : Long.parseLong(text);
        }
    }
}
