// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.util.List;

/**
 * How full profiling buffers were.
 *
 * @param cycles of virtual time in each of the equal stretches into which the run is divided
 * @param fill for each vCPU, the most bytes of records that were in its buffer in each stretch, since its pointer was
 *     last set; 0 where none was written
 */
public record BufferHistory(long cycles, List<long[]> fill) {}
