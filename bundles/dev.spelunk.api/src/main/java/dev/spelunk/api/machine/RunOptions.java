// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * How to run a guest.
 *
 * @param guest an ELF file or an image with the Linux arm64 boot header
 * @param hypervisor {@code kvm} or {@code none}
 * @param el Exception level at which the guest is entered, 1 or 2; 2 only with none
 * @param bootArguments for {@code /chosen/bootargs}; may be empty
 * @param memory size of the guest's memory in bytes
 * @param maxInstructions operations after which the run ends; Long.MAX_VALUE for no limit
 * @param seed of every random choice
 * @param console the terminal's output
 * @param input the terminal's input; null for none
 */
public record RunOptions(
        Path guest, String hypervisor, int el, String bootArguments, long memory, long maxInstructions, long seed,
        OutputStream console, InputStream input) {
}
