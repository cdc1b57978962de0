// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.nio.file.Path;

/**
 * How a perf.data file is read.
 *
 * @param root the folder in which the files of the profiled machine are, for their symbols; null for those of this one
 * @param kallsyms a copy of {@code /proc/kallsyms} of the profiled machine; null for none
 */
public record PerfDataOptions(Path root, Path kallsyms) {}
