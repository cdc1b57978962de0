// SPDX-License-Identifier: Apache-2.0
/**
 * What tests of parts are built with: a machine without a composition ({@link dev.spelunk.testkit.TestMachine}), what a
 * device is wired to ({@link dev.spelunk.testkit.TestBoard}), neighbours of a part that do what a test says, and binutils
 * as the judge of a disassembler. The kit depends on the contracts alone: a test that wants real registers or a real MMU hands
 * them over.
 */
package dev.spelunk.testkit;
