// SPDX-License-Identifier: Apache-2.0
/**
 * Random A64 code that two implementations must execute alike.
 *
 * <p>{@link dev.spelunk.differential.Catalogue} holds the instructions as data ({@code *.isa}),
 * {@link dev.spelunk.differential.BlockGenerator} makes blocks of them, an
 * {@link dev.spelunk.differential.Engine} executes blocks, and
 * {@link dev.spelunk.differential.Reproducer} shrinks and keeps what two engines do not agree on. A further
 * set of instructions is a further file; state beyond the general-purpose registers is added to
 * {@link dev.spelunk.differential.MachineState} and to {@code runner.c}, whose signal frame already has it.
 *
 * <p>{@code mvn -pl integration-tests/differential verify -Dspelunk.differential.seed=N
 * -Dspelunk.differential.batches=N} compares other blocks, and more of them. A file that a failed run leaves in
 * {@code target/differential/reproducers} becomes a test of its own in {@code src/test/resources/reproducers}.
 */
package dev.spelunk.differential;
