// SPDX-License-Identifier: Apache-2.0
/**
 * Floating point: values and their arithmetic ({@link dev.spelunk.pe.fp.FloatingPoint}), and the scalar
 * instructions on them ({@link dev.spelunk.pe.fp.ScalarFloatingPoint}). Meanings are static methods over plain
 * state, which an engine beside the interpreter can call as well.
 */
package dev.spelunk.pe.fp;
