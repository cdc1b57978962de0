// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;

/**
 * What a perf.data file was found to hold.
 *
 * @param description what is known beside the records: CPUs, core, frequency of timestamps
 * @param summary the records in words, as {@link Profile#summary}
 * @param data the records added up
 * @param malformed the first bytes that were no record; null when there were none
 * @param tableFailure why the table of records is not whole; null when it is, or none was asked for
 */
public record ReadProfile(
        ProfileDescription description,
        String summary,
        ProfileData data,
        MalformedRecordException malformed,
        IOException tableFailure) {}
