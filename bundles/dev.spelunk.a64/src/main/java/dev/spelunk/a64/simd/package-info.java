// SPDX-License-Identifier: Apache-2.0
/**
 * Advanced SIMD: data processing ({@link dev.spelunk.a64.simd.AdvancedSimd}) and loads and stores of structures
 * ({@link dev.spelunk.a64.simd.StructureLoadStore}). Meanings are static methods over plain state, which every engine
 * calls.
 */
@Export
@Version("0.2.0")
package dev.spelunk.a64.simd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
