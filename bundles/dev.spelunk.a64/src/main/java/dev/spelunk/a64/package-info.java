// SPDX-License-Identifier: Apache-2.0
/**
 * The A64 instruction set, described once: encodings, operands, execution units, operation types for sample records and
 * assembly syntax. Pure functions: no state, no services.
 */
@Export
@Version("0.2.0")
package dev.spelunk.a64;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
