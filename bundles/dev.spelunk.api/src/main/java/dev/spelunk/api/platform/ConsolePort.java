// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A named channel of bytes between the guest and its host, beside the terminal: under Linux
 * {@code /dev/vportNpM}, with the name in {@code /sys/class/virtio-ports/vportNpM/name}.
 *
 * @param name by which the guest knows it: printable ASCII without spaces, at most 64 characters
 * @param output gets what the guest writes; after an IOException what it writes is lost; null for nowhere
 * @param input what the guest reads; as with a terminal, {@code available()} says how much there is now and throws
 *     at the end; null for none. At the end of a port without output the port closes, which the guest reads as an end
 */
public record ConsolePort(String name, OutputStream output, InputStream input) {}
