// SPDX-License-Identifier: Apache-2.0
/**
 * Floating point: values and their arithmetic ({@link dev.spelunk.a64.fp.FloatingPoint}), and the scalar
 * instructions on them ({@link dev.spelunk.a64.fp.ScalarFloatingPoint}). Meanings are static methods over plain
 * state, which every engine calls.
 */
@Export
@Version("0.2.0")
package dev.spelunk.a64.fp;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
