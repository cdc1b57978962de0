// SPDX-License-Identifier: Apache-2.0
/** What profiling features bring: the rules that the SPU asks, packets, filters, registers. */
@Export
@Version("0.2.0")
package dev.spelunk.api.profiling;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
