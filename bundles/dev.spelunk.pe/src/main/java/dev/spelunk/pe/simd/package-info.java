// SPDX-License-Identifier: Apache-2.0
/**
 * Advanced SIMD: data processing ({@link dev.spelunk.pe.simd.AdvancedSimd}) and loads and stores of structures
 * ({@link dev.spelunk.pe.simd.StructureLoadStore}). Meanings are static methods over plain state, which an engine
 * beside the interpreter can call as well.
 */
package dev.spelunk.pe.simd;
