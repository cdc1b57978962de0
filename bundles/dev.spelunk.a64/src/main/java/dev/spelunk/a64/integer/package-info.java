// SPDX-License-Identifier: Apache-2.0
/**
 * Meanings of the data-processing instructions on general-purpose registers: static methods over plain values, which every
 * engine calls.
 */
@Export
@Version("0.2.0")
package dev.spelunk.a64.integer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
