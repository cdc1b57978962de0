// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Peripherals;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/** What two machines must have in common for one to take over the other's state, by the names that messages use. */
final class SnapshotIdentity {
    private SnapshotIdentity() {
    }

    static SortedMap<String, String> of(
            Variant variant, Selection parts, Architecture architecture, GuestImage image, byte[] initrd, RunOptions options) {
        SortedMap<String, String> identity = new TreeMap<>();
        identity.put("variant", variant.name());
        identity.put("parts", parts.names().toString());
        identity.put("architecture", architecture.version() + " " + architecture.features());
        identity.put("guest (SHA-256)", digest(image.content));
        identity.put("initrd (SHA-256)", initrd == null ? "none" : digest(initrd));
        identity.put("memory", Long.toString(options.memory()));
        identity.put("PEs", Integer.toString(options.cpus()));
        identity.put("hypervisor", options.hypervisor());
        identity.put("entry at EL", Integer.toString(options.el()));
        identity.put("guest's command line", "'" + options.bootArguments() + "'");
        identity.put("seed", Long.toString(options.seed()));
        identity.put("VM", options.vm().withCheck(false).toString());
        Peripherals connected = options.peripherals();
        // What a drive holds is not the machine's: the guest finds it as it is.
        identity.put("drives", connected.drives().stream()
                .map(d -> d.size() + (d.readOnly() ? " bytes, read-only" : " bytes")).toList().toString());
        identity.put("ports", connected.ports().stream().map(ConsolePort::name).toList().toString());
        identity.put("terminal", connected.console() ? "virtio" : "uart");
        identity.put("entropy device", Boolean.toString(connected.entropy()));
        return identity;
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
