// SPDX-License-Identifier: Apache-2.0
/**
 * Random A64 code that two implementations must execute alike.
 *
 * <p>{@link dev.spelunk.differential.InstructionSet} holds the instructions as data ({@code *.isa}),
 * {@link dev.spelunk.differential.BlockGenerator} makes blocks of them, an
 * {@link dev.spelunk.differential.Engine} executes blocks, and
 * {@link dev.spelunk.differential.Reproducer} shrinks and keeps what two engines do not agree on. A further
 * set of instructions is a further file; further state is added to {@link dev.spelunk.differential.MachineState}
 * and to {@code runner.c}.
 *
 * <p>Blocks of floating-point and SIMD instructions start from values at the edges of every format, from any
 * rounding mode and controls in FPCR, and look at FPSR after many instructions, so that no cumulative flag hides
 * another. Where the emulator and the manual differ, the catalogue says so in its head and the manual's result is a
 * kept reproducer or a test of its own.
 *
 * <p>{@code mvn -pl integration-tests/differential verify -Dspelunk.differential.seed=N
 * -Dspelunk.differential.batches=N} compares other blocks, and more of them; the profile {@code long} ten times as
 * many. A file that a failed run leaves in {@code target/differential/reproducers} becomes a test of its own in
 * {@code src/test/resources/reproducers}, for SIMD&amp;FP instructions in its folder {@code simd-fp}.
 */
package dev.spelunk.differential;
